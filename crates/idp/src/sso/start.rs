//! A tile on *My applications*: it leads to the application's own address, which asks us as always.

use crate::store::applications::Listed;

/// Where a tile leads.
pub(crate) fn tile(application: &Listed) -> &str {
    &application.access_url
}
