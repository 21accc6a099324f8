//! The crate as its neighbours use it: a service with its own templates behind a shell.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod contrast;
mod forms;
mod pages;
mod support;
mod texts;
