//! Names of rows.

use jiff::Timestamp;
use uuid::Uuid;
use web::ambient::{Entropy, random};

/// A new version 7 UUID for a row made at `now`: [`store::row_id`] with chance from `entropy`.
pub fn row_id(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    store::row_id(now, random(entropy))
}
