//! What can go wrong, named alike on both engines.

use std::error::Error;
use std::fmt;

use crate::Value;

/// Why a statement or a transaction did not succeed. Whatever it was, the
/// transaction it happened in is over and nothing of it is committed;
/// [`StoreError::Lost`] from a commit is the one case of an unknown outcome.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index or primary key already holds this value.
    #[error("the value is taken: {0}")]
    Conflict(Constraint),
    /// An earlier statement of this transaction failed, or it is finished.
    #[error("the transaction had already failed")]
    Failed,
    /// The turn took longer than [`TURN`](crate::TURN) and was rolled back.
    #[error("the transaction held its turn for too long and was rolled back")]
    Expired,
    /// The connection or the batch was lost. After `commit` the outcome is
    /// unknown: all of the transaction is stored or nothing of it.
    #[error("the connection to the database was lost")]
    Lost,
    /// The database is too busy: no turn or connection in time, or a deadlock
    /// was broken at this transaction's expense. It may be tried again.
    #[error("the database is too busy")]
    Busy,
    /// Anything else the database said.
    #[error("the database reported an error")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Whether the unique index or primary key `name` was violated.
    #[must_use]
    pub fn is_conflict_on(&self, name: &str) -> bool {
        matches!(self, StoreError::Conflict(constraint) if constraint.name() == name)
    }

    pub(crate) fn backend(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
        StoreError::Backend(error.into())
    }
}

/// The name of a unique index, as `create unique index` in the migration spelt
/// it, or `{table}_pkey` for a primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint(String);

impl Constraint {
    pub(crate) fn named(name: impl Into<String>) -> Constraint {
        Constraint(name.into())
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a store could not be opened or migrated, in the operator's words.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database was written by a newer version of this program.
    #[error(
        "this database was migrated by a newer version of Countersign: it has {unknown:?}, \
         which this version does not know; start the newer version, or restore a backup"
    )]
    NewerSchema {
        /// The migrations that this program does not know.
        unknown: Vec<String>,
    },
    /// A migration that was applied has another text in this program.
    #[error("the migration {name} was applied with another text than this version has")]
    ChangedMigration {
        /// The migration's name.
        name: String,
    },
    /// Two migrations of this program have one name.
    #[error("two migrations are called {name}")]
    TwiceNamed {
        /// The name.
        name: String,
    },
    /// The schema is older than this program and is not migrated by starting.
    #[error("the database must be migrated first (`countersign migrate`): {missing:?}")]
    MigrationNeeded {
        /// The migrations to apply.
        missing: Vec<String>,
    },
    /// A migration failed; nothing was changed.
    #[error("the migration {name} failed and nothing was changed")]
    MigrationFailed {
        /// The migration's name.
        name: String,
        /// What the database said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Another process has the database file open.
    #[error("another process is using {file}; go through the running server, or stop it first")]
    InUse {
        /// The database file.
        file: String,
    },
    /// The database could not be reached, opened or read.
    #[error("the database could not be opened: {what}")]
    Unreachable {
        /// What was tried.
        what: String,
        /// What the database or the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn unreachable(
        what: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> OpenError {
        OpenError::Unreachable { what: what.into(), source: source.into() }
    }
}

/// A lock asked for after a statement, or a second one: two transactions could
/// then wait for each other, or decide on what they read before it.
#[derive(Debug, thiserror::Error)]
#[error("a lock must be the first thing in a transaction, and the only one")]
pub(crate) struct LockTooLate;

/// Arguments that not both engines would take alike.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadArguments {
    #[error("the statement has {wanted} parameters and was given {given}")]
    Count { wanted: usize, given: usize },
    #[error("text with a NUL cannot be stored")]
    Nul,
}

impl BadArguments {
    pub(crate) fn check(args: &[Value], wanted: usize) -> Result<(), StoreError> {
        let given = args.len();
        if given != wanted {
            return Err(StoreError::backend(BadArguments::Count { wanted, given }));
        }
        let nul = |arg: &Value| matches!(arg, Value::Text(text) if text.contains('\0'));
        match args.iter().any(nul) {
            true => Err(StoreError::backend(BadArguments::Nul)),
            false => Ok(()),
        }
    }
}
