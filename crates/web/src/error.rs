//! Answers that say no: a plain sentence, a stable code, a tracking id; the reason goes to the log.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::text::{Argument, Message};

/// What handlers answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal or failure, shown to people by [`crate::Shell`] as the error page (or as JSON to a
/// script) and logged there once, with its reason and tracking id.
///
/// It is named by the id of a message: `error-form-expired` has the sentence as its value, its
/// heading as the attribute `.title`, and perhaps `.hint`, what to do next. The code shown is the
/// id without `error-`.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    message: Message,
    way_on: Option<(Message, String)>,
    retry_after: Option<u32>,
    reason: Option<String>,
}

impl Error {
    /// An error with the sentence of message `id` (`error-…`).
    pub fn new(status: StatusCode, id: &'static str) -> Self {
        debug_assert!(id.starts_with("error-"), "error messages are called error-…");
        Self(Box::new(Inner {
            status,
            message: Message::new(id),
            way_on: None,
            retry_after: None,
            reason: None,
        }))
    }

    /// Something of ours broke: status 500; the cause goes to the log only.
    pub fn internal(cause: impl std::error::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "error-internal").because(chain(&cause))
    }

    /// No such page, or none that this person may know of: status 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "error-not-found").way_on("error-start", "/")
    }

    /// Too busy now: status 503, to be tried again after `seconds`.
    pub fn busy(seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "error-busy").retry_after(seconds)
    }

    /// Too many tries: status 429, to be tried again after `seconds`.
    pub fn too_many(seconds: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "error-too-many")
            .with("seconds", seconds)
            .retry_after(seconds)
    }

    /// The reason for the log. It is never shown.
    #[must_use]
    pub fn because(mut self, reason: impl fmt::Display) -> Self {
        self.0.reason = Some(reason.to_string());
        self
    }

    /// An argument of the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.0.message = self.0.message.with(name, value);
        self
    }

    /// A way on: a button labelled by message `label` to `path`.
    #[must_use]
    pub fn way_on(mut self, label: &'static str, path: impl Into<String>) -> Self {
        self.0.way_on = Some((Message::new(label), path.into()));
        self
    }

    /// Adds a Retry-After header.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its stable code: `form-expired`.
    pub fn code(&self) -> &str {
        let id = self.0.message.id();
        id.strip_prefix("error-").unwrap_or(id)
    }

    /// The reason for the log.
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    pub(crate) fn message(&self) -> &Message {
        &self.0.message
    }

    pub(crate) fn onward(&self) -> Option<&(Message, String)> {
        self.0.way_on.as_ref()
    }

    /// The error that an answer without a page of its own stands for.
    pub(crate) fn for_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "error-method"),
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "error-timeout"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "error-too-large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(status, "error-media-type"),
            StatusCode::TOO_MANY_REQUESTS => Self::too_many(60),
            StatusCode::SERVICE_UNAVAILABLE => Self::busy(1),
            status if status.is_server_error() => Self::new(status, "error-internal"),
            status => Self::new(status, "error-malformed"),
        }
    }
}

impl IntoResponse for Error {
    /// An answer with the status alone: the shell makes its page.
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.code())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}: {}", self.0.reason.as_deref().unwrap_or("no further reason"))
    }
}

impl std::error::Error for Error {}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
