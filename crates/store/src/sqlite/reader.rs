//! Reading: a connection of its own for each snapshot, used inline.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{PATIENCE, Sqlite, bind, open};
use crate::locked;
use crate::{Row, Sql, StoreError, Value};

/// Connections to read from: a few kept, more made when needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Readers {
        Readers { path, idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = locked(&self.idle).pop();
        idle.map_or_else(|| open::reader(&self.path).map_err(StoreError::backend), Ok)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = locked(&self.idle);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}

/// One reading transaction.
pub(crate) struct Snapshot {
    home: Arc<Sqlite>,
    connection: Mutex<Option<Connection>>,
    _permit: OwnedSemaphorePermit,
}

impl Snapshot {
    pub(super) async fn take(home: &Arc<Sqlite>) -> Result<Snapshot, StoreError> {
        let permit = Arc::clone(&home.readers.permits).acquire_owned();
        let permit = tokio::time::timeout(PATIENCE, permit)
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(StoreError::backend)?;
        let connection = home.readers.take()?;
        run(&connection, "begin").map_err(StoreError::backend)?;
        Ok(Snapshot { home: Arc::clone(home), connection: Mutex::new(Some(connection)), _permit: permit })
    }

    pub(crate) fn query(&self, sql: Sql, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.statement(|connection| bind::query(connection, sql, args, &self.home.names))
    }

    pub(crate) fn each<E: From<StoreError>>(
        &self,
        sql: Sql,
        args: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        self.statement(|connection| bind::each(connection, sql, args, &self.home.names, each))
    }

    #[cfg(feature = "testing")]
    pub(crate) fn prepare(&self, sql: Sql) -> Result<(), StoreError> {
        self.statement(|connection| bind::prepare(connection, sql, &self.home.names))
    }

    fn statement<T, E: From<StoreError>>(
        &self,
        run: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut slot = locked(&self.connection);
        let connection = slot.as_ref().ok_or(StoreError::Failed)?;
        let result = run(connection);
        if result.is_err() {
            self.finish(slot.take());
        }
        result
    }

    fn finish(&self, connection: Option<Connection>) {
        // One that cannot end its transaction is closed.
        if let Some(connection) = connection
            && run(&connection, "commit").is_ok()
        {
            self.home.readers.give_back(connection);
        }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.finish(locked(&self.connection).take());
    }
}

fn run(connection: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

/// How many snapshots there can be at once.
const AT_ONCE: usize = 64;

/// How many connections stay open while nobody reads.
const KEPT: usize = 4;
