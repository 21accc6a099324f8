//! The crate's API, on both engines, with a software authenticator.

mod authentication;
mod house;
mod invitations;
mod log;
mod pages;
mod post;
mod proofs;
mod registration;
mod schema;
mod sessions;
mod sweeping;
