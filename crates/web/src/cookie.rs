//! Cookies: each kind is a constant, each name carries its service.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponseParts, ResponseParts};
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::error::Error;
use crate::site::{Service, Site};

/// A kind of cookie. On the wire it is `__Host-<service>-<name>`: `Secure`, `HttpOnly`, `Path=/`,
/// no Domain, so that no other host can set or read it (T092).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookie {
    name: &'static str,
    same_site: SameSite,
    max_age: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SameSite {
    Lax,
    None,
}

impl Cookie {
    /// `SameSite=Lax`, gone with the browser's session.
    pub const fn lax(name: &'static str) -> Self {
        Self { name, same_site: SameSite::Lax, max_age: None }
    }

    /// `SameSite=None`: also sent with a cross-site POST. Only for what names a browser, never for
    /// what opens something.
    pub const fn cross_site(name: &'static str) -> Self {
        Self { name, same_site: SameSite::None, max_age: None }
    }

    /// The same, kept by the browser for `max_age`.
    #[must_use]
    pub const fn kept_for(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Its name on the wire.
    pub fn full_name(&self, service: Service) -> String {
        format!("__Host-{service}-{}", self.name)
    }

    fn write(&self, service: Service, value: &str, max_age: Option<Duration>) -> SetCookie {
        let same_site = match self.same_site {
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        };
        let age = max_age.map(|age| format!("; Max-Age={}", age.as_secs())).unwrap_or_default();
        let name = self.full_name(service);
        let line = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}{age}");
        let plain = value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte));
        SetCookie(HeaderValue::try_from(line).ok().filter(|_| plain))
    }
}

/// The cookies of a request.
#[derive(Debug, Clone)]
pub struct Cookies {
    service: Service,
    pairs: Vec<(String, String)>,
}

impl Cookies {
    /// The cookies that `headers` carry, read for `service`.
    pub fn read(headers: &HeaderMap, service: Service) -> Self {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { service, pairs }
    }

    /// The value of a cookie; none if it came twice with different values, for nobody can say
    /// which one is ours.
    pub fn get(&self, cookie: &Cookie) -> Option<&str> {
        let name = cookie.full_name(self.service);
        let mut values = self.pairs.iter().filter(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }

    /// Sets a cookie. `value` is made by us and plain (a token's text): anything else is not sent.
    pub fn set(&self, cookie: &Cookie, value: &str) -> SetCookie {
        cookie.write(self.service, value, cookie.max_age)
    }

    /// Removes a cookie.
    pub fn clear(&self, cookie: &Cookie) -> SetCookie {
        cookie.write(self.service, "", Some(Duration::ZERO))
    }
}

impl<S: Sync> FromRequestParts<S> for Cookies {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let site = Site::of(parts)?;
        Ok(Self::read(&parts.headers, site.service()))
    }
}

/// A Set-Cookie line: a part of an answer, `(set_cookie, Redirect::to("/"))`.
#[derive(Debug, Clone)]
#[must_use = "it takes effect as part of an answer"]
pub struct SetCookie(Option<HeaderValue>);

impl SetCookie {
    /// Adds it to headers.
    pub fn append_to(self, headers: &mut HeaderMap) {
        match self.0 {
            Some(line) => {
                headers.append(SET_COOKIE, line);
            }
            None => tracing::error!("a cookie value is not plain; it was not set"),
        }
    }
}

impl IntoResponseParts for SetCookie {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        self.append_to(parts.headers_mut());
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDP: Service = Service::new("idp");
    const SESSION: Cookie = Cookie::lax("session");
    const PENDING: Cookie = Cookie::cross_site("pending").kept_for(Duration::from_secs(4200));

    fn cookies(lines: &[&str]) -> Cookies {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_str(line).expect("header"));
        }
        Cookies::read(&headers, IDP)
    }

    fn line(set: SetCookie) -> String {
        let mut headers = HeaderMap::new();
        set.append_to(&mut headers);
        headers.get(SET_COOKIE).map(|v| v.to_str().expect("ascii").to_owned()).unwrap_or_default()
    }

    #[test]
    fn written() {
        let jar = cookies(&[]);
        assert_eq!(
            line(jar.set(&SESSION, "abc")),
            "__Host-idp-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            line(jar.set(&PENDING, "abc")),
            "__Host-idp-pending=abc; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=4200"
        );
        assert!(line(jar.clear(&SESSION)).ends_with("; SameSite=Lax; Max-Age=0"));
        assert_eq!(line(jar.set(&SESSION, "a; Domain=example.com")), "");
        assert_eq!(line(jar.set(&SESSION, "a\r\nX: y")), "");
    }

    #[test]
    fn only_the_exact_name_counts() {
        for other in [
            "__Host-org-session=abc",
            "__host-idp-session=abc",
            "__Secure-idp-session=abc",
            "idp-session=abc",
            "__Host-idp-session2=abc",
            "x=__Host-idp-session=abc",
            "__Host-idp-session",
        ] {
            assert_eq!(cookies(&[other]).get(&SESSION), None, "{other}");
        }
        assert_eq!(cookies(&["a=b; __Host-idp-session=abc;c=d"]).get(&SESSION), Some("abc"));
        assert_eq!(cookies(&["a=b", "__Host-idp-session=a=c"]).get(&SESSION), Some("a=c"));
    }

    #[test]
    fn two_different_values_are_none() {
        assert_eq!(cookies(&["__Host-idp-session=a; __Host-idp-session=b"]).get(&SESSION), None);
        assert_eq!(cookies(&["__Host-idp-session=a", "__Host-idp-session=b"]).get(&SESSION), None);
        assert_eq!(cookies(&["__Host-idp-session=a; __Host-idp-session=a"]).get(&SESSION), Some("a"));
    }
}
