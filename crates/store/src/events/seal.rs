//! Sealing: positions, chain and checkpoints.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio::time::Instant;

use super::chain::{Chained, Link, Signed, What, genesis, link};
use super::key::{PublicKey, SigningKey};
use super::{LogError, junk};
use crate::secrets::{MasterKey, Rng};
use crate::{ReadTx, Store, StoreError, Value};

/// Seals the log of one service. Cloning gives another handle to the same.
#[derive(Clone)]
pub struct Sealer {
    store: Store,
    service: &'static str,
    key: Arc<SigningKey>,
}

/// The end of the chain.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) position: u64,
    pub(super) chain: Link,
}

impl Sealer {
    /// The sealer of `service`; makes the signing key if the database has
    /// none.
    ///
    /// # Errors
    /// [`LogError`], also if the key was sealed under another master key.
    pub async fn open(
        store: &Store,
        service: &'static str,
        master: &MasterKey,
        rng: &Rng,
    ) -> Result<Sealer, LogError> {
        let key = SigningKey::find_or_make(store, master, rng).await?;
        Ok(Sealer { store: store.clone(), service, key: Arc::new(key) })
    }

    /// What exports of this log are verified with.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.key.public()
    }

    /// Seals for ever: new events within a second or so, a checkpoint every
    /// ten. Several nodes may do so at once. Errors are logged, and it goes
    /// on. Drop it to stop; [`Sealer::finish`] seals the rest.
    pub async fn run(&self, clock: impl Fn() -> Timestamp + Send, rng: &Rng) {
        let mut checkpoint_due = Instant::now();
        loop {
            if let Err(error) = self.seal(clock(), rng).await {
                complain(&error);
            }
            if checkpoint_due <= Instant::now() {
                if let Err(error) = self.checkpoint(clock()).await {
                    complain(&error);
                }
                checkpoint_due = Instant::now() + CHECKPOINT_EVERY;
            }
            tokio::time::sleep(SEAL_EVERY).await;
        }
    }

    /// Seals everything and signs a checkpoint; before stopping.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn finish(&self, now: Timestamp, rng: &Rng) -> Result<(), LogError> {
        self.seal(now, rng).await?;
        self.checkpoint(now).await
    }

    /// Seals the events that are there, and says how many.
    ///
    /// # Errors
    /// [`LogError`]; what was sealed stays sealed.
    pub async fn seal(&self, now: Timestamp, rng: &Rng) -> Result<u64, LogError> {
        junk::settle(&self.store, now, rng).await?;
        let mut total = 0;
        loop {
            match self.seal_piece().await? {
                0 => return Ok(total),
                sealed => total += sealed,
            }
        }
    }

    /// Signs the chain as it is now, unless nothing was added since the last
    /// checkpoint.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn checkpoint(&self, now: Timestamp) -> Result<(), LogError> {
        let read = self.store.read().await?;
        let head = self.head(&read).await?;
        let done = read.query_opt(FIND_CHECKPOINT, []).await?;
        drop(read);
        let done: u64 = done.map_or(Ok(0), |row| row.get(0))?;
        let Some(head) = head.filter(|head| head.position > done) else {
            return Ok(());
        };
        let signature = self.sign(What::Checkpoint, &head, now);
        let args = [
            position(head.position)?,
            head.chain.into(),
            now.into(),
            self.public_key().to_string().into(),
            signature.into(),
        ];
        let tx = self.store.begin().await?;
        tx.execute(INSERT_CHECKPOINT, args).await?;
        tx.commit().await?;
        // Whoever keeps the log of the program elsewhere keeps a witness.
        let chain = hex::encode(head.chain);
        tracing::info!(service = self.service, position = head.position, chain, "event log checkpoint");
        Ok(())
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn service(&self) -> &'static str {
        self.service
    }

    pub(super) fn sign(&self, what: What, head: &Head, at: Timestamp) -> Vec<u8> {
        let signed = Signed { what, service: self.service, position: head.position, chain: &head.chain, at };
        self.key.sign(&signed.message())
    }

    /// Reads and hashes with no transaction open; then the end of the chain
    /// decides whether another node was faster.
    async fn seal_piece(&self) -> Result<u64, StoreError> {
        let read = self.store.read().await?;
        let head = self.head(&read).await?;
        let rows = read.query(LIST_UNSEALED, [PIECE.into()]).await?;
        drop(read);
        if rows.is_empty() {
            return Ok(0);
        }
        let mut end = head.unwrap_or(Head { position: 0, chain: genesis(self.service) });
        let mut sealed = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = Chained::from_row(row)?;
            end.position += 1;
            end.chain = link(&end.chain, end.position, &event);
            let place = position(end.position)?;
            sealed.push([event.id.into(), place, end.chain.into()]);
        }
        let tx = self.store.begin().await?;
        let moved = match head {
            Some(head) => {
                let args = [position(end.position)?, end.chain.into(), position(head.position)?];
                tx.execute(MOVE_HEAD, args).await?
            }
            None => {
                let args = [position(end.position)?, end.chain.into()];
                tx.execute(INSERT_HEAD, args).await?
            }
        };
        if moved != 1 {
            // Another node is sealing: it does not need two.
            return Ok(0);
        }
        let updates = sealed.into_iter().map(|args| tx.execute(SEAL, args));
        let count = try_join_all(updates).await?.into_iter().sum();
        if count != rows.len() as u64 {
            return Err(StoreError::backend("an event was sealed twice or is gone"));
        }
        tx.commit().await?;
        Ok(count)
    }

    async fn head(&self, read: &ReadTx) -> Result<Option<Head>, StoreError> {
        head(read.query_opt(FIND_HEAD, []).await?)
    }
}

pub(super) fn head(row: Option<crate::Row>) -> Result<Option<Head>, StoreError> {
    row.map(|row| Ok(Head { position: row.get(0)?, chain: row.get(1)? })).transpose()
}

fn position(position: u64) -> Result<Value, StoreError> {
    let position = i64::try_from(position);
    position.map(Value::Int).map_err(StoreError::backend)
}

fn complain(error: &LogError) {
    let error = error as &dyn std::error::Error;
    tracing::error!(error, "the event log could not be sealed");
}

/// Rows sealed by one transaction: well within a turn on either engine.
const PIECE: u32 = 100;
const SEAL_EVERY: Duration = Duration::from_secs(1);
const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);

crate::statements! {
    pub(super) FIND_HEAD = "select position, chain from event_head where slot = 1";
    INSERT_HEAD = "insert into event_head (slot, position, chain) values (1, $1, $2)
        on conflict (slot) do nothing";
    MOVE_HEAD = "update event_head set position = $1, chain = $2
        where slot = 1 and position = $3";
    LIST_UNSEALED = "select id, at, kind, actor, subject, trace, source, data, personal
        from event where position is null order by id limit $1";
    SEAL = "update event set position = $2, chain = $3 where id = $1 and position is null";
    FIND_CHECKPOINT = "select position from event_checkpoint order by position desc limit 1";
    INSERT_CHECKPOINT = "insert into event_checkpoint (position, chain, at, key, signature)
        values ($1, $2, $3, $4, $5) on conflict (position) do nothing";
}
