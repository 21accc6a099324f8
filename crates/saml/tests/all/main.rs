//! The crate's API from outside.
#![allow(clippy::unwrap_used, reason = "a test stops at the first error")]

mod benign;
mod deletions;
mod forge;
mod messages;
mod rejections;
mod requests;
mod round_trips;
#[allow(dead_code, unreachable_pub, reason = "the doc examples and the bench need other parts")]
mod sample;
mod wrapping;
