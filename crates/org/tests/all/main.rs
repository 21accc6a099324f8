//! The organisation from outside: its router, driven by a browser that is a
//! cookie jar, against an identity provider that signs with a true key.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure of a test")]

mod acts;
mod admin;
mod circles;
mod crossings;
mod domains;
mod enforcing;
mod identity_providers;
mod journeys;
mod kit;
mod local_door;
mod organizations;
mod pages;
mod people;
mod policies;
mod products;
mod races;
mod refusals;
mod schema;
mod strangers;
