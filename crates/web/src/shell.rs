//! Around every handler: limits, the error page, and the headers.

mod answer;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument as _;

use crate::ambient::{Entropy, random};
use crate::browser::Browser;
use crate::cookie::Cookies;
use crate::error::Error;
use crate::peer::TrustedProxies;
use crate::site::{OutsideShell, Site};
use crate::{assets, headers};

/// What a service's shell allows.
#[derive(Debug, Clone)]
pub struct ShellOptions {
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: TrustedProxies,
    /// Bytes of a body, for routes without a `DefaultBodyLimit` of their own.
    pub body_limit: usize,
    /// How long a handler may take until it begins to answer, reading the body included.
    pub timeout: Duration,
    /// Requests being handled at one time; more are turned away at once (T114).
    pub in_flight: usize,
    /// Requests for `reserved_prefix` that are handled even then.
    pub reserved: usize,
    /// The paths that have the reserve: administrators must get in when it is busy.
    pub reserved_prefix: &'static str,
}

impl Default for ShellOptions {
    fn default() -> Self {
        Self {
            trusted_proxies: TrustedProxies::default(),
            body_limit: 256 * 1024,
            timeout: Duration::from_secs(30),
            in_flight: 512,
            reserved: 32,
            reserved_prefix: "/admin",
        }
    }
}

/// Wraps a service's router so that every answer, whatever its status, is protected, and every
/// error has its page.
#[derive(Debug, Clone)]
pub struct Shell(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    site: Site,
    options: ShellOptions,
    general: Semaphore,
    reserve: Semaphore,
}

impl Shell {
    /// The shell of `site`.
    pub fn new(site: Site, options: ShellOptions) -> Self {
        let general = Semaphore::new(options.in_flight);
        let reserve = Semaphore::new(options.reserved);
        Self(Arc::new(Inner { site, options, general, reserve }))
    }

    /// `router` with the assets, the limits, the error pages and the headers.
    pub fn wrap(self, router: Router) -> Router {
        let limit = DefaultBodyLimit::max(self.0.options.body_limit);
        router
            .merge(assets::router())
            .fallback(async || Error::not_found())
            .layer(limit)
            .layer(from_fn_with_state(self, guard))
    }

    /// A place among the requests being handled.
    fn place(&self, path: &str) -> Result<SemaphorePermit<'_>, Error> {
        let Inner { general, reserve, options, .. } = &*self.0;
        let place = general.try_acquire().or_else(|full| {
            let has_reserve = path
                .strip_prefix(options.reserved_prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if has_reserve { reserve.try_acquire() } else { Err(full) }
        });
        place.map_err(|_| Error::busy(1).because("too many requests in flight"))
    }

    /// Only requests to the public host are ours: another name is a misrouted or a forged one (T098).
    fn host_is_ours(&self, request: &Request) -> Result<(), Error> {
        let public = self.0.site.public_url();
        let is_ours = |authority: &str| {
            let default_port = format!("{}:{}", public.host(), public.port());
            authority.eq_ignore_ascii_case(public.authority())
                || authority.eq_ignore_ascii_case(&default_port)
        };
        let mut hosts = request.headers().get_all(HOST).iter();
        let from_header = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().is_ok_and(is_ours),
            (None, None) => request.uri().authority().is_some(),
            _ => false,
        };
        let from_target = request.uri().authority().is_none_or(|authority| is_ours(authority.as_str()));
        if from_header && from_target {
            return Ok(());
        }
        Err(Error::new(StatusCode::MISDIRECTED_REQUEST, "error-host"))
    }
}

/// The tracking id of a request: in its log lines, its answer's header, and on its error page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracking(String);

impl Tracking {
    /// 80 random bits as 16 letters and digits that are not mistaken for each other.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let bytes: [u8; 16] = random(entropy);
        Self(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// Its 16 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Tracking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Tracking {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let tracking = parts.extensions.get::<Self>().cloned();
        tracking.ok_or_else(|| Error::internal(OutsideShell))
    }
}

/// The one middleware: everything an answer needs is decided here, in this order.
async fn guard(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let site = shell.0.site.clone();
    let tracking = Tracking::new(site.entropy());
    let span = tracing::info_span!(
        "request",
        service = %site.service(),
        method = %request.method(),
        route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str),
        %tracking,
    );
    let asked = answer::Asked::of(&request);
    let cookies = Cookies::read(request.headers(), site.service());
    let browser = Browser::of(&cookies, site.service(), site.entropy());
    let peer = shell.0.options.trusted_proxies.peer(request.extensions(), request.headers());
    let extensions = request.extensions_mut();
    extensions.insert(site.clone());
    extensions.insert(tracking.clone());
    extensions.insert(peer);
    extensions.insert(browser.clone());
    async {
        let mut response = handle(&shell, request, next).await;
        if let Some(cookie) = browser.set_cookie(&cookies) {
            cookie.append_to(response.headers_mut());
        }
        let mut response = answer::with_page(response, &site, &tracking, asked);
        headers::protect(&mut response, site.public_url());
        answer::name(&mut response, &tracking);
        response
    }
    .instrument(span)
    .await
}

/// The handler's answer, or the shell's own when the handler may not run, is late or panics.
async fn handle(shell: &Shell, request: Request, next: Next) -> Response {
    let admitted = shell
        .host_is_ours(&request)
        .and_then(|()| length_is_bearable(request.headers()))
        .and_then(|()| shell.place(request.uri().path()));
    let _place = match admitted {
        Ok(place) => place,
        Err(error) => return error.into_response(),
    };
    let handler = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(shell.0.options.timeout, handler).await {
        Ok(Ok(response)) => response,
        // The panic hook has written where; the payload may hold a secret and is dropped.
        Ok(Err(_)) => Error::new(StatusCode::INTERNAL_SERVER_ERROR, "error-internal")
            .because("the handler panicked")
            .into_response(),
        Err(_) => Error::busy(5).because("the handler took too long").into_response(),
    }
}

/// A body announced beyond what any route takes is refused before a byte of it is read.
fn length_is_bearable(headers: &HeaderMap) -> Result<(), Error> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = length.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    if announced <= LARGEST_BODY {
        return Ok(());
    }
    Err(Error::for_status(StatusCode::PAYLOAD_TOO_LARGE))
}

/// 16 MiB: more than the largest import or metadata file.
const LARGEST_BODY: u64 = 16 * 1024 * 1024;

/// Crockford's base 32: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_ids_are_sixteen_plain_characters() {
        let id = Tracking::new(&|bytes: &mut [u8]| {
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(at * 17).unwrap_or(255);
            }
        });
        assert_eq!(id.as_str().len(), 16);
        assert!(id.as_str().bytes().all(|byte| ALPHABET.contains(&byte)));
    }
}
