//! The one address under which browsers know a service.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Scheme, host and port under which browsers reach a service; every link, origin and metadata
/// value is made from it and never from a Host header (T098).
///
/// `https`, or plain `http` for `localhost`, `*.localhost` and loopback addresses, which browsers
/// treat as trustworthy.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    url: Url,
    origin: String,
}

/// Why an address cannot be a public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not an absolute URL.
    #[error("this is not an address like https://sso.example.com")]
    Malformed,
    /// Another scheme than `https` or `http`.
    #[error("the address must begin with https://")]
    Scheme,
    /// Plain `http` for a host that is not this machine.
    #[error("plain http is only for localhost names; browsers refuse passkeys and secure cookies elsewhere")]
    Insecure,
    /// User name, path, query or fragment.
    #[error("the address must be only scheme, host and port, without a path")]
    MoreThanOrigin,
}

impl PublicUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`PublicUrlError`] names the broken rule.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(text).map_err(|_| PublicUrlError::Malformed)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(PublicUrlError::Scheme),
        };
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare {
            return Err(PublicUrlError::MoreThanOrigin);
        }
        let origin = url.origin().ascii_serialization();
        let parsed = Self { url, origin };
        if !secure && !parsed.is_this_machine() {
            return Err(PublicUrlError::Insecure);
        }
        Ok(parsed)
    }

    /// The origin as browsers spell it: `https://sso.example.com`, the port only where it is not
    /// the scheme's own.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port as in a Host header: `sso.example.com`, `idp.localhost:8080`.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The host alone; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The host if it is an address and not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
            Host::Domain(_) => None,
        }
    }

    /// The port that browsers connect to.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Whether it is `https`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether the host is `localhost` or a name below it.
    pub fn is_localhost(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.ends_with(".localhost")
    }

    /// The address of a path of this service: `path` begins with `/`, query included.
    ///
    /// Whatever `path` is, the result stays on this origin.
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// The address itself.
    pub fn as_url(&self) -> &Url {
        &self.url
    }

    fn is_this_machine(&self) -> bool {
        self.is_localhost() || self.ip().is_some_and(|ip| ip.is_loopback())
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = PublicUrlError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.origin
    }
}

impl fmt::Display for PublicUrl {
    /// Without a slash at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicUrl({})", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let url = PublicUrl::parse("http://IDP.localhost:8080/").expect("valid");
        assert_eq!(url.origin(), "http://idp.localhost:8080");
        assert_eq!(url.authority(), "idp.localhost:8080");
        assert_eq!(url.host(), "idp.localhost");
        assert_eq!((url.port(), url.is_https(), url.is_localhost()), (8080, false, true));
        let url = PublicUrl::parse("https://sso.example.com:443").expect("valid");
        assert_eq!(url.to_string(), "https://sso.example.com");
        assert_eq!((url.authority(), url.port()), ("sso.example.com", 443));
        assert!(url.is_https() && !url.is_localhost());
    }

    #[test]
    fn what_is_no_public_url() {
        use PublicUrlError::*;
        for (text, error) in [
            ("", Malformed),
            ("sso.example.com", Malformed),
            ("https://", Malformed),
            ("ftp://sso.example.com", Scheme),
            ("javascript:alert(1)", Scheme),
            ("http://sso.example.com", Insecure),
            ("http://localhost.example.com", Insecure),
            ("http://notlocalhost", Insecure),
            ("http://10.0.0.1", Insecure),
            ("https://sso.example.com/path", MoreThanOrigin),
            ("https://sso.example.com/?q", MoreThanOrigin),
            ("https://sso.example.com/#f", MoreThanOrigin),
            ("https://user@sso.example.com", MoreThanOrigin),
        ] {
            assert_eq!(PublicUrl::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn joined_addresses_stay_on_the_origin() {
        let url = PublicUrl::parse("https://sso.example.com").expect("valid");
        assert_eq!(url.join("/a?b=c").as_str(), "https://sso.example.com/a?b=c");
        for path in [
            "//evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "@evil.example",
            "/a?b=https://evil.example",
            "",
        ] {
            let joined = url.join(path);
            assert_eq!(joined.origin(), url.as_url().origin(), "{path} → {joined}");
        }
    }
}
