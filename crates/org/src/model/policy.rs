//! Authentication policies: how the members of a directory sign in.

use std::str::FromStr;
use std::time::Duration;

use console::person::DisplayName;
use console::sessions::Limits;
use jiff::{SignedDuration, Timestamp};

use super::ids::{DirectoryId, OrganizationId, PolicyId};
use super::organization::UnknownWord;

/// How its members sign in and for how long. An account has exactly one, which
/// [`computed`](fn@super::computed) finds.
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
    /// What it is set to; what holds is [`effective`].
    pub sso: SsoSetting,
    /// The plan does not include it any more: from here on SSO is not required.
    pub required_until: Option<Timestamp>,
    /// How long sessions live.
    pub sessions: SessionDurations,
    /// How old the proof of a person may be before a product asks for a new
    /// one; none asks by itself without it.
    pub reverification: Option<Reverification>,
    /// Whether members may have API tokens, and for how long.
    pub api_tokens: ApiTokens,
    /// Counts the changes: two administrators who edit the same thing are told.
    pub version: i64,
}

impl AuthenticationPolicy {
    /// A policy without SSO, with what every policy starts with.
    pub const fn new(
        (id, organization, directory): (PolicyId, OrganizationId, DirectoryId),
        name: DisplayName,
        is_default: bool,
    ) -> Self {
        Self {
            id,
            organization,
            directory,
            name,
            is_default,
            sso: SsoSetting::Off,
            required_until: None,
            sessions: SessionDurations::DEFAULT,
            reverification: None,
            api_tokens: ApiTokens::DEFAULT,
            version: 1,
        }
    }
}

/// What a policy requires at this moment. It is asked at every sign-in, so
/// that probation ends by itself: no job has to run for it, also not one that
/// was down when it fell due. Only the requirement returns; SSO stays offered.
pub fn effective(policy: &AuthenticationPolicy, now: Timestamp) -> Sso {
    match policy.sso {
        SsoSetting::Off => Sso::Off,
        SsoSetting::Offered => Sso::Offered,
        SsoSetting::Enforced(enforcement) => {
            let included = policy.required_until.is_none_or(|end| now < end);
            match included && enforcement.holds(now) {
                true => Sso::Enforced,
                false => Sso::Offered,
            }
        }
    }
}

/// What a policy is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SsoSetting {
    /// No member signs in by the identity provider.
    Off,
    /// By the identity provider, and the local door stays open beside it.
    Offered,
    /// By the identity provider only, as long as the enforcement holds.
    Enforced(Enforcement),
}

impl SsoSetting {
    /// One that needs no probation: enforced and confirmed since `at`.
    pub const fn settled(sso: Sso, at: Timestamp) -> Self {
        match sso {
            Sso::Off => Self::Off,
            Sso::Offered => Self::Offered,
            Sso::Enforced => {
                Self::Enforced(Enforcement { enforced_at: at, returns_at: at, confirmed_at: Some(at) })
            }
        }
    }

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        self.word().as_str()
    }

    /// Whether it is set to send its members to the identity provider, whether
    /// or not that has returned meanwhile: a clock may jump back.
    pub const fn sends(self) -> bool {
        matches!(self, Self::Enforced(_))
    }

    const fn word(self) -> Sso {
        match self {
            Self::Off => Sso::Off,
            Self::Offered => Sso::Offered,
            Self::Enforced(_) => Sso::Enforced,
        }
    }
}

/// Since when SSO is required, and until when without a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enforcement {
    /// When it began.
    pub enforced_at: Timestamp,
    /// When it returns by itself, unless it is confirmed before.
    pub returns_at: Timestamp,
    /// When an administrator confirmed that people do get in.
    pub confirmed_at: Option<Timestamp>,
}

impl Enforcement {
    /// Whether SSO is required at this moment. Before its beginning it is not:
    /// a clock that jumped back never makes probation longer.
    pub fn holds(self, now: Timestamp) -> bool {
        self.confirmed_at.is_some() || (self.enforced_at <= now && now < self.returns_at)
    }

    /// Whether it holds and may return.
    pub fn is_on_probation(self, now: Timestamp) -> bool {
        self.confirmed_at.is_none() && self.holds(now)
    }
}

/// What a policy says about single sign-on at this moment.
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

/// The oldest proof of a person that a product takes: from five minutes to a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reverification(Duration);

impl Reverification {
    /// An age.
    ///
    /// # Errors
    /// [`DurationsError::OutOfRange`].
    pub fn new(age: Duration) -> Result<Self, DurationsError> {
        match age < SHORTEST || age > LONGEST {
            true => Err(DurationsError::OutOfRange),
            false => Ok(Self(age)),
        }
    }

    /// The age.
    pub const fn age(self) -> Duration {
        self.0
    }
}

/// Whether members may have API tokens of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiTokens {
    /// They may, and a token lives so long at most.
    Allowed(Duration),
    /// They may not; those that they have do not work.
    Blocked,
}

impl ApiTokens {
    /// What a new policy starts with: a year.
    pub const DEFAULT: Self = Self::Allowed(LONGEST);

    /// Tokens that live from five minutes to a year.
    ///
    /// # Errors
    /// [`DurationsError::OutOfRange`].
    pub fn allowed(longest: Duration) -> Result<Self, DurationsError> {
        Reverification::new(longest).map(|within| Self::Allowed(within.age()))
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

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn policy(sso: SsoSetting, required_until: Option<Timestamp>) -> AuthenticationPolicy {
        let id = |n| uuid::Uuid::from_u128(n);
        let ids = (PolicyId::new(id(1)), OrganizationId::new(id(2)), DirectoryId::new(id(3)));
        let name = DisplayName::parse("x").unwrap();
        AuthenticationPolicy { sso, required_until, ..AuthenticationPolicy::new(ids, name, true) }
    }

    fn enforced(confirmed: Option<i64>) -> SsoSetting {
        SsoSetting::Enforced(Enforcement {
            enforced_at: at(0),
            returns_at: at(3600),
            confirmed_at: confirmed.map(at),
        })
    }

    #[test]
    fn what_holds_follows_from_the_policy_and_the_time() {
        use Sso::{Enforced, Off, Offered};
        // (what, set to, the plan's end, seconds after enforcing, what holds)
        let cases = [
            ("off", SsoSetting::Off, None, 0, Off),
            ("off, plan gone", SsoSetting::Off, Some(0), 1, Off),
            ("offered", SsoSetting::Offered, None, 0, Offered),
            ("offered, plan gone", SsoSetting::Offered, Some(0), 1, Offered),
            ("the moment it begins", enforced(None), None, 0, Enforced),
            ("on probation", enforced(None), None, 1800, Enforced),
            ("the last second of probation", enforced(None), None, 3599, Enforced),
            ("the moment it returns", enforced(None), None, 3600, Offered),
            ("returned", enforced(None), None, 3601, Offered),
            ("returned while every node was down", enforced(None), None, 90 * 86_400, Offered),
            ("the clock jumped back behind the beginning", enforced(None), None, -1, Offered),
            ("the clock jumped back a year", enforced(None), None, -365 * 86_400, Offered),
            ("confirmed", enforced(Some(60)), None, 61, Enforced),
            ("confirmed, after the probation", enforced(Some(60)), None, 3601, Enforced),
            ("confirmed, a year later", enforced(Some(60)), None, 365 * 86_400, Enforced),
            ("confirmed, the clock jumped back", enforced(Some(60)), None, -1, Enforced),
            ("plan lapsed, in its days of grace", enforced(Some(60)), Some(1000), 999, Enforced),
            ("plan lapsed, grace over at this moment", enforced(Some(60)), Some(1000), 1000, Offered),
            ("plan lapsed, grace over", enforced(Some(60)), Some(1000), 1001, Offered),
            ("probation in the grace", enforced(None), Some(1000), 999, Enforced),
            ("grace over in the probation", enforced(None), Some(1000), 1000, Offered),
            ("probation over in the grace", enforced(None), Some(9000), 3600, Offered),
            ("both over", enforced(None), Some(1000), 9000, Offered),
        ];
        for (what, sso, until, second, holds) in cases {
            let policy = policy(sso, until.map(at));
            assert_eq!(effective(&policy, at(second)), holds, "{what}");
        }
    }

    #[test]
    fn api_tokens_and_reverification_have_bounds() {
        let day = Duration::from_secs(DAY);
        assert_eq!(ApiTokens::allowed(day), Ok(ApiTokens::Allowed(day)));
        assert_eq!(ApiTokens::allowed(366 * day), Err(DurationsError::OutOfRange));
        assert_eq!(Reverification::new(day).map(Reverification::age), Ok(day));
        assert_eq!(Reverification::new(Duration::ZERO), Err(DurationsError::OutOfRange));
    }

    #[test]
    fn modes_are_stored_by_their_word() {
        for sso in [Sso::Off, Sso::Offered, Sso::Enforced] {
            assert_eq!(sso.as_str().parse(), Ok(sso));
        }
    }
}
