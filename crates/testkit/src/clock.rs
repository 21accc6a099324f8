//! A clock that stands still until it is moved.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};

/// A clock that stands still until it is moved. Clones show the same time, so
/// that the test moves the clock of the service that it started. Microseconds,
/// as in the database.
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_microsecond())))
    }

    /// A clock that shows this RFC 3339 time, as `2026-11-23T12:00:00Z`.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn at(time: &str) -> Self {
        Self::new(time.parse().expect("an RFC 3339 time"))
    }

    /// The time shown.
    ///
    /// # Panics
    /// Never: only times were put in.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).expect("a time was put in")
    }

    /// Shows another time from now on.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_microsecond(), Ordering::SeqCst);
    }

    /// Moves on, or back for a negative duration.
    ///
    /// # Panics
    /// When that leaves the years that a timestamp has.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).expect("a duration of the calendar");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = FixedClock::at("2026-11-23T12:00:00Z");
        let same = clock.clone();
        clock.advance(SignedDuration::from_secs(61));
        assert_eq!(same.now().to_string(), "2026-11-23T12:01:01Z");
        same.set("2030-01-01T00:00:00Z".parse().unwrap());
        same.advance(SignedDuration::from_millis(-1));
        assert_eq!(clock.now().to_string(), "2029-12-31T23:59:59.999Z");
    }
}
