//! Databases for tests, on both engines.
//!
//! PostgreSQL is reached by the environment variable
//! `COUNTERSIGN_TEST_POSTGRES` (a `postgres://` URL whose user may create
//! databases). Without it the tests say so and run on SQLite alone, unless
//! `COUNTERSIGN_REQUIRE_POSTGRES=1`: then they fail.
//!
//! ```no_run
//! # async fn test() {
//! store::testing::for_each_engine(store::MIGRATIONS, async |store| {
//!     let tx = store.begin().await.unwrap();
//!     tx.commit().await.unwrap();
//! })
//! .await;
//! # }
//! ```
//!
//! Whatever goes wrong here fails the test that asked, by a panic.

#![expect(clippy::expect_used, reason = "a test's support fails the test")]

mod database;
mod schema;

pub use database::{TestDatabase, databases};
pub use schema::schema;

use crate::store::Engine;
use crate::{Migration, Sql, Store};

/// Runs `test` on a fresh, migrated store of each engine.
pub async fn for_each_engine(migrations: &[Migration], test: impl AsyncFn(Store)) {
    for database in databases().await {
        test(database.store(migrations).await).await;
        database.remove().await;
    }
}

/// Prepares every statement, without running it.
pub async fn prepare_all(store: &Store, statements: &[Sql]) {
    for sql in statements {
        let read = store.read().await.expect("a snapshot");
        if let Err(error) = read.prepare(*sql).await {
            panic!("{error:?}\n{}", sql.text());
        }
    }
}

/// Changes a setting of SQLite's writer, such as `max_page_count = 40` for a
/// full disk; nothing on PostgreSQL.
pub async fn sqlite_pragma(store: &Store, pragma: &str) {
    if let Engine::Sqlite(sqlite) = store.engine() {
        let sql = format!("pragma {pragma}");
        let set = sqlite.with_writer(|writer| writer.execute_batch(&sql)).await;
        set.expect("a pragma that SQLite takes");
    }
}
