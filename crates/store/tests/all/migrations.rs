//! Opening and migrating.

use store::testing::{TestDatabase, databases};
use store::{Migration, OpenError, Store};

use crate::support::*;

const LATER: Migration = Migration {
    name: "test-0002-note",
    sqlite: "alter table person add column note text;",
    postgres: "alter table person add column note text collate \"C\";",
};

const BROKEN: Migration = Migration {
    name: "test-0003-broken",
    sqlite: "create table good (id integer primary key not null) strict; create tabel bad;",
    postgres: "create table good (id bigint primary key not null); create tabel bad;",
};

#[tokio::test]
async fn migrations_run_once_each() {
    for database in databases().await {
        let url = database.url();
        let applied = Store::migrate(url, &[PEOPLE]).await.unwrap();
        assert_eq!(applied, [PEOPLE.name]);
        let applied = Store::migrate(url, &[PEOPLE, LATER]).await.unwrap();
        assert_eq!(applied, [LATER.name]);
        assert!(Store::migrate(url, &[PEOPLE, LATER]).await.unwrap().is_empty());
        let store = Store::open(url, &[PEOPLE, LATER]).await.unwrap();
        insert(&store, 1).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_is_migrated_by_opening_and_a_server_is_not() {
    for database in databases().await {
        let opened = Store::open(database.url(), &[PEOPLE]).await;
        match database.engine() {
            "SQLite" => insert(&opened.unwrap(), 1).await.unwrap(),
            _ => {
                let error = opened.err().unwrap();
                let OpenError::MigrationNeeded { missing } = error else {
                    panic!("{error:?}");
                };
                assert_eq!(missing, [PEOPLE.name]);
            }
        }
    }
}

#[tokio::test]
async fn an_older_program_does_not_start_on_a_newer_schema() {
    for database in databases().await {
        let url = database.url();
        drop(database.store(&[PEOPLE, LATER]).await);
        for refused in [
            Store::open(url, &[PEOPLE]).await.err().unwrap(),
            Store::migrate(url, &[PEOPLE]).await.unwrap_err(),
        ] {
            let OpenError::NewerSchema { unknown } = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(unknown, [LATER.name]);
        }
    }
}

#[tokio::test]
async fn a_migration_that_fails_changes_nothing() {
    for database in databases().await {
        let url = database.url();
        drop(database.store(&[PEOPLE]).await);
        let failed = Store::migrate(url, &[PEOPLE, LATER, BROKEN]).await;
        let OpenError::MigrationFailed { name, .. } = failed.unwrap_err() else {
            panic!("another error");
        };
        assert_eq!(name, BROKEN.name);
        // Not even the good one before it.
        let store = Store::open(url, &[PEOPLE]).await.unwrap();
        assert!(
            !store::testing::schema(&store)
                .await
                .iter()
                .any(|line| line.contains("note") || line.contains("good"))
        );
    }
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let edited = Migration {
        sqlite: "create table another (id integer primary key not null) strict;",
        postgres: "create table another (id bigint primary key not null);",
        ..PEOPLE
    };
    for database in databases().await {
        drop(database.store(&[PEOPLE]).await);
        let refused = Store::open(database.url(), &[edited]).await;
        assert!(matches!(
            refused.err(),
            Some(OpenError::ChangedMigration { name }) if name == PEOPLE.name
        ));
    }
}

#[tokio::test]
async fn two_processes_may_migrate_at_once() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let url = database.url();
    let all = (0..4).map(|_| Store::migrate(url, &[PEOPLE, LATER]));
    let applied = futures_util::future::try_join_all(all).await.unwrap();
    assert_eq!(applied.iter().map(Vec::len).sum::<usize>(), 2);
}

#[tokio::test]
async fn one_process_at_a_time_has_the_file() {
    let database = TestDatabase::sqlite();
    let store = database.store(&[PEOPLE]).await;
    insert(&store, 1).await.unwrap();
    for refused in [
        Store::open(database.url(), &[PEOPLE]).await.err().unwrap(),
        Store::migrate(database.url(), &[PEOPLE]).await.unwrap_err(),
    ] {
        assert!(matches!(refused, OpenError::InUse { .. }), "{refused:?}");
    }
    // The last handle, not the first.
    let clone = store.clone();
    drop(store);
    assert!(Store::open(database.url(), &[PEOPLE]).await.is_err());
    let tx = clone.begin().await.unwrap();
    drop(clone);
    assert!(Store::open(database.url(), &[PEOPLE]).await.is_err());
    drop(tx);
    let store = Store::open(database.url(), &[PEOPLE]).await.unwrap();
    assert_eq!(ids(&store).await, [1]);
}

#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let url = store::StoreUrl::file(folder.path().join("idp.db"));
    let store = Store::open(&url, &[PEOPLE]).await.unwrap();
    insert(&store, 1).await.unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        files += 1;
    }
    assert!(files >= 3, "database, WAL and lock");
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let missing: store::StoreUrl = "sqlite:/nonexistent/folder/idp.db".parse().unwrap();
    let error = Store::open(&missing, &[]).await.err().unwrap();
    assert!(error.to_string().contains("/nonexistent/folder/idp.db"));

    let nobody: store::StoreUrl = "postgres://u:hunter2@127.0.0.1:1/idp".parse().unwrap();
    let error = Store::open(&nobody, &[]).await.err().unwrap();
    assert!(matches!(error, OpenError::Unreachable { .. }));
    assert!(!format!("{error:?}").contains("hunter2"));
}
