//! Values and rules of the identity provider: no async, no SQL, no HTTP.
//!
//! What comes from outside is parsed into these values once, at the edge; acts and pages pass them on.

pub mod application;
pub mod atlassian;
pub mod claims;
pub mod draft;
pub mod group;
pub mod name_id;
pub mod qr;
pub mod role;
pub mod search;
pub mod sign_in;
pub mod user;
pub mod why;
