//! Long reading work on a thread of its own.

use std::cell::OnceCell;

use tokio::runtime::Handle;

use crate::{ReadTx, Row, Sql, Store, StoreError, Value};

/// One snapshot of the store for work that takes its time, with blocking
/// calls. The snapshot is taken by the first query.
pub struct Export {
    store: Store,
    runtime: Handle,
    snapshot: OnceCell<ReadTx>,
}

impl Export {
    pub(crate) async fn run<T: Send + 'static>(
        store: Store,
        f: impl FnOnce(&Export) -> T + Send + 'static,
    ) -> T {
        let runtime = Handle::current();
        let work = move || f(&Export { store, runtime, snapshot: OnceCell::new() });
        match tokio::task::spawn_blocking(work).await {
            Ok(value) => value,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down, and this future with it.
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// All rows that `sql` gives.
    ///
    /// # Errors
    /// [`StoreError`]; the snapshot is then over.
    pub fn query(&self, sql: Sql, args: impl AsRef<[Value]>) -> Result<Vec<Row>, StoreError> {
        let snapshot = self.snapshot()?;
        self.runtime.block_on(snapshot.query(sql, args.as_ref()))
    }

    /// Hands every row that `sql` gives to `each`, one by one, however many
    /// there are. `each` must not use this export itself.
    ///
    /// # Errors
    /// The first error of `each`, or a [`StoreError`]; the snapshot is then
    /// over.
    pub fn each<E: From<StoreError>>(
        &self,
        sql: Sql,
        args: impl AsRef<[Value]>,
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let snapshot = self.snapshot()?;
        self.runtime.block_on(snapshot.each(sql, args.as_ref(), &mut each))
    }

    fn snapshot(&self) -> Result<&ReadTx, StoreError> {
        if let Some(snapshot) = self.snapshot.get() {
            return Ok(snapshot);
        }
        let fresh = self.runtime.block_on(self.store.read())?;
        Ok(self.snapshot.get_or_init(|| fresh))
    }
}
