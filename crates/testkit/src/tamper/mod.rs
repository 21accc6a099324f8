//! Tools that break messages: bytes in, bytes out.
//!
//! [`xml`] edits elements and attributes by path, without a parser's manners:
//! whatever the test asks for is done, well-formed or not. [`message`] packs
//! and unpacks what the bindings carry.

pub mod message;
pub mod xml;
