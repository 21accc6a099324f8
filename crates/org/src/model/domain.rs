//! Domains: proved to be the organisation's, claimed, and linked to a directory.

use std::fmt;
use std::str::FromStr;

use console::person::{AddressError, EmailAddress, normal_domain};
use jiff::Timestamp;

use super::ids::{DirectoryId, OrganizationId};
use super::organization::UnknownWord;

/// A domain that an organisation named as its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Whose.
    pub organization: OrganizationId,
    /// Exactly this name; sub-domains are domains of their own.
    pub name: DomainName,
    /// Since when it is proved, if it is. At most one organisation holds the
    /// proof for a name.
    pub verified_at: Option<Timestamp>,
    /// How accounts on it come under management.
    pub claim: Claim,
    /// The identity provider directory that may speak for it.
    pub linked_to: Option<DirectoryId>,
}

/// How accounts on a verified domain become managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Existing and new accounts are claimed by themselves.
    Automatic,
    /// An administrator claims them by hand; nothing is created at sign-in.
    Manual,
}

impl Claim {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Manual => "manual",
        }
    }
}

impl FromStr for Claim {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "automatic" => Ok(Self::Automatic),
            "manual" => Ok(Self::Manual),
            _ => Err(UnknownWord),
        }
    }
}

/// A domain name in the one form in which names are compared: lower case,
/// internationalised labels as A-labels. Compared whole: a sub-domain is
/// another domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// The domain of an address.
    pub fn of(address: &EmailAddress) -> Self {
        Self(address.domain().to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        normal_domain(text).map(Self)
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_domain_is_another_domain() {
        let of = |text| DomainName::of(&EmailAddress::parse(text).unwrap());
        assert_eq!(of("a@ACME.example"), "acme.example".parse().unwrap());
        assert_ne!(of("a@mail.acme.example"), of("a@acme.example"));
        assert!("acme".parse::<DomainName>().is_err());
    }
}
