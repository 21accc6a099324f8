//! Addresses whose GET takes what is there once.

use axum::routing::MethodRouter;
use http::StatusCode;
use http::header::ALLOW;

use crate::error::Error;

/// `routes` without HEAD, for an address whose GET takes something: an answer that waits, a code, the next step of a
/// sign-in. The framework runs the GET for a HEAD and throws its answer away, so that whoever only looks (a link checker, a
/// scanner of mails) would take what the person comes for. They get a 405 that names what is `allowed` (RFC 9110 section
/// 15.5.6).
pub fn without_head<S>(routes: MethodRouter<S>, allowed: &'static str) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.head(async move || ([(ALLOW, allowed)], Error::for_status(StatusCode::METHOD_NOT_ALLOWED)))
}
