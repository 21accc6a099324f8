//! A turn is short, and is taken from who keeps it.

use std::time::{Duration, Instant};

use store::{Lock, StoreError, TURN};

use crate::support::*;

#[tokio::test]
async fn a_long_turn_is_rolled_back() {
    on_each_engine(async |store| {
        let tx = store.begin().await.unwrap();
        tx.execute(INSERT, [1.into(), "Maya".into()]).await.unwrap();
        tokio::time::sleep(TURN + Duration::from_millis(50)).await;
        let error = tx.execute(INSERT, [2.into(), "Ravi".into()]).await.unwrap_err();
        assert!(matches!(error, StoreError::Expired), "{error:?}");
        assert!(matches!(tx.commit().await, Err(StoreError::Expired)));

        let tx = store.begin().await.unwrap();
        tx.execute(INSERT, [3.into(), "Lin".into()]).await.unwrap();
        tokio::time::sleep(TURN + Duration::from_millis(50)).await;
        assert!(matches!(tx.commit().await, Err(StoreError::Expired)));

        assert_eq!(ids(&store).await, [0; 0]);
        let report = store.turns();
        assert_eq!(report.expired, 2);
        let recorded: u64 = report.cells.iter().map(|(_, count)| *count).sum();
        assert_eq!(recorded, 2);
    })
    .await;
}

#[tokio::test]
async fn who_is_stuck_is_not_waited_for() {
    on_each_engine(async |store| {
        let lock = Lock::new("last-owner", "acme");
        let stuck = store.begin().await.unwrap();
        stuck.lock(lock).await.unwrap();
        stuck.execute(INSERT, [1.into(), "Maya".into()]).await.unwrap();

        let waited = Instant::now();
        let tx = store.begin().await.unwrap();
        tx.lock(lock).await.unwrap();
        tx.execute(INSERT, [2.into(), "Maya".into()]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(waited.elapsed() < 8 * TURN, "{:?}", waited.elapsed());

        let error = stuck.commit().await.unwrap_err();
        assert!(matches!(error, StoreError::Expired), "{error:?}");
        assert_eq!(ids(&store).await, [2]);
    })
    .await;
}

#[tokio::test]
async fn waiting_for_a_lock_is_no_part_of_the_turn() {
    on_each_engine(async |store| {
        let lock = Lock::new("last-owner", "acme");
        let tasks: Vec<_> = (0..4)
            .map(|id| {
                let store = store.clone();
                tokio::spawn(async move {
                    let tx = store.begin().await?;
                    tx.lock(lock).await?;
                    tokio::time::sleep(TURN / 2).await;
                    tx.execute(INSERT, [id.into(), id.to_string().into()]).await?;
                    tx.commit().await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(ids(&store).await, [0, 1, 2, 3]);
    })
    .await;
}

/// Whoever begins a second transaction while holding the first waits for
/// itself; that must end too.
#[tokio::test]
async fn a_task_that_waits_for_itself_gets_on() {
    on_each_engine(async |store| {
        let first = store.begin().await.unwrap();
        let second = store.begin().await.unwrap();
        second.execute(INSERT, [1.into(), "Maya".into()]).await.unwrap();
        second.commit().await.unwrap();
        drop(first);
        assert_eq!(ids(&store).await, [1]);
    })
    .await;
}
