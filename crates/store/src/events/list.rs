//! Reading the log page by page.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{ReadTx, Row, Sql, StoreError, Value};

/// An event as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id; later events have greater ones, to the millisecond.
    pub id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// What happened: a stable code.
    pub kind: String,
    /// The id of who did it.
    pub actor: Option<String>,
    /// The id of whom or what it was done to.
    pub subject: Option<String>,
    /// The tracking id that the user was shown.
    pub trace: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
    /// The rest.
    pub data: serde_json::Value,
    /// Whether personal values were kept beside it (and may since be erased).
    pub has_personal: bool,
    /// Its place in the chain, counted from 1; none until it is sealed.
    pub position: Option<u64>,
}

/// Which events.
#[derive(Clone, Copy, Debug)]
pub enum Filter<'a> {
    /// All.
    All,
    /// What this actor did.
    Actor(&'a str),
    /// What was done to this subject.
    Subject(&'a str),
    /// What happened under this tracking id.
    Trace(&'a str),
}

/// At most `limit` events, newest first, from before the event `before` (the
/// last one of the page before).
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    read: &ReadTx,
    filter: Filter<'_>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let before = Value::from(before.unwrap_or(Uuid::max()));
    let (sql, of): (Sql, &str) = match filter {
        Filter::All => {
            let rows = read.query(LIST, [before, limit.into()]).await?;
            return rows.iter().map(event).collect();
        }
        Filter::Actor(id) => (LIST_BY_ACTOR, id),
        Filter::Subject(id) => (LIST_BY_SUBJECT, id),
        Filter::Trace(id) => (LIST_BY_TRACE, id),
    };
    let rows = read.query(sql, [before, limit.into(), of.into()]).await?;
    rows.iter().map(event).collect()
}

/// The event `id`.
///
/// # Errors
/// [`StoreError`].
pub async fn find(read: &ReadTx, id: Uuid) -> Result<Option<Event>, StoreError> {
    let row = read.query_opt(FIND, [id.into()]).await?;
    row.as_ref().map(event).transpose()
}

fn event(row: &Row) -> Result<Event, StoreError> {
    let data: String = row.get(7)?;
    Ok(Event {
        id: row.get(0)?,
        at: row.get(1)?,
        kind: row.get(2)?,
        actor: row.get(3)?,
        subject: row.get(4)?,
        trace: row.get(5)?,
        source: row.get(6)?,
        data: serde_json::from_str(&data).map_err(StoreError::backend)?,
        has_personal: row.get::<Option<Vec<u8>>>(8)?.is_some(),
        position: row.get(9)?,
    })
}

crate::statements! {
    FIND = "select id, at, kind, actor, subject, trace, source, data, personal, position
        from event where id = $1";
    LIST = "select id, at, kind, actor, subject, trace, source, data, personal, position
        from event where id < $1 order by id desc limit $2";
    LIST_BY_ACTOR = "select id, at, kind, actor, subject, trace, source, data, personal, position
        from event where actor = $3 and id < $1 order by id desc limit $2";
    LIST_BY_SUBJECT = "select id, at, kind, actor, subject, trace, source, data, personal, position
        from event where subject = $3 and id < $1 order by id desc limit $2";
    LIST_BY_TRACE = "select id, at, kind, actor, subject, trace, source, data, personal, position
        from event where trace = $3 and id < $1 order by id desc limit $2";
}
