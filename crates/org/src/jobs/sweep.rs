//! Drops rows that are over: requests, arrivals, remembered assertions,
//! what products were given, and what `console` keeps.

use std::time::Duration;

use ::store::StoreError;
use ::store::sweep::expired;

use crate::service::Org;
use crate::store::{arrivals, pending, test_sign_ins};

/// Sweeps now and then, in short transactions.
pub(super) async fn every(org: &Org, pause: Duration) {
    loop {
        match all(org).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "swept"),
            Err(error) => tracing::warn!(%error, "sweeping failed; the next round tries again"),
        }
        tokio::time::sleep(pause).await;
    }
}

/// Sweeps until nothing is over; says how many rows went.
async fn all(org: &Org) -> Result<u64, StoreError> {
    let (store, now) = (org.store(), org.now());
    let mut gone = expired(store, pending::SWEEP, now).await?;
    gone += expired(store, arrivals::SWEEP, now).await?;
    gone += expired(store, arrivals::SWEEP_ASSERTIONS, now).await?;
    gone += expired(store, test_sign_ins::SWEEP_PENDING, now).await?;
    gone += expired(store, test_sign_ins::SWEEP, now).await?;
    gone += crate::products::sweep(org).await?;
    gone += console::sweep(store, now).await?;
    Ok(gone)
}
