//! `kill -9` at random moments loses nothing that was acknowledged.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use store::testing::{TestDatabase, databases};

use crate::child::{Job, id_in};
use crate::support::*;

/// Runs a child that inserts from `first_id` on, kills it after a random time,
/// and gives what it had acknowledged.
fn round(database: &TestDatabase, first_id: i64) -> Vec<i64> {
    let url = database.url_text();
    let job = Job { url: &url, first_id, tasks: 8, inserts: i64::MAX, pragma: "" };
    let mut child = job.command(&[]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let random = std::hash::RandomState::new().hash_one(first_id);
    let mut acknowledged = Vec::new();
    while acknowledged.len() as u64 <= random % 40 {
        let line = lines.next().expect("the child goes on until it is killed");
        acknowledged.extend(id_in(&line.unwrap(), "ack "));
    }
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_micros(random % 20_011));
        child.kill().unwrap();
        child.wait().unwrap();
    });
    // A line cut by the kill was not read by anybody.
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|l| id_in(&l, "ack ")));
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost() {
    for database in databases().await {
        drop(database.store(&[PEOPLE]).await);
        let mut all = BTreeSet::new();
        for number in 0..20 {
            let acknowledged = round(&database, number * 1_000_000);
            all.extend(acknowledged);
            let store = database.store(&[PEOPLE]).await;
            let stored: BTreeSet<i64> = ids(&store).await.into_iter().collect();
            let lost: Vec<_> = all.difference(&stored).collect();
            assert!(lost.is_empty(), "{}: {lost:?}", database.engine());
        }
        assert!(all.len() > 100, "{}: {} were too few", database.engine(), all.len());
    }
}
