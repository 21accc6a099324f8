//! One transaction on one connection of the pool.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use futures_util::{FutureExt, TryStreamExt};
use tokio_postgres::Statement;

use super::{Postgres, listen, value};
use crate::error::{BadArguments, LockTooLate};
use crate::locked;
use crate::turns::TURN;
use crate::{Lock, Row, Sql, StoreError, Topic, Value};

/// A transaction. It exists before its BEGIN is sent, so that whoever drops
/// it, at whatever point, closes the connection or has it rolled back.
pub(crate) struct Session {
    home: Arc<Postgres>,
    kind: Kind,
    /// Taken only when the session is dropped.
    client: Option<Object>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
}

struct State {
    began: Instant,
    /// How long its owner kept it without asking the server anything; the
    /// server's own time is bounded there, and grows when it is busy.
    held: Duration,
    idle_since: Instant,
    in_flight: u32,
    /// Whether a statement has run, so that a lock would come too late.
    used: bool,
    end: Option<End>,
    /// The server's side of the connection is not known to be idle.
    uncertain: bool,
    topics: Vec<Topic>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Failed,
    Expired,
    Lost,
    Committed,
}

impl End {
    fn error(self) -> StoreError {
        match self {
            End::Failed | End::Committed => StoreError::Failed,
            End::Expired => StoreError::Expired,
            End::Lost => StoreError::Lost,
        }
    }
}

/// Something was sent and its answer is awaited. Dropped before
/// [`Flight::landed`], the answer will never be seen, so the transaction must
/// not go on: what was sent may have failed.
struct Flight<'s>(Option<&'s Session>);

impl<'s> Flight<'s> {
    fn of(session: &'s Session) -> Flight<'s> {
        let mut state = locked(&session.state);
        if state.in_flight == 0 {
            let idle = state.idle_since.elapsed();
            state.held += idle;
        }
        state.in_flight += 1;
        Flight(Some(session))
    }

    fn landed(mut self) {
        if let Some(session) = self.0.take() {
            let mut state = locked(&session.state);
            state.in_flight -= 1;
            state.idle_since = Instant::now();
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.0 {
            let mut state = locked(&session.state);
            state.uncertain = true;
            state.end.get_or_insert(End::Failed);
        }
    }
}

impl Session {
    pub(super) async fn start(
        home: Arc<Postgres>,
        client: Object,
        kind: Kind,
    ) -> Result<Session, StoreError> {
        let session = Session {
            home,
            kind,
            client: Some(client),
            state: Mutex::new(State {
                began: Instant::now(),
                held: Duration::ZERO,
                idle_since: Instant::now(),
                in_flight: 0,
                used: false,
                end: None,
                uncertain: false,
                topics: Vec::new(),
            }),
        };
        let begin = match kind {
            Kind::Read => BEGIN_READ,
            Kind::Write => BEGIN_WRITE,
        };
        session.simple(begin).await?;
        Ok(session)
    }

    pub(crate) async fn query(&self, sql: Sql, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.run(async {
            let statement = self.bound(sql, args).await?;
            let rows = self.client()?.query_raw(&statement, args.iter()).await;
            let rows = rows.map_err(value::error)?.map_err(value::error);
            rows.and_then(async |row| value::row(&row)).try_collect().await
        })
        .await
    }

    pub(crate) async fn each<E: From<StoreError>>(
        &self,
        sql: Sql,
        args: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check().await?;
        // Not landed when `each` wants no more: the rest is still under way.
        let flight = Flight::of(self);
        let statement = self.bound(sql, args).await?;
        let rows = self.client()?.query_raw(&statement, args.iter()).await;
        let mut rows = pin!(rows.map_err(value::error)?);
        while let Some(row) = rows.try_next().await.map_err(value::error)? {
            each(value::row(&row)?)?;
        }
        flight.landed();
        Ok(())
    }

    pub(crate) async fn execute(&self, sql: Sql, args: &[Value]) -> Result<u64, StoreError> {
        self.run(async {
            let statement = self.bound(sql, args).await?;
            let changed = self.client()?.execute_raw(&statement, args.iter());
            changed.await.map_err(value::error)
        })
        .await
    }

    #[cfg(feature = "testing")]
    pub(crate) async fn prepare(&self, sql: Sql) -> Result<(), StoreError> {
        self.run(async {
            let prepared = self.client()?.prepare(sql.text()).await;
            prepared.map(drop).map_err(value::error)
        })
        .await
    }

    pub(crate) async fn lock(&self, what: Lock<'_>) -> Result<(), StoreError> {
        let late = locked(&self.state).used;
        self.run(async {
            if late {
                return Err(StoreError::backend(LockTooLate));
            }
            let client = self.client()?;
            let statement = client.prepare_cached(LOCK).await.map_err(value::error)?;
            let locked = client.execute_raw(&statement, [what.key()]).await;
            locked.map(drop).map_err(value::error)
        })
        .await?;
        // Waiting for others is no part of the own turn.
        let mut state = locked(&self.state);
        state.began = Instant::now();
        state.held = Duration::ZERO;
        Ok(())
    }

    pub(crate) fn wake(&self, topic: Topic) {
        locked(&self.state).topics.push(topic);
    }

    pub(crate) async fn commit(&self) -> Result<(), StoreError> {
        let topics = std::mem::take(&mut locked(&self.state).topics);
        for topic in topics {
            self.run(self.notify(&topic)).await?;
        }
        self.check().await?;
        let done = self.simple("commit").await.map_err(value::unknown_unless_said);
        let mut state = locked(&self.state);
        self.home.turns.record(state.began.elapsed());
        state.end.get_or_insert(End::Committed);
        done
    }

    async fn notify(&self, topic: &Topic) -> Result<(), StoreError> {
        let client = self.client()?;
        let statement = client.prepare_cached(NOTIFY).await.map_err(value::error)?;
        let args: [&str; 2] = [listen::CHANNEL, topic.name()];
        let sent = client.execute_raw(&statement, args).await;
        sent.map(drop).map_err(value::error)
    }

    async fn bound(&self, sql: Sql, args: &[Value]) -> Result<Statement, StoreError> {
        let statement = self.client()?.prepare_cached(sql.text()).await;
        let statement = statement.map_err(value::error)?;
        BadArguments::check(args, statement.params().len())?;
        Ok(statement)
    }

    fn client(&self) -> Result<&Object, StoreError> {
        self.client.as_ref().ok_or(StoreError::Lost)
    }

    /// Runs one statement; its error ends the transaction.
    async fn run<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.check().await?;
        let flight = Flight::of(self);
        let result = work.await;
        flight.landed();
        if let Err(error) = &result {
            self.end(match error {
                StoreError::Expired => End::Expired,
                StoreError::Lost => End::Lost,
                _ => End::Failed,
            })
            .await;
        }
        result
    }

    /// Whether the transaction may still be used; ends one that took too long.
    async fn check(&self) -> Result<(), StoreError> {
        let over = {
            let mut state = locked(&self.state);
            if let Some(end) = state.end {
                return Err(end.error());
            }
            state.used = true;
            let idle = match state.in_flight {
                0 => state.idle_since.elapsed(),
                _ => Duration::ZERO,
            };
            self.kind == Kind::Write && state.held + idle > TURN
        };
        if over {
            self.end(End::Expired).await;
            return Err(StoreError::Expired);
        }
        Ok(())
    }

    /// Rolls back at once, so that its locks are free before the caller has
    /// dropped the transaction.
    async fn end(&self, end: End) {
        {
            let mut state = locked(&self.state);
            if state.end.is_some() {
                return;
            }
            state.end = Some(end);
            self.record(&state);
        }
        let _ = self.simple("rollback").await;
    }

    fn record(&self, state: &State) {
        if self.kind == Kind::Write {
            self.home.turns.record(state.began.elapsed());
            if state.end == Some(End::Expired) {
                self.home.turns.record_expired();
            }
        }
    }

    /// Sends a statement without arguments.
    async fn simple(&self, sql: &str) -> Result<(), StoreError> {
        let flight = Flight::of(self);
        let done = self.client()?.batch_execute(sql).await;
        match done {
            Ok(()) => flight.landed(),
            // The flight stays in the air: the connection is closed.
            Err(error) => return Err(value::error(error)),
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else {
            return;
        };
        let state = locked(&self.state);
        let idle = !state.uncertain
            && (state.end.is_some() || {
                self.record(&state);
                // Polled once, the request is on its way, before that of
                // whoever gets the connection next; nobody needs the answer.
                client.batch_execute("rollback").now_or_never().is_none()
            });
        if !idle {
            // Leaves the pool and is closed.
            drop(Object::take(client));
        }
    }
}

const BEGIN_READ: &str = "begin isolation level repeatable read read only";

/// The server ends a transaction whose owner is stuck, as the one who waits
/// for the turn does on SQLite; after twice the time of a turn, so that its
/// owner mostly finds out first.
const BEGIN_WRITE: &str = "begin isolation level read committed read write; \
    set local idle_in_transaction_session_timeout = 500; \
    set local statement_timeout = '10s'";

const LOCK: &str = "select pg_advisory_xact_lock($1)";

const NOTIFY: &str = "select pg_notify($1, $2)";
