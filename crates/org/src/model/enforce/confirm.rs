//! The end of probation: confirmed, extended, returned at once, or by itself.

use jiff::{SignedDuration, Timestamp};

use crate::model::ids::AccountId;
use crate::model::policy::{AuthenticationPolicy, Enforcement, SsoSetting};

/// The last session that a member of the policy opened through its
/// configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Who.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// The session of the administrator who confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Whether a passkey that is kept here opened it.
    pub by_local_door: bool,
}

impl AuthenticationPolicy {
    /// SSO stays required. Somebody must have come in since it is, and whoever
    /// says so must be sure to come in again: an old session proves neither.
    ///
    /// # Errors
    /// What is still needed.
    pub fn confirm(
        mut self,
        witness: Option<&Witness>,
        own: &OwnSession,
        now: Timestamp,
    ) -> Result<Self, NotYet> {
        let enforcement = self.on_probation(now).ok_or(NotYet::NotOnProbation)?;
        let since = enforcement.enforced_at;
        if witness.is_none_or(|witness| witness.at <= since) {
            return Err(NotYet::NobodyCameIn);
        }
        if !own.by_local_door && own.opened_at <= since {
            return Err(NotYet::OwnSessionIsOlder);
        }
        self.sso = SsoSetting::Enforced(Enforcement { confirmed_at: Some(now), ..enforcement });
        Ok(self)
    }

    /// Probation ends later, `more` from now. What has returned does not come
    /// back by this.
    ///
    /// # Errors
    /// [`ProbationError`].
    pub fn extend(mut self, more: SignedDuration, now: Timestamp) -> Result<Self, ProbationError> {
        let enforcement = self.on_probation(now).ok_or(ProbationError::NotOnProbation)?;
        let returns_at = end_of(enforcement.enforced_at, now, more)?.max(enforcement.returns_at);
        self.sso = SsoSetting::Enforced(Enforcement { returns_at, ..enforcement });
        Ok(self)
    }

    /// SSO is not required any more, from this moment; it stays offered.
    #[must_use]
    pub fn return_now(mut self) -> Self {
        if self.sso.sends() {
            self.sso = SsoSetting::Offered;
        }
        self
    }

    fn on_probation(&self, now: Timestamp) -> Option<Enforcement> {
        match self.sso {
            SsoSetting::Enforced(enforcement) if enforcement.is_on_probation(now) => Some(enforcement),
            _ => None,
        }
    }
}

/// Why enforcement is not confirmed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotYet {
    /// It is not enforced, was confirmed before, or has returned.
    NotOnProbation,
    /// No member has opened a session through the configuration since.
    NobodyCameIn,
    /// The administrator's own session is older than the enforcement, and by SSO.
    OwnSessionIsOlder,
}

/// Why a probation cannot be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProbationError {
    /// The evidence is for another policy, or for an earlier state of this one.
    OtherPolicy,
    /// There is none, or it is over.
    NotOnProbation,
    /// Under five minutes from now, or over seven days in all.
    Length,
}

/// The end of a probation that began at `since` and lasts `more` from now.
pub(super) fn end_of(
    since: Timestamp,
    now: Timestamp,
    more: SignedDuration,
) -> Result<Timestamp, ProbationError> {
    let end = now.checked_add(more).map_err(|_| ProbationError::Length)?;
    match more < SHORTEST || end.duration_since(since) > LONGEST {
        true => Err(ProbationError::Length),
        false => Ok(end),
    }
}

const SHORTEST: SignedDuration = SignedDuration::from_mins(5);
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
