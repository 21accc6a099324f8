//! The crate from outside: what is read and refused, what is canonical, what verifies, and
//! what other people's software says to the same bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]
#![allow(clippy::too_many_lines, reason = "a table of cases is as long as its cases")]

mod canonical;
mod generate;
mod hostile;
mod interop;
mod key_material;
mod properties;
mod reader;
mod signatures;
mod support;
mod tampered;
mod wrapped;
mod writer;
