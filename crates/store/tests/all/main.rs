//! The store's interface, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests fail by panics")]

mod child;
mod crash;
mod disk_full;
mod encryption;
mod events;
mod exports;
mod migrations;
mod rules;
mod schema;
mod support;
mod sweeping;
mod syncs;
mod transactions;
mod turns;
mod wakes;
