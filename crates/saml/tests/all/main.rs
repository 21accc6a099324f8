//! The crate's API from outside.
