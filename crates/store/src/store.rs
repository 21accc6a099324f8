//! The one interface over both engines.

use std::ops::Deref;
use std::sync::Arc;

use crate::export::Export;
use crate::migrations::{self, Migration};
use crate::postgres::{self, Postgres};
use crate::sqlite::{self, Sqlite};
use crate::url::Place;
use crate::{Lock, OpenError, Row, Sql, StoreError, StoreUrl, Topic, TurnReport, Value, Wakes};

/// A database. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

impl Store {
    /// Opens the store at `url`. `migrations` are all that the program knows,
    /// in order; a file is made and migrated here, a server's database only by
    /// [`Store::migrate`].
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator. Nothing was changed.
    pub async fn open(url: &StoreUrl, migrations: &[Migration]) -> Result<Store, OpenError> {
        migrations::named_once(migrations)?;
        let engine = match &url.0 {
            Place::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, migrations)?),
            Place::Postgres(url) => Engine::Postgres(Postgres::open(url, migrations).await?),
        };
        Ok(Store { engine })
    }

    /// Brings the schema at `url` to what `migrations` say, all of them or
    /// nothing, and gives the names of those it applied.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator. Nothing was changed.
    pub async fn migrate(url: &StoreUrl, migrations: &[Migration]) -> Result<Vec<String>, OpenError> {
        migrations::named_once(migrations)?;
        match &url.0 {
            Place::Sqlite(path) => sqlite::migrate(path, migrations),
            Place::Postgres(url) => postgres::migrate(url, migrations).await,
        }
    }

    /// A snapshot to read from: everything committed before its first query,
    /// nothing after. Hold it shortly.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if no connection became free in time.
    pub async fn read(&self) -> Result<ReadTx, StoreError> {
        let reader = match &self.engine {
            Engine::Sqlite(sqlite) => Reader::Snapshot(sqlite.read().await?),
            Engine::Postgres(postgres) => Reader::Session(postgres.read().await?),
        };
        Ok(ReadTx { reader })
    }

    /// A transaction to write in. Waits its turn; from here to
    /// [`Tx::commit`] await nothing but the transaction itself.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if no turn or connection became free in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let reader = match &self.engine {
            Engine::Sqlite(sqlite) => Reader::Turn(sqlite.begin().await?),
            Engine::Postgres(postgres) => Reader::Session(postgres.begin().await?),
        };
        Ok(Tx { read: ReadTx { reader } })
    }

    /// The wake-ups of `topic` from now on, from every node.
    #[must_use]
    pub fn woken(&self, topic: Topic) -> Wakes {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.topics().subscribe(topic),
            Engine::Postgres(postgres) => postgres.topics().subscribe(topic),
        }
    }

    /// Runs `f` on a thread where it may take its time: exports, backups. A
    /// panic in `f` goes on in the caller.
    pub async fn long<T: Send + 'static>(&self, f: impl FnOnce(&Export) -> T + Send + 'static) -> T {
        Export::run(self.clone(), f).await
    }

    /// How long write transactions held their turn so far.
    #[must_use]
    pub fn turns(&self) -> TurnReport {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.turns().report(),
            Engine::Postgres(postgres) => postgres.turns().report(),
        }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// A snapshot of the store, or the reading half of a [`Tx`]. Dropping it ends
/// it.
pub struct ReadTx {
    reader: Reader,
}

enum Reader {
    Snapshot(sqlite::Snapshot),
    Turn(sqlite::TurnHandle),
    Session(postgres::Session),
}

impl ReadTx {
    /// All rows that `sql` gives. Select no more than a page.
    ///
    /// # Errors
    /// [`StoreError`]; the transaction is then over.
    pub async fn query(&self, sql: Sql, args: impl AsRef<[Value]> + Send) -> Result<Vec<Row>, StoreError> {
        match &self.reader {
            Reader::Snapshot(snapshot) => snapshot.query(sql, args.as_ref()),
            Reader::Turn(turn) => turn.query(sql, args.as_ref()),
            Reader::Session(session) => session.query(sql, args.as_ref()).await,
        }
    }

    /// The first row that `sql` gives, if any.
    ///
    /// # Errors
    /// [`StoreError`]; the transaction is then over.
    pub async fn query_opt(
        &self,
        sql: Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// Hands the rows to `each` one by one, without keeping them all.
    pub(crate) async fn each<E: From<StoreError>>(
        &self,
        sql: Sql,
        args: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.reader {
            Reader::Snapshot(snapshot) => snapshot.each(sql, args, each),
            Reader::Turn(_) => Err(StoreError::Failed.into()),
            Reader::Session(session) => session.each(sql, args, each).await,
        }
    }

    /// Whether the engine can prepare `sql`; for the test of all statements.
    #[cfg(feature = "testing")]
    pub(crate) async fn prepare(&self, sql: Sql) -> Result<(), StoreError> {
        match &self.reader {
            Reader::Snapshot(snapshot) => snapshot.prepare(sql),
            Reader::Turn(_) => Err(StoreError::Failed),
            Reader::Session(session) => session.prepare(sql).await,
        }
    }
}

/// A write transaction. Reads as a [`ReadTx`] and sees its own writes;
/// dropping it rolls it back.
pub struct Tx {
    read: ReadTx,
}

impl Deref for Tx {
    type Target = ReadTx;

    fn deref(&self) -> &ReadTx {
        &self.read
    }
}

impl Tx {
    /// Makes this transaction wait for every other that holds the same lock
    /// until it has ended. First, and at most once.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the lock did not become free in time;
    /// [`StoreError::Backend`] if it is not the first thing done.
    pub async fn lock(&self, what: Lock<'_>) -> Result<(), StoreError> {
        match &self.read.reader {
            Reader::Turn(turn) => turn.lock(),
            Reader::Session(session) => session.lock(what).await,
            Reader::Snapshot(_) => Err(StoreError::Failed),
        }
    }

    /// Runs a statement and gives the number of rows it changed.
    ///
    /// # Errors
    /// [`StoreError`]; the transaction is then over.
    pub async fn execute(&self, sql: Sql, args: impl AsRef<[Value]> + Send) -> Result<u64, StoreError> {
        match &self.read.reader {
            Reader::Turn(turn) => turn.execute(sql, args.as_ref()),
            Reader::Session(session) => session.execute(sql, args.as_ref()).await,
            Reader::Snapshot(_) => Err(StoreError::Failed),
        }
    }

    /// Wakes whoever waits for `topic`, on every node, once this transaction
    /// is committed; never if it is not.
    pub fn wake(&self, topic: Topic) {
        match &self.read.reader {
            Reader::Turn(turn) => turn.wake(topic),
            Reader::Session(session) => session.wake(topic),
            Reader::Snapshot(_) => {}
        }
    }

    /// Makes the transaction durable. When this returns `Ok`, a power cut or
    /// `kill -9` loses nothing of it. Dropped before, the outcome is unknown:
    /// all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Lost`] means unknown as well; any other error means that
    /// nothing was stored.
    pub async fn commit(self) -> Result<(), StoreError> {
        match &self.read.reader {
            Reader::Turn(turn) => turn.commit().await,
            Reader::Session(session) => session.commit().await,
            Reader::Snapshot(_) => Err(StoreError::Failed),
        }
    }
}
