//! A person's devices: passkeys renamed and revoked, browsers forgotten.

use console::passkeys::{self, PasskeyId, Spare};
use console::person::{DisplayName, PersonId};
use console::sessions;
use console::sessions::Fresh;
use jiff::Timestamp;
use serde_json::json;
use store::Tx;
use uuid::Uuid;

use super::users::editable;
use super::{ActError, Refusal, Word, noted, refused};
use crate::store::known_browsers;

/// Gives one's own device another name.
///
/// # Errors
/// [`ActError`].
pub async fn rename(
    tx: &Tx,
    word: &Word,
    (person, id, label): (PersonId, PasskeyId, &DisplayName),
    now: Timestamp,
) -> Result<(), ActError> {
    if passkeys::rename(tx, word.actor(), (person, id, label), now).await? {
        return Ok(());
    }
    Err(refused(tx, word, ("device.rename", Some(person), Refusal::NoSuchDevice), now).await)
}

/// Revokes one's own device; the last one only somebody else can, who then knows of a way back. The person's other
/// sessions end with it: whoever had the device may be in one of them.
///
/// # Errors
/// [`ActError`].
pub async fn revoke_own(
    tx: &Tx,
    word: &Word,
    (fresh, id): (&Fresh, PasskeyId),
    now: Timestamp,
) -> Result<(), ActError> {
    let person = fresh.person();
    tx.lock(passkeys::lock(&person.to_string())).await?;
    revoke(tx, word, (person, id, Spare::Required), now).await?;
    for session in sessions::list(tx, person, now).await? {
        if session.session != fresh.session() {
            sessions::end_one(tx, word.actor(), (person, session.session), now).await?;
        }
    }
    Ok(())
}

/// Revokes the device of somebody whom this word may edit, the last one too: an invitation leads them back in.
///
/// # Errors
/// [`ActError`].
pub async fn revoke_for(
    tx: &Tx,
    word: &Word,
    (person, id): (PersonId, PasskeyId),
    now: Timestamp,
) -> Result<(), ActError> {
    tx.lock(passkeys::lock(&person.to_string())).await?;
    editable(tx, word, ("device.revoke", person), now).await?;
    revoke(tx, word, (person, id, Spare::NotRequired), now).await?;
    sessions::end_all(tx, word.actor(), person, now).await?;
    Ok(())
}

async fn revoke(
    tx: &Tx,
    word: &Word,
    (person, id, spare): (PersonId, PasskeyId, Spare),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "device.revoke";
    match passkeys::revoke(tx, word.actor(), (person, id, spare), now).await? {
        Ok(true) => {}
        Ok(false) => return Err(refused(tx, word, (ACT, Some(person), Refusal::NoSuchDevice), now).await),
        // Written already.
        Err(passkeys::LastOne) => return Err(Refusal::LastPasskey.into()),
    }
    Ok(())
}

/// Forgets a browser: our QR code completes in it no more without a look at the network.
///
/// # Errors
/// [`ActError`].
pub async fn forget_browser(
    tx: &Tx,
    word: &Word,
    (person, id): (PersonId, Uuid),
    now: Timestamp,
) -> Result<(), ActError> {
    if !known_browsers::delete(tx, person, id).await? {
        return Err(refused(tx, word, ("browser.forget", Some(person), Refusal::NoSuchDevice), now).await);
    }
    noted(tx, word, ("browser.forgotten", Some(person), json!({ "browser": id })), now).await?;
    Ok(())
}
