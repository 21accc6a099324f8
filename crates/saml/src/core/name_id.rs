//! The name by which two parties know one person.

use super::is_xml_text;

/// A NameID that names nobody, or that XML cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a NameID is text of 1 to 1024 bytes that is not blank")]
pub struct InvalidNameId;

/// The format of a NameID (core 8.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NameIdFormat {
    /// `…:1.1:nameid-format:unspecified`, and what an absent Format means.
    Unspecified,
    /// `…:1.1:nameid-format:emailAddress`.
    EmailAddress,
    /// `…:2.0:nameid-format:persistent`.
    Persistent,
    /// `…:2.0:nameid-format:transient`.
    Transient,
    /// Another format.
    Other(String),
}

impl NameIdFormat {
    /// The URI of the format.
    ///
    /// ```
    /// use saml::core::NameIdFormat;
    /// let uri = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    /// assert_eq!(NameIdFormat::EmailAddress.as_str(), uri);
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            NameIdFormat::Unspecified => UNSPECIFIED,
            NameIdFormat::EmailAddress => EMAIL,
            NameIdFormat::Persistent => PERSISTENT,
            NameIdFormat::Transient => TRANSIENT,
            NameIdFormat::Other(uri) => uri,
        }
    }

    /// The format that a URI names.
    ///
    /// ```
    /// use saml::core::NameIdFormat;
    /// let uri = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    /// assert_eq!(NameIdFormat::from_uri(uri), NameIdFormat::Persistent);
    /// ```
    #[must_use]
    pub fn from_uri(uri: &str) -> NameIdFormat {
        match uri {
            // The 2.0 spelling does not exist in the standard but in messages.
            UNSPECIFIED | "urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified" => {
                NameIdFormat::Unspecified
            }
            EMAIL => NameIdFormat::EmailAddress,
            PERSISTENT => NameIdFormat::Persistent,
            TRANSIENT => NameIdFormat::Transient,
            other => NameIdFormat::Other(other.to_owned()),
        }
    }
}

/// A NameID with its format (core 2.2.3). The value is kept as it came: case,
/// white space and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameId {
    value: String,
    format: NameIdFormat,
    name_qualifier: Option<String>,
    sp_name_qualifier: Option<String>,
}

impl NameId {
    /// A NameID without qualifiers.
    ///
    /// # Errors
    /// [`InvalidNameId`] when the value is blank, longer than 1024 bytes, or
    /// holds a character that XML cannot carry.
    ///
    /// ```
    /// use saml::core::{NameId, NameIdFormat};
    /// let maya = NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap();
    /// assert_eq!(maya.value(), "maya@acme.test");
    /// assert!(NameId::new("  ", NameIdFormat::Unspecified).is_err());
    /// ```
    pub fn new(value: impl Into<String>, format: NameIdFormat) -> Result<NameId, InvalidNameId> {
        let value = value.into();
        let sound = !value.trim().is_empty()
            && value.len() <= 1024
            && is_xml_text(&value)
            && is_xml_text(format.as_str());
        if !sound {
            return Err(InvalidNameId);
        }
        Ok(NameId { value, format, name_qualifier: None, sp_name_qualifier: None })
    }

    /// The same NameID as it came with its qualifiers.
    pub(crate) fn qualified(self, name: Option<String>, sp_name: Option<String>) -> NameId {
        NameId { name_qualifier: name, sp_name_qualifier: sp_name, ..self }
    }

    /// The value.
    ///
    /// ```
    /// # use saml::core::{NameId, NameIdFormat};
    /// # let maya = NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap();
    /// assert_eq!(maya.value(), "maya@acme.test");
    /// ```
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The format.
    ///
    /// ```
    /// # use saml::core::{NameId, NameIdFormat};
    /// # let maya = NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap();
    /// assert_eq!(*maya.format(), NameIdFormat::EmailAddress);
    /// ```
    #[must_use]
    pub fn format(&self) -> &NameIdFormat {
        &self.format
    }

    /// The NameQualifier, when the sender wrote one.
    ///
    /// ```
    /// # use saml::core::{NameId, NameIdFormat};
    /// # let maya = NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap();
    /// assert_eq!(maya.name_qualifier(), None);
    /// ```
    #[must_use]
    pub fn name_qualifier(&self) -> Option<&str> {
        self.name_qualifier.as_deref()
    }

    /// The SPNameQualifier, when the sender wrote one.
    ///
    /// ```
    /// # use saml::core::{NameId, NameIdFormat};
    /// # let maya = NameId::new("maya@acme.test", NameIdFormat::EmailAddress).unwrap();
    /// assert_eq!(maya.sp_name_qualifier(), None);
    /// ```
    #[must_use]
    pub fn sp_name_qualifier(&self) -> Option<&str> {
        self.sp_name_qualifier.as_deref()
    }
}

const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
