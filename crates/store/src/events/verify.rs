//! Proving an export with no server.
//!
//! What a good export proves: its events are, byte for byte and in this order,
//! the first `through` events that the server had sealed at the time of the
//! statement, for whoever trusts the key. A changed byte, a missing, added or
//! moved line, and a cut tail are found, the last because the statement comes
//! first and says how far the export goes.
//!
//! What the file alone cannot prove: that it is the *newest* export. Whoever
//! exchanges the statement for an older one, truly signed, and cuts the tail to
//! fit it, has an older export; it shows by its date, and it is found by who
//! has [seen] a later position of the chain: the server's program log names
//! every checkpoint. Nor can it prove what happened to rows within the second
//! before they were sealed, or against somebody who holds the signing key.
//!
//! [seen]: Seen

use std::io::{self, BufRead, Read};

use jiff::Timestamp;

use super::chain::{Link, Signed, What, genesis, link};
use super::export::{CheckpointLine, EventLine, Hex, Line, Statement};
use super::key::PublicKey;

/// What a good export proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The service whose log it is.
    pub service: String,
    /// How many events; also the position of the last.
    pub events: u64,
    /// How many checkpoints stand among them.
    pub checkpoints: u64,
    /// When the export was made, as the server signed it.
    pub at: Timestamp,
    /// The chain's value at the end.
    pub chain: [u8; 32],
}

/// A place of the chain that somebody noted before: from an earlier [`Proof`]
/// or a checkpoint in the program's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Counted from 1.
    pub position: u64,
    /// The chain's value there.
    pub chain: [u8; 32],
}

/// Why an export is not proven.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It could not be read.
    #[error("the export could not be read")]
    Io(#[from] io::Error),
    /// It is not what the server wrote.
    #[error("line {line}: {breach}")]
    Broken {
        /// Counted from 1; the line after the last if something is missing.
        line: u64,
        /// What is wrong there.
        breach: Breach,
    },
}

/// What is wrong with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// Not one of our lines, byte for byte.
    #[error("this is not a line as the server writes it")]
    Line,
    /// A line is longer than any that the server writes.
    #[error("this line is too long")]
    TooLong,
    /// The first line is not the statement, or another line is.
    #[error("the signed statement must be the first line, and only that")]
    Statement,
    /// A signature does not fit the key given.
    #[error("the signature was not made by the given key over this content")]
    Signature,
    /// An event or a checkpoint is not in its place.
    #[error("position {expected} is expected here, not {found}")]
    Order {
        /// The position that comes next.
        expected: u64,
        /// The position that is there.
        found: u64,
    },
    /// An event is not the one that was sealed, or not after the one before.
    #[error("the chain breaks here")]
    Chain,
    /// Events are missing at the end.
    #[error("the export ends at position {found}, its statement says {expected}")]
    Cut {
        /// Where the statement says it ends.
        expected: u64,
        /// Where it ends.
        found: u64,
    },
    /// A checkpoint is missing or stands there twice.
    #[error("the export has another number of checkpoints than its statement says")]
    Checkpoints,
    /// What was seen before is not in this export, or is another chain.
    #[error("this is not the log that was seen before, or an older export of it")]
    Seen,
}

/// Proves an export with the key of its server, and that it continues the log
/// that was `seen` before, if one was.
///
/// # Errors
/// [`VerifyError`] at the first thing that is wrong.
pub fn verify(export: impl BufRead, key: &PublicKey, seen: Option<&Seen>) -> Result<Proof, VerifyError> {
    let mut lines = Lines { export, read: 0 };
    let statement = match lines.next()? {
        Some(Line::Statement(statement)) => statement,
        _ => return Err(lines.broken(Breach::Statement)),
    };
    let mut walk = Walk::start(statement, key).map_err(|breach| lines.broken(breach))?;
    walk.look(seen).map_err(|breach| lines.broken(breach))?;
    while let Some(line) = lines.next()? {
        let step = match line {
            Line::Statement(_) => Err(Breach::Statement),
            Line::Event(event) => walk.event(event).and_then(|()| walk.look(seen)),
            Line::Checkpoint(checkpoint) => walk.checkpoint(&checkpoint),
        };
        step.map_err(|breach| lines.broken(breach))?;
    }
    lines.read += 1;
    walk.finish(seen).map_err(|breach| lines.broken(breach))
}

struct Walk<'k> {
    key: &'k PublicKey,
    statement: Statement,
    position: u64,
    chain: Link,
    checkpoints: u64,
}

impl<'k> Walk<'k> {
    fn start(statement: Statement, key: &'k PublicKey) -> Result<Walk<'k>, Breach> {
        let walk = Walk { key, position: 0, chain: genesis(&statement.service), checkpoints: 0, statement };
        let Statement { through, checkpoints, chain, at, key: named, signature, .. } = &walk.statement;
        let what = What::Export { checkpoints: *checkpoints };
        walk.signed(what, (*through, chain, *at), (named, signature))?;
        Ok(walk)
    }

    fn event(&mut self, event: EventLine) -> Result<(), Breach> {
        let expected = self.position + 1;
        let (found, chain) = (event.position, Hex(event.chain.0.clone()));
        if found != expected || expected > self.statement.through {
            return Err(Breach::Order { expected, found });
        }
        self.chain = link(&self.chain, expected, &event.into_chained());
        self.position = expected;
        match chain.0 == self.chain {
            true => Ok(()),
            false => Err(Breach::Chain),
        }
    }

    fn checkpoint(&mut self, checkpoint: &CheckpointLine) -> Result<(), Breach> {
        let CheckpointLine { position, chain, at, key, signature } = checkpoint;
        if *position != self.position {
            return Err(Breach::Order { expected: self.position, found: *position });
        }
        if chain.0 != self.chain {
            return Err(Breach::Chain);
        }
        self.checkpoints += 1;
        self.signed(What::Checkpoint, (*position, chain, *at), (key, signature))
    }

    fn finish(self, seen: Option<&Seen>) -> Result<Proof, Breach> {
        if self.position != self.statement.through {
            return Err(Breach::Cut { expected: self.statement.through, found: self.position });
        }
        if self.statement.chain.0 != self.chain {
            return Err(Breach::Chain);
        }
        if self.checkpoints != self.statement.checkpoints {
            return Err(Breach::Checkpoints);
        }
        if seen.is_some_and(|seen| seen.position > self.position) {
            return Err(Breach::Seen);
        }
        Ok(Proof {
            service: self.statement.service,
            events: self.position,
            checkpoints: self.checkpoints,
            at: self.statement.at,
            chain: self.chain,
        })
    }

    fn look(&self, seen: Option<&Seen>) -> Result<(), Breach> {
        match seen {
            Some(seen) if seen.position == self.position && seen.chain != self.chain => Err(Breach::Seen),
            _ => Ok(()),
        }
    }

    fn signed(
        &self,
        what: What,
        (position, chain, at): (u64, &Hex, Timestamp),
        (named, signature): (&str, &Hex),
    ) -> Result<(), Breach> {
        let chain: &Link = chain.0.as_slice().try_into().map_err(|_| Breach::Line)?;
        let signed = Signed { what, service: &self.statement.service, position, chain, at };
        // The line's own key decides nothing; it must only not mislead.
        let fits = named == self.key.to_string() && self.key.verifies(&signed.message(), &signature.0);
        match fits {
            true => Ok(()),
            false => Err(Breach::Signature),
        }
    }
}

struct Lines<R> {
    export: R,
    read: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line, which must be written exactly as the server writes it:
    /// nothing in it may be changed without being seen.
    fn next(&mut self) -> Result<Option<Line>, VerifyError> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.export).take(LONGEST);
        let read = limited.read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.read += 1;
        if bytes.pop() != Some(b'\n') {
            let too_long = read as u64 == LONGEST;
            return Err(self.broken(if too_long { Breach::TooLong } else { Breach::Line }));
        }
        let line: Option<Line> = serde_json::from_slice(&bytes).ok();
        let again = line.as_ref().and_then(|line| serde_json::to_vec(line).ok());
        match line {
            Some(line) if again.as_ref() == Some(&bytes) => Ok(Some(line)),
            _ => Err(self.broken(Breach::Line)),
        }
    }

    fn broken(&self, breach: Breach) -> VerifyError {
        VerifyError::Broken { line: self.read, breach }
    }
}

/// A line longer than this is not ours (an event is a few hundred bytes).
const LONGEST: u64 = 16 << 20;
