//! SQLite and PostgreSQL behind one interface, and the sealed event log.
//!
//! Here: connections and transactions, the migrations runner, wake-ups between
//! nodes, the hash-chained event log ([`events`]), and secrets sealed under the
//! master key ([`secrets`]). Not here: domain words, HTTP, and any way to ask
//! which engine is behind a [`Store`].
//!
//! How a value passes through: a statement is a constant made by
//! [`statements!`]; its arguments are [`Value`]s; rows come back as [`Row`]s.
//! Reads happen in a [`ReadTx`] (a snapshot), writes in a [`Tx`], which is
//! short, awaits nothing but the database, and is durable when
//! [`Tx::commit`] returns.
//!
//! ```no_run
//! store::statements! {
//!     pub(crate) INSERT_USER = "insert into person (id, name) values ($1, $2)";
//! }
//!
//! async fn invite(store: &store::Store, id: uuid::Uuid) -> Result<(), store::StoreError> {
//!     let tx = store.begin().await?;
//!     tx.execute(INSERT_USER, [id.into(), "Maya".into()]).await?;
//!     tx.commit().await
//! }
//! ```
//!
//! # What holds on both engines
//!
//! * The first error ends a transaction: everything after it is
//!   [`StoreError::Failed`], and nothing of it is ever committed.
//! * Dropping a transaction, or the future of any of its methods, rolls it
//!   back; dropping [`Tx::commit`] leaves the outcome unknown, never half.
//! * A turn longer than [`TURN`] is rolled back with [`StoreError::Expired`].
//! * A broken unique index is [`StoreError::Conflict`] and carries the name of
//!   the index as the migration spelt it (`{table}_pkey` for a primary key).

mod error;
pub mod events;
mod export;
mod id;
mod lock;
mod migrations;
mod postgres;
pub mod secrets;
mod sql;
mod sqlite;
mod store;
pub mod sweep;
#[cfg(feature = "testing")]
pub mod testing;
mod topics;
mod turns;
mod url;
mod value;

pub use error::{Constraint, OpenError, StoreError};
pub use export::Export;
pub use id::row_id;
pub use lock::Lock;
pub use migrations::{MIGRATIONS, Migration};
pub use sql::Sql;
pub use store::{ReadTx, Store, Tx};
pub use topics::{Topic, Wakes};
pub use turns::{TURN, TurnReport};
pub use url::{StoreUrl, UrlError};
pub use value::{ColumnError, FromColumn, Row, Value};

#[doc(hidden)]
pub use sql::positional;

/// Locks a mutex that only guards plain values: a panic elsewhere while it was
/// held must not turn into a second outage here.
pub(crate) fn locked<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
