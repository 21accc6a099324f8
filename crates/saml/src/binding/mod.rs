//! How messages travel: requests in the query of a redirect, responses in a
//! form that the browser posts. Both readers are strict about their parameters:
//! exactly one of each, spelled exactly, or nothing is read at all.

mod form;
pub mod post;
pub mod redirect;

pub use form::ParameterError;
