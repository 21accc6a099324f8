//! Connecting and migrating.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::Client;

use super::Postgres;
use super::address::Address;
use super::listen::Listener;
use crate::migrations::{self, Applied, Migration};
use crate::topics::Topics;
use crate::turns::Turns;
use crate::{Lock, OpenError};

impl Postgres {
    pub(crate) async fn open(url: &str, migrations: &[Migration]) -> Result<Arc<Postgres>, OpenError> {
        let address = Address::read(url)?;
        let pool = pool(address.clone()).map_err(|e| unreachable(&address, e))?;
        let client = pool.get().await.map_err(|e| unreachable(&address, e))?;
        let applied = applied(&client).await;
        let applied = applied.map_err(|e| unreachable(&address, e))?;
        let pending = migrations::pending(migrations, &applied, |m| m.postgres)?;
        if !pending.is_empty() {
            let missing = pending.iter().map(|m| m.name.to_owned()).collect();
            return Err(OpenError::MigrationNeeded { missing });
        }
        let topics = Arc::new(Topics::default());
        Ok(Arc::new(Postgres {
            _listener: Listener::start(address, Arc::clone(&topics)),
            pool,
            topics,
            turns: Turns::default(),
        }))
    }
}

/// Brings the schema up to date, one process at a time.
pub(crate) async fn migrate(url: &str, migrations: &[Migration]) -> Result<Vec<String>, OpenError> {
    let address = Address::read(url)?;
    let connected = address.config.connect(address.tls.clone()).await;
    let (mut client, connection) = connected.map_err(|e| unreachable(&address, e))?;
    let connection = tokio::spawn(connection);
    let migrated = apply(&mut client, migrations).await;
    drop(client);
    // It ends when the client is gone; what it says was said to the client too.
    let _ = connection.await;
    migrated
}

fn pool(address: Address) -> Result<Pool, deadpool_postgres::BuildError> {
    let manager = Manager::from_config(
        address.config,
        address.tls,
        ManagerConfig { recycling_method: RecyclingMethod::Fast },
    );
    let settings = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async move {
            let set = client.batch_execute(SETTINGS).await;
            set.map_err(HookError::Backend)
        })
    });
    Pool::builder(manager)
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(CONNECTING))
        .recycle_timeout(Some(PATIENCE))
        .post_create(settings)
        .build()
}

async fn apply(client: &mut Client, migrations: &[Migration]) -> Result<Vec<String>, OpenError> {
    let failed = |name: &str, error: tokio_postgres::Error| OpenError::MigrationFailed {
        name: name.to_owned(),
        source: error.into(),
    };
    let list = |error| failed("list of migrations", error);
    let tx = client.transaction().await.map_err(list)?;
    let key = Lock::new("store-migrate", "").key();
    tx.execute("select pg_advisory_xact_lock($1)", &[&key]).await.map_err(list)?;
    tx.batch_execute(APPLIED_TABLE).await.map_err(list)?;
    let applied = applied(tx.client()).await.map_err(list)?;
    let pending = migrations::pending(migrations, &applied, |m| m.postgres)?;
    for migration in &pending {
        let failed = |error| failed(migration.name, error);
        tx.batch_execute(migration.postgres).await.map_err(failed)?;
        let checksum = migrations::checksum(migration.postgres);
        tx.execute(INSERT_APPLIED, &[&migration.name, &checksum]).await.map_err(failed)?;
    }
    tx.commit().await.map_err(list)?;
    Ok(pending.iter().map(|m| m.name.to_owned()).collect())
}

async fn applied(client: &Client) -> Result<Vec<Applied>, tokio_postgres::Error> {
    let exists = "select to_regclass('store_migration') is not null";
    if !client.query_one(exists, &[]).await?.try_get::<_, bool>(0)? {
        return Ok(Vec::new());
    }
    let list = "select name, checksum from store_migration";
    let rows = client.query(list, &[]).await?;
    rows.iter().map(|row| Ok(Applied { name: row.try_get(0)?, checksum: row.try_get(1)? })).collect()
}

fn unreachable(address: &Address, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::unreachable(address.name(), error)
}

/// What is acknowledged must be on disk, whatever the server's default; a
/// stricter default stays. Nobody waits for a lock for ever.
const SETTINGS: &str = "\
    select set_config('synchronous_commit', 'on', false) \
        where current_setting('synchronous_commit') in ('off', 'local'); \
    set lock_timeout = '5s'; \
    set idle_in_transaction_session_timeout = '60s'";

const APPLIED_TABLE: &str = "create table if not exists store_migration (\
     name text collate \"C\" primary key not null, checksum text collate \"C\" not null)";

const INSERT_APPLIED: &str = "insert into store_migration (name, checksum) values ($1, $2)";

/// Enough to keep the server's cores busy; more only queue there.
const CONNECTIONS: usize = 16;

const PATIENCE: Duration = Duration::from_secs(5);
const CONNECTING: Duration = Duration::from_secs(5);
