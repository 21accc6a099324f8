//! How often one network may ask: per node, for they only slow a flood down. What counts is in the database.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use web::ambient::Clock;
use web::limit::Limit;
use web::network::Source;

/// The buckets of this node.
pub(crate) struct Limits {
    /// Requests that are refused at hop 2, each of which costs a write.
    pub(crate) refusals: Limit<Source>,
    /// Ceremonies begun, each of which costs a row.
    pub(crate) ceremonies: Limit<Source>,
    /// Invitations looked at: nobody guesses 256 bits, but nobody needs to try either.
    pub(crate) invitations: Limit<Source>,
    /// QR codes asked for, each of which costs rows.
    pub(crate) codes: Limit<Source>,
    /// QR codes opened: nobody guesses 128 bits, but nobody needs to try either.
    pub(crate) handles: Limit<Source>,
    /// Pages that begin to wait for a phone.
    pub(crate) waits: Limit<Source>,
}

impl Limits {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        let limit = |burst, every| Limit::new(burst, Duration::from_millis(every), Arc::clone(clock));
        Self {
            refusals: limit(REFUSALS, 100),
            ceremonies: limit(CEREMONIES, 50),
            invitations: limit(INVITATIONS, 1_000),
            codes: limit(CODES, 250),
            handles: limit(HANDLES, 250),
            waits: limit(WAITS, 100),
        }
    }
}

/// Room for an office behind one address whose application is misconfigured.
const REFUSALS: NonZeroU32 = NonZeroU32::MIN.saturating_add(299);
const CEREMONIES: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
const INVITATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(119);
const CODES: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);
const HANDLES: NonZeroU32 = NonZeroU32::MIN.saturating_add(299);
const WAITS: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
