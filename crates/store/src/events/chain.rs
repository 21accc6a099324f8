//! What is hashed and what is signed, byte for byte.
//!
//! The chain's value at position *n* is
//!
//! ```text
//! SHA-256( "countersign-event-1" ‖ 0 ‖ value at n − 1 ‖ n ‖ fields of the event )
//! ```
//!
//! and at position 0 the hash of the service's name. Numbers are big-endian;
//! every field is written as 0 if it is absent, else as 1, its length in four
//! bytes, and itself, so that no two events read alike.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;

use crate::{Row, StoreError};

/// A value of the chain.
pub(super) type Link = [u8; 32];

/// The fields that the chain covers.
#[derive(Clone, Debug)]
pub(super) struct Chained {
    pub(super) id: String,
    pub(super) at: Timestamp,
    pub(super) kind: String,
    pub(super) actor: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) trace: Option<String>,
    pub(super) source: Option<String>,
    /// The JSON exactly as it is stored.
    pub(super) data: String,
    /// The hash of the sealed personal values.
    pub(super) personal: Option<Vec<u8>>,
}

impl Chained {
    /// From a row that begins with these columns in this order.
    pub(super) fn from_row(row: &Row) -> Result<Chained, StoreError> {
        Ok(Chained {
            id: row.get(0)?,
            at: row.get(1)?,
            kind: row.get(2)?,
            actor: row.get(3)?,
            subject: row.get(4)?,
            trace: row.get(5)?,
            source: row.get(6)?,
            data: row.get(7)?,
            personal: row.get(8)?,
        })
    }
}

/// Where the chain of `service` begins.
pub(super) fn genesis(service: &str) -> Link {
    let mut hash = Context::new(&SHA256);
    hash.update(b"countersign-event-log-1\0");
    hash.update(service.as_bytes());
    finish(hash)
}

/// The chain's value at `position`, after `before`.
pub(super) fn link(before: &Link, position: u64, event: &Chained) -> Link {
    let mut hash = Context::new(&SHA256);
    hash.update(b"countersign-event-1\0");
    hash.update(before);
    hash.update(&position.to_be_bytes());
    // Nanoseconds: nothing that a reader sees of the time is left out.
    let at = event.at.as_nanosecond().to_be_bytes();
    let fields: [Option<&[u8]>; 9] = [
        Some(event.id.as_bytes()),
        Some(&at),
        Some(event.kind.as_bytes()),
        event.actor.as_deref().map(str::as_bytes),
        event.subject.as_deref().map(str::as_bytes),
        event.trace.as_deref().map(str::as_bytes),
        event.source.as_deref().map(str::as_bytes),
        Some(event.data.as_bytes()),
        event.personal.as_deref(),
    ];
    for field in fields {
        update(&mut hash, field);
    }
    finish(hash)
}

/// What a checkpoint or an export says of the chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'a> {
    pub(super) what: What,
    pub(super) service: &'a str,
    pub(super) position: u64,
    pub(super) chain: &'a Link,
    pub(super) at: Timestamp,
}

/// So that neither signature can be passed off as the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Checkpoint,
    /// With the number of checkpoints in it, so that none can be taken away.
    Export {
        checkpoints: u64,
    },
}

impl Signed<'_> {
    /// The message under the signature.
    pub(super) fn message(&self) -> Vec<u8> {
        let (what, checkpoints): (&[u8], u64) = match self.what {
            What::Checkpoint => (b"countersign-checkpoint-1\0", 0),
            What::Export { checkpoints } => (b"countersign-export-1\0", checkpoints),
        };
        let position = self.position.to_be_bytes();
        let at = self.at.as_nanosecond().to_be_bytes();
        let checkpoints = checkpoints.to_be_bytes();
        // The name comes last, after what has a fixed length.
        let name = self.service.as_bytes();
        [what, &position, self.chain, &at, &checkpoints, name].concat()
    }
}

fn update(hash: &mut Context, field: Option<&[u8]>) {
    let Some(field) = field else {
        return hash.update(&[0]);
    };
    // No row comes near 4 GiB; PostgreSQL and SQLite stop at one.
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    hash.update(&[1]);
    hash.update(&length.to_be_bytes());
    hash.update(field);
}

fn finish(hash: Context) -> Link {
    let mut link = [0; 32];
    link.copy_from_slice(hash.finish().as_ref());
    link
}
