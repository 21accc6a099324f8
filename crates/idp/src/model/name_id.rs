//! The name by which an application knows a person.

use saml::core::{InvalidNameId, NameId, NameIdFormat};

use super::application::words;
use super::claims::UserAttribute;
use super::user::User;

/// The formats an application can be given (core 8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// An address.
    EmailAddress,
    /// The value alone, no promise about it.
    Unspecified,
    /// An opaque name, the same at every sign-in, different at every application.
    Persistent,
    /// An opaque name for one sign-in.
    Transient,
}
words!(Format {
    EmailAddress = "emailAddress",
    Unspecified = "unspecified",
    Persistent = "persistent",
    Transient = "transient",
});

impl Format {
    /// The format of the specification.
    pub const fn saml(self) -> NameIdFormat {
        match self {
            Self::EmailAddress => NameIdFormat::EmailAddress,
            Self::Unspecified => NameIdFormat::Unspecified,
            Self::Persistent => NameIdFormat::Persistent,
            Self::Transient => NameIdFormat::Transient,
        }
    }

    /// The format's URI.
    pub fn uri(self) -> String {
        self.saml().as_str().to_owned()
    }

    /// Whether the value is an attribute of the person and not an opaque name.
    pub const fn is_an_attribute(self) -> bool {
        matches!(self, Self::EmailAddress | Self::Unspecified)
    }
}

/// Format and source of an application's NameID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameIdRule {
    /// The format.
    pub format: Format,
    /// The attribute that is the value; without meaning for opaque formats.
    pub source: UserAttribute,
}

impl NameIdRule {
    /// Whether a `NameIDPolicy` is met: absent, `unspecified` and the application's own format are (core 3.4.1.1).
    pub fn meets(self, asked: Option<&NameIdFormat>) -> bool {
        match asked {
            None | Some(NameIdFormat::Unspecified) => true,
            Some(asked) => *asked == self.format.saml(),
        }
    }

    /// The NameID of `user`. `opaque` is the row's value for a persistent one, fresh random text for a transient one.
    ///
    /// # Errors
    /// [`InvalidNameId`] when the value is blank.
    pub fn name(self, user: &User, opaque: &str) -> Result<NameId, InvalidNameId> {
        let value = if self.format.is_an_attribute() { self.source.of(user) } else { opaque.into() };
        NameId::new(value, self.format.saml())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::tests::maya;

    fn rule(format: Format) -> NameIdRule {
        NameIdRule { format, source: UserAttribute::Email }
    }

    #[test]
    fn a_policy_is_met_by_the_own_format_or_by_no_wish() {
        let cases = [
            (Format::EmailAddress, None, true),
            (Format::EmailAddress, Some(NameIdFormat::Unspecified), true),
            (Format::EmailAddress, Some(NameIdFormat::EmailAddress), true),
            (Format::EmailAddress, Some(NameIdFormat::Persistent), false),
            (Format::Unspecified, Some(NameIdFormat::EmailAddress), false),
            (Format::Persistent, Some(NameIdFormat::Persistent), true),
            (Format::Persistent, Some(NameIdFormat::Transient), false),
            (Format::Transient, Some(NameIdFormat::Other("urn:x".to_owned())), false),
        ];
        for (format, asked, met) in cases {
            assert_eq!(rule(format).meets(asked.as_ref()), met, "{format:?} {asked:?}");
        }
    }

    #[test]
    fn the_value_follows_the_format() {
        let user = maya();
        for (format, value) in [
            (Format::EmailAddress, "maya@acme.example"),
            (Format::Unspecified, "maya@acme.example"),
            (Format::Persistent, "p-1"),
            (Format::Transient, "p-1"),
        ] {
            let name = rule(format).name(&user, "p-1").expect("a name");
            assert_eq!((name.value(), name.format()), (value, &format.saml()));
        }
    }
}
