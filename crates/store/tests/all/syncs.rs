//! Seen from outside: no acknowledgement precedes its sync.
//!
//! A kill cannot show a missing sync, for what was written is still in the
//! system's memory. So a child is watched by strace: between a task's line
//! `commit ID`, which it writes while it holds the turn, and its line `ack ID`,
//! a sync of the write-ahead log must have begun and ended. (A batch before it
//! cannot have begun its sync in that time, for that needs the turn.)

use std::collections::{HashMap, HashSet};
use std::process::Command;

use store::testing::TestDatabase;

use crate::child::Job;
use crate::support::*;

#[derive(Debug, PartialEq)]
enum Call {
    Committing(i64),
    Acknowledged(i64),
    SyncBegins(String),
    SyncEnds(String),
}

/// What strace saw, in order; none if strace is not here.
async fn watch(tasks: i64, inserts: i64, pragma: &str) -> Option<Vec<Call>> {
    if Command::new("strace").arg("-V").output().is_err() {
        let required = std::env::var("COUNTERSIGN_REQUIRE_POSTGRES").is_ok_and(|set| set == "1");
        assert!(!required, "strace is not installed");
        eprintln!("NOT RUN: strace is not installed");
        return None;
    }
    let database = TestDatabase::sqlite();
    drop(database.store(&[PEOPLE]).await);
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let url = database.url_text();
    let job = Job { url: &url, first_id: 1, tasks, inserts, pragma };
    let strace = [
        "strace",
        "-f",
        "-y",
        "-s",
        "64",
        "-e",
        "trace=fsync,fdatasync,write",
        "-o",
        trace.to_str().unwrap(),
        "--",
    ];
    let ended = tokio::task::spawn_blocking({
        let mut command = job.command(&strace);
        move || command.output().unwrap()
    });
    let ended = ended.await.unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let text = std::fs::read_to_string(&trace).unwrap();
    Some(text.lines().filter_map(call).collect())
}

/// `PID fdatasync(7</…/test.db-wal>) = 0`, which strace may cut in two at
/// `<unfinished ...>` and `<... fdatasync resumed>`.
fn call(line: &str) -> Option<Call> {
    let (thread, what) = line.split_once(' ')?;
    let what = what.trim_start();
    if what.starts_with("write(") {
        let (_, text) = what.split_once('"')?;
        let (word, id) = text.split_once("\\n")?.0.split_once(' ')?;
        return match word {
            "commit" => Some(Call::Committing(id.parse().ok()?)),
            "ack" => Some(Call::Acknowledged(id.parse().ok()?)),
            _ => None,
        };
    }
    let begins = what.starts_with("fsync(") || what.starts_with("fdatasync(");
    match begins {
        true if !what.contains("-wal>") => None,
        true if what.ends_with("<unfinished ...>") => Some(Call::SyncBegins(thread.to_owned())),
        // Begun and ended with nothing in between.
        true => Some(Call::SyncEnds(String::new())),
        false if what.contains("sync resumed>") && what.ends_with("= 0") => {
            Some(Call::SyncEnds(thread.to_owned()))
        }
        false => None,
    }
}

/// The ids that were acknowledged before a sync covered them.
fn unsynced(calls: &[Call]) -> Vec<i64> {
    // What each id still needs: a sync that begins after it, then its end.
    let mut waiting: HashSet<i64> = HashSet::new();
    let mut covered: HashMap<String, HashSet<i64>> = HashMap::new();
    let mut synced = HashSet::new();
    let mut too_early = Vec::new();
    for call in calls {
        match call {
            Call::Committing(id) => {
                waiting.insert(*id);
            }
            Call::SyncBegins(thread) => {
                covered.insert(thread.clone(), std::mem::take(&mut waiting));
            }
            Call::SyncEnds(thread) if thread.is_empty() => synced.extend(waiting.drain()),
            Call::SyncEnds(thread) => {
                synced.extend(covered.remove(thread).unwrap_or_default());
            }
            Call::Acknowledged(id) if !synced.contains(id) => too_early.push(*id),
            Call::Acknowledged(_) => {}
        }
    }
    too_early
}

fn acknowledged(calls: &[Call]) -> usize {
    let acknowledged = |call: &&Call| matches!(call, Call::Acknowledged(_));
    calls.iter().filter(acknowledged).count()
}

fn syncs(calls: &[Call]) -> usize {
    let ends = |call: &&Call| matches!(call, Call::SyncEnds(_));
    calls.iter().filter(ends).count()
}

#[tokio::test]
async fn every_acknowledgement_follows_its_sync() {
    for (tasks, inserts) in [(1, 60), (16, 20)] {
        let Some(calls) = watch(tasks, inserts, "").await else {
            return;
        };
        assert_eq!(acknowledged(&calls), (tasks * inserts) as usize);
        assert_eq!(unsynced(&calls), [0; 0], "{tasks} tasks");
    }
}

/// The check of the check: with syncing switched off it is red.
#[tokio::test]
async fn without_syncs_the_check_is_red() {
    for pragma in ["synchronous = off", "synchronous = normal"] {
        let Some(calls) = watch(4, 10, pragma).await else {
            return;
        };
        assert_eq!(acknowledged(&calls), 40);
        assert!(!unsynced(&calls).is_empty(), "{pragma}");
    }
}

#[tokio::test]
async fn who_waits_together_is_synced_together() {
    let Some(alone) = watch(1, 64, "").await else {
        return;
    };
    assert!(syncs(&alone) >= 64, "{}", syncs(&alone));
    let together = watch(64, 10, "").await.unwrap();
    assert_eq!(acknowledged(&together), 640);
    // Batches of several; how many depends on the machine.
    assert!(syncs(&together) < 640 / 4, "{}", syncs(&together));
}

#[test]
fn the_trace_is_read_right() {
    let calls: Vec<Call> = [
        r#"11 write(1<pipe:[5]>, "commit 7\n", 9) = 9"#,
        "12 fdatasync(7</tmp/x/test.db-wal> <unfinished ...>",
        r#"11 write(1<pipe:[5]>, "commit 8\n", 9) = 9"#,
        "12 <... fdatasync resumed>)           = 0",
        r#"11 write(1<pipe:[5]>, "ack 7\n", 6)   = 6"#,
        r#"11 write(1<pipe:[5]>, "ack 8\n", 6)   = 6"#,
        "12 fsync(9</tmp/x/test.db>)           = 0",
    ]
    .iter()
    .filter_map(|line| call(line))
    .collect();
    assert_eq!(acknowledged(&calls), 2);
    assert_eq!(syncs(&calls), 1);
    assert_eq!(unsynced(&calls), [8]);
}
