//! Transactions a second, on each engine, one task and 64 at once.
//!
//! One transaction takes a row (deletes it and reads it), reads twice and
//! inserts twice: what a sign-in's step does. `cargo bench -p store`; PostgreSQL
//! by `COUNTERSIGN_TEST_POSTGRES`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints and fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::testing::databases;
use store::{Migration, Store, StoreError};

const TABLE: Migration = Migration {
    name: "bench",
    sqlite: "create table pending (id integer primary key not null, body text not null) strict;",
    postgres: "create table pending (id bigint primary key not null, body text not null);",
};

store::statements! {
    TAKE = "delete from pending where id = $1 returning body";
    FIND = "select body from pending where id = $1";
    INSERT = "insert into pending (id, body) values ($1, $2)";
}

#[tokio::main]
async fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let time = match std::env::args().any(|arg| arg == "--bench") {
        true => Duration::from_secs(3),
        false => Duration::from_millis(50),
    };
    for database in databases().await {
        let store = database.store(&[TABLE]).await;
        for tasks in [1, 64] {
            let rate = measure(&store, tasks, time).await;
            println!("{:<10} {tasks:>2} tasks {rate:>8.0} tx/s", database.engine());
        }
    }
}

async fn measure(store: &Store, tasks: usize, time: Duration) -> f64 {
    let next = Arc::new(AtomicI64::new(i64::try_from(tasks).unwrap() * 1_000_000_000));
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let (store, next, done) = (store.clone(), Arc::clone(&next), Arc::clone(&done));
            tokio::spawn(async move {
                while began.elapsed() < time {
                    let id = next.fetch_add(2, Ordering::Relaxed);
                    transaction(&store, id).await.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let done = u32::try_from(done.load(Ordering::Relaxed)).unwrap();
    f64::from(done) / began.elapsed().as_secs_f64()
}

async fn transaction(store: &Store, id: i64) -> Result<(), StoreError> {
    let tx = store.begin().await?;
    tx.query_opt(TAKE, [(id - 2).into()]).await?;
    tx.query_opt(FIND, [(id - 1).into()]).await?;
    tx.query_opt(FIND, [id.into()]).await?;
    tx.execute(INSERT, [id.into(), "body".into()]).await?;
    tx.execute(INSERT, [(id + 1).into(), "body".into()]).await?;
    tx.commit().await
}
