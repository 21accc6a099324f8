//! Requests that get a page of ours: an answer would go where nobody registered, or to nobody known (T052).

use console::events::{Refused, refuse_stray};
use http::StatusCode;
use saml::binding::ParameterError;
use saml::binding::post::PostError;
use saml::binding::redirect::RedirectError;
use saml::idp::{RequestRejection, RequestRule};
use saml::protocol::Malformed;
use store::StoreError;
use web::Error;

use crate::error::broken;
use crate::state::Idp;
use crate::visitor::Caller;

/// Why a request is not followed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestRefusal {
    /// The parameters do not carry one message.
    #[error(transparent)]
    Binding(#[from] RedirectError),
    /// The form does not carry one message.
    #[error(transparent)]
    Posted(#[from] PostError),
    /// The message is above the limit.
    #[error("the request has more than {} bytes", crate::model::sign_in::REQUEST_BYTES)]
    TooLarge,
    /// The message is not an AuthnRequest.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// No application has the issuer's entity ID.
    #[error("no application has the entity ID {issuer}")]
    UnknownIssuer {
        /// The issuer, as anybody may have written it.
        issuer: String,
    },
    /// A rule of the specification.
    #[error(transparent)]
    Rule(#[from] RequestRejection),
    /// Its ID belongs to a sign-in of another browser.
    #[error("the request {request} of {issuer} was begun in another browser")]
    OtherBrowser {
        /// The issuer.
        issuer: String,
        /// The request's ID.
        request: String,
    },
    /// The posted request is gone, or was posted in another browser.
    #[error("no request waits under this handle for this browser")]
    NothingWaits,
}

impl RequestRefusal {
    /// The message of its page; its code is what follows `error-`.
    fn message(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Binding(RedirectError::TooLarge) | Self::Posted(PostError::TooLarge) | Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "error-request-too-large")
            }
            Self::Binding(RedirectError::Parameters(ParameterError::Missing(_)))
            | Self::Posted(PostError::Parameters(ParameterError::Missing(_))) => {
                (StatusCode::BAD_REQUEST, "error-request-missing")
            }
            Self::Binding(_) | Self::Posted(_) | Self::Malformed(_) => {
                (StatusCode::BAD_REQUEST, "error-request-malformed")
            }
            Self::UnknownIssuer { .. } => (StatusCode::FORBIDDEN, "error-unknown-issuer"),
            Self::OtherBrowser { .. } => (StatusCode::FORBIDDEN, "error-request-of-another-browser"),
            Self::NothingWaits => (StatusCode::NOT_FOUND, "error-request-gone"),
            Self::Rule(rejection) => (StatusCode::FORBIDDEN, rule(rejection.rule)),
        }
    }
}

/// The page of a broken rule. (The rules that a service provider is told of get no page.)
fn rule(rule: RequestRule) -> &'static str {
    match rule {
        RequestRule::Issuer => "error-unknown-issuer",
        RequestRule::Signature => "error-request-not-signed",
        RequestRule::Destination => "error-wrong-destination",
        RequestRule::IssueInstant => "error-request-too-old",
        RequestRule::Acs => "error-foreign-acs-url",
        _ => "error-request-malformed",
    }
}

/// Counts the refusal, then shows its page: plain sentence, stable code, tracking id.
pub(crate) async fn refuse(idp: &Idp, caller: &Caller, refusal: RequestRefusal) -> Error {
    if let Err(error) = idp.limits().refusals.check(&caller.peer.source()) {
        return error;
    }
    let (status, id) = refusal.message();
    match write(idp, caller, (code(id), &refusal)).await {
        Ok(()) => Error::new(status, id).because(&refusal),
        Err(error) => broken(error),
    }
}

async fn write(
    idp: &Idp,
    caller: &Caller,
    (code, refusal): (&'static str, &RequestRefusal),
) -> Result<(), StoreError> {
    let rule = match refusal {
        RequestRefusal::Rule(rejection) => Some(rejection),
        _ => None,
    };
    let refused = Refused {
        kind: "request.refused",
        subject: None,
        code,
        reason: &refusal.to_string(),
        expected: rule.map(|rule| rule.expected.as_str()),
        received: rule.map(|rule| rule.received.as_str()),
    };
    let now = idp.now();
    let tx = idp.store().begin().await?;
    refuse_stray(&tx, caller.nobody(), refused, now).await?;
    tx.commit().await
}

/// The stable code of a page: its message without `error-`.
pub(crate) fn code(id: &'static str) -> &'static str {
    id.strip_prefix("error-").unwrap_or(id)
}
