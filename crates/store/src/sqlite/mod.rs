//! SQLite: one writer whose turn is passed on fairly, readers of their own.
//!
//! The writer is one connection behind one fair asynchronous mutex, the *turn*,
//! held from `begin` to `commit`. Each transaction is a savepoint in one outer
//! transaction, the *batch*; `commit` releases the savepoint, passes the turn
//! on and waits. A thread, the committer, queues for the same turn and commits
//! whoever came before it: a batch is exactly who was waiting while the last
//! one was written to the disk, with no timer anywhere.

mod batch;
mod bind;
mod open;
mod reader;
mod turn;
mod writer;

use std::fs::File;
use std::pin::pin;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

pub(crate) use open::migrate;
pub(crate) use reader::Snapshot;
pub(crate) use turn::TurnHandle;

use crate::StoreError;
use crate::locked;
use crate::topics::Topics;
use crate::turns::{TURN, Turns};
use batch::Committer;
use bind::Names;
use reader::Readers;
use turn::Turn;
use writer::Writer;

pub(crate) struct Sqlite {
    // Fields drop in this order: the committer finishes its batch, then the
    // connections close, and last the file is free for another process.
    committer: Committer,
    queue: Arc<tokio::sync::Mutex<Writer>>,
    readers: Readers,
    current: Mutex<Weak<Turn>>,
    topics: Arc<Topics>,
    turns: Turns,
    names: Names,
    _claim: File,
}

impl Sqlite {
    pub(crate) fn topics(&self) -> &Arc<Topics> {
        &self.topics
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.turns
    }

    pub(crate) async fn read(self: &Arc<Sqlite>) -> Result<Snapshot, StoreError> {
        Snapshot::take(self).await
    }

    pub(crate) async fn begin(self: &Arc<Sqlite>) -> Result<TurnHandle, StoreError> {
        let turn = self.policing(Arc::clone(&self.queue).lock_owned());
        let writer = tokio::time::timeout(PATIENCE, turn).await.map_err(|_| StoreError::Busy)?;
        let turn = Turn::enter(Arc::clone(self), writer)?;
        *locked(&self.current) = turn.downgrade();
        Ok(turn)
    }

    /// Waits for `wait`. Whoever waits sees to it that the one whose turn it is
    /// does not hold it for too long; if nobody waits, nobody is harmed.
    async fn policing<F: Future>(&self, wait: F) -> F::Output {
        let mut wait = pin!(wait);
        loop {
            match tokio::time::timeout(TURN, &mut wait).await {
                Ok(output) => return output,
                Err(_) => self.expire_current(),
            }
        }
    }

    fn expire_current(&self) {
        let current = locked(&self.current).upgrade();
        if let Some(turn) = current {
            turn.expire_if_over();
        }
    }

    /// Runs `f` on the writer's connection between two batches; for tests.
    #[cfg(feature = "testing")]
    pub(crate) async fn with_writer<T>(&self, f: impl FnOnce(&rusqlite::Connection) -> T) -> T {
        let mut writer = self.queue.lock().await;
        let (batch, committed) = writer.settle();
        batch.tell(committed, &self.topics);
        f(writer.connection())
    }
}

/// How long `begin` and `read` wait before they say that the store is busy.
const PATIENCE: Duration = Duration::from_secs(5);
