//! Time and chance, as arguments. The binary and the test kit bring the implementations.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time.
///
/// A closure is a clock: `Arc::new(|| fixed_time)`.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Time passed since some fixed moment, never going back: what rate limits count by. The
    /// binary answers from a monotonic clock; a test's movable clock may leave the default.
    fn elapsed(&self) -> Duration {
        let micros = self.now().as_microsecond().max(0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// Gives random bytes from the operating system.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`, or ends the process's request: there is no answer without randomness.
    fn fill(&self, bytes: &mut [u8]);
}

impl<F: Fn(&mut [u8]) + Send + Sync> Entropy for F {
    fn fill(&self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// `N` random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
