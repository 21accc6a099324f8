//! What browsers post, checked before a handler sees it.
//!
//! - [`CheckedForm`] and [`CheckedJson`]: from a page of our own, proven by Origin or
//!   Sec-Fetch-Site, and by the browser's form token (T091)
//! - [`ForeignForm`]: a form that another site posts, as SAML does; it proves nothing
//! - [`StrictQuery`]: the query string
//!
//! In all of them each known parameter stands exactly once (T047).

mod fields;
mod guard;
mod pairs;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::browser::{Browser, CSRF_FIELD, CSRF_HEADER};
use crate::error::Error;
use crate::site::Site;

pub use fields::{FieldError, Fields};
pub(crate) use guard::same_origin;
use pairs::Pairs;
pub use pairs::PairsError;

/// A form from one of our own pages. Holding it is the proof that the person's own browser sent
/// it, from a page of this service that was made for this browser.
///
/// `T` names the fields; a missing field, a field given twice and a `multipart` body are refused.
/// A checkbox is `#[serde(default)] bool`, a group of them `#[serde(default)] Vec<String>`.
#[derive(Debug, Clone)]
pub struct CheckedForm<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for CheckedForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let browser = own_page(&mut parts, state).await?;
        content_type_is(&parts.headers, FORM)?;
        let body = read(Request::from_parts(parts, body), state).await?;
        let mut pairs = Pairs::parse(&body)?;
        let token = pairs.take(CSRF_FIELD)?.unwrap_or_default();
        if !browser.accepts(&token) {
            return Err(expired());
        }
        Ok(Self(pairs.deserialize()?))
    }
}

/// JSON from a script of one of our own pages, with the form token in `X-CSRF-Token`.
#[derive(Debug, Clone)]
pub struct CheckedJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for CheckedJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let browser = own_page(&mut parts, state).await?;
        content_type_is(&parts.headers, JSON)?;
        let token = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
        if !browser.accepts(token.unwrap_or_default()) {
            return Err(expired());
        }
        let body = read(Request::from_parts(parts, body), state).await?;
        serde_json::from_slice(&body).map(Self).map_err(malformed)
    }
}

/// A form that any site may have made a browser post. It comes without our Lax cookies and proves
/// nothing about who is there.
#[derive(Debug, Clone)]
pub struct ForeignForm<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ForeignForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        content_type_is(request.headers(), FORM)?;
        let body = read(request, state).await?;
        Ok(Self(Pairs::parse(&body)?.deserialize()?))
    }
}

/// The query string.
#[derive(Debug, Clone)]
pub struct StrictQuery<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let pairs = Pairs::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
        Ok(Self(pairs.deserialize()?))
    }
}

/// Refuses a request that a page of another origin could have made.
async fn own_page<S: Sync>(parts: &mut Parts, state: &S) -> Result<Browser, Error> {
    let site = Site::of(parts)?;
    same_origin(&parts.headers, site.public_url())
        .map_err(|reason| Error::new(StatusCode::FORBIDDEN, "error-foreign-page").because(reason))?;
    Browser::from_request_parts(parts, state).await
}

/// The body, up to the limit of the route.
async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Error> {
    let read = Bytes::from_request(request, state).await;
    read.map_err(|rejection| Error::for_status(rejection.status()).because(rejection))
}

fn content_type_is(headers: &HeaderMap, wanted: &str) -> Result<(), Error> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let given = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) && values.next().is_none() {
        return Ok(());
    }
    Err(Error::for_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

fn expired() -> Error {
    Error::new(StatusCode::FORBIDDEN, "error-form-expired")
        .because("the form token is missing or another browser's")
}

fn malformed(reason: impl std::fmt::Display) -> Error {
    Error::new(StatusCode::BAD_REQUEST, "error-malformed").because(reason)
}

impl From<PairsError> for Error {
    fn from(error: PairsError) -> Self {
        malformed(error)
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

const JSON: &str = "application/json";
