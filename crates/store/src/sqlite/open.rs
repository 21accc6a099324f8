//! Opening and migrating the file.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::Sqlite;
use super::batch::Committer;
use super::bind::Names;
use super::reader::Readers;
use super::writer::Writer;
use crate::OpenError;
use crate::migrations::{self, Applied, Migration};
use crate::topics::Topics;
use crate::turns::Turns;

impl Sqlite {
    pub(crate) fn open(path: &Path, migrations: &[Migration]) -> Result<Arc<Sqlite>, OpenError> {
        let claim = claim(path)?;
        let mut connection = writer(path)?;
        apply(&mut connection, migrations)?;
        let names = constraint_names(&connection).map_err(|e| unreachable(path, e))?;
        let queue = Arc::new(tokio::sync::Mutex::new(Writer::new(connection)));
        let topics = Arc::new(Topics::default());
        let committer =
            Committer::start(Arc::clone(&queue), Arc::clone(&topics)).map_err(|e| unreachable(path, e))?;
        Ok(Arc::new(Sqlite {
            committer,
            queue,
            readers: Readers::new(path.to_owned()),
            current: Mutex::new(Weak::new()),
            topics,
            turns: Turns::default(),
            names,
            _claim: claim,
        }))
    }
}

/// Migrates the file and closes it.
pub(crate) fn migrate(path: &Path, migrations: &[Migration]) -> Result<Vec<String>, OpenError> {
    let _claim = claim(path)?;
    apply(&mut writer(path)?, migrations)
}

/// A connection that can only read.
pub(super) fn reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    // Not SQLITE_OPEN_READ_ONLY: the last connection to close tidies the WAL.
    let connection = Connection::open_with_flags(path, FLAGS)?;
    connection.pragma_update(None, "query_only", true)?;
    prepared(connection)
}

/// Takes the file for this process alone: the writer's turn and the wake-ups
/// live in memory, so two processes would not see each other's.
fn claim(path: &Path) -> Result<File, OpenError> {
    let mut lock: PathBuf = path.to_owned();
    lock.as_mut_os_string().push("-lock");
    let claim = private(&lock).map_err(|e| unreachable(path, e))?;
    match claim.try_lock() {
        Ok(()) => Ok(claim),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { file: path.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(unreachable(path, error)),
    }
}

fn writer(path: &Path) -> Result<Connection, OpenError> {
    let connect = || {
        let connection = Connection::open_with_flags(path, FLAGS)?;
        // Not every file system can share the memory that it needs.
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))?;
        if mode != "wal" {
            return Err(rusqlite::Error::InvalidParameterName(format!("journal_mode={mode}")));
        }
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        prepared(connection)
    };
    // Made here, so that nobody else can ever read it; SQLite gives its other
    // files the same mode.
    private(path).map_err(|e| unreachable(path, e))?;
    connect().map_err(|e| unreachable(path, e))
}

fn prepared(connection: Connection) -> Result<Connection, rusqlite::Error> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(256);
    // A plan is for a statement, not for its arguments: without this, a statement on a table that has
    // a partial index is parsed and planned again whenever they change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(connection)
}

fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

fn apply(connection: &mut Connection, migrations: &[Migration]) -> Result<Vec<String>, OpenError> {
    let failed = |name: &str, error: rusqlite::Error| OpenError::MigrationFailed {
        name: name.to_owned(),
        source: error.into(),
    };
    let list = |error| failed("list of migrations", error);
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(list)?;
    tx.execute_batch(APPLIED_TABLE).map_err(list)?;
    let pending = migrations::pending(migrations, &applied(&tx).map_err(list)?, |m| m.sqlite)?;
    for migration in &pending {
        tx.execute_batch(migration.sqlite)
            .and_then(|()| {
                let checksum = migrations::checksum(migration.sqlite);
                tx.execute(INSERT_APPLIED, (migration.name, checksum))
            })
            .map_err(|error| failed(migration.name, error))?;
    }
    tx.commit().map_err(list)?;
    Ok(pending.iter().map(|m| m.name.to_owned()).collect())
}

fn applied(connection: &Connection) -> Result<Vec<Applied>, rusqlite::Error> {
    let mut statement = connection.prepare("select name, checksum from store_migration")?;
    let rows = statement.query_map((), |row| Ok(Applied { name: row.get(0)?, checksum: row.get(1)? }))?;
    rows.collect()
}

/// How SQLite's words for a broken unique index lead to its name: for each
/// table its keys and unique indexes with their columns.
fn constraint_names(connection: &Connection) -> Result<Names, rusqlite::Error> {
    let mut names = Names::new();
    let mut keys = connection.prepare(KEY_COLUMNS)?;
    let mut rows = keys.query(())?;
    while let Some(row) = rows.next()? {
        let (table, columns): (String, String) = (row.get(0)?, row.get(1)?);
        names.insert(columns, format!("{table}_pkey"));
    }
    let mut indexes = connection.prepare(INDEX_COLUMNS)?;
    let mut rows = indexes.query(())?;
    while let Some(row) = rows.next()? {
        names.insert(row.get(1)?, row.get(0)?);
    }
    Ok(names)
}

fn unreachable(path: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::unreachable(path.display().to_string(), error)
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_CREATE)
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

const APPLIED_TABLE: &str = "create table if not exists store_migration (\
     name text primary key not null, checksum text not null) strict";

const INSERT_APPLIED: &str = "insert into store_migration (name, checksum) values (?1, ?2)";

const KEY_COLUMNS: &str = "\
    select t.name, group_concat(t.name || '.' || c.name, ', ' order by c.pk) \
    from sqlite_schema t, pragma_table_info(t.name) c \
    where t.type = 'table' and c.pk > 0 group by t.name";

const INDEX_COLUMNS: &str = "\
    select i.name, group_concat(t.name || '.' || c.name, ', ' order by c.seqno) \
    from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c \
    where t.type = 'table' and i.\"unique\" = 1 and i.origin = 'c' group by i.name";
