//! The ceremonies against a software authenticator that tells the truth, and
//! then lies in every way that has a rule against it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails in a test fails the test")]

mod authentication_refused;
mod ceremonies;
mod flips;
mod party;
mod registration_refused;
