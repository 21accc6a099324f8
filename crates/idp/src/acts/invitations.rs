//! Invitations: for this computer, for a phone, and the set-up link of the first owner.

use console::events::{Entry, note};
use console::invitations::{self, Draft, Invited, Lifetime, NewInvitation, Purpose};
use console::person::PersonId;
use jiff::Timestamp;
use serde_json::json;
use store::{StoreError, Tx};

use super::users::editable;
use super::{ActError, Refusal, Word, refused};
use crate::store::users;

/// The device that an invitation enrols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Device {
    /// The computer on which the link is opened.
    Computer,
    /// A phone, which scans the link's QR code.
    Phone,
}

impl Device {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Computer, Self::Phone];

    /// The word in forms and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Computer => "computer",
            Self::Phone => "phone",
        }
    }

    /// What console keeps with the invitation.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Computer => COMPUTER,
            Self::Phone => PHONE,
        }
    }
}

/// Invites a person to enrol a device. An earlier invitation for the same kind of device stops working.
///
/// # Errors
/// [`ActError`].
pub async fn invite_user(
    tx: &Tx,
    word: &Word,
    (person, device, draft): (PersonId, Device, Draft),
    now: Timestamp,
) -> Result<Invited, ActError> {
    const ACT: &str = "user.invite";
    let user = editable(tx, word, (ACT, person), now).await?;
    if !user.is_active() {
        return Err(refused(tx, word, (ACT, Some(person), Refusal::Suspended), now).await);
    }
    let invitation = NewInvitation { person, purpose: device.purpose(), lifetime: Lifetime::DAY, draft };
    Ok(invitations::invite(tx, word.actor(), invitation, now).await?)
}

/// Makes the link by which the first owner sets the console up; none as soon as there is an owner. An earlier link stops
/// working only when its hour is over: nobody can tell which of two terminals is being read.
///
/// `person` was drawn before; the owner's row is made when the link is used.
///
/// # Errors
/// Only the store's.
pub async fn make_set_up_link(
    tx: &Tx,
    word: &Word,
    (person, draft): (PersonId, Draft),
    now: Timestamp,
) -> Result<Option<Invited>, StoreError> {
    if users::count_owners(tx).await? > 0 {
        return Ok(None);
    }
    let invitation = NewInvitation { person, purpose: SET_UP, lifetime: Lifetime::SET_UP, draft };
    let invited = invitations::invite(tx, word.actor(), invitation, now).await?;
    note(tx, word.actor(), Entry::new("deployment.set_up_link_made", None, json!({})), now).await?;
    Ok(Some(invited))
}

/// The one-time link of the first owner.
pub const SET_UP: Purpose = Purpose::new("set-up");
const COMPUTER: Purpose = Purpose::new("computer");
const PHONE: Purpose = Purpose::new("phone");

/// All that a person can be invited for.
pub(super) const PURPOSES: [Purpose; 3] = [SET_UP, COMPUTER, PHONE];
