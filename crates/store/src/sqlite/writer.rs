//! The one connection that writes, and the state of its outer transaction.

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::batch::{Batch, BatchLost};
use crate::{StoreError, Topic};

pub(crate) struct Writer {
    connection: Connection,
    batch: Batch,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Writer {
        Writer { connection, batch: Batch::default() }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether SQLite has rolled the outer transaction back by itself, as it
    /// does when the disk is full or fails: then every savepoint in it, whether
    /// released or not, is gone.
    pub(super) fn is_rolled_back(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Begins a transaction: the outer one if there is none, then its savepoint.
    pub(super) fn enter(&mut self) -> Result<(), rusqlite::Error> {
        if self.is_rolled_back() {
            self.batch.fail();
        } else if self.batch.is_empty() {
            // The last rollback failed; nothing of it may come into this batch.
            self.run("rollback")?;
        }
        if self.is_rolled_back() {
            self.run("begin immediate")?;
        }
        self.run("savepoint turn").inspect_err(|_| self.undo())
    }

    /// Takes back what was done since [`Writer::enter`].
    pub(super) fn undo(&mut self) {
        if self.is_rolled_back() {
            self.batch.fail();
        } else if self.batch.is_empty() {
            // Nobody waits for this batch: do not keep it open.
            self.abandon();
        } else if self.run("rollback to turn").is_err() || self.run("release turn").is_err() {
            // It cannot be told apart from the others any more.
            self.abandon();
        }
    }

    /// Adds what was done since [`Writer::enter`] to the batch.
    pub(super) fn join(
        &mut self,
        topics: Vec<Topic>,
    ) -> Result<oneshot::Receiver<Result<(), BatchLost>>, StoreError> {
        if self.is_rolled_back() {
            self.batch.fail();
            return Err(StoreError::Lost);
        }
        if let Err(error) = self.run("release turn") {
            self.undo();
            return Err(StoreError::backend(error));
        }
        Ok(self.batch.join(topics))
    }

    /// Commits the batch, and says whether that succeeded to whoever then tells
    /// those in it.
    pub(super) fn settle(&mut self) -> (Batch, bool) {
        let committed = !self.batch.is_empty() && self.commit();
        (std::mem::take(&mut self.batch), committed)
    }

    fn commit(&mut self) -> bool {
        if self.is_rolled_back() {
            tracing::error!("the database rolled a batch back");
            return false;
        }
        let Err(error) = self.run("commit") else {
            return true;
        };
        tracing::error!(error = &error as &dyn std::error::Error, "a commit failed");
        self.roll_back();
        false
    }

    /// Gives the whole batch up.
    pub(super) fn abandon(&mut self) {
        self.roll_back();
        self.batch.fail();
    }

    fn roll_back(&mut self) {
        if !self.is_rolled_back()
            && let Err(error) = self.run("rollback")
        {
            tracing::error!(error = &error as &dyn std::error::Error, "a rollback failed");
        }
    }

    fn run(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached(sql)?.raw_execute().map(drop)
    }
}
