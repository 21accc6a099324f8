//! PostgreSQL: a pool of connections, and one that listens for wake-ups.

mod address;
mod connect;
mod listen;
mod session;
mod value;

use std::sync::Arc;

use deadpool_postgres::{Pool, PoolError};

pub(crate) use address::parse;
pub(crate) use connect::migrate;
pub(crate) use session::Session;

use crate::StoreError;
use crate::topics::Topics;
use crate::turns::Turns;
use listen::Listener;

pub(crate) struct Postgres {
    pool: Pool,
    topics: Arc<Topics>,
    turns: Turns,
    _listener: Listener,
}

impl Postgres {
    pub(crate) fn topics(&self) -> &Arc<Topics> {
        &self.topics
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.turns
    }

    pub(crate) async fn read(self: &Arc<Postgres>) -> Result<Session, StoreError> {
        Session::start(Arc::clone(self), self.client().await?, session::Kind::Read).await
    }

    pub(crate) async fn begin(self: &Arc<Postgres>) -> Result<Session, StoreError> {
        Session::start(Arc::clone(self), self.client().await?, session::Kind::Write).await
    }

    async fn client(&self) -> Result<deadpool_postgres::Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => StoreError::Busy,
            PoolError::Backend(error) => value::error(error),
            error => StoreError::backend(error),
        })
    }
}
