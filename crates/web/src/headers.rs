//! The headers of every answer, whatever its status (T102).

use std::fmt::Write as _;
use std::time::Duration;

use axum::response::{IntoResponseParts, Response, ResponseParts};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};
use url::Url;

use crate::address::PublicUrl;

/// Where forms of this answer's page may post or be redirected to; without one, only to this
/// service. Chromium enforces it on redirects too, so that a form whose answer redirects to
/// another origin must name that origin.
///
/// A part of an answer: `(FormAction::to([&sso_url]), site.render(&page)?)`.
#[derive(Debug, Clone)]
pub struct FormAction(Allowed);

#[derive(Debug, Clone)]
enum Allowed {
    SelfAnd(Vec<String>),
    Anywhere,
}

impl FormAction {
    /// This service, and the origins of `targets`; targets without a host are left out.
    pub fn to<'a>(targets: impl IntoIterator<Item = &'a Url>) -> Self {
        let origins = targets.into_iter().map(Url::origin).filter(url::Origin::is_tuple);
        Self(Allowed::SelfAnd(origins.map(|origin| origin.ascii_serialization()).collect()))
    }

    /// No rule at all: for the page that posts a SAML message by itself, because a service
    /// provider's next hosts are unknown. Such a page also tells its origin to the receiver, as a
    /// form post from it would otherwise carry `Origin: null`.
    pub fn anywhere() -> Self {
        Self(Allowed::Anywhere)
    }
}

impl IntoResponseParts for FormAction {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Marks an answer that says the same to everybody, and for how long caches may keep it. All
/// others are `no-store` (T122).
#[derive(Debug, Clone, Copy)]
pub struct Cacheable {
    /// How long it stays good.
    pub max_age: Duration,
    /// Whether what stands under this address never changes.
    pub immutable: bool,
}

impl IntoResponseParts for Cacheable {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Writes the headers; what a handler set under these names is replaced.
pub(crate) fn protect(response: &mut Response, public: &PublicUrl) {
    let form_action = response.extensions().get::<FormAction>().cloned();
    let cacheable = response.extensions().get::<Cacheable>().copied();
    let anywhere = matches!(form_action, Some(FormAction(Allowed::Anywhere)));
    let referrer = if anywhere { "strict-origin" } else { "same-origin" };
    let succeeded = !response.status().is_client_error() && !response.status().is_server_error();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy(form_action));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(CACHE_CONTROL, caching(cacheable.filter(|_| succeeded)));
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if public.is_https() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
}

fn policy(form_action: Option<FormAction>) -> HeaderValue {
    let mut policy = POLICY.to_owned();
    match form_action.map(|FormAction(allowed)| allowed) {
        Some(Allowed::Anywhere) => {}
        Some(Allowed::SelfAnd(origins)) => {
            policy.push_str("; form-action 'self'");
            for origin in origins {
                let _ = write!(policy, " {origin}");
            }
        }
        None => policy.push_str("; form-action 'self'"),
    }
    // An origin's ASCII form has no character that a header refuses.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY))
}

fn caching(cacheable: Option<Cacheable>) -> HeaderValue {
    let Some(cacheable) = cacheable else {
        return HeaderValue::from_static("no-store");
    };
    let immutable = if cacheable.immutable { ", immutable" } else { "" };
    let line = format!("public, max-age={}{immutable}", cacheable.max_age.as_secs());
    HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static("no-store"))
}

/// Everything from ourselves, nothing inline, no script that writes HTML, no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const FIXED: &[(&str, &str)] = &[
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("origin-agent-cluster", "?1"),
    (
        "permissions-policy",
        "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), \
         microphone=(), geolocation=(), payment=(), usb=()",
    ),
];
