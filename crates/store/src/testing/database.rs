//! A database that is there for one test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio_postgres::{Config, NoTls};

use crate::{Migration, OpenError, Store, StoreUrl};

/// A database for one test, gone when this is dropped.
pub struct TestDatabase {
    url: StoreUrl,
    engine: &'static str,
    keep: Keep,
}

enum Keep {
    Folder(#[expect(dead_code, reason = "kept for what its drop does")] TempDir),
    Database(Created),
}

/// One fresh database of each engine.
pub async fn databases() -> Vec<TestDatabase> {
    let mut databases = vec![TestDatabase::sqlite()];
    databases.extend(TestDatabase::postgres().await);
    databases
}

impl TestDatabase {
    /// A file in a folder of its own.
    #[must_use]
    pub fn sqlite() -> TestDatabase {
        let folder = tempfile::tempdir().expect("a folder for the test");
        TestDatabase {
            url: StoreUrl::file(folder.path().join("test.db")),
            engine: "SQLite",
            keep: Keep::Folder(folder),
        }
    }

    /// A database on the test server, if there is one.
    pub async fn postgres() -> Option<TestDatabase> {
        let Some(server) = server() else {
            skipped();
            return None;
        };
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // One of that name is left from a process that was killed.
        let drop = format!("drop database if exists {name} with (force)");
        run(&server, &drop).await;
        run(&server, &format!("create database {name} template template0")).await;
        let url = with_name(&server, &name);
        Some(TestDatabase {
            url: url.parse().expect("the server's URL with another name"),
            engine: "PostgreSQL",
            keep: Keep::Database(Created { server, drop: Some(drop) }),
        })
    }

    /// Where it is, so that a test can open it twice or from a child.
    #[must_use]
    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// The URL as text, with the password.
    #[must_use]
    pub fn url_text(&self) -> String {
        match &self.url.0 {
            crate::url::Place::Sqlite(path) => format!("sqlite:{}", path.display()),
            crate::url::Place::Postgres(url) => url.clone(),
        }
    }

    /// The engine's name, for messages.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        self.engine
    }

    /// Takes it away. Dropping does so too, but makes the thread wait.
    pub async fn remove(self) {
        if let Keep::Database(created) = self.keep {
            created.remove().await;
        }
    }

    /// Migrates it and opens it.
    pub async fn store(&self, migrations: &[Migration]) -> Store {
        let migrated = Store::migrate(&self.url, migrations).await;
        migrated.expect("a database that can be migrated");
        // A process that another test is just starting holds a copy of the file's lock until it
        // becomes that program.
        for _ in 0..TRIES {
            match Store::open(&self.url, migrations).await {
                Err(OpenError::InUse { .. }) => tokio::time::sleep(PAUSE).await,
                opened => return opened.expect("a database that can be opened"),
            }
        }
        panic!("the database stays in use")
    }
}

const TRIES: u32 = 100;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

struct Created {
    server: String,
    /// The statement that takes it away, until it has.
    drop: Option<String>,
}

impl Created {
    async fn remove(mut self) {
        if let Some(sql) = self.drop.take() {
            run(&self.server, &sql).await;
        }
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        let Some(sql) = self.drop.take() else {
            return;
        };
        let server = self.server.clone();
        let (done, wait) = std::sync::mpsc::channel();
        // On a thread of its own: the test's runtime may be ending.
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, &sql));
            let _ = done.send(());
        });
        // Not for long: PostgreSQL waits for every connection that is just
        // being made, which may be one of the runtime that stands still here.
        let _ = wait.recv_timeout(Duration::from_secs(2));
    }
}

async fn run(server: &str, sql: &str) {
    let config: Config = server.parse().expect("COUNTERSIGN_TEST_POSTGRES is a URL");
    let (client, connection) = config.connect(NoTls).await.expect("COUNTERSIGN_TEST_POSTGRES answers");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("a test database");
    drop(client);
    let _ = connection.await;
}

/// The same server, another database.
fn with_name(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').unwrap_or((server, ""));
    let scheme_end = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[scheme_end..].find('/').map_or(address.len(), |at| scheme_end + at);
    match query {
        "" => format!("{}/{name}", &address[..host_end]),
        query => format!("{}/{name}?{query}", &address[..host_end]),
    }
}

fn server() -> Option<String> {
    let url = std::env::var("COUNTERSIGN_TEST_POSTGRES").ok();
    let url = url.filter(|url| !url.is_empty());
    let required = std::env::var("COUNTERSIGN_REQUIRE_POSTGRES").is_ok_and(|set| set == "1");
    assert!(
        url.is_some() || !required,
        "COUNTERSIGN_REQUIRE_POSTGRES=1, but COUNTERSIGN_TEST_POSTGRES is not set"
    );
    url
}

#[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
fn skipped() {
    eprintln!("NOT RUN ON POSTGRESQL: COUNTERSIGN_TEST_POSTGRES is not set");
}

static COUNT: AtomicU32 = AtomicU32::new(0);
