//! Message and assertion identifiers.

/// An identifier that is not an `xs:ID` (an NCName of at most 256 bytes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an XML ID")]
pub struct InvalidId(String);

macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = concat!("The ID of ", $what, ": an NCName of at most 256 bytes (core 1.3.4).")]
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Makes an ID of random bytes, at least 128 bits of them:
            /// `_` and their hexadecimal form. Fewer do not compile.
            ///
            /// ```
            #[doc = concat!("let id = saml::core::", stringify!($name), "::from_random([7; 16]);")]
            /// assert_eq!(id.as_str(), "_07070707070707070707070707070707");
            /// ```
            #[must_use]
            pub fn from_random<const N: usize>(random: [u8; N]) -> Self {
                const { assert!(N >= 16, "an ID has 128 random bits or more") }
                Self(hex(&random))
            }

            /// Reads an ID that a peer made.
            ///
            /// # Errors
            /// [`InvalidId`] when it is not an NCName or longer than 256 bytes.
            ///
            /// ```
            #[doc = concat!("use saml::core::", stringify!($name), ";")]
            #[doc = concat!("assert!(", stringify!($name), "::parse(\"_a1\").is_ok());")]
            #[doc = concat!("assert!(", stringify!($name), "::parse(\"1a\").is_err());")]
            /// ```
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if text.len() > MAX || !is_ncname(text) {
                    return Err(InvalidId(text.chars().take(64).collect()));
                }
                Ok(Self(text.to_owned()))
            }

            /// The ID as it stands in the message.
            ///
            /// ```
            #[doc = concat!("let id = saml::core::", stringify!($name), "::parse(\"_a1\").unwrap();")]
            /// assert_eq!(id.as_str(), "_a1");
            /// ```
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(RequestId, "an `AuthnRequest`");
id!(ResponseId, "a `Response`");
id!(AssertionId, "an `Assertion`");

/// The identity provider's name for a session (core 2.7.2): any text of at most
/// 256 bytes that is not blank.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionIndex(String);

impl SessionIndex {
    /// Makes an index of random bytes, at least 128 bits, that says nothing
    /// about the session.
    ///
    /// ```
    /// let index = saml::core::SessionIndex::from_random([1; 16]);
    /// assert_eq!(index.as_str(), "_01010101010101010101010101010101");
    /// ```
    #[must_use]
    pub fn from_random<const N: usize>(random: [u8; N]) -> SessionIndex {
        const { assert!(N >= 16, "an index has 128 random bits or more") }
        SessionIndex(hex(&random))
    }

    /// Reads an index that a peer made.
    ///
    /// # Errors
    /// [`InvalidId`] when it is blank, longer than 256 bytes or no XML text.
    ///
    /// ```
    /// assert!(saml::core::SessionIndex::parse("s-1 of 2").is_ok());
    /// assert!(saml::core::SessionIndex::parse(" ").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<SessionIndex, InvalidId> {
        if text.trim().is_empty() || text.len() > MAX || !super::is_xml_text(text) {
            return Err(InvalidId(text.chars().take(64).collect()));
        }
        Ok(SessionIndex(text.to_owned()))
    }

    /// The index as it stands in the message.
    ///
    /// ```
    /// assert_eq!(saml::core::SessionIndex::parse("s1").unwrap().as_str(), "s1");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(1 + bytes.len() * 2);
    out.push('_');
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// `NCName`, in ASCII: the XML reader takes no other IDs, for the editions of
/// XML 1.0 differ in which letters beyond it may stand in a name.
fn is_ncname(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

const MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ncnames_are_ids() {
        for good in ["_a", "a.b-c_d", "ONELOGIN_4fee3b046395c4e7"] {
            assert!(RequestId::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(257);
        for bad in ["", "1a", "é1", "-a", "a:b", "a b", "a\n", "<a>", "a\"", long.as_str()] {
            assert!(RequestId::parse(bad).is_err(), "{bad}");
        }
    }
}
