//! Rules over several rows, and two tasks at once.

use std::sync::Arc;

use store::{Lock, Store, StoreError};
use tokio::sync::Barrier;

use crate::support::*;

/// Dismisses one owner unless it is the last.
async fn dismiss(store: &Store, id: i64) -> Result<bool, StoreError> {
    let tx = store.begin().await?;
    tx.lock(Lock::new("last-owner", "acme")).await?;
    let row = tx.query_opt(COUNT_OWNERS, []).await?;
    let owners: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    if owners < 2 {
        return Ok(false);
    }
    tx.execute(DISMISS, [id.into()]).await?;
    tx.commit().await?;
    Ok(true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_owner_stays_when_two_go_at_once() {
    on_each_engine(async |store| {
        for round in 0..10 {
            let (first, second) = (round * 2 + 1, round * 2 + 2);
            let tx = store.begin().await.unwrap();
            for id in [first, second] {
                tx.execute(INSERT_OWNER, [id.into(), id.to_string().into()]).await.unwrap();
            }
            tx.commit().await.unwrap();
            let start = Arc::new(Barrier::new(2));
            let tasks = [first, second].map(|id| {
                let (store, start) = (store.clone(), Arc::clone(&start));
                tokio::spawn(async move {
                    start.wait().await;
                    until_in_time(|| dismiss(&store, id)).await
                })
            });
            let mut dismissed = 0;
            for task in tasks {
                dismissed += i32::from(task.await.unwrap());
            }
            assert_eq!(dismissed, 1);
            // For the next round.
            let tx = store.begin().await.unwrap();
            for id in [first, second] {
                tx.execute(DISMISS, [id.into()]).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_takes_a_unique_name() {
    on_each_engine(async |store| {
        for round in 0..20_i64 {
            let start = Arc::new(Barrier::new(2));
            let tasks = [0, 1].map(|which| {
                let (store, start) = (store.clone(), Arc::clone(&start));
                tokio::spawn(async move {
                    start.wait().await;
                    let tx = store.begin().await?;
                    let name = format!("name {round}");
                    tx.execute(INSERT, [(round * 2 + which).into(), name.into()]).await?;
                    tx.commit().await
                })
            });
            let mut conflicts = 0;
            for task in tasks {
                if let Err(error) = task.await.unwrap() {
                    assert!(error.is_conflict_on("person_name"), "{error:?}");
                    conflicts += 1;
                }
            }
            assert_eq!(conflicts, 1);
        }
        assert_eq!(ids(&store).await.len(), 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_lose_nothing_of_each_other() {
    on_each_engine(async |store| {
        let tasks: Vec<_> = (0..64)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for turn in 0..10 {
                        let id = task * 100 + turn;
                        match turn % 5 {
                            // One in five is taken back, one fails.
                            3 => {
                                let tx = store.begin().await.unwrap();
                                tx.execute(INSERT, [id.into(), id.to_string().into()]).await.unwrap();
                            }
                            4 => {
                                let tx = store.begin().await.unwrap();
                                tx.execute(INSERT, [id.into(), id.to_string().into()]).await.unwrap();
                                tx.query(BAD, []).await.unwrap_err();
                            }
                            _ => until_in_time(|| insert(&store, id)).await,
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let wanted: Vec<i64> =
            (0..64).flat_map(|task| [0, 1, 2, 5, 6, 7].map(|turn| task * 100 + turn)).collect();
        assert_eq!(ids(&store).await, wanted);
    })
    .await;
}
