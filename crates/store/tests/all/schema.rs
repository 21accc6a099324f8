//! Both engines' migrations make the same schema.

use store::Migration;
use store::testing::{databases, schema};

use crate::support::PEOPLE;

async fn schemas(migrations: &[Migration]) -> Vec<Vec<String>> {
    let mut schemas = Vec::new();
    for database in databases().await {
        schemas.push(schema(&database.store(migrations).await).await);
    }
    schemas
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    for migrations in [store::MIGRATIONS, &[PEOPLE]] {
        let schemas = schemas(migrations).await;
        assert!(schemas[0].len() > 5);
        for other in &schemas[1..] {
            assert_eq!(schemas[0], *other);
        }
    }
    let people = schemas(&[PEOPLE]).await;
    for line in [
        "person.id bigint required key 1",
        "person.photo bytea",
        "index person_name unique on person (name)",
        "seat.number bigint required key 2",
        "foreign key seat (person) to person on delete no action",
    ] {
        assert!(people[0].iter().any(|l| l == line), "{:#?}", people[0]);
    }
}

/// The check of the check: what differs must be seen.
#[tokio::test]
async fn differences_are_seen() {
    let good = (
        "create table t (id integer primary key not null, a text not null) strict;
         create unique index t_a on t (a);",
        "create table t (id bigint primary key not null, a text collate \"C\" not null);
         create unique index t_a on t (a);",
    );
    let differing = [
        (
            good.0,
            "create table t (id bigint primary key not null, a text not null);
             create unique index t_a on t (a);",
        ),
        (
            good.0,
            "create table t (id bigint primary key not null, a text collate \"C\");
             create unique index t_a on t (a);",
        ),
        (
            good.0,
            "create table t (id bigint primary key not null, a text collate \"C\" not null);
             create index t_a on t (a);",
        ),
        (
            good.0,
            "create table t (id bigint primary key not null, a text collate \"C\" not null);
             create unique index t_b on t (a);",
        ),
        (
            good.0,
            "create table t (id bigint primary key not null, a text collate \"C\" not null);
             create unique index t_a on t (a) where a <> '';",
        ),
        (
            "create table t (id integer primary key not null, a text not null);
          create unique index t_a on t (a);",
            good.1,
        ),
        ("create table t (id integer primary key not null, a text not null unique) strict;", good.1),
    ];
    for (sqlite, postgres) in [good].into_iter().chain(differing) {
        let schemas = schemas(&[Migration { name: "t", sqlite, postgres }]).await;
        if let [first, second] = schemas.as_slice() {
            let same = (sqlite, postgres) == good;
            assert_eq!(first == second, same, "{first:#?} {second:#?}");
        }
    }
}
