//! Sweeping: pending rows whose time is over.

use jiff::Timestamp;
use store::sweep::expired;
use store::{Store, StoreError};

use crate::store::{applications, arrivals, known_browsers, qr, sign_ins, uses};

/// Drops what is over, in short transactions; says how many rows went. The last use of an application outlives the
/// sign-ins it was read from.
///
/// # Errors
/// Only the store's; what is dropped stays dropped.
pub(crate) async fn sweep(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let ended = {
        let read = store.read().await?;
        sign_ins::list_ended(&read, now).await?
    };
    for (application, at) in ended {
        let tx = store.begin().await?;
        applications::note_use(&tx, application, at).await?;
        tx.commit().await?;
    }
    let uses = {
        let read = store.read().await?;
        uses::list_ended(&read, now).await?
    };
    for some in uses.chunks(ROWS) {
        let tx = store.begin().await?;
        for (application, person, at) in some {
            uses::upsert(&tx, (*application, *person), *at).await?;
        }
        tx.commit().await?;
    }
    let mut gone = expired(store, sign_ins::SWEEP, now).await?;
    gone += expired(store, arrivals::SWEEP, now).await?;
    gone += expired(store, known_browsers::SWEEP, now).await?;
    gone += expired(store, qr::SWEEP_HANDLES, now).await?;
    gone += expired(store, qr::SWEEP, now).await?;
    gone += console::sweep(store, now).await?;
    Ok(gone)
}

/// Short enough for a turn at the database.
const ROWS: usize = 200;
