//! Limits on how often somebody may try.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::ambient::Clock;
use crate::error::Error;

/// A limit for each key: a [`crate::network::Source`], a normalised address, a transaction.
///
/// `burst` tries are free, then one more for each `every` that passes.
pub struct Limit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, Ticks, NoOpMiddleware<Nanos>>,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// A limit that counts by `clock`. `every` of zero is no limit worth the name and is read as
    /// one nanosecond.
    pub fn new(burst: NonZeroU32, every: Duration, clock: Arc<dyn Clock>) -> Self {
        let every = every.max(Duration::from_nanos(1));
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        let store = DefaultKeyedStateStore::default();
        let limiter = RateLimiter::new(quota, store, Ticks(clock));
        Self { limiter, checks: AtomicU32::new(0) }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// 429 with Retry-After when there were too many.
    pub fn check(&self, key: &K) -> Result<(), Error> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|refusal| {
            let wait = refusal.wait_time_from(self.limiter.clock().now());
            Error::too_many(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }
}

impl<K: Hash + Eq + Clone> std::fmt::Debug for Limit<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limit")
    }
}

/// The limiter's view of [`Clock::elapsed`].
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.elapsed())
    }
}

/// So often, keys that are back at their full allowance are dropped.
const SWEEP_EVERY: u32 = 4096;

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_burst_then_one_at_a_time() {
        let seconds = Arc::new(AtomicI64::new(1_000_000));
        let hand = Arc::clone(&seconds);
        let clock = move || Timestamp::from_second(seconds.load(Ordering::Relaxed)).expect("time");
        let three = NonZeroU32::new(3).expect("not zero");
        let limit = Limit::new(three, Duration::from_secs(10), Arc::new(clock));
        for _ in 0..3 {
            limit.check(&"a").expect("free");
        }
        let refused = limit.check(&"a").expect_err("too many");
        assert_eq!(refused.status(), 429);
        limit.check(&"b").expect("another key");
        hand.fetch_add(9, Ordering::Relaxed);
        assert!(limit.check(&"a").is_err());
        hand.fetch_add(1, Ordering::Relaxed);
        limit.check(&"a").expect("after ten seconds");
        assert!(limit.check(&"a").is_err());
    }
}
