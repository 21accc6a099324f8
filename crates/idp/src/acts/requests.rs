//! Posted requests that wait for their browser.

use store::{StoreError, Tx};

use crate::store::arrivals::{self, Arrival};

/// Keeps a posted request until its browser comes for it.
///
/// # Errors
/// Only the store's.
pub(crate) async fn keep(tx: &Tx, arrival: &Arrival<'_>) -> Result<(), StoreError> {
    arrivals::insert(tx, arrival, OPEN_PER_SOURCE).await
}

/// Posted requests that one network may have waiting.
const OPEN_PER_SOURCE: u32 = 500;
