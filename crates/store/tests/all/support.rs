//! A small schema and what several tests do with it.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use jiff::Timestamp;
use store::{Migration, ReadTx, Store, StoreError};

pub(crate) const PEOPLE: Migration = Migration {
    name: "test-0001-people",
    sqlite: "create table person (
            id integer primary key not null,
            name text not null,
            owner integer not null,
            photo blob
        ) strict;
        create unique index person_name on person (name);
        create table seat (
            room text not null,
            number integer not null,
            person integer not null references person (id),
            primary key (room, number)
        ) strict;",
    postgres: "create table person (
            id bigint primary key not null,
            name text collate \"C\" not null,
            owner bigint not null,
            photo bytea
        );
        create unique index person_name on person (name);
        create table seat (
            room text collate \"C\" not null,
            number bigint not null,
            person bigint not null references person (id),
            primary key (room, number)
        );",
};

store::statements! {
    pub(crate) INSERT = "insert into person (id, name, owner) values ($1, $2, 0)";
    pub(crate) INSERT_OWNER = "insert into person (id, name, owner) values ($1, $2, 1)";
    pub(crate) INSERT_SWAPPED = "insert into person (name, owner, id) values ($2, 0, $1)";
    pub(crate) INSERT_PHOTO = "insert into person (id, name, owner, photo)
        values ($1, $2, 0, $3)";
    pub(crate) INSERT_SEAT = "insert into seat (room, number, person) values ($1, $2, $3)";
    pub(crate) RENAME = "update person set name = $2 where id = $1";
    pub(crate) FIND = "select name, photo from person where id = $1";
    pub(crate) LIST = "select id from person order by id";
    pub(crate) COUNT = "select count(*) from person";
    pub(crate) COUNT_OWNERS = "select count(*) from person where owner = 1";
    pub(crate) DISMISS = "update person set owner = 0 where id = $1";
    pub(crate) BAD = "select nothing from nowhere";
}

/// Runs `test` on a store of each engine with the small schema.
pub(crate) async fn on_each_engine(test: impl AsyncFn(Store)) {
    store::testing::for_each_engine(&[PEOPLE], test).await;
}

/// Inserts one person and commits.
pub(crate) async fn insert(store: &Store, id: i64) -> Result<(), StoreError> {
    let tx = store.begin().await?;
    tx.execute(INSERT, [id.into(), format!("person {id}").into()]).await?;
    tx.commit().await
}

/// Again, if a machine with too much to do let a turn expire; for tests that
/// are about something else.
pub(crate) async fn until_in_time<T, F>(act: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match act().await {
            Err(StoreError::Expired) => {}
            done => return done.unwrap(),
        }
    }
}

pub(crate) async fn count(read: &ReadTx) -> i64 {
    let row = read.query_opt(COUNT, []).await.unwrap().unwrap();
    row.get(0).unwrap()
}

/// The ids that a new snapshot sees.
pub(crate) async fn ids(store: &Store) -> Vec<i64> {
    let rows = store.read().await.unwrap().query(LIST, []).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(crate) fn rng() -> &'static store::secrets::Rng {
    static RNG: LazyLock<SystemRandom> = LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "a test has no one to give it chance")]
        SystemRandom::new()
    });
    &*RNG
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    on_each_engine(async |store| {
        let good: Vec<_> = STATEMENTS.iter().copied().filter(|s| *s != BAD).collect();
        store::testing::prepare_all(&store, &good).await;
    })
    .await;
    store::testing::for_each_engine(store::MIGRATIONS, async |store| {
        store::testing::prepare_all(&store, &store::events::statements()).await;
    })
    .await;
}
