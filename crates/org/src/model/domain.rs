//! Domains: proved to be the organisation's, claimed, and linked to a directory.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use console::person::{AddressError, EmailAddress, normal_domain};
use jiff::{SignedDuration, Timestamp};
use web::Entropy;

use super::domain_check::{Finding, NOTICE};
use super::ids::{DirectoryId, OrganizationId};
use super::organization::UnknownWord;

/// A domain that an organisation named as its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Whose.
    pub organization: OrganizationId,
    /// Exactly this name; sub-domains are domains of their own.
    pub name: DomainName,
    /// Counts the changes: two administrators who edit it are told.
    pub version: i64,
    /// What its holder puts up; none, if the operator vouched for it.
    pub token: Option<DomainToken>,
    /// Since when it is proved, if it is. At most one organisation holds the
    /// proof for a name.
    pub verified_at: Option<Timestamp>,
    /// How it was proved.
    pub proof: Option<Proof>,
    /// How accounts on it come under management.
    pub claim: Claim,
    /// The identity provider directory that may speak for it.
    pub linked_to: Option<DirectoryId>,
    /// What the checks found.
    pub checks: Checks,
}

/// What the checks of a domain found, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// The last one.
    pub last: Option<(Timestamp, Finding)>,
    /// When the next one is due, if any is.
    pub due_at: Option<Timestamp>,
    /// The first of the checks in a row that did not find the token of a
    /// proved domain.
    pub missing_since: Option<Timestamp>,
    /// Its token was found while another organisation held the proof.
    pub waiting_since: Option<Timestamp>,
    /// Another organisation has proved it later.
    pub superseded_at: Option<Timestamp>,
}

/// Where a domain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainState {
    /// Nothing is proved.
    Unverified,
    /// Its token was found, and another organisation has notice until then.
    Waiting {
        /// The first moment at which it can be verified.
        until: Timestamp,
    },
    /// It is proved.
    Verified {
        /// Since then.
        since: Timestamp,
    },
    /// It was proved, and its token is found no longer. It works until the
    /// first check after the notice.
    MissingToken {
        /// The end of the notice.
        until: Timestamp,
    },
    /// It was proved, and another organisation proved it later.
    Superseded {
        /// When.
        since: Timestamp,
    },
}

impl Domain {
    /// A name that nothing is proved of yet.
    pub fn unverified(organization: OrganizationId, name: DomainName, token: DomainToken) -> Self {
        Self {
            organization,
            name,
            version: 1,
            token: Some(token),
            verified_at: None,
            proof: None,
            claim: Claim::Manual,
            linked_to: None,
            checks: Checks::default(),
        }
    }

    /// Where it stands.
    pub fn state(&self) -> DomainState {
        let checks = &self.checks;
        match (self.verified_at, checks.missing_since, checks.superseded_at, checks.waiting_since) {
            (Some(_), Some(since), _, _) => DomainState::MissingToken { until: since + NOTICE },
            (Some(since), None, _, _) => DomainState::Verified { since },
            (None, _, Some(since), _) => DomainState::Superseded { since },
            (None, _, None, Some(since)) => DomainState::Waiting { until: since + NOTICE },
            (None, _, None, None) => DomainState::Unverified,
        }
    }
}

/// How a domain was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a text record at exactly this name.
    Dns,
    /// By a file at a fixed path of its web server.
    Http,
    /// By the word of whoever runs this program. It is never checked again.
    Operator,
}

impl Proof {
    /// The word in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Http => "http",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for Proof {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Dns, Self::Http, Self::Operator]
            .into_iter()
            .find(|proof| proof.as_str() == word)
            .ok_or(UnknownWord)
    }
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

/// What the holder of a domain puts up to prove it: drawn for one organisation
/// and one name, and never used for another (T099). It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainToken(String);

impl DomainToken {
    /// A new one, of 192 random bits.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 24];
        entropy.fill(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The token alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole value of the text record, and a line of the file.
    pub fn record(&self) -> String {
        format!("{TOKEN_PREFIX}{}", self.0)
    }
}

impl FromStr for DomainToken {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        match text.len() == 32 && text.bytes().all(sign) {
            true => Ok(Self(text.to_owned())),
            false => Err(UnknownWord),
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
        match text.len() <= NAME_BYTES {
            true => normal_domain(text).map(Self),
            false => Err(AddressError::TooLong),
        }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before the token in a text record and in the file.
pub const TOKEN_PREFIX: &str = "countersign-domain-verification=";

/// The path of the file on the domain's own web server.
pub const TOKEN_FILE: &str = "/countersign-domain-verification.html";

/// No name has more (RFC 1035, section 2.3.4, without the root).
const NAME_BYTES: usize = 253;

/// How long the proof lives between two checks.
pub const CHECK_EVERY: SignedDuration = SignedDuration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_domain_is_another_domain() {
        let of = |text| DomainName::of(&EmailAddress::parse(text).unwrap());
        assert_eq!(of("a@ACME.example"), "acme.example".parse().unwrap());
        assert_ne!(of("a@mail.acme.example"), of("a@acme.example"));
        assert!("acme".parse::<DomainName>().is_err());
        assert!(format!("{}acme.example", "a.".repeat(125)).parse::<DomainName>().is_err());
    }

    #[test]
    fn a_token_stands_whole_in_its_record() {
        let token: DomainToken = "abcdefghijklmnopqrstuvwxyz-_0123".parse().unwrap();
        assert_eq!(token.record(), "countersign-domain-verification=abcdefghijklmnopqrstuvwxyz-_0123");
        for bad in ["", "abc", "abcdefghijklmnopqrstuvwxyz-_012 "] {
            assert!(bad.parse::<DomainToken>().is_err(), "{bad}");
        }
    }
}
