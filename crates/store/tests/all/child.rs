//! This test binary run again as a child, to be killed or watched.
//!
//! The child inserts from several tasks at once. Each task writes one line to
//! standard output before it commits (`commit ID`) and one when the commit has
//! returned (`ack ID`), each by one system call.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use store::testing::sqlite_pragma;
use store::{Store, StoreUrl};

use crate::support::*;

/// What the child is to do.
pub(crate) struct Job<'a> {
    pub(crate) url: &'a str,
    pub(crate) first_id: i64,
    pub(crate) tasks: i64,
    /// How many inserts each task does; it is killed before, or it ends.
    pub(crate) inserts: i64,
    /// A setting of SQLite that the library does not offer.
    pub(crate) pragma: &'a str,
}

impl Job<'_> {
    /// The child under another program (or none) with its arguments.
    pub(crate) fn command(&self, under: &[&str]) -> Command {
        let me = std::env::current_exe().unwrap();
        let mut command = match under {
            [] => Command::new(&me),
            [program, args @ ..] => {
                let mut command = Command::new(program);
                command.args(args).arg(&me);
                command
            }
        };
        command
            .args(["--exact", "child::insert_and_acknowledge", "--nocapture"])
            .env("STORE_CHILD_URL", self.url)
            .env("STORE_CHILD_FIRST_ID", self.first_id.to_string())
            .env("STORE_CHILD_TASKS", self.tasks.to_string())
            .env("STORE_CHILD_INSERTS", self.inserts.to_string())
            .env("STORE_CHILD_PRAGMA", self.pragma)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }
}

/// The id in a line that begins with `word`.
pub(crate) fn id_in(line: &str, word: &str) -> Option<i64> {
    // The test harness writes its own words into the first line.
    let (_, id) = line.rsplit_once(word)?;
    id.trim().parse().ok()
}

/// Does nothing unless it is run as the child.
#[test]
fn insert_and_acknowledge() {
    let Ok(url) = std::env::var("STORE_CHILD_URL") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(&url.parse().unwrap()));
}

async fn run(url: &StoreUrl) {
    let number = |name: &str| std::env::var(name).unwrap().parse::<i64>().unwrap();
    let store = Store::open(url, &[PEOPLE]).await.unwrap();
    let pragma = std::env::var("STORE_CHILD_PRAGMA").unwrap();
    if !pragma.is_empty() {
        sqlite_pragma(&store, &pragma).await;
    }
    let next = Arc::new(AtomicI64::new(number("STORE_CHILD_FIRST_ID")));
    let inserts = number("STORE_CHILD_INSERTS");
    let tasks: Vec<_> = (0..number("STORE_CHILD_TASKS"))
        .map(|_| {
            let (store, next) = (store.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                for _ in 0..inserts {
                    acknowledge(&store, next.fetch_add(1, Ordering::Relaxed)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn acknowledge(store: &Store, id: i64) {
    let tx = store.begin().await.unwrap();
    tx.execute(INSERT, [id.into(), id.to_string().into()]).await.unwrap();
    say(&format!("commit {id}\n"));
    tx.commit().await.unwrap();
    say(&format!("ack {id}\n"));
}

fn say(line: &str) {
    // The pipe itself: the harness's own handle would hold lines back.
    let out = Path::new("/dev/stdout");
    let mut out = std::fs::OpenOptions::new().append(true).open(out).unwrap();
    out.write_all(line.as_bytes()).unwrap();
}
