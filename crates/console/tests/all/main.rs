//! The crate's API, on both engines, with a software authenticator.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    unused_must_use,
    unreachable_pub,
    reason = "a failure here is a failure of the test"
)]

mod authentication;
mod house;
mod invitations;
mod log;
mod pages;
mod post;
mod proofs;
mod registration;
mod schema;
mod sessions;
mod sweeping;
