//! The log as JSON lines.
//!
//! The first line is the *statement*: how far the export goes, the chain's
//! value there, the number of checkpoints, the time, and the signature over
//! these. Every sealed event
//! follows in order, each checkpoint after the event it covers.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Sealer;
use super::chain::{Chained, What, genesis};
use super::seal::{FIND_HEAD, Head, head};
use crate::{Export, Row, StoreError};

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where it was to be written.
    #[error("the export could not be written")]
    Io(#[from] io::Error),
}

impl Sealer {
    /// Writes the log, as far as it is sealed, to `out`, and says how many
    /// events that were. Runs on a thread of its own; however long the log is,
    /// little of it is in memory.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export<W: Write + Send + 'static>(
        &self,
        now: Timestamp,
        mut out: W,
    ) -> Result<u64, ExportError> {
        let sealer = self.clone();
        let write = move |export: &Export| sealer.write(export, now, &mut out);
        self.store().long(write).await
    }

    fn write(&self, export: &Export, now: Timestamp, out: &mut impl Write) -> Result<u64, ExportError> {
        let head = head(export.query(FIND_HEAD, [])?.into_iter().next())?
            .unwrap_or(Head { position: 0, chain: genesis(self.service()) });
        let rows = export.query(COUNT_CHECKPOINTS, [])?;
        let checkpoints = rows.first().map_or(Ok(0), |row| row.get(0))?;
        let statement = Line::Statement(Statement {
            service: self.service().to_owned(),
            through: head.position,
            checkpoints,
            chain: Hex(head.chain.to_vec()),
            at: now,
            key: self.public_key().to_string(),
            signature: Hex(self.sign(What::Export { checkpoints }, &head, now)),
        });
        write_line(out, &statement)?;
        let mut written = 0;
        export.each(LIST_SEALED, [], |row| {
            let line = EventLine::from_row(&row)?;
            let checkpoint = CheckpointLine::from_row(&row)?;
            write_line(out, &Line::Event(line))?;
            if let Some(checkpoint) = checkpoint {
                write_line(out, &Line::Checkpoint(checkpoint))?;
            }
            written += 1;
            Ok::<(), ExportError>(())
        })?;
        out.flush()?;
        Ok(written)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Statement(Statement),
    Event(EventLine),
    Checkpoint(CheckpointLine),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statement {
    pub(super) service: String,
    pub(super) through: u64,
    pub(super) checkpoints: u64,
    pub(super) chain: Hex,
    pub(super) at: Timestamp,
    pub(super) key: String,
    pub(super) signature: Hex,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    pub(super) position: u64,
    id: String,
    at: Timestamp,
    kind: String,
    actor: Option<String>,
    subject: Option<String>,
    trace: Option<String>,
    source: Option<String>,
    // As it is stored, for these very bytes are hashed.
    data: Box<RawValue>,
    personal: Option<Hex>,
    pub(super) chain: Hex,
}

impl EventLine {
    fn from_row(row: &Row) -> Result<EventLine, StoreError> {
        let event = Chained::from_row(row)?;
        Ok(EventLine {
            position: row.get(9)?,
            id: event.id,
            at: event.at,
            kind: event.kind,
            actor: event.actor,
            subject: event.subject,
            trace: event.trace,
            source: event.source,
            data: RawValue::from_string(event.data).map_err(StoreError::backend)?,
            personal: event.personal.map(Hex),
            chain: Hex(row.get(10)?),
        })
    }

    pub(super) fn into_chained(self) -> Chained {
        Chained {
            id: self.id,
            at: self.at,
            kind: self.kind,
            actor: self.actor,
            subject: self.subject,
            trace: self.trace,
            source: self.source,
            data: self.data.get().to_owned(),
            personal: self.personal.map(|Hex(bytes)| bytes),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckpointLine {
    pub(super) position: u64,
    pub(super) chain: Hex,
    pub(super) at: Timestamp,
    pub(super) key: String,
    pub(super) signature: Hex,
}

impl CheckpointLine {
    fn from_row(row: &Row) -> Result<Option<CheckpointLine>, StoreError> {
        let Some(position) = row.get(11)? else {
            return Ok(None);
        };
        Ok(Some(CheckpointLine {
            position,
            chain: Hex(row.get(12)?),
            at: row.get(13)?,
            key: row.get(14)?,
            signature: Hex(row.get(15)?),
        }))
    }
}

/// Bytes, written as hexadecimal in lower case.
#[derive(PartialEq, Eq)]
pub(super) struct Hex(pub(super) Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map(Hex).map_err(serde::de::Error::custom)
    }
}

fn write_line(out: &mut impl Write, line: &Line) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

crate::statements! {
    COUNT_CHECKPOINTS = "select count(*) from event_checkpoint";
    LIST_SEALED = "select e.id, e.at, e.kind, e.actor, e.subject, e.trace, e.source, e.data,
            e.personal, e.position, e.chain,
            c.position, c.chain, c.at, c.key, c.signature
        from event e left join event_checkpoint c on c.position = e.position
        where e.position is not null order by e.position";
}
