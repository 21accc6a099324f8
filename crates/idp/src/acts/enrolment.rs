//! What an invitation leads to: a passkey, and for the first owner the role.

use console::door::{DoorRefusal, Enrolled, Registered, Verdict, take_registration};
use console::invitations::OpenInvitation;
use console::passkeys::PasskeyId;
use console::person::{DisplayName, PersonId};
use jiff::Timestamp;
use serde_json::json;
use store::{StoreError, Tx};

use super::invitations::SET_UP;
use super::users::OWNERS;
use super::{ActError, Refusal, Word, noted, refused};
use crate::model::role::Role;
use crate::model::user::{User, UserState, Username};
use crate::store::owner_drafts::{self, OwnerDraft};
use crate::store::users;

/// The answer to a registration, and what it is for.
#[derive(Debug)]
pub struct Enrolment<'a> {
    /// The invitation, as it was looked up.
    pub invitation: &'a OpenInvitation,
    /// The answer, judged.
    pub verdict: Verdict<Registered>,
    /// The row of the new passkey, drawn before.
    pub passkey: PasskeyId,
    /// What the person calls the device.
    pub label: &'a DisplayName,
}

/// Why there is no new passkey.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// A rule of this service.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The door.
    #[error(transparent)]
    Door(#[from] DoorRefusal),
}

/// Says who the first owner will be. Nothing is decided by it before the passkey is made.
///
/// # Errors
/// [`ActError`].
pub(crate) async fn name_owner(
    tx: &Tx,
    word: &Word,
    (person, draft): (PersonId, &OwnerDraft),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "deployment.name_owner";
    if users::count_owners(tx).await? > 0 {
        return Err(refused(tx, word, (ACT, None, Refusal::AlreadySetUp), now).await);
    }
    if users::find_by_email(tx, &draft.email).await?.is_some() {
        return Err(refused(tx, word, (ACT, None, Refusal::EmailTaken), now).await);
    }
    owner_drafts::upsert(tx, person, draft, now).await?;
    Ok(())
}

/// Takes the registration: the invitation is used up and the passkey stored, or neither. The caller commits either way.
///
/// # Errors
/// The store's; inside, why there is no passkey.
pub async fn enrol(
    tx: &Tx,
    word: &Word,
    enrolment: Enrolment<'_>,
    now: Timestamp,
) -> Result<Result<Enrolled, EnrolError>, StoreError> {
    let person = enrolment.invitation.person();
    let first_owner = enrolment.invitation.is_for(SET_UP);
    if first_owner {
        tx.lock(OWNERS).await?;
    }
    let ready = match first_owner {
        true => owner_to_be(tx, person).await?,
        false => invited(tx, person).await?,
    };
    let owner = match ready {
        Ok(owner) => owner,
        Err(refusal) => {
            return match refused(tx, word, ("device.enrol", Some(person), refusal), now).await {
                ActError::Refused(refusal) => Ok(Err(refusal.into())),
                ActError::Store(error) => Err(error),
            };
        }
    };
    let Enrolment { verdict, passkey, label, .. } = enrolment;
    let enrolled = match take_registration(tx, word.actor(), (verdict, passkey, label), now).await? {
        Ok(enrolled) => enrolled,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    if let Some(owner) = owner {
        users::insert(tx, &owner, now).await?;
        owner_drafts::delete_all(tx).await?;
        noted(tx, word, ("deployment.set_up", Some(owner.id), json!({ "role": Role::Owner.as_str() })), now)
            .await?;
    }
    Ok(Ok(enrolled))
}

/// The first owner as they will be. The transaction holds the lock of owners.
async fn owner_to_be(tx: &Tx, person: PersonId) -> Result<Result<Option<User>, Refusal>, StoreError> {
    if users::count_owners(tx).await? > 0 {
        return Ok(Err(Refusal::AlreadySetUp));
    }
    let Some(OwnerDraft { email, first_name, last_name }) = owner_drafts::find(tx, person).await? else {
        return Ok(Err(Refusal::NoSuchPerson));
    };
    if users::find_by_email(tx, &email).await?.is_some() {
        return Ok(Err(Refusal::EmailTaken));
    }
    let username = Username::from(&email);
    let (role, state) = (Some(Role::Owner), UserState::Active);
    Ok(Ok(Some(User { id: person, email, first_name, last_name, username, role, state })))
}

/// An invited person, as long as nobody has suspended them.
async fn invited(tx: &Tx, person: PersonId) -> Result<Result<Option<User>, Refusal>, StoreError> {
    Ok(match users::find(tx, person).await? {
        None => Err(Refusal::NoSuchPerson),
        Some(user) if !user.is_active() => Err(Refusal::Suspended),
        Some(_) => Ok(None),
    })
}
