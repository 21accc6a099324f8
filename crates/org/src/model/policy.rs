//! Authentication policies: how the members of a directory sign in.

use std::str::FromStr;
use std::time::Duration;

use console::person::DisplayName;
use console::sessions::Limits;
use jiff::SignedDuration;

use super::ids::{DirectoryId, OrganizationId, PolicyId};
use super::organization::UnknownWord;

/// How its members sign in and for how long. An account has exactly one: the
/// policy named for it, else the default policy of its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationPolicy {
    /// Its row.
    pub id: PolicyId,
    /// Whose.
    pub organization: OrganizationId,
    /// The directory that it belongs to. SSO is possible only in an identity
    /// provider's.
    pub directory: DirectoryId,
    /// Its name on pages.
    pub name: DisplayName,
    /// Whether it is its directory's default policy.
    pub is_default: bool,
    /// What it says about single sign-on.
    pub sso: Sso,
    /// How long sessions live.
    pub sessions: SessionDurations,
}

/// What a policy says about single sign-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sso {
    /// No member signs in by the identity provider.
    Off,
    /// By the identity provider, and the local door stays open beside it.
    Offered,
    /// By the identity provider only.
    Enforced,
}

impl Sso {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Offered => "offered",
            Self::Enforced => "enforced",
        }
    }
}

impl FromStr for Sso {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "off" => Ok(Self::Off),
            "offered" => Ok(Self::Offered),
            "enforced" => Ok(Self::Enforced),
            _ => Err(UnknownWord),
        }
    }
}

/// How long a session lives. A change holds from the next sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionDurations {
    /// It ends when unused for so long.
    pub idle: Duration,
    /// It ends so long after the sign-in, used or not.
    pub absolute: Duration,
}

impl SessionDurations {
    /// What a new policy starts with: 30 days unused, 90 days in all.
    pub const DEFAULT: Self =
        Self { idle: Duration::from_secs(30 * DAY), absolute: Duration::from_secs(90 * DAY) };

    /// The same, as sessions take it.
    pub fn limits(self) -> Limits {
        self.ending(None)
    }

    /// The same, and no longer than `left`.
    pub fn ending(self, left: Option<SignedDuration>) -> Limits {
        let whole = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let absolute = whole(self.absolute);
        Limits::new(whole(self.idle), left.map_or(absolute, |left| left.min(absolute)))
    }

    /// Between five minutes and a year, the idle time no longer than the whole.
    pub fn new(idle: Duration, absolute: Duration) -> Result<Self, DurationsError> {
        if idle < SHORTEST || absolute > LONGEST {
            return Err(DurationsError::OutOfRange);
        }
        if idle > absolute {
            return Err(DurationsError::IdleLongerThanWhole);
        }
        Ok(Self { idle, absolute })
    }
}

/// Why durations cannot be a policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationsError {
    /// Under five minutes or over a year.
    #[error("a session lives from five minutes to 365 days")]
    OutOfRange,
    /// The idle time is longer than the whole.
    #[error("the idle time cannot be longer than the whole session")]
    IdleLongerThanWhole,
}

const DAY: u64 = 24 * 60 * 60;
const SHORTEST: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(365 * DAY);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_bounds_and_an_order() {
        let day = Duration::from_secs(DAY);
        assert!(SessionDurations::new(day, day).is_ok());
        let idle_longer = SessionDurations::new(2 * day, day);
        assert_eq!(idle_longer, Err(DurationsError::IdleLongerThanWhole));
        for (idle, absolute) in [(Duration::ZERO, day), (day, 366 * day)] {
            let out = SessionDurations::new(idle, absolute);
            assert_eq!(out, Err(DurationsError::OutOfRange));
        }
    }

    #[test]
    fn modes_are_stored_by_their_word() {
        for sso in [Sso::Off, Sso::Offered, Sso::Enforced] {
            assert_eq!(sso.as_str().parse(), Ok(sso));
        }
    }
}
