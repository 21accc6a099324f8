//! What the shell makes of a handler's answer: a page for each error, the tracking id on all.

use axum::extract::Request;
use axum::response::{Html, IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::Error;
use crate::page::ErrorPage;
use crate::shell::Tracking;
use crate::site::Site;
use crate::text::Message;

/// In which form the client takes an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Page,
    Json,
    Nothing,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        if request.method() == Method::HEAD {
            return Self::Nothing;
        }
        let accept = text(request.headers(), &ACCEPT);
        let sends_json = text(request.headers(), &CONTENT_TYPE).starts_with("application/json");
        let wants_json = accept.contains("application/json") && !accept.contains("text/html");
        if wants_json || sends_json { Self::Json } else { Self::Page }
    }
}

/// The answer itself, or the error page in its place if it is an error without a page.
pub(super) fn with_page(response: Response, site: &Site, tracking: &Tracking, asked: Asked) -> Response {
    let error = match response.extensions().get::<Error>() {
        Some(error) => error.clone(),
        None if is_bare_error(&response) => Error::for_status(response.status()),
        None => return response,
    };
    log(&error);
    let (mut parts, _) = response.into_parts();
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    let page = match asked {
        Asked::Page => page(&error, site, tracking),
        Asked::Json => json(&error, site, tracking),
        Asked::Nothing => ().into_response(),
    };
    let (page_parts, body) = page.into_parts();
    parts.headers.extend(page_parts.headers);
    Response::from_parts(parts, body)
}

/// Puts the tracking id into the header.
pub(super) fn name(response: &mut Response, tracking: &Tracking) {
    if let Ok(value) = HeaderValue::from_str(tracking.as_str()) {
        response.headers_mut().insert(HeaderName::from_static(TRACKING_HEADER), value);
    }
}

/// An error status from the router or an extractor of axum, which has plain words at most.
fn is_bare_error(response: &Response) -> bool {
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let kind = text(response.headers(), &CONTENT_TYPE);
    failed && (kind.is_empty() || kind.starts_with("text/plain"))
}

fn page(error: &Error, site: &Site, tracking: &Tracking) -> Response {
    let page = ErrorPage::new(error, site, tracking);
    match site.text().render(&page) {
        Ok(html) => Html(html).into_response(),
        Err(failure) => {
            tracing::error!(%failure, "the error page failed");
            "Something went wrong.".into_response()
        }
    }
}

/// The same in JSON: `{"error": {"code", "message", "tracking"}}`.
fn json(error: &Error, site: &Site, tracking: &Tracking) -> Response {
    let message: &Message = error.message();
    axum::Json(serde_json::json!({ "error": {
        "code": error.code(),
        "message": site.text().say(message),
        "tracking": tracking.as_str(),
    }}))
    .into_response()
}

/// Once, here, where it is handled; the span has the tracking id.
fn log(error: &Error) {
    let (status, code) = (error.status().as_u16(), error.code());
    let reason = error.reason().unwrap_or_default();
    if error.status().is_server_error() {
        tracing::error!(status, code, reason, "request failed");
    } else {
        tracing::info!(status, code, reason, "request refused");
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The header with the tracking id.
const TRACKING_HEADER: &str = "x-tracking-id";
