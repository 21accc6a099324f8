//! The machine's time and chance: the only place of the program that asks for them.

use std::time::{Duration, Instant};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::Timestamp;

/// The machine's clock. Limits are counted by the monotonic one, so that a step of the wall clock
/// opens none of them (T115).
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic part begins now.
    #[expect(clippy::new_without_default, reason = "it reads the machine's clock")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl web::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The operating system's random numbers.
#[derive(Debug)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// The source.
    #[expect(
        clippy::new_without_default,
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for randomness"
    )]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl web::Entropy for SystemEntropy {
    #[expect(clippy::expect_used, reason = "there is no safe answer without randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("the operating system gives random bytes");
    }
}
