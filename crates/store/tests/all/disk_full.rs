//! A full disk takes back the whole batch, and says so to everybody in it.

use store::testing::{TestDatabase, sqlite_pragma};
use store::{Store, StoreError};

use crate::support::*;

async fn full(store: &Store) {
    // Below what the file has: SQLite takes the present size instead.
    sqlite_pragma(store, "max_page_count = 1").await;
}

async fn insert_large(store: &Store, id: i64) -> Result<(), StoreError> {
    let tx = store.begin().await?;
    let args = [id.into(), id.to_string().into(), vec![7; 20_000].into()];
    tx.execute(INSERT_PHOTO, args).await?;
    tx.commit().await
}

#[tokio::test]
async fn who_was_in_the_batch_is_told() {
    let database = TestDatabase::sqlite();
    let store = database.store(&[PEOPLE]).await;
    insert(&store, 1).await.unwrap();
    full(&store).await;

    // The first commits while the second already waits for its turn, which
    // therefore comes before the committer's.
    let first = store.begin().await.unwrap();
    first.execute(RENAME, [1.into(), "renamed".into()]).await.unwrap();
    let second = tokio::spawn({
        let store = store.clone();
        async move { insert_large(&store, 2).await }
    });
    tokio::task::yield_now().await;
    let first = first.commit().await;
    let second = second.await.unwrap();
    assert!(matches!(second, Err(StoreError::Backend(_))), "{second:?}");
    assert!(matches!(first, Err(StoreError::Lost)), "{first:?}");

    let read = store.read().await.unwrap();
    let row = read.query_opt(FIND, [1.into()]).await.unwrap().unwrap();
    assert_eq!(row.get::<String>(0).unwrap(), "person 1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_else_kept() {
    let database = TestDatabase::sqlite();
    let store = database.store(&[PEOPLE]).await;
    sqlite_pragma(&store, "max_page_count = 80").await;
    let mut refused = 0;
    for round in 0..5 {
        let tasks: Vec<_> = (0..32)
            .map(|task| {
                let store = store.clone();
                let id = round * 100 + task;
                tokio::spawn(async move { (id, insert_large(&store, id).await) })
            })
            .collect();
        let mut acknowledged = ids(&store).await;
        acknowledged.retain(|id| id / 100 < round);
        for task in tasks {
            match task.await.unwrap() {
                (id, Ok(())) => acknowledged.push(id),
                (_, Err(StoreError::Lost | StoreError::Backend(_))) => refused += 1,
                (id, Err(error)) => panic!("{id}: {error:?}"),
            }
        }
        acknowledged.sort_unstable();
        assert_eq!(ids(&store).await, acknowledged);
    }
    assert!(refused > 100, "{refused}");
    // With room again it goes on as if nothing had been.
    sqlite_pragma(&store, "max_page_count = 100000").await;
    insert_large(&store, 1000).await.unwrap();
    assert!(ids(&store).await.contains(&1000));
}
