//! Finding, storing, renaming and revoking passkeys.

use jiff::Timestamp;
use serde_json::json;
use store::{Lock, ReadTx, StoreError, Tx};
use webauthn::{CredentialId, Passkey};

use super::{Kept, NewKept, PasskeyId, Spare, rows};
use crate::events::{Actor, Entry, note};
use crate::person::{DisplayName, PersonId};

/// A passkey of this person, revoked or not.
///
/// # Errors
/// Only the store's.
pub async fn find(tx: &ReadTx, person: PersonId, id: PasskeyId) -> Result<Option<Kept>, StoreError> {
    rows::find(tx, person, id).await
}

/// The passkeys of a person that are not revoked, oldest first, at most 200.
///
/// # Errors
/// Only the store's.
pub async fn list(tx: &ReadTx, person: PersonId) -> Result<Vec<Kept>, StoreError> {
    rows::list(tx, person).await
}

/// How many passkeys a person has that are not revoked.
///
/// # Errors
/// Only the store's.
pub async fn count(tx: &ReadTx, person: PersonId) -> Result<u64, StoreError> {
    rows::count(tx, person).await
}

/// The credential ids of a person: what a registration excludes.
///
/// # Errors
/// Only the store's.
pub async fn credential_ids(tx: &ReadTx, person: PersonId) -> Result<Vec<CredentialId>, StoreError> {
    let kept = rows::list(tx, person).await?;
    Ok(kept.into_iter().map(|kept| kept.passkey.credential_id().clone()).collect())
}

/// The passkey of this credential, whoever owns it.
pub(crate) async fn find_by_credential(
    tx: &ReadTx,
    credential: &CredentialId,
) -> Result<Option<Kept>, StoreError> {
    rows::find_by_credential(tx, credential.as_bytes()).await
}

/// Stores a new passkey; says whether its credential id was new here.
pub(crate) async fn insert(tx: &Tx, new: &NewKept<'_>, now: Timestamp) -> Result<bool, StoreError> {
    rows::insert(tx, new, now).await
}

/// What became of a passkey that answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Its new sign count is stored.
    On,
    /// It was revoked meanwhile.
    Revoked,
    /// A count as high as this one was stored meanwhile; it is flagged now.
    Backwards,
}

/// Stores the sign count of an answer, and when it was.
pub(crate) async fn advance(
    tx: &Tx,
    id: PasskeyId,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<Counted, StoreError> {
    if rows::advance(tx, id, passkey, now).await? {
        return Ok(Counted::On);
    }
    if rows::is_revoked(tx, id).await? {
        return Ok(Counted::Revoked);
    }
    rows::flag(tx, id, now).await?;
    Ok(Counted::Backwards)
}

/// Notes that there may be a copy of this passkey.
pub(crate) async fn flag(tx: &Tx, id: PasskeyId, now: Timestamp) -> Result<(), StoreError> {
    rows::flag(tx, id, now).await
}

/// Gives a passkey another label; says whether the person has such a passkey.
///
/// # Errors
/// Only the store's.
pub async fn rename(
    tx: &Tx,
    actor: &Actor,
    (person, id, label): (PersonId, PasskeyId, &DisplayName),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let renamed = rows::rename(tx, person, id, label.as_str()).await?;
    if renamed {
        note(tx, actor, Entry::new("passkey.renamed", Some(person), json!({ "passkey": id })), now).await?;
    }
    Ok(renamed)
}

/// The lock of the rule "nobody loses their last passkey" for one person, given as text: a transaction takes it first.
pub const fn lock(person: &str) -> Lock<'_> {
    Lock::new("last-passkey", person)
}

/// Revoking would leave the person without any passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is the person's last passkey")]
pub struct LastOne;

/// Revokes a passkey for good; says whether the person had it. It proves nobody from this commit on.
///
/// Sessions it opened live on: whoever revokes for loss or theft calls
/// [`sessions::end_all`](crate::sessions::end_all) too. With [`Spare::Required`] the transaction must hold
/// [`lock`] of this person, else two revocations at once could take both of two passkeys.
///
/// # Errors
/// The store's; inside, [`LastOne`].
pub async fn revoke(
    tx: &Tx,
    actor: &Actor,
    (person, id, spare): (PersonId, PasskeyId, Spare),
    now: Timestamp,
) -> Result<Result<bool, LastOne>, StoreError> {
    let revoked = rows::find(tx, person, id).await?.is_some_and(|kept| kept.revoked_at.is_none());
    if revoked && spare == Spare::Required && rows::count(tx, person).await? < 2 {
        let data = json!({ "passkey": id, "code": "passkey-last" });
        note(tx, actor, Entry::new("passkey.revoke_refused", Some(person), data), now).await?;
        return Ok(Err(LastOne));
    }
    let revoked = rows::revoke(tx, person, id, now).await?;
    if revoked {
        note(tx, actor, Entry::new("passkey.revoked", Some(person), json!({ "passkey": id })), now).await?;
    }
    Ok(Ok(revoked))
}
