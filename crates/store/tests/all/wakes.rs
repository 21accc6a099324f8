//! Who waits is woken at commit, by every node.

use std::time::Duration;

use store::Topic;
use store::testing::TestDatabase;
use tokio::time::timeout;

use crate::support::*;

const SOON: Duration = Duration::from_secs(5);
const A_WHILE: Duration = Duration::from_millis(150);

#[tokio::test]
async fn a_commit_wakes_its_topics_and_a_rollback_none() {
    on_each_engine(async |store| {
        let mut mine = store.woken(Topic::new("qr", "1"));
        let mut other = store.woken(Topic::new("qr", "2"));
        // On a server, until the connection that listens is there.
        let _ = timeout(A_WHILE, mine.next()).await;
        let _ = timeout(A_WHILE, other.next()).await;

        let tx = store.begin().await.unwrap();
        tx.wake(Topic::new("qr", "1"));
        drop(tx);
        let tx = store.begin().await.unwrap();
        tx.wake(Topic::new("qr", "1"));
        tx.query(BAD, []).await.unwrap_err();
        assert!(tx.commit().await.is_err());
        assert!(timeout(A_WHILE, mine.next()).await.is_err());

        let tx = store.begin().await.unwrap();
        tx.wake(Topic::new("qr", "1"));
        tx.execute(INSERT, [1.into(), "Maya".into()]).await.unwrap();
        tx.commit().await.unwrap();
        timeout(SOON, mine.next()).await.unwrap();
        assert_eq!(ids(&store).await, [1], "what it was woken for is there");
        assert!(timeout(A_WHILE, other.next()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn another_node_is_woken_too() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let here = database.store(&[PEOPLE]).await;
    let there = database.store(&[PEOPLE]).await;
    let mut waiting = there.woken(Topic::new("qr", "it's"));
    // The first wake-up comes when the connection begins to listen.
    timeout(SOON, waiting.next()).await.unwrap();
    for id in 1..4 {
        let tx = here.begin().await.unwrap();
        tx.wake(Topic::new("qr", "it's"));
        tx.execute(INSERT, [id.into(), id.to_string().into()]).await.unwrap();
        tx.commit().await.unwrap();
        timeout(SOON, waiting.next()).await.unwrap();
        assert!(ids(&there).await.contains(&id));
    }
}

#[tokio::test]
async fn a_lost_listener_comes_back_and_wakes_everybody() {
    store::statements! {
        TERMINATE_LISTENER = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and query ilike 'listen%'";
    }
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let store = database.store(&[PEOPLE]).await;
    let mut waiting = store.woken(Topic::new("qr", "1"));
    timeout(SOON, waiting.next()).await.unwrap();
    let read = store.read().await.unwrap();
    let ended = read.query(TERMINATE_LISTENER, []).await.unwrap();
    assert_eq!(ended.len(), 1);
    drop(read);
    timeout(SOON, waiting.next()).await.unwrap();
    let tx = store.begin().await.unwrap();
    tx.wake(Topic::new("qr", "1"));
    tx.commit().await.unwrap();
    timeout(SOON, waiting.next()).await.unwrap();
}
