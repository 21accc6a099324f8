//! Entity IDs and endpoint addresses. All are compared whole, as strings:
//! two spellings of one address are two addresses.

use url::{Host, Url};

/// A text that cannot be the identifier or the address it is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUri {
    /// Nothing, or white space only.
    #[error("it is empty")]
    Empty,
    /// More than 1024 characters (core 8.3.6) for an entity ID, 2048 for an address.
    #[error("it is too long")]
    TooLong,
    /// White space or a control character.
    #[error("it holds white space or a control character")]
    Character,
    /// Not an absolute `http` or `https` URL with a host.
    #[error("it is not an absolute http or https address")]
    NotAbsolute,
    /// A user name, a password or a fragment, none of which belongs in an endpoint.
    #[error("it holds a user name or a fragment")]
    NotAnEndpoint,
}

/// The name of a party (core 8.3.6): a URI by the standard, any text without
/// white space of at most 1024 characters in practice, never dereferenced.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(String);

impl EntityId {
    /// Reads an entity ID.
    ///
    /// # Errors
    /// [`InvalidUri`] when it is empty, too long or holds white space.
    ///
    /// ```
    /// use saml::core::EntityId;
    /// assert!(EntityId::parse("https://idp.example/saml").is_ok());
    /// assert!(EntityId::parse("two words").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<EntityId, InvalidUri> {
        visible(text, 1024)?;
        Ok(EntityId(text.to_owned()))
    }

    /// The entity ID as it was given.
    ///
    /// ```
    /// let id = saml::core::EntityId::parse("urn:example:sp").unwrap();
    /// assert_eq!(id.as_str(), "urn:example:sp");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for EntityId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! endpoint {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads an absolute `http` or `https` address and keeps its spelling.
            ///
            /// # Errors
            /// [`InvalidUri`] when it is relative, of another scheme, longer than
            /// 2048 bytes, or holds white space, a user name or a fragment.
            ///
            /// ```
            #[doc = concat!("use saml::core::", stringify!($name), ";")]
            #[doc = concat!("assert!(", stringify!($name), "::parse(\"https://a.example/x?y=1\").is_ok());")]
            #[doc = concat!("assert!(", stringify!($name), "::parse(\"javascript:alert(1)\").is_err());")]
            /// ```
            pub fn parse(text: &str) -> Result<Self, InvalidUri> {
                endpoint(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The address as it was given.
            ///
            /// ```
            #[doc = concat!("let url = saml::core::", stringify!($name), "::parse(\"https://a.example\").unwrap();")]
            /// assert_eq!(url.as_str(), "https://a.example");
            /// ```
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Scheme, host and port, as a `form-action` or `Origin` names them.
            ///
            /// ```
            #[doc = concat!("let url = saml::core::", stringify!($name), "::parse(\"https://A.example:443/x\").unwrap();")]
            /// assert_eq!(url.origin(), "https://a.example");
            /// ```
            #[must_use]
            pub fn origin(&self) -> String {
                // Parsed by the maker already, so the other arm is never taken.
                Url::parse(&self.0).map_or_else(|_| String::new(), |url| {
                    url.origin().ascii_serialization()
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

endpoint! {
    /// An assertion consumer service: where a service provider takes responses.
    /// Compared whole, query string included.
    AcsUrl
}
endpoint! {
    /// Where an identity provider takes requests.
    SsoUrl
}

fn endpoint(text: &str) -> Result<(), InvalidUri> {
    visible(text, 2048)?;
    // The URL parser forgives `https:host`, `https:///host` and back-slashes; an
    // address that two readers could read in two ways is refused.
    let (scheme, rest) = text.split_once("://").ok_or(InvalidUri::NotAbsolute)?;
    let http = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !http || rest.starts_with('/') || text.contains('\\') {
        return Err(InvalidUri::NotAbsolute);
    }
    let url = Url::parse(text).map_err(|_| InvalidUri::NotAbsolute)?;
    let named = match url.host() {
        Some(Host::Domain(name)) => !name.is_empty(),
        Some(_) => true,
        None => false,
    };
    if !named {
        return Err(InvalidUri::NotAbsolute);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(InvalidUri::NotAnEndpoint);
    }
    Ok(())
}

fn visible(text: &str, longest: usize) -> Result<(), InvalidUri> {
    if text.trim().is_empty() {
        return Err(InvalidUri::Empty);
    }
    if text.chars().count() > longest {
        return Err(InvalidUri::TooLong);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) || !super::is_xml_text(text) {
        return Err(InvalidUri::Character);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_http_addresses_are_endpoints() {
        for good in [
            "https://sp.example/acs",
            "http://org.localhost:8090/login/callback?connection=saml-1&x=%20",
            "https://[2001:db8::1]/acs",
        ] {
            assert_eq!(AcsUrl::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "/acs",
            "//sp.example/acs",
            "https:sp.example",
            "https:///acs",
            "https://",
            "ftp://sp.example",
            "javascript://sp.example/%0aalert(1)",
            "https://sp.example\\@evil.example/",
            "https://user@sp.example/",
            "https://sp.example/#f",
            " https://sp.example/",
            "https://sp.example/a b",
        ] {
            assert!(AcsUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
