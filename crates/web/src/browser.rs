//! The browser: a secret in a cookie that names it, and the token its forms must carry.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use askama::filters::HtmlSafe;
use aws_lc_rs::hmac;
use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use subtle::ConstantTimeEq as _;

use crate::ambient::Entropy;
use crate::cookie::{Cookie, Cookies, SetCookie};
use crate::error::Error;
use crate::site::{OutsideShell, Service};
use crate::token::{Token, TokenHash};

/// `__Host-<service>-browser`: names a browser across the pages of one sign-in. It opens nothing.
pub const BROWSER: Cookie = Cookie::lax("browser");

/// The browser of a request. One that is new gets its cookie with the answer, but only when a
/// handler asked who it is.
#[derive(Debug, Clone)]
pub struct Browser(Arc<Known>);

#[derive(Debug)]
struct Known {
    service: Service,
    secret: Token,
    is_new: bool,
    asked: AtomicBool,
}

impl Browser {
    /// The name under which rows remember this browser.
    pub fn id(&self) -> TokenHash {
        self.0.secret.hash()
    }

    /// Whether the request came without the cookie: such a browser has nothing pending here.
    pub fn is_new(&self) -> bool {
        self.0.is_new
    }

    /// Reads the cookie, or draws a new secret.
    pub(crate) fn of(cookies: &Cookies, service: Service, entropy: &dyn Entropy) -> Self {
        let known = cookies.get(&BROWSER).and_then(Token::parse);
        let is_new = known.is_none();
        let secret = known.unwrap_or_else(|| Token::new(entropy));
        Self(Arc::new(Known { service, secret, is_new, asked: AtomicBool::new(false) }))
    }

    /// The cookie to send: none if the browser has it, or if nobody asked.
    pub(crate) fn set_cookie(&self, cookies: &Cookies) -> Option<SetCookie> {
        let due = self.0.is_new && self.0.asked.load(Ordering::Relaxed);
        due.then(|| cookies.set(&BROWSER, &self.0.secret.expose()))
    }

    /// The token for this browser's forms.
    pub fn csrf(&self) -> CsrfToken {
        CsrfToken(URL_SAFE_NO_PAD.encode(self.mac()))
    }

    /// 32 bytes for `purpose`, made of the browser's secret: they come out the same on every node and after a restart, and
    /// nobody makes them without the cookie, not even out of a stolen database.
    pub fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.secret.bytes());
        let mut message = format!("countersign derived 1 {} ", self.0.service).into_bytes();
        message.extend_from_slice(purpose);
        let mut derived = [0; 32];
        derived.copy_from_slice(hmac::sign(&key, &message).as_ref());
        derived
    }

    /// Whether `token` is this browser's; a browser without cookie has none.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        let given = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
        !self.0.is_new && bool::from(given.ct_eq(self.mac().as_ref()))
    }

    fn mac(&self) -> hmac::Tag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.secret.bytes());
        hmac::sign(&key, format!("countersign form token 1 {}", self.0.service).as_bytes())
    }
}

impl<S: Sync> FromRequestParts<S> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let browser = parts.extensions.get::<Self>().cloned();
        let browser = browser.ok_or_else(|| Error::internal(OutsideShell))?;
        browser.0.asked.store(true, Ordering::Relaxed);
        Ok(browser)
    }
}

/// The form token of the request's browser, as an extractor for handlers that show a form.
#[derive(Debug, Clone)]
pub struct Csrf(pub CsrfToken);

impl<S: Sync> FromRequestParts<S> for Csrf {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        Ok(Self(Browser::from_request_parts(parts, state).await?.csrf()))
    }
}

/// What a form carries in its hidden field `csrf`, and a script in the header `X-CSRF-Token`:
/// an HMAC under the browser's secret, which another site neither knows nor can set (T091).
#[derive(Clone, PartialEq, Eq)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// A token for sample pages: no browser's.
    pub fn sample() -> Self {
        Self("sample".to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Base64url only.
impl HtmlSafe for CsrfToken {}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(…)")
    }
}

/// The form field that carries the token.
pub const CSRF_FIELD: &str = "csrf";

/// The header that carries the token of a script's request.
pub const CSRF_HEADER: &str = "x-csrf-token";

#[cfg(test)]
mod tests {
    use http::header::COOKIE;
    use http::{HeaderMap, HeaderValue};

    use super::*;

    const IDP: Service = Service::new("idp");

    fn browser(service: Service, cookie: Option<&str>) -> Browser {
        let mut headers = HeaderMap::new();
        if let Some(value) = cookie {
            let line = format!("{}={value}", BROWSER.full_name(service));
            headers.insert(COOKIE, HeaderValue::from_str(&line).expect("header"));
        }
        let cookies = Cookies::read(&headers, service);
        Browser::of(&cookies, service, &|bytes: &mut [u8]| bytes.fill(9))
    }

    fn secret(byte: u8) -> String {
        Token::new(&move |bytes: &mut [u8]| bytes.fill(byte)).expose()
    }

    #[test]
    fn a_browser_accepts_its_own_token_only() {
        let (one, two) = (browser(IDP, Some(&secret(1))), browser(IDP, Some(&secret(2))));
        assert!(one.accepts(one.csrf().as_str()));
        assert!(!one.accepts(two.csrf().as_str()));
        assert!(!browser(Service::new("org"), Some(&secret(1))).accepts(one.csrf().as_str()));
        for bad in ["", "sample", &one.csrf().as_str()[1..], &format!("{}=", one.csrf())] {
            assert!(!one.accepts(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_derived_belongs_to_one_browser_and_one_purpose() {
        let (one, again) = (browser(IDP, Some(&secret(1))), browser(IDP, Some(&secret(1))));
        assert_eq!(one.derive(b"a"), again.derive(b"a"));
        assert_ne!(one.derive(b"a"), one.derive(b"b"));
        assert_ne!(one.derive(b"a"), browser(IDP, Some(&secret(2))).derive(b"a"));
        assert_ne!(one.derive(b"a"), browser(Service::new("org"), Some(&secret(1))).derive(b"a"));
        assert_ne!(one.derive(b"").as_slice(), one.mac().as_ref());
    }

    #[test]
    fn a_browser_without_cookie_accepts_nothing() {
        let new = browser(IDP, None);
        assert!(new.is_new());
        assert!(!new.accepts(new.csrf().as_str()));
        assert!(browser(IDP, Some("short")).is_new());
    }
}
