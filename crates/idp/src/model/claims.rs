//! What an assertion says about a person: source → attribute.

use std::borrow::Cow;

use saml::core::{Attribute, NameFormat};

use super::application::words;
use super::user::User;

/// An attribute of a person, spelled as the guide spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserAttribute {
    /// The address, in lower case.
    Email,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The user name.
    Username,
    /// What never changes: the row's id. A stable id for applications that take one, never the address.
    Id,
}
words!(UserAttribute {
    Email = "user.email",
    FirstName = "user.firstName",
    LastName = "user.lastName",
    Username = "user.username",
    Id = "user.id",
});

impl UserAttribute {
    /// The person's value.
    pub fn of(self, user: &User) -> Cow<'_, str> {
        match self {
            Self::Email => user.email.as_str().into(),
            Self::FirstName => user.first_name.as_str().into(),
            Self::LastName => user.last_name.as_str().into(),
            Self::Username => user.username.as_str().into(),
            Self::Id => user.id.to_string().into(),
        }
    }
}

/// Where the value of a claim comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimSource {
    /// An attribute of the person.
    User(UserAttribute),
    /// The same text for everybody, 1 to 1024 bytes.
    Fixed(String),
}

/// How the application is to read the name of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimNameFormat {
    /// No promise; what most applications expect.
    Unspecified,
    /// A short name.
    Basic,
    /// A URI.
    Uri,
}
words!(ClaimNameFormat { Unspecified = "unspecified", Basic = "basic", Uri = "uri" });

impl ClaimNameFormat {
    fn saml(self) -> NameFormat {
        match self {
            Self::Unspecified => NameFormat::Unspecified,
            Self::Basic => NameFormat::Basic,
            Self::Uri => NameFormat::Uri,
        }
    }
}

/// One row of an application's claim mappings. Correct by construction: the assertion can carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimMapping {
    source: ClaimSource,
    name: String,
    name_format: ClaimNameFormat,
}

impl ClaimMapping {
    /// A mapping of a source to a name of 1 to 256 bytes.
    ///
    /// # Errors
    /// [`ClaimError`], the first broken rule.
    pub fn new(source: ClaimSource, name: &str, name_format: ClaimNameFormat) -> Result<Self, ClaimError> {
        let name = name.trim();
        if name.is_empty() || name.len() > NAME_BYTES {
            return Err(ClaimError::Name);
        }
        if let ClaimSource::Fixed(value) = &source {
            if value.is_empty() || value.len() > VALUE_BYTES {
                return Err(ClaimError::Value);
            }
            Attribute::new(name, name_format.saml(), [value.as_str()]).map_err(|_| ClaimError::Value)?;
        }
        Attribute::new(name, name_format.saml(), [""]).map_err(|_| ClaimError::Name)?;
        Ok(Self { source, name: name.to_owned(), name_format })
    }

    /// Where the value comes from.
    pub fn source(&self) -> &ClaimSource {
        &self.source
    }

    /// The attribute's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the name is to be read.
    pub fn name_format(&self) -> ClaimNameFormat {
        self.name_format
    }

    fn value<'a>(&'a self, user: &'a User) -> Cow<'a, str> {
        match &self.source {
            ClaimSource::User(attribute) => attribute.of(user),
            ClaimSource::Fixed(value) => value.as_str().into(),
        }
    }
}

/// Refuses two mappings to one name: an application could read either (T041).
///
/// # Errors
/// [`ClaimError::Repeated`] with the position of the second.
pub fn distinct(claims: &[ClaimMapping]) -> Result<(), ClaimError> {
    for (position, claim) in claims.iter().enumerate() {
        if claims[..position].iter().any(|earlier| earlier.name == claim.name) {
            return Err(ClaimError::Repeated(position));
        }
    }
    Ok(())
}

/// The attributes that an assertion about `user` carries, in the order of the mappings.
pub fn attributes(claims: &[ClaimMapping], user: &User) -> Vec<Attribute> {
    // A name or value that XML cannot carry is refused when it is entered, so nothing is dropped here.
    claims
        .iter()
        .filter_map(|claim| {
            Attribute::new(claim.name.as_str(), claim.name_format.saml(), [claim.value(user)]).ok()
        })
        .collect()
}

/// Why a claim mapping is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The name is empty, too long, or holds what XML cannot carry.
    #[error("the name is empty or too long")]
    Name,
    /// The fixed value is empty, too long, or holds what XML cannot carry.
    #[error("the fixed value is empty or too long")]
    Value,
    /// Another mapping has this name already.
    #[error("two mappings have the same name")]
    Repeated(usize),
}

const NAME_BYTES: usize = 256;
const VALUE_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::tests::maya;

    fn claim(source: ClaimSource, name: &str) -> Result<ClaimMapping, ClaimError> {
        ClaimMapping::new(source, name, ClaimNameFormat::Basic)
    }

    #[test]
    fn the_guides_mappings() {
        let claims: Vec<_> = [
            (ClaimSource::User(UserAttribute::Username), "email"),
            (ClaimSource::User(UserAttribute::FirstName), "firstname"),
            (ClaimSource::User(UserAttribute::LastName), "lastname"),
            (ClaimSource::Fixed("gold & silver".to_owned()), "plan"),
        ]
        .map(|(source, name)| claim(source, name).expect("a mapping"))
        .into();
        let attributes = attributes(&claims, &maya());
        let seen: Vec<_> = attributes.iter().map(|a| (a.name(), a.values()[0].as_str())).collect();
        assert_eq!(
            seen,
            [
                ("email", "maya@acme.example"),
                ("firstname", "Maya"),
                ("lastname", "Okafor"),
                ("plan", "gold & silver"),
            ]
        );
        assert!(distinct(&claims).is_ok());
    }

    #[test]
    fn what_an_assertion_cannot_carry_is_refused() {
        let email = || ClaimSource::User(UserAttribute::Email);
        for bad in ["", "  ", "a\0", &"n".repeat(257)] {
            assert_eq!(claim(email(), bad), Err(ClaimError::Name), "{bad:?}");
        }
        for bad in ["", "\u{1}", &"v".repeat(1025)] {
            assert_eq!(claim(ClaimSource::Fixed(bad.to_owned()), "n"), Err(ClaimError::Value), "{bad:?}");
        }
    }

    #[test]
    fn a_name_stands_once() {
        let email = || claim(ClaimSource::User(UserAttribute::Email), "email").expect("a mapping");
        let other = claim(ClaimSource::User(UserAttribute::Email), "mail").expect("a mapping");
        assert_eq!(distinct(&[email(), other, email()]), Err(ClaimError::Repeated(2)));
    }
}
