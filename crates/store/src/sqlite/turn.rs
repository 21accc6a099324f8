//! One write transaction: a turn on the writer's connection.

use std::ops::Deref;
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::OwnedMutexGuard;

use super::bind;
use super::writer::Writer;
use super::{Sqlite, batch::BatchLost};
use crate::locked;
use crate::turns::TURN;
use crate::{Row, Sql, StoreError, Topic, Value};

pub(crate) struct Turn {
    home: Arc<Sqlite>,
    began: Instant,
    state: Mutex<State>,
}

enum State {
    Open {
        writer: OwnedMutexGuard<Writer>,
        topics: Vec<Topic>,
        /// Whether a statement has run, so that a lock would come too late.
        used: bool,
    },
    Ended(End),
}

#[derive(Clone, Copy)]
enum End {
    Committing,
    Failed,
    Expired,
    Lost,
}

impl End {
    fn error(self) -> StoreError {
        match self {
            End::Committing | End::Failed => StoreError::Failed,
            End::Expired => StoreError::Expired,
            End::Lost => StoreError::Lost,
        }
    }
}

/// The owner of a turn: dropping it takes the transaction back.
pub(crate) struct TurnHandle(Arc<Turn>);

impl TurnHandle {
    pub(super) fn downgrade(&self) -> Weak<Turn> {
        Arc::downgrade(&self.0)
    }
}

impl Deref for TurnHandle {
    type Target = Turn;

    fn deref(&self) -> &Turn {
        &self.0
    }
}

impl Drop for TurnHandle {
    fn drop(&mut self) {
        self.0.end(&mut locked(&self.0.state), End::Failed);
    }
}

impl Turn {
    pub(super) fn enter(
        home: Arc<Sqlite>,
        mut writer: OwnedMutexGuard<Writer>,
    ) -> Result<TurnHandle, StoreError> {
        writer.enter().map_err(|error| bind::error(error, &home.names))?;
        Ok(TurnHandle(Arc::new(Turn {
            home,
            began: Instant::now(),
            state: Mutex::new(State::Open { writer, topics: Vec::new(), used: false }),
        })))
    }

    pub(crate) fn query(&self, sql: Sql, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.statement(|connection| bind::query(connection, sql, args, &self.home.names))
    }

    pub(crate) fn execute(&self, sql: Sql, args: &[Value]) -> Result<u64, StoreError> {
        self.statement(|connection| bind::execute(connection, sql, args, &self.home.names))
    }

    /// Nothing to take, for turns never overlap; only the order is checked, so
    /// that a mistake shows on both engines.
    pub(crate) fn lock(&self) -> Result<(), StoreError> {
        let late = matches!(&*locked(&self.state), State::Open { used: true, .. });
        self.statement(|_| match late {
            true => Err(StoreError::backend(crate::error::LockTooLate)),
            false => Ok(()),
        })
    }

    pub(crate) fn wake(&self, topic: Topic) {
        if let State::Open { topics, .. } = &mut *locked(&self.state) {
            topics.push(topic);
        }
    }

    pub(crate) async fn commit(&self) -> Result<(), StoreError> {
        let done = self.join()?;
        self.home.committer.signal();
        match self.home.policing(done).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(BatchLost)) | Err(_) => Err(StoreError::Lost),
        }
    }

    /// Takes the transaction back if its time is over. Called by who waits for
    /// the turn; one that is busy in a statement finds out by itself.
    pub(super) fn expire_if_over(&self) {
        if let Ok(mut state) = self.state.try_lock() {
            let _ = self.check(&mut state);
        }
    }

    fn statement<T>(&self, run: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = locked(&self.state);
        let (writer, used) = self.check(&mut state)?;
        *used = true;
        let result = run(writer.connection());
        if result.is_err() {
            self.end(&mut state, End::Failed);
        }
        result
    }

    /// The writer, if this transaction may still use it.
    fn check<'s>(
        &self,
        state: &'s mut State,
    ) -> Result<(&'s mut OwnedMutexGuard<Writer>, &'s mut bool), StoreError> {
        let end = match state {
            State::Ended(end) => return Err(end.error()),
            State::Open { .. } if self.began.elapsed() > TURN => Some(End::Expired),
            State::Open { writer, .. } if writer.is_rolled_back() => Some(End::Lost),
            State::Open { .. } => None,
        };
        if let Some(end) = end {
            self.end(state, end);
        }
        match state {
            State::Open { writer, used, .. } => Ok((writer, used)),
            State::Ended(end) => Err(end.error()),
        }
    }

    fn join(&self) -> Result<tokio::sync::oneshot::Receiver<Result<(), BatchLost>>, StoreError> {
        let mut state = locked(&self.state);
        self.check(&mut state)?;
        let State::Open { mut writer, topics, .. } =
            std::mem::replace(&mut *state, State::Ended(End::Committing))
        else {
            return Err(StoreError::Failed);
        };
        self.home.turns.record(self.began.elapsed());
        writer.join(topics)
    }

    fn end(&self, state: &mut State, end: End) {
        if let State::Ended(_) = state {
            return;
        }
        if let State::Open { mut writer, .. } = std::mem::replace(state, State::Ended(end)) {
            writer.undo();
            self.home.turns.record(self.began.elapsed());
            if matches!(end, End::Expired) {
                self.home.turns.record_expired();
            }
        }
    }
}
