//! What a transaction promises.

use futures_util::FutureExt;
use store::{Lock, StoreError, Value};

use crate::support::*;

#[tokio::test]
async fn what_is_committed_is_read_as_it_was_written() {
    on_each_engine(async |store| {
        let tx = store.begin().await.unwrap();
        let photo = vec![0_u8, 1, 255];
        let args = [7.into(), "Maya Østergård".into(), photo.clone().into()];
        assert_eq!(tx.execute(INSERT_PHOTO, args).await.unwrap(), 1);
        assert_eq!(count(&tx).await, 1, "it sees its own writes");
        tx.commit().await.unwrap();

        let read = store.read().await.unwrap();
        let row = read.query_opt(FIND, [7.into()]).await.unwrap().unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "Maya Østergård");
        assert_eq!(row.get::<Vec<u8>>(1).unwrap(), photo);
        assert!(read.query_opt(FIND, [8.into()]).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn parameters_are_taken_by_number_not_by_appearance() {
    on_each_engine(async |store| {
        let tx = store.begin().await.unwrap();
        tx.execute(INSERT_SWAPPED, [1.into(), "Maya".into()]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids(&store).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn dropping_rolls_back() {
    on_each_engine(async |store| {
        let tx = store.begin().await.unwrap();
        tx.execute(INSERT, [1.into(), "Maya".into()]).await.unwrap();
        drop(tx);
        assert_eq!(ids(&store).await, [0; 0]);
        // And nothing of it comes along with the next one.
        insert(&store, 2).await.unwrap();
        assert_eq!(ids(&store).await, [2]);
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_stays_as_it_was() {
    on_each_engine(async |store| {
        insert(&store, 1).await.unwrap();
        let read = store.read().await.unwrap();
        assert_eq!(count(&read).await, 1);
        insert(&store, 2).await.unwrap();
        assert_eq!(count(&read).await, 1);
        assert_eq!(ids(&store).await, [1, 2]);
    })
    .await;
}

#[tokio::test]
async fn the_first_error_ends_a_transaction() {
    on_each_engine(async |store| {
        let tx = store.begin().await.unwrap();
        tx.execute(INSERT, [1.into(), "Maya".into()]).await.unwrap();
        let error = tx.query(BAD, []).await.unwrap_err();
        assert!(matches!(error, StoreError::Backend(_)), "{error:?}");
        let error = tx.execute(INSERT, [2.into(), "Ravi".into()]).await.unwrap_err();
        assert!(matches!(error, StoreError::Failed), "{error:?}");
        let error = tx.commit().await.unwrap_err();
        assert!(matches!(error, StoreError::Failed), "{error:?}");
        assert_eq!(ids(&store).await, [0; 0]);

        let read = store.read().await.unwrap();
        read.query(BAD, []).await.unwrap_err();
        let error = read.query(LIST, []).await.unwrap_err();
        assert!(matches!(error, StoreError::Failed), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_conflict_names_its_index() {
    on_each_engine(async |store| {
        insert(&store, 1).await.unwrap();
        let tx = store.begin().await.unwrap();
        let seat = || [Value::from("attic"), 1.into(), 1.into()];
        tx.execute(INSERT_SEAT, seat()).await.unwrap();
        tx.commit().await.unwrap();

        for (sql, args, name) in [
            (INSERT, vec![1.into(), "Ravi".into()], "person_pkey"),
            (INSERT, vec![2.into(), "person 1".into()], "person_name"),
            (INSERT_SEAT, seat().to_vec(), "seat_pkey"),
        ] {
            let tx = store.begin().await.unwrap();
            let error = tx.execute(sql, args).await.unwrap_err();
            assert!(error.is_conflict_on(name), "{error:?}");
            assert!(tx.commit().await.is_err());
        }
        // A missing parent is no conflict.
        let tx = store.begin().await.unwrap();
        let args = ["attic".into(), 2.into(), 99.into()];
        let error = tx.execute(INSERT_SEAT, args).await.unwrap_err();
        assert!(matches!(error, StoreError::Backend(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn arguments_that_one_engine_would_refuse_are_refused_by_both() {
    on_each_engine(async |store| {
        for args in [
            vec![1.into()],
            vec![1.into(), "Maya".into(), 3.into()],
            vec![1.into(), "May\0a".into()],
            vec!["one".into(), "Maya".into()],
            vec![1.into(), 2.into()],
            vec![1.into(), Value::Null],
        ] {
            let tx = store.begin().await.unwrap();
            let refused = tx.execute(INSERT, args.clone()).await;
            // SQLite takes a number as the text of a number; only that it may.
            let number_as_text = args == [1.into(), 2.into()];
            assert!(refused.is_err() || number_as_text, "{args:?}");
        }
        assert_eq!(ids(&store).await, [0; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_lock_is_the_first_thing_and_the_only_one() {
    on_each_engine(async |store| {
        let lock = Lock::new("last-owner", "1");
        let tx = store.begin().await.unwrap();
        tx.lock(lock).await.unwrap();
        assert!(tx.lock(Lock::new("last-owner", "2")).await.is_err());

        let tx = store.begin().await.unwrap();
        count(&tx).await;
        assert!(tx.lock(lock).await.is_err());
        assert!(matches!(tx.commit().await, Err(StoreError::Failed)));
    })
    .await;
}

#[tokio::test]
async fn a_dropped_commit_leaves_all_or_nothing() {
    on_each_engine(async |store| {
        for round in 0..20 {
            let tx = store.begin().await.unwrap();
            for id in [round * 2, round * 2 + 1] {
                tx.execute(INSERT, [id.into(), id.to_string().into()]).await.unwrap();
            }
            let mut commit = Box::pin(tx.commit());
            for _ in 0..round % 3 {
                let _ = (&mut commit).now_or_never();
                tokio::task::yield_now().await;
            }
            drop(commit);
        }
        // The next one is neither lost nor in anybody's way.
        insert(&store, 1000).await.unwrap();
        let stored = ids(&store).await;
        for pair in 0..20 {
            let half = stored.contains(&(pair * 2)) != stored.contains(&(pair * 2 + 1));
            assert!(!half, "{stored:?}");
        }
        // The commit that was never polled is a rollback.
        assert!(!stored.contains(&0));
        assert!(stored.contains(&1000));
    })
    .await;
}

#[tokio::test]
async fn cancelled_calls_leave_no_open_transaction_behind() {
    on_each_engine(async |store| {
        for id in 0..60 {
            // Dropped at its first wait, whatever that is.
            let _ = store.begin().now_or_never();
            let _ = store.read().now_or_never();
            let work = async {
                let tx = store.begin().await.unwrap();
                let _ = tx.execute(INSERT, [id.into(), id.to_string().into()]).now_or_never();
                // Sent or not, its outcome was not awaited: on a server this
                // must not be committed as if it had succeeded.
                tx.commit().await
            };
            let committed = work.await.is_ok();
            assert_eq!(ids(&store).await.contains(&id), committed);
        }
        // More than the pool has, at once.
        let all = (100..140).map(|id| insert(&store, id));
        futures_util::future::try_join_all(all).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn statements_of_one_transaction_may_be_joined() {
    on_each_engine(async |store| {
        let tx = store.begin().await.unwrap();
        futures_util::future::try_join(
            tx.execute(INSERT, [1.into(), "Maya".into()]),
            tx.execute(INSERT, [2.into(), "Ravi".into()]),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids(&store).await, [1, 2]);

        let tx = store.begin().await.unwrap();
        let joined = futures_util::future::try_join(
            tx.execute(INSERT, [1.into(), "Twice".into()]),
            tx.execute(INSERT, [3.into(), "Tom".into()]),
        );
        assert!(joined.await.is_err());
        assert!(tx.commit().await.is_err());
        assert_eq!(ids(&store).await, [1, 2]);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_lost_and_replaced() {
    store::statements! {
        TERMINATE = "select pg_terminate_backend(pg_backend_pid())";
    }
    let Some(database) = store::testing::TestDatabase::postgres().await else {
        return;
    };
    let store = database.store(&[PEOPLE]).await;
    for _ in 0..20 {
        let tx = store.begin().await.unwrap();
        let error = tx.query(TERMINATE, []).await.unwrap_err();
        assert!(matches!(error, StoreError::Lost), "{error:?}");
        assert!(matches!(tx.commit().await, Err(StoreError::Lost)));
    }
    insert(&store, 1).await.unwrap();
    assert_eq!(ids(&store).await, [1]);
}
