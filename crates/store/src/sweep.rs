//! Sweeping of expired rows, a bounded piece at a time.

use jiff::Timestamp;

use crate::{Sql, Store, StoreError};

/// Deletes every row that had expired at `before`, in transactions of at most
/// [`PIECE`] rows, so that nobody waits behind a great one, and gives their
/// number. `delete` takes the time as `$1` and the number of rows as `$2`:
///
/// ```
/// store::statements! {
///     pub(crate) DELETE_EXPIRED = "delete from ceremony where id in (
///         select id from ceremony where expires_at <= $1 order by expires_at limit $2)";
/// }
/// # async fn sweep(store: store::Store, now: jiff::Timestamp) {
/// store::sweep::expired(&store, DELETE_EXPIRED, now).await.unwrap();
/// # }
/// ```
///
/// # Errors
/// [`StoreError`]; what was deleted before it stays deleted.
pub async fn expired(store: &Store, delete: Sql, before: Timestamp) -> Result<u64, StoreError> {
    let mut swept = 0;
    loop {
        let tx = store.begin().await?;
        let gone = tx.execute(delete, [before.into(), PIECE.into()]).await?;
        tx.commit().await?;
        swept += gone;
        if gone < u64::from(PIECE) {
            return Ok(swept);
        }
    }
}

/// The most rows that one transaction deletes.
pub const PIECE: u32 = 500;
