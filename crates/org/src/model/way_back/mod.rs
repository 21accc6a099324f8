//! There is always a way back: an administrator of the organisation whom no
//! organisation of this deployment sends to single sign-on, who holds a passkey
//! kept here and has used it within 90 days. The guide's fallback administrator
//! on an unverified domain is one, an administrator in a policy without SSO is
//! the other.
//!
//! It is an invariant, not a step: every act that could end it describes itself
//! as a [`Change`] of the [`Roster`] and is asked for by [`ask`]. A change that
//! takes a way in from no administrator is always free; any other one needs a
//! proven way back that stays. Pure.

mod change;
mod roster;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod walks;

use jiff::{SignedDuration, Timestamp};

use super::account::Standing;
use super::ids::{AccountId, OrganizationId};

pub use change::Change;
pub use roster::{Administrator, Claimed, Roster};

#[cfg(test)]
pub(super) use kit::sample;

/// The proof that an organisation has a way back. Only [`way_back`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    organization: OrganizationId,
    administrators: Vec<AccountId>,
}

impl WayBack {
    /// Whose.
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Who gets in whatever becomes of the identity provider. Never empty.
    pub fn administrators(&self) -> &[AccountId] {
        &self.administrators
    }
}

/// Whether an organisation has a way back.
///
/// # Errors
/// What is in the way of each of its administrators.
pub fn way_back(roster: &Roster, organization: OrganizationId, now: Timestamp) -> Result<WayBack, NoWayBack> {
    let mut administrators = Vec::new();
    let mut obstacles = Vec::new();
    for administrator in roster.administrators_of(organization) {
        match obstacle(roster, administrator, now) {
            None => administrators.push(administrator.account),
            Some(obstacle) => obstacles.push((administrator.account, obstacle)),
        }
    }
    match administrators.is_empty() {
        true => Err(NoWayBack { organization, obstacles }),
        false => Ok(WayBack { organization, administrators }),
    }
}

/// What keeps each administrator of an organisation from being a way back; nothing does, for those who are.
pub fn ways_in(
    roster: &Roster,
    organization: OrganizationId,
    now: Timestamp,
) -> Vec<(AccountId, Option<Obstacle>)> {
    let all = roster.administrators_of(organization);
    all.map(|administrator| (administrator.account, obstacle(roster, administrator, now))).collect()
}

/// Whether a change leaves every organisation its way back; gives what is
/// there after it.
///
/// # Errors
/// [`Shut`]: whose way back it would end, and what must be done first.
pub fn ask(before: &Roster, change: &Change, now: Timestamp) -> Result<Roster, Shut> {
    let mut after = before.clone();
    change.apply(&mut after);
    for organization in before.organizations() {
        if before.has_active_administrator(organization) && !after.has_active_administrator(organization) {
            return Err(Shut::LastAdministrator(organization));
        }
        if takes_a_way_in(before, &after, organization) {
            way_back(&after, organization, now)?;
        }
    }
    Ok(after)
}

/// Why a change is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Nobody active would administer the organisation.
    LastAdministrator(OrganizationId),
    /// No way back would be left.
    NoWayBack(NoWayBack),
}

impl From<NoWayBack> for Shut {
    fn from(none: NoWayBack) -> Self {
        Self::NoWayBack(none)
    }
}

/// An organisation without a way back, and what is in the way of each of its
/// administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoWayBack {
    /// Whose.
    pub organization: OrganizationId,
    /// Administrator by administrator.
    pub obstacles: Vec<(AccountId, Obstacle)>,
}

impl NoWayBack {
    /// What must be done first: what is nearest.
    pub fn first_step(&self) -> FirstStep {
        let has = |obstacle| self.obstacles.iter().any(|(_, found)| *found == obstacle);
        match (has(Obstacle::PasskeyUnused), has(Obstacle::NoPasskey)) {
            (true, _) => FirstStep::UsePasskey,
            (false, true) => FirstStep::MakePasskey,
            (false, false) => FirstStep::MakeFallbackAdministrator,
        }
    }
}

/// Why an administrator is no way back. The first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The account never signs in.
    Deactivated,
    /// Its policy is set to enforce SSO.
    SentToSso,
    /// It holds no passkey here.
    NoPasskey,
    /// It has not used its passkey for 90 days: nobody knows whether it is
    /// still there.
    PasskeyUnused,
}

/// What must be done before an act that would leave no way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FirstStep {
    /// An administrator outside of SSO signs in with the passkey once more.
    UsePasskey,
    /// An administrator outside of SSO makes a passkey.
    MakePasskey,
    /// An administrator is made on an unverified domain, or moved to a policy
    /// without SSO.
    MakeFallbackAdministrator,
}

/// Whether somebody who could get in before cannot after.
fn takes_a_way_in(before: &Roster, after: &Roster, organization: OrganizationId) -> bool {
    let mut could = before.administrators_of(organization).filter(|one| gets_in(before, one));
    could.any(|one| {
        let mut still = after.administrators_of(organization);
        !still.any(|same| same.account == one.account && gets_in(after, same))
    })
}

/// Whether the local door opens for an administrator, however long ago the
/// passkey was used.
fn gets_in(roster: &Roster, administrator: &Administrator) -> bool {
    administrator.standing == Standing::Active
        && administrator.passkey_used_at.is_some()
        && !roster.is_sent_to_sso(administrator)
}

fn obstacle(roster: &Roster, administrator: &Administrator, now: Timestamp) -> Option<Obstacle> {
    if administrator.standing == Standing::Deactivated {
        return Some(Obstacle::Deactivated);
    }
    if roster.is_sent_to_sso(administrator) {
        return Some(Obstacle::SentToSso);
    }
    match administrator.passkey_used_at {
        None => Some(Obstacle::NoPasskey),
        Some(used) if now.duration_since(used) > USED_WITHIN => Some(Obstacle::PasskeyUnused),
        Some(_) => None,
    }
}

/// A passkey that was not used for longer is no proof that it is still there.
pub const USED_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);
