//! Writing.

use jiff::Timestamp;
use serde_json::{Value, json};
use store::events::{Junk, NewEvent, append, count_junk};
use store::{StoreError, Tx};

use super::Actor;
use crate::door::DoorRefusal;
use crate::ids::row_id;
use crate::person::PersonId;

/// What an act did.
#[derive(Debug, Clone)]
pub struct Entry {
    kind: &'static str,
    subject: Option<String>,
    data: Value,
}

impl Entry {
    /// An act about a person. `kind` is a stable code, such as `session.opened`; `data` has no personal values.
    pub fn new(kind: &'static str, person: Option<PersonId>, data: Value) -> Self {
        Self { kind, subject: person.map(|person| person.to_string()), data }
    }

    /// An act about anything else that has an id.
    pub fn about(kind: &'static str, id: impl ToString, data: Value) -> Self {
        Self { kind, subject: Some(id.to_string()), data }
    }
}

/// Writes what an act did, in its transaction.
///
/// # Errors
/// Only the store's: then the act has failed too.
pub async fn note(tx: &Tx, actor: &Actor, entry: Entry, now: Timestamp) -> Result<(), StoreError> {
    let event = NewEvent {
        actor: actor.name(),
        subject: entry.subject,
        trace: actor.trace.clone(),
        source: Some(actor.source.clone()),
        data: entry.data,
        ..NewEvent::new(row_id(now, &*actor.entropy), now, entry.kind)
    };
    append(tx, &event).await
}

/// What was refused and why, in full: administrators find it by the tracking id that the page shows.
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// What was tried: a stable code, such as `sso.refused`.
    pub kind: &'static str,
    /// The id of whom or what it was about, if that is known.
    pub subject: Option<String>,
    /// The stable code of the broken rule, as the page shows it.
    pub code: &'static str,
    /// The rule in words.
    pub reason: &'a str,
    /// What the rule expected, if it compares.
    pub expected: Option<&'a str>,
    /// What came instead.
    pub received: Option<&'a str>,
}

/// Writes a refusal that is tied to somebody: by a valid signature, a live pending request, or a session.
///
/// # Errors
/// Only the store's.
pub async fn refuse(tx: &Tx, actor: &Actor, refused: Refused<'_>, now: Timestamp) -> Result<(), StoreError> {
    let data = json!({
        "code": refused.code,
        "reason": clipped(refused.reason),
        "expected": refused.expected.map(clipped),
        "received": refused.received.map(clipped),
    });
    note(tx, actor, Entry { kind: refused.kind, subject: refused.subject, data }, now).await
}

/// Counts a refusal that is tied to nobody: one event for each source, code and minute, with the first as its example.
///
/// # Errors
/// Only the store's.
pub async fn refuse_stray(
    tx: &Tx,
    actor: &Actor,
    refused: Refused<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let example = json!({
        "kind": refused.kind,
        "trace": actor.trace,
        "reason": clipped(refused.reason),
        "expected": refused.expected.map(clipped),
        "received": refused.received.map(clipped),
    });
    count_junk(tx, &Junk { source: &actor.source, code: refused.code, at: now, example }).await
}

/// A refusal of the door: for which purpose (known if the ceremony was this browser's own), about whom, and why.
#[derive(Debug)]
pub(crate) struct DoorRefused<'a> {
    pub(crate) purpose: Option<&'a str>,
    pub(crate) person: Option<PersonId>,
    pub(crate) refusal: &'a DoorRefusal,
}

/// Writes a refusal of the door in full if the ceremony was this browser's own, and counts it otherwise.
pub(crate) async fn door_refused(
    tx: &Tx,
    actor: &Actor,
    refused: DoorRefused<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let DoorRefused { purpose, person, refusal } = refused;
    let (code, reason) = (refusal.code(), refusal.to_string());
    if purpose.is_none() {
        let stray = Refused {
            kind: DOOR_REFUSED,
            subject: None,
            code,
            reason: &reason,
            expected: None,
            received: None,
        };
        return refuse_stray(tx, actor, stray, now).await;
    }
    let passkey = refusal.passkey();
    let data = json!({ "code": code, "reason": clipped(&reason), "purpose": purpose, "passkey": passkey });
    note(tx, actor, Entry::new(DOOR_REFUSED, person, data), now).await
}

const DOOR_REFUSED: &str = "door.refused";

/// At most 1,000 characters, without NUL (PostgreSQL stores none): what strangers send does not fill the log.
fn clipped(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(1_000).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_send_is_cut() {
        assert_eq!(clipped("a\0b"), "ab");
        assert_eq!(clipped(&"é".repeat(2_000)).chars().count(), 1_000);
    }
}
