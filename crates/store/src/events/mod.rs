//! The sealed event log.
//!
//! *Written* ([`append`]) in the transaction of the act itself: no act without
//! its event, no event without its act. *Sealed* soon after by the [`Sealer`],
//! a task in the background, which gives each new row its position, chains it
//! to the one before by SHA-256, and signs *checkpoints* of the chain with a
//! key that is sealed under the master key. *Proven* by [`verify`] from an
//! [export](Sealer::export) and the public key alone.
//!
//! Sealing is apart from writing so that the chain is no lock on the hot path:
//! rows get their position from the sealer, in the order in which it finds
//! them committed, whatever the order in which they began.
//!
//! Events name people by id. What is personal stands beside the chain, under a
//! key of its person ([`Personal`]): the chain covers only a hash of the sealed
//! values, and [`erase`] takes key and values away while the chain stays whole.
//!
//! Junk (requests tied to nobody) is [counted](count_junk) and becomes one
//! event per source, code and minute.

mod chain;
mod export;
mod junk;
mod key;
mod list;
mod personal;
mod seal;
mod verify;

use jiff::Timestamp;
use uuid::Uuid;

pub use export::ExportError;
pub use junk::{Junk, count_junk};
pub use key::{PublicKey, PublicKeyError};
pub use list::{Event, Filter, find, list};
pub use personal::{Personal, erase, open_personal};
pub use seal::Sealer;
pub use verify::{Breach, Proof, Seen, VerifyError, verify};

use crate::secrets::SecretError;
use crate::{Sql, StoreError, Tx, Value};

/// An event to be written.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// From [`row_id`](crate::row_id); pages show newest first by it.
    pub id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// What happened: a stable code, such as `sso.response.issued`.
    pub kind: &'static str,
    /// The id of who did it, if it was somebody known.
    pub actor: Option<String>,
    /// The id of whom or what it was done to.
    pub subject: Option<String>,
    /// The tracking id that the user was shown.
    pub trace: Option<String>,
    /// Where it came from, no finer than needed: a network, not a person.
    pub source: Option<String>,
    /// The rest, without personal values.
    pub data: serde_json::Value,
    /// Personal values, [sealed](Personal::seal) before the transaction began.
    pub personal: Option<Personal>,
}

impl NewEvent {
    /// An event with nothing but its id, time and kind; set the rest as
    /// fields.
    #[must_use]
    pub fn new(id: Uuid, at: Timestamp, kind: &'static str) -> NewEvent {
        NewEvent {
            id,
            at,
            kind,
            actor: None,
            subject: None,
            trace: None,
            source: None,
            data: serde_json::json!({}),
            personal: None,
        }
    }
}

/// What can go wrong beyond the database.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key or a personal value could not be sealed or opened.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// Writes `event` in the transaction of the act that it tells of.
///
/// # Errors
/// [`StoreError`]: then the act has failed too.
pub async fn append(tx: &Tx, event: &NewEvent) -> Result<(), StoreError> {
    let id = Value::from(event.id);
    if let Some(personal) = &event.personal {
        personal.insert(tx, &id).await?;
    }
    let args = [
        id,
        event.at.into(),
        event.kind.into(),
        event.actor.as_ref().into(),
        event.subject.as_ref().into(),
        event.trace.as_ref().into(),
        event.source.as_ref().into(),
        event.data.to_string().into(),
        event.personal.as_ref().map(Personal::commitment).into(),
    ];
    tx.execute(INSERT_EVENT, args).await.map(drop)
}

crate::statements! {
    INSERT_EVENT = "insert into event
        (id, at, kind, actor, subject, trace, source, data, personal)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

/// Every statement of the event log, for the test that prepares them all.
#[must_use]
pub fn statements() -> Vec<Sql> {
    [
        STATEMENTS,
        export::STATEMENTS,
        junk::STATEMENTS,
        key::STATEMENTS,
        list::STATEMENTS,
        personal::STATEMENTS,
        seal::STATEMENTS,
    ]
    .concat()
}
