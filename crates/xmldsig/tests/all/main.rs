//! The crate from outside: what is read and refused, what is canonical, what verifies, and
//! what other people's software says to the same bytes.

mod canonical;
mod generate;
mod hostile;
mod interop;
mod key_material;
mod reader;
mod signatures;
mod support;
mod tampered;
mod writer;
