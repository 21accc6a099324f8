//! How messages are read from, and written to, strict XML.

pub(crate) mod names;
pub(crate) mod read;
pub(crate) mod write;
