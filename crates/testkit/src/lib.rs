//! What tests need and nothing else may have: a clock that is set, chance that
//! repeats itself, a software authenticator that lies on demand, tools that
//! break messages, the OASIS schemas, a name server and a web server on loopback,
//! and a real browser.
//!
//! A development dependency of every crate. Whatever goes wrong in here panics:
//! it is the test that failed. The crates that this one uses may call it only
//! from their `tests/`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure of the kit is a failure of the test")]

pub mod authenticator;
pub mod browser;
mod clock;
mod entropy;
pub mod https;
pub mod name_server;
pub mod qr;
pub mod schema;
pub mod tamper;

pub use clock::FixedClock;
pub use entropy::{OsEntropy, SeededEntropy};
