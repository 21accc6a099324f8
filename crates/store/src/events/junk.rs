//! Junk: counted for a minute, then one event.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use uuid::Uuid;

use super::{INSERT_EVENT, LogError};
use crate::secrets::{Rng, random};
use crate::{Row, Store, StoreError, Tx, Value, row_id};

/// A request that is tied to nobody, by neither a valid signature nor a live
/// pending request.
#[derive(Clone, Debug)]
pub struct Junk<'a> {
    /// Where it came from: a network, so that one sender is one source.
    pub source: &'a str,
    /// Why it was refused: a stable code, which becomes the event's kind.
    pub code: &'static str,
    /// When it came.
    pub at: Timestamp,
    /// What it was, in a few words and without personal values; the first of
    /// its minute is kept.
    pub example: serde_json::Value,
}

/// Counts `junk`. A minute later the sealer makes one event of all that share
/// source, code and minute, with `count` and `example` in its data.
///
/// # Errors
/// [`StoreError`].
pub async fn count_junk(tx: &Tx, junk: &Junk<'_>) -> Result<(), StoreError> {
    let args =
        [minute(junk.at).into(), junk.source.into(), junk.code.into(), junk.example.to_string().into()];
    tx.execute(COUNT, args).await.map(drop)
}

/// Turns the counts of past minutes into events, and says how many.
pub(super) async fn settle(store: &Store, now: Timestamp, rng: &Rng) -> Result<u64, LogError> {
    let mut settled = 0;
    loop {
        // Most of the time there is none, and nobody's turn is taken for that.
        let read = store.read().await?;
        let due = read.query_opt(FIND_DUE, [minute(now).into()]).await?;
        drop(read);
        if due.is_none() {
            return Ok(settled);
        }
        let ids: Vec<Uuid> =
            (0..PIECE).map(|_| random(rng).map(|random| row_id(now, random))).collect::<Result<_, _>>()?;
        let tx = store.begin().await?;
        let rows = tx.query(TAKE, [minute(now).into(), PIECE.into()]).await?;
        let events = rows.iter().zip(ids).map(|(row, id)| event(row, id));
        let events: Vec<[Value; 9]> = events.collect::<Result<_, _>>()?;
        try_join_all(events.into_iter().map(|event| tx.execute(INSERT_EVENT, event))).await?;
        tx.commit().await?;
        settled += rows.len() as u64;
    }
}

fn event(row: &Row, id: Uuid) -> Result<[Value; 9], StoreError> {
    let minute: i64 = row.get(0)?;
    let source: String = row.get(1)?;
    let code: String = row.get(2)?;
    let count: i64 = row.get(3)?;
    let example: String = row.get(4)?;
    let example: serde_json::Value = serde_json::from_str(&example).map_err(StoreError::backend)?;
    let at = Timestamp::from_second(minute.saturating_mul(60)).map_err(StoreError::backend)?;
    let data = serde_json::json!({ "count": count, "example": example });
    Ok([
        id.into(),
        at.into(),
        code.into(),
        Value::Null,
        Value::Null,
        Value::Null,
        source.into(),
        data.to_string().into(),
        Value::Null,
    ])
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// The most counts that one transaction settles.
const PIECE: u32 = 100;

crate::statements! {
    COUNT = "insert into event_junk (minute, source, code, count, example)
        values ($1, $2, $3, 1, $4)
        on conflict (minute, source, code) do update set count = event_junk.count + 1";
    FIND_DUE = "select minute from event_junk where minute < $1 limit 1";
    TAKE = "delete from event_junk where (minute, source, code) in (
            select minute, source, code from event_junk where minute < $1
            order by minute, source, code limit $2)
        returning minute, source, code, count, example";
}
