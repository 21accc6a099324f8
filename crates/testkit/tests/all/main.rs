//! The kit against the real things: Chromium, its virtual authenticator, and
//! the relying party of `webauthn`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails in a test fails the test")]

mod browser;
mod passkey;
mod signatures;
mod site;
