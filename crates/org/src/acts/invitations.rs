//! One-time links by which somebody makes a passkey that is kept here.

use ::store::{StoreError, Tx};
use console::invitations::{self, Draft, Invited, Lifetime, NewInvitation, Purpose};
use jiff::Timestamp;

use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::{Account, AccountId, OrganizationId, Standing};
use crate::store::{accounts, people};

/// Invites a member to make a passkey for the local door. An earlier link stops
/// working.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::Deactivated`], [`Refusal::AccountElsewhere`].
pub async fn invite(
    tx: &Tx,
    word: &Word,
    (organization, account, draft): (OrganizationId, AccountId, Draft),
    now: Timestamp,
) -> Result<Invited, ActError> {
    // The lock of a claim: it withdraws the links of whom it takes, and none is made beside it.
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("account.invited", organization), now).await?;
    let act = act.about(account);
    let member = accounts::find_membership(tx, organization, account).await?;
    let found = accounts::find(tx, account).await?.filter(|_| member.is_some());
    let Some(found) = found else {
        return Err(act.refuse(Refusal::NoSuchAccount).await);
    };
    let active = found.standing == Standing::Active;
    act.require(active, Refusal::Deactivated).await?;
    let ours = word.is_host() || belongs_here(tx, &found, organization).await?;
    act.require(ours, Refusal::AccountElsewhere).await?;
    Ok(send(tx, word, (account, draft, Lifetime::DAY), now).await?)
}

/// Who holds a link can sign in as the account, wherever it belongs: an organisation makes one only for accounts
/// that it manages, or that nobody manages and no other organisation knows.
pub(super) async fn belongs_here(
    tx: &Tx,
    account: &Account,
    organization: OrganizationId,
) -> Result<bool, StoreError> {
    match account.managed_by {
        Some(manager) => Ok(manager == organization),
        None => Ok(!people::belongs_elsewhere(tx, organization, account.id).await?),
    }
}

pub(super) async fn send(
    tx: &Tx,
    word: &Word,
    (account, draft, lifetime): (AccountId, Draft, Lifetime),
    now: Timestamp,
) -> Result<Invited, StoreError> {
    let invitation = NewInvitation { person: account.person(), purpose: PASSKEY, lifetime, draft };
    invitations::invite(tx, word.actor(), invitation, now).await
}

/// A passkey for the local door.
pub(crate) const PASSKEY: Purpose = Purpose::new("local-door");
