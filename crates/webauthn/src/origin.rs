//! Where ceremonies happen: the RP ID and the origins of its pages.

use std::fmt;

use url::{Host, Url};

use crate::values::ValueError;

/// The domain for which passkeys are made and outside of which they are of no
/// use. Chosen once for a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpId(String);

impl RpId {
    /// Takes a domain name as browsers spell it: lower case, punycode.
    ///
    /// # Errors
    /// [`ValueError::RpId`] for everything else, addresses among it.
    ///
    /// ```
    /// # use webauthn::RpId;
    /// assert_eq!(RpId::parse("idp.example")?.as_str(), "idp.example");
    /// assert!(RpId::parse("https://idp.example").is_err());
    /// # Ok::<(), webauthn::ValueError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match Host::parse(text) {
            Ok(Host::Domain(domain)) if domain == text && !text.ends_with('.') => Ok(Self(domain)),
            _ => Err(ValueError::RpId(text.to_owned())),
        }
    }

    /// As it was parsed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a page on this origin may use passkeys of this RP ID without
    /// being named in `/.well-known/webauthn`.
    #[must_use]
    pub fn covers(&self, origin: &Origin) -> bool {
        let host = origin.host();
        host.strip_suffix(self.0.as_str()).is_some_and(|left| left.is_empty() || left.ends_with('.'))
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The origin of a page that runs ceremonies, in the very letters in which the
/// browser writes it into the client data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
}

impl Origin {
    /// Takes `https://host[:port]`, or `http://` for `localhost` and
    /// `*.localhost`, without path and without the scheme's own port.
    ///
    /// # Errors
    /// [`ValueError::Origin`] for everything else.
    ///
    /// ```
    /// # use webauthn::Origin;
    /// assert_eq!(Origin::parse("http://idp.localhost:8080")?.host(), "idp.localhost");
    /// assert!(Origin::parse("http://idp.example").is_err());
    /// # Ok::<(), webauthn::ValueError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::Origin(text.to_owned());
        let url = Url::parse(text).map_err(|_| wrong())?;
        let Some(Host::Domain(host)) = url.host() else {
            return Err(wrong());
        };
        let local = host == "localhost" || host.ends_with(".localhost");
        let secure = url.scheme() == "https" || (url.scheme() == "http" && local);
        if !secure || host.ends_with('.') || url.origin().ascii_serialization() != text {
            return Err(wrong());
        }
        Ok(Self { text: text.to_owned(), host: host.to_owned() })
    }

    /// The origin of an address, for configuration that names a whole URL.
    ///
    /// # Errors
    /// [`ValueError::Origin`] where passkeys do not work.
    pub fn of(url: &Url) -> Result<Self, ValueError> {
        Self::parse(&url.origin().ascii_serialization())
    }

    /// As browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rp_ids_are_domain_names_as_browsers_spell_them() {
        for good in ["localhost", "idp.localhost", "example.com", "xn--bcher-kva.example"] {
            assert_eq!(RpId::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "Example.com",
            "example.com.",
            "127.0.0.1",
            "[::1]",
            "https://example.com",
            "example.com:443",
            "bücher.example",
            "a b",
            "example.com/",
            "1",
        ] {
            assert_eq!(RpId::parse(bad), Err(ValueError::RpId(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn origins_are_exact_and_secure() {
        for good in [
            "https://idp.example",
            "https://idp.example:8443",
            "http://localhost",
            "http://idp.localhost:8080",
            "https://localhost",
        ] {
            assert_eq!(Origin::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "http://idp.example",
            "https://idp.example/",
            "https://idp.example:443",
            "https://IDP.example",
            "https://user@idp.example",
            "https://127.0.0.1",
            "http://127.0.0.1:8080",
            "http://notlocalhost",
            "ftp://localhost",
            "https://a/b",
            "null",
            "android:apk-key-hash:x",
            "https://idp.example.",
            "http://localhost.evil.example",
        ] {
            assert_eq!(Origin::parse(bad), Err(ValueError::Origin(bad.to_owned())), "{bad}");
        }
        let url = Url::parse("https://idp.example:443/saml/sso?x=1").unwrap();
        assert_eq!(Origin::of(&url).unwrap().as_str(), "https://idp.example");
    }

    #[test]
    fn an_rp_id_covers_itself_and_what_is_below() {
        let rp_id = RpId::parse("example.com").unwrap();
        let covers = |text| rp_id.covers(&Origin::parse(text).unwrap());
        assert!(covers("https://example.com"));
        assert!(covers("https://login.example.com:8443"));
        assert!(!covers("https://badexample.com"));
        assert!(!covers("https://example.com.evil.net"));
        assert!(!covers("https://com"));
    }
}
