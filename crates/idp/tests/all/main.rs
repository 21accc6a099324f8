//! The identity provider from outside: through its router, with a software authenticator, and `saml::sp` at the other end.

#![allow(clippy::expect_used, reason = "a failure here is a failure of the test")]

mod admin;
mod consoles;
mod finding;
mod groups;
mod house;
mod in_a_browser;
mod journey;
mod messages;
mod owners;
mod pages;
mod person;
mod qr;
mod qr_parties;
mod qr_races;
mod qr_refusals;
mod refusals;
mod requests;
mod routes;
mod schema;
mod set_up;
mod start;
mod sweeping;
mod wizard;
