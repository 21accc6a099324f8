//! The organisation: the service provider's side of a sign-in, as a product's
//! customers administer it. In ten lines:
//!
//! ```text
//! routes     every URL, once
//! sign_in    the flow, a file per hop: start ─► (identity provider) ─► acs ─► arrival ─► admit ─► session
//! acts       what changes something: (tx, word, input, now) → done or refused; written as an event either way
//! admin      the administrators' pages: parse, act, answer
//! products   the OpenID Connect provider by which products learn who is signed in
//! model      values and rules: no async, no SQL, no HTTP
//! store      all SQL
//! jobs       what runs beside: sweeping, sealing, counting junk
//! ```
//!
//! The organisation knows an identity provider only by SAML, carried by the
//! browser. One deployment holds many organisations; one is found by the unique
//! ID of its configuration, by a linked domain or by a session, never by a
//! request's Host header.

pub mod acts;
mod admin;
mod answer;
mod domain_proofs;
mod home;
mod jobs;
mod metadata;
pub mod model;
mod pages;
pub mod products;
mod routes;
mod seeding;
mod service;
pub mod sign_in;
mod store;

pub use jobs::{check_domains, run_jobs};
pub use routes::{addresses, router};
pub use seeding::SetUpError;
pub use service::{Ambient, OpenError, Org, Settings, migrations, statements, texts};
