//! Organisations and what their plan allows.

use std::fmt;
use std::str::FromStr;

use console::person::DisplayName;
use jiff::SignedDuration;

use super::ids::{DirectoryId, OrganizationId};

/// A customer of this deployment: the owner of domains, directories, policies
/// and products, whose administrators see their own people only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its row.
    pub id: OrganizationId,
    /// Its short name in addresses, such as the OpenID issuer's.
    pub key: OrganizationKey,
    /// Its name as people read it.
    pub name: DisplayName,
    /// What it subscribed to.
    pub plan: Plan,
}

/// What an organisation subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// One authentication policy for everybody, no single sign-on.
    Free,
    /// Single sign-on by one identity provider directory.
    GuardStandard,
    /// Includes Guard Standard, and several identity provider directories.
    Enterprise,
}

impl Plan {
    /// How many identity provider directories may exist at once.
    pub const fn identity_provider_directories(self) -> usize {
        match self {
            Self::Free => 0,
            Self::GuardStandard => 1,
            Self::Enterprise => usize::MAX,
        }
    }

    /// Whether SSO may be required at all.
    pub const fn includes_sso(self) -> bool {
        self.identity_provider_directories() > 0
    }

    /// How many authentication policies may exist at once.
    pub const fn policies(self) -> usize {
        match self {
            Self::Free => 1,
            Self::GuardStandard | Self::Enterprise => usize::MAX,
        }
    }

    /// The identity provider directories that the plan does not include, out
    /// of all of them, oldest first: the oldest stay.
    pub fn beyond(self, directories: &[DirectoryId]) -> &[DirectoryId] {
        let included = self.identity_provider_directories().min(directories.len());
        &directories[included..]
    }

    /// The word in the database and in acts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::GuardStandard => "guard-standard",
            Self::Enterprise => "enterprise",
        }
    }
}

impl FromStr for Plan {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Free, Self::GuardStandard, Self::Enterprise]
            .into_iter()
            .find(|plan| plan.as_str() == word)
            .ok_or(UnknownWord)
    }
}

/// What a lapse or a smaller plan changes nothing for.
pub const GRACE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A lower-case name of 2 to 40 letters, digits and inner hyphens, fit for a
/// path segment and chosen once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationKey(String);

impl OrganizationKey {
    /// The key as it stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganizationKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let ends = text.starts_with('-') || text.ends_with('-');
        match (2..=40).contains(&text.len()) && plain && !ends {
            true => Ok(Self(text.to_owned())),
            false => Err(NotAKey),
        }
    }
}

impl fmt::Display for OrganizationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stored or given word is none of the known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("none of the known words")]
pub struct UnknownWord;

/// Not 2 to 40 lower-case letters, digits and inner hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 2 to 40 lower-case letters, digits and hyphens between them")]
pub struct NotAKey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_stored_by_their_word() {
        for plan in [Plan::Free, Plan::GuardStandard, Plan::Enterprise] {
            assert_eq!(plan.as_str().parse(), Ok(plan));
        }
        assert_eq!("gold".parse::<Plan>(), Err(UnknownWord));
    }

    #[test]
    fn a_plan_includes_the_oldest_directories() {
        let id = |n| DirectoryId::new(uuid::Uuid::from_u128(n));
        let all = [id(1), id(2), id(3)];
        // (plan, how many there are, how many stay)
        let cases = [
            (Plan::Free, 0, 0),
            (Plan::Free, 1, 0),
            (Plan::Free, 3, 0),
            (Plan::GuardStandard, 0, 0),
            (Plan::GuardStandard, 1, 1),
            (Plan::GuardStandard, 3, 1),
            (Plan::Enterprise, 0, 0),
            (Plan::Enterprise, 3, 3),
        ];
        for (plan, there, stay) in cases {
            assert_eq!(plan.beyond(&all[..there]), &all[stay..there], "{plan:?} {there}");
        }
        assert!(!Plan::Free.includes_sso() && Plan::GuardStandard.includes_sso());
        assert_eq!((Plan::Free.policies(), Plan::Enterprise.policies()), (1, usize::MAX));
    }

    #[test]
    fn keys_fit_a_path_segment() {
        assert!("acme-2".parse::<OrganizationKey>().is_ok());
        for bad in ["", "a", "Acme", "a/b", "-acme", "acme-", "a b", "..", "ä-b"] {
            assert_eq!(bad.parse::<OrganizationKey>(), Err(NotAKey), "{bad}");
        }
    }
}
