//! Tools that break messages: bytes in, bytes out.
//!
//! [`xml`] edits elements and attributes by path, without a parser's manners:
//! whatever the test asks for is done, well-formed or not. [`message`] packs
//! and unpacks what the bindings carry. [`sign_again`] gives a changed message
//! a true signature.

pub mod message;
mod resign;
pub mod xml;

pub use resign::sign_again;
