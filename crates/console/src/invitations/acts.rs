//! Making, finding, using and withdrawing invitations.

use jiff::Timestamp;
use serde_json::json;
use store::{ReadTx, StoreError, Tx};
use web::token::Token;

use super::{InvitationId, InvitationRefusal, Invited, NewInvitation, OpenInvitation, Purpose, rows};
use crate::events::{Actor, Entry, note};
use crate::person::PersonId;

/// The invitation of a link, if it can be used. Changes nothing.
///
/// # Errors
/// The store's; inside, why it cannot be used.
pub async fn look_up(
    tx: &ReadTx,
    token: &Token,
    now: Timestamp,
) -> Result<Result<OpenInvitation, InvitationRefusal>, StoreError> {
    let found = rows::find(tx, token.hash().as_ref()).await?;
    Ok(match found {
        Some((invitation, course)) => course.judge(now).map(|()| invitation),
        None => Err(InvitationRefusal::Unknown),
    })
}

/// The invitations of a person that can be used, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list_open(
    tx: &ReadTx,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<OpenInvitation>, StoreError> {
    rows::list_open(tx, person, now).await
}

/// Invites a person. Whatever earlier link this person still had for the same purpose is withdrawn.
///
/// Whether the actor may invite this person is asked by the service, before.
///
/// # Errors
/// Only the store's.
pub async fn invite(
    tx: &Tx,
    actor: &Actor,
    invitation: NewInvitation,
    now: Timestamp,
) -> Result<Invited, StoreError> {
    let expires_at = now.saturating_add(invitation.lifetime.0).unwrap_or(Timestamp::MAX);
    rows::withdraw_all(tx, invitation.person, invitation.purpose.name(), now).await?;
    rows::insert(tx, &invitation, actor.person(), (now, expires_at)).await?;
    let invited = Invited { id: invitation.draft.id, token: invitation.draft.token, expires_at };
    let data = json!({
        "invitation": invited.id,
        "purpose": invitation.purpose.name(),
        "expires_at": expires_at,
    });
    note(tx, actor, Entry::new("invitation.created", Some(invitation.person), data), now).await?;
    Ok(invited)
}

/// Withdraws one invitation; says whether it could still be used (or had merely expired).
///
/// # Errors
/// Only the store's.
pub async fn withdraw(
    tx: &Tx,
    actor: &Actor,
    invitation: &OpenInvitation,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let withdrawn = rows::withdraw(tx, invitation.id, now).await?;
    if withdrawn {
        let data = json!({ "invitation": invitation.id });
        note(tx, actor, Entry::new("invitation.withdrawn", Some(invitation.person), data), now).await?;
    }
    Ok(withdrawn)
}

/// Withdraws what is open for a person and a purpose: recovery or suspension ends every link.
///
/// # Errors
/// Only the store's.
pub async fn withdraw_all(
    tx: &Tx,
    actor: &Actor,
    (person, purpose): (PersonId, Purpose),
    now: Timestamp,
) -> Result<u64, StoreError> {
    let withdrawn = rows::withdraw_all(tx, person, purpose.name(), now).await?;
    if withdrawn > 0 {
        let data = json!({ "purpose": purpose.name(), "invitations": withdrawn });
        note(tx, actor, Entry::new("invitation.withdrawn", Some(person), data), now).await?;
    }
    Ok(withdrawn)
}

/// Uses an invitation up, for the registration in the same transaction, and gives its purpose: of many at once exactly
/// one wins.
pub(crate) async fn use_up(
    tx: &Tx,
    id: InvitationId,
    person: PersonId,
    now: Timestamp,
) -> Result<Result<String, InvitationRefusal>, StoreError> {
    if let Some(purpose) = rows::use_up(tx, id, person, now).await? {
        return Ok(Ok(purpose));
    }
    let course = rows::course(tx, id).await?;
    let refusal = course.map_or(InvitationRefusal::Unknown, |course| {
        course.judge(now).err().unwrap_or(InvitationRefusal::Unknown)
    });
    Ok(Err(refusal))
}

/// Undoes [`use_up`] within its own transaction: the registration was refused after all.
pub(crate) async fn give_back(tx: &Tx, id: InvitationId) -> Result<(), StoreError> {
    rows::give_back(tx, id).await
}
