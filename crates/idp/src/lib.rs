//! The identity provider: it proves who a person is, and says so in a signed SAML assertion.
//!
//! ```text
//! service provider ─► sso::receive (hop 2) ─► sign_in::dispatch (hop 3) ─► sign_in::{passkey, qr} (hop 4)
//!                                                    │  ▲                         │
//!                                                    │  └─────────────────────────┘
//! service provider ◄── the page that posts it ◄── sso::respond (hop 5)
//! ```
//!
//! `routes` is the table of contents. Handlers parse, [`acts`] change things in the transaction they are given,
//! [`model`] has the values and rules, `store` all SQL. [`router`] is the service, [`run_jobs`] what runs beside it.

pub mod acts;
mod admin;
mod ceremony;
mod enrol;
mod error;
mod jobs;
mod limits;
mod login;
mod me;
pub mod model;
mod open;
mod people;
mod routes;
mod sign_in;
mod sso;
mod state;
mod store;
mod visitor;

use ::store::Migration;
use web::Service;

pub use jobs::{run_jobs, run_jobs_once};
pub use open::OpenError;
pub use routes::{addresses, router};
pub use state::{Ambient, Idp, Settings};

/// The tables of this service, those of the crates it stands on first.
pub fn migrations() -> Vec<Migration> {
    [::store::MIGRATIONS, console::MIGRATIONS, store::MIGRATIONS].concat()
}

/// Every statement of this crate, so that a test can prepare each on both engines.
pub fn statements() -> Vec<::store::Sql> {
    store::statements()
}

/// The English messages of this service.
pub const MESSAGES: &str = include_str!("../messages/en.ftl");

/// The name in cookies.
const SERVICE: Service = Service::new("idp");
