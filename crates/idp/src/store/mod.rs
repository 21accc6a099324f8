//! All SQL of the identity provider, a file per aggregate: plain functions on the transaction.
//!
//! They take and give values of [`model`](crate::model); what may be written is decided by [`acts`](crate::acts).

pub(crate) mod applications;
pub(crate) mod arrivals;
pub(crate) mod assignments;
pub(crate) mod deployment;
pub(crate) mod drafts;
pub(crate) mod facts;
pub(crate) mod groups;
pub(crate) mod guide;
pub(crate) mod known_browsers;
pub(crate) mod owner_drafts;
pub(crate) mod qr;
pub(crate) mod sign_ins;
pub(crate) mod signing_keys;
pub(crate) mod users;
pub(crate) mod uses;

use store::{Migration, Sql, StoreError};

/// The tables of this service alone.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "idp-0001",
        sqlite: include_str!("../../migrations/sqlite/0001_idp.sql"),
        postgres: include_str!("../../migrations/postgres/0001_idp.sql"),
    },
    Migration {
        name: "idp-0002-qr",
        sqlite: include_str!("../../migrations/sqlite/0002_qr.sql"),
        postgres: include_str!("../../migrations/postgres/0002_qr.sql"),
    },
    Migration {
        name: "idp-0003-console",
        sqlite: include_str!("../../migrations/sqlite/0003_console.sql"),
        postgres: include_str!("../../migrations/postgres/0003_console.sql"),
    },
];

/// Every statement of this crate: a test prepares each on both engines.
pub(crate) fn statements() -> Vec<Sql> {
    [
        applications::STATEMENTS,
        arrivals::STATEMENTS,
        assignments::STATEMENTS,
        deployment::STATEMENTS,
        drafts::STATEMENTS,
        facts::STATEMENTS,
        groups::STATEMENTS,
        guide::STATEMENTS,
        known_browsers::STATEMENTS,
        owner_drafts::STATEMENTS,
        qr::STATEMENTS,
        sign_ins::STATEMENTS,
        signing_keys::STATEMENTS,
        uses::STATEMENTS,
        users::STATEMENTS,
    ]
    .concat()
}

/// A stored value that this version cannot read: written by a newer one, or by hand.
#[derive(Debug, thiserror::Error)]
#[error("the stored value of {0} cannot be read")]
struct Unreadable(&'static str);

fn unreadable(column: &'static str) -> StoreError {
    StoreError::Backend(Box::new(Unreadable(column)))
}

/// A stored word or text as the value it stands for.
fn known<T>(value: Option<T>, column: &'static str) -> Result<T, StoreError> {
    value.ok_or_else(|| unreadable(column))
}
