//! What the tables of this crate share.

use store::StoreError;

/// A stored value that this version cannot read: written by a newer one, or by hand.
#[derive(Debug, thiserror::Error)]
#[error("the stored value of {0} cannot be read")]
struct Unreadable(&'static str);

pub(crate) fn unreadable(column: &'static str) -> StoreError {
    StoreError::Backend(Box::new(Unreadable(column)))
}
