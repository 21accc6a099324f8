//! Attributes of a person, as stated in an assertion.

use super::{NotXmlText, is_xml_text};

/// How an attribute name is to be read (core 8.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFormat {
    /// `…:attrname-format:unspecified`, and what an absent NameFormat means.
    Unspecified,
    /// `…:attrname-format:uri`.
    Uri,
    /// `…:attrname-format:basic`.
    Basic,
    /// A format of somebody's own.
    Other(String),
}

impl NameFormat {
    /// The URI of the format.
    ///
    /// ```
    /// let uri = saml::core::NameFormat::Basic;
    /// assert_eq!(uri.as_str(), "urn:oasis:names:tc:SAML:2.0:attrname-format:basic");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            NameFormat::Unspecified => UNSPECIFIED,
            NameFormat::Uri => URI,
            NameFormat::Basic => BASIC,
            NameFormat::Other(uri) => uri,
        }
    }

    /// The format that a URI names.
    ///
    /// ```
    /// use saml::core::NameFormat;
    /// let uri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
    /// assert_eq!(NameFormat::from_uri(uri), NameFormat::Uri);
    /// ```
    #[must_use]
    pub fn from_uri(uri: &str) -> NameFormat {
        match uri {
            UNSPECIFIED => NameFormat::Unspecified,
            URI => NameFormat::Uri,
            BASIC => NameFormat::Basic,
            other => NameFormat::Other(other.to_owned()),
        }
    }
}

/// One attribute: a name and its values, in the order of the message
/// (core 2.7.3.1). It may have no value at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    name: String,
    name_format: NameFormat,
    values: Values,
}

/// Most attributes have one value, which needs no list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    One(String),
    Many(Vec<String>),
}

impl Attribute {
    /// An attribute of a name, a format and values.
    ///
    /// # Errors
    /// [`NotXmlText`] when the name is blank or a text holds a character that
    /// XML cannot carry.
    ///
    /// ```
    /// use saml::core::{Attribute, NameFormat};
    /// let email = Attribute::new("email", NameFormat::Basic, ["maya@acme.test"]).unwrap();
    /// assert_eq!(email.values(), ["maya@acme.test"]);
    /// ```
    pub fn new<V: Into<String>>(
        name: impl Into<String>,
        name_format: NameFormat,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Attribute, NotXmlText> {
        let name = name.into();
        let mut values = values.into_iter().map(Into::into);
        let values = match (values.next(), values.next()) {
            (Some(only), None) => Values::One(only),
            (first, second) => Values::Many(first.into_iter().chain(second).chain(values).collect()),
        };
        let sound = !name.trim().is_empty()
            && is_xml_text(&name)
            && is_xml_text(name_format.as_str())
            && values.as_slice().iter().all(|value| is_xml_text(value));
        if !sound {
            return Err(NotXmlText);
        }
        Ok(Attribute { name, name_format, values })
    }

    /// The name.
    ///
    /// ```
    /// # use saml::core::{Attribute, NameFormat};
    /// # let email = Attribute::new("email", NameFormat::Basic, ["maya@acme.test"]).unwrap();
    /// assert_eq!(email.name(), "email");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the name is to be read.
    ///
    /// ```
    /// # use saml::core::{Attribute, NameFormat};
    /// # let email = Attribute::new("email", NameFormat::Basic, ["maya@acme.test"]).unwrap();
    /// assert_eq!(*email.name_format(), NameFormat::Basic);
    /// ```
    #[must_use]
    pub fn name_format(&self) -> &NameFormat {
        &self.name_format
    }

    /// The values in the order of the message, unchanged.
    ///
    /// ```
    /// # use saml::core::{Attribute, NameFormat};
    /// # let email = Attribute::new("email", NameFormat::Basic, ["maya@acme.test"]).unwrap();
    /// assert_eq!(email.values().len(), 1);
    /// ```
    #[must_use]
    pub fn values(&self) -> &[String] {
        self.values.as_slice()
    }
}

impl Values {
    fn as_slice(&self) -> &[String] {
        match self {
            Values::One(only) => std::slice::from_ref(only),
            Values::Many(values) => values,
        }
    }
}

const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";
const URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
const BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
