//! What is written about a transaction: its steps and its ends, each with its event and its wake-up.

use console::events::{Actor, Entry, note};
use console::person::PersonId;
use jiff::Timestamp;
use serde_json::json;
use store::{StoreError, Topic, Tx};

use crate::model::qr::{Ending, Stage, Transaction};
use crate::model::sign_in::SignInId;
use crate::store::qr::{self, NewTransaction};

/// Begins a transaction; the one that the sign-in had before ends.
///
/// # Errors
/// The store's; a conflict when another began in the same moment.
pub(super) async fn begin(
    tx: &Tx,
    actor: &Actor,
    (new, before): (&NewTransaction<'_>, Option<&Transaction>),
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(before) = before
        && let Ok(after) = before.end(Ending::Replaced)
    {
        qr::save(tx, before, after, now).await?;
    }
    qr::insert(tx, new).await?;
    tx.wake(topic(new.transaction.sign_in));
    note(tx, actor, about("qr.began", new.transaction, actor.person()), now).await
}

/// Writes a step that was taken; says whether it was still there to be taken.
///
/// # Errors
/// Only the store's.
pub(super) async fn advance(
    tx: &Tx,
    actor: &Actor,
    (before, after): (&Transaction, Stage),
    now: Timestamp,
) -> Result<bool, StoreError> {
    if let Stage::Ended(why, _) = after {
        return end(tx, actor, (before, why, None), now).await;
    }
    if !qr::save(tx, before, after, now).await? {
        return Ok(false);
    }
    tx.wake(topic(before.sign_in));
    let kind = match after {
        Stage::Opened(..) => "qr.opened",
        Stage::Matched(..) => "qr.digits_typed",
        Stage::Approved(..) => "qr.approved",
        Stage::Consumed(_) => "qr.completed",
        Stage::Pending | Stage::Ended(..) => return Ok(true),
    };
    note(tx, actor, about(kind, before, actor.person()), now).await?;
    Ok(true)
}

/// Writes why a transaction ends; says whether it had not ended before.
///
/// # Errors
/// Only the store's.
pub(super) async fn end(
    tx: &Tx,
    actor: &Actor,
    (transaction, why, person): (&Transaction, Ending, Option<PersonId>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Ok(after) = transaction.end(why) else { return Ok(false) };
    if !qr::save(tx, transaction, after, now).await? {
        return Ok(false);
    }
    tx.wake(topic(transaction.sign_in));
    note_refused(tx, actor, (transaction, why, person), now).await?;
    Ok(true)
}

/// Writes what was expected and what came.
pub(super) async fn note_refused(
    tx: &Tx,
    actor: &Actor,
    (transaction, why, person): (&Transaction, Ending, Option<PersonId>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let data = json!({
        "code": why.as_str(),
        "expected": why.expected(),
        "received": why.received(),
        "transaction": transaction.id.uuid(),
        "sign_in": transaction.sign_in.uuid(),
        "application": transaction.application.uuid(),
        "desktop": web::network::Source::from(transaction.desktop.address).to_string(),
    });
    note(tx, actor, Entry::new("qr.refused", person, data), now).await
}

fn about(kind: &'static str, transaction: &Transaction, person: Option<PersonId>) -> Entry {
    let data = json!({
        "transaction": transaction.id.uuid(),
        "sign_in": transaction.sign_in.uuid(),
        "application": transaction.application.uuid(),
    });
    Entry::new(kind, person, data)
}

/// What wakes the desktops that wait. It is the sign-in's, so that every tab follows to the newest code.
pub(super) fn topic(sign_in: SignInId) -> Topic {
    Topic::new("qr", &sign_in.to_string())
}
