//! All SQL of the organisation: a file per aggregate, plain functions on the
//! transaction. They read and write rows and decide nothing; the acts do.

pub(crate) mod accounts;
pub(crate) mod arrivals;
pub(crate) mod claims;
pub(crate) mod configurations;
pub(crate) mod deployment;
pub(crate) mod directories;
pub(crate) mod domains;
pub(crate) mod erasures;
pub(crate) mod groups;
pub(crate) mod links;
pub(crate) mod many;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod pending;
pub(crate) mod people;
pub(crate) mod policies;
pub(crate) mod policy_members;
pub(crate) mod rosters;
pub(crate) mod test_sign_ins;
pub(crate) mod values;

use ::store::{Migration, Sql};

/// The tables of this service alone.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "org-0001",
    sqlite: include_str!("../../migrations/sqlite/0001_org.sql"),
    postgres: include_str!("../../migrations/postgres/0001_org.sql"),
}];

/// What came after the tables of the products.
pub(crate) const LATER: &[Migration] = &[
    Migration {
        name: "org-0003",
        sqlite: include_str!("../../migrations/sqlite/0003_enforcing.sql"),
        postgres: include_str!("../../migrations/postgres/0003_enforcing.sql"),
    },
    Migration {
        name: "org-0004",
        sqlite: include_str!("../../migrations/sqlite/0004_domains.sql"),
        postgres: include_str!("../../migrations/postgres/0004_domains.sql"),
    },
    Migration {
        name: "org-0005",
        sqlite: include_str!("../../migrations/sqlite/0005_people.sql"),
        postgres: include_str!("../../migrations/postgres/0005_people.sql"),
    },
    Migration {
        name: "org-0006",
        sqlite: include_str!("../../migrations/sqlite/0006_policy_members.sql"),
        postgres: include_str!("../../migrations/postgres/0006_policy_members.sql"),
    },
];

/// Every statement of the organisation, for the test that prepares each on
/// both engines.
pub(crate) fn statements() -> Vec<Sql> {
    [
        accounts::STATEMENTS,
        arrivals::STATEMENTS,
        claims::STATEMENTS,
        configurations::STATEMENTS,
        deployment::STATEMENTS,
        directories::STATEMENTS,
        domains::STATEMENTS,
        erasures::STATEMENTS,
        groups::STATEMENTS,
        links::STATEMENTS,
        members::STATEMENTS,
        organizations::STATEMENTS,
        pending::STATEMENTS,
        people::STATEMENTS,
        policies::STATEMENTS,
        policy_members::STATEMENTS,
        rosters::STATEMENTS,
        test_sign_ins::STATEMENTS,
    ]
    .concat()
}
