//! The credentials of people, as the service keeps them.
//!
//! A passkey is stored by a registration that the [`door`](crate::door) took, and by nothing else. A credential id belongs
//! to one row for ever (T074): a revoked passkey keeps its row. Pages call a passkey a *device*; a synced one is on every
//! device of the account that syncs it.

mod acts;
mod rows;

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;
use web::ambient::Entropy;
use webauthn::Passkey;

use crate::ids::row_id;
use crate::person::{DisplayName, PersonId};

pub(crate) use acts::{Counted, advance, find_by_credential, flag, insert};
pub use acts::{LastOne, count, credential_ids, find, list, lock, rename, revoke};
pub(crate) use rows::STATEMENTS;

/// The id of a passkey's row: names it on pages and in events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PasskeyId(Uuid);

impl PasskeyId {
    /// The passkey whose row has this id.
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// Draws the id of a passkey to be registered.
    pub fn draw(now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self(row_id(now, entropy))
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for PasskeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// A passkey with its owner and its history.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its row.
    pub id: PasskeyId,
    /// Whose it is.
    pub person: PersonId,
    /// What the person calls it.
    pub label: String,
    /// The credential: key, sign count, backup flags, model, transports.
    pub passkey: Passkey,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Its last ceremony, if there was one since.
    pub last_used_at: Option<Timestamp>,
    /// When its sign count first went backwards: there may be a copy of it (T075).
    pub flagged_at: Option<Timestamp>,
    /// When it was revoked; from then on it proves nobody.
    pub revoked_at: Option<Timestamp>,
}

/// A passkey to be stored.
#[derive(Debug)]
pub(crate) struct NewKept<'a> {
    pub(crate) id: PasskeyId,
    pub(crate) person: PersonId,
    pub(crate) label: &'a DisplayName,
    pub(crate) passkey: &'a Passkey,
}

/// Whether the person must keep another passkey when one is revoked (T089).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spare {
    /// Refuse to take the last one: the person acts for themselves.
    Required,
    /// The service has made sure of a way back: a recovery was issued, or the person is suspended.
    NotRequired,
}
