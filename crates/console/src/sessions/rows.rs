//! The table `session`.

use jiff::{SignedDuration, Timestamp};
use store::{ReadTx, Row, StoreError, Tx, Value};
use uuid::Uuid;

use super::rules::TOUCH_EVERY;
use super::{Course, Method, NewSession, Opening, SessionId, SignedIn};
use crate::person::PersonId;
use crate::rows::unreadable;

store::statements! {
    pub(super) FIND = "select id, kind, person, method, authenticated_at, verified_at, opened_at, last_seen_at, idle, \
        expires_at, ended_at from session where token = $1 and kind = $2";
    FIND_ONE = "select id, kind, person, method, authenticated_at, verified_at, opened_at, last_seen_at, idle, \
        expires_at, ended_at from session where id = $1 and person = $2";
    pub(super) LIST = "select id, kind, person, method, authenticated_at, verified_at, opened_at, last_seen_at, idle, \
        expires_at, ended_at from session where person = $1 and ended_at is null and expires_at > $2 \
        order by id desc limit 200";
    pub(super) INSERT = "insert into session (id, kind, token, person, method, authenticated_at, verified_at, opened_at, \
        last_seen_at, idle, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    pub(super) TOUCH = "update session set last_seen_at = $1 where id = $2 and last_seen_at <= $3 and ended_at is null";
    pub(super) RENEW = "update session set token = $1, authenticated_at = $2, verified_at = $3, last_seen_at = $4 \
        where id = $5 and person = $6 and ended_at is null";
    pub(super) END_TOKEN = "update session set ended_at = $1 where token = $2 and kind = $3 and ended_at is null";
    pub(super) END_ONE = "update session set ended_at = $1 where id = $2 and person = $3 and ended_at is null";
    pub(super) END_ALL = "update session set ended_at = $1 where person = $2 and ended_at is null and expires_at > $3";
    pub(crate) SWEEP = "delete from session where id in \
        (select id from session where expires_at < $1 order by expires_at limit $2)";
}

pub(super) async fn find(tx: &ReadTx, token: &[u8], kind: &str) -> Result<Option<SignedIn>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(token), Value::from(kind)]).await?;
    row.map(|row| signed_in(&row)).transpose()
}

pub(super) async fn find_one(
    tx: &ReadTx,
    person: PersonId,
    id: SessionId,
) -> Result<Option<SignedIn>, StoreError> {
    let row = tx.query_opt(FIND_ONE, [Value::from(id.uuid()), Value::from(person.uuid())]).await?;
    row.map(|row| signed_in(&row)).transpose()
}

/// The sessions of a person that nobody ended and whose absolute life is not over, newest first.
pub(super) async fn list(tx: &ReadTx, person: PersonId, now: Timestamp) -> Result<Vec<SignedIn>, StoreError> {
    let rows = tx.query(LIST, [Value::from(person.uuid()), Value::from(now)]).await?;
    rows.iter().map(signed_in).collect()
}

pub(super) async fn insert(
    tx: &Tx,
    opening: &Opening,
    session: &NewSession<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let limits = session.limits;
    let args = [
        Value::from(session.fresh.id.uuid()),
        Value::from(session.kind.name()),
        Value::from(session.fresh.token.hash().as_ref()),
        Value::from(opening.person.uuid()),
        Value::from(opening.method.name()),
        Value::from(opening.authenticated_at),
        Value::from(opening.verified_at),
        Value::from(now),
        Value::from(now),
        Value::from(microseconds(limits.idle())),
        Value::from(now.saturating_add(limits.absolute()).unwrap_or(Timestamp::MAX)),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

pub(super) async fn touch(tx: &Tx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let due = now.saturating_sub(TOUCH_EVERY).unwrap_or(Timestamp::MIN);
    tx.execute(TOUCH, [Value::from(now), Value::from(id.uuid()), Value::from(due)]).await.map(|_| ())
}

/// A new token and a new ceremony for a session that nobody has ended meanwhile.
pub(super) async fn renew(
    tx: &Tx,
    who: &SignedIn,
    token: &[u8],
    verified_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [
        Value::from(token),
        Value::from(verified_at),
        Value::from(verified_at),
        Value::from(now),
        Value::from(who.session.uuid()),
        Value::from(who.person.uuid()),
    ];
    Ok(tx.execute(RENEW, args).await? == 1)
}

pub(super) async fn end_token(tx: &Tx, token: &[u8], kind: &str, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(END_TOKEN, [Value::from(now), Value::from(token), Value::from(kind)]).await
}

pub(super) async fn end_one(
    tx: &Tx,
    person: PersonId,
    id: SessionId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended =
        tx.execute(END_ONE, [Value::from(now), Value::from(id.uuid()), Value::from(person.uuid())]).await?;
    Ok(ended == 1)
}

pub(super) async fn end_all(tx: &Tx, person: PersonId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(END_ALL, [Value::from(now), Value::from(person.uuid()), Value::from(now)]).await
}

fn signed_in(row: &Row) -> Result<SignedIn, StoreError> {
    let method: String = row.get(3)?;
    Ok(SignedIn {
        session: SessionId::from_uuid(row.get::<Uuid>(0)?),
        kind: row.get(1)?,
        person: PersonId::new(row.get(2)?),
        method: Method::from_name(&method).ok_or_else(|| unreadable("session.method"))?,
        authenticated_at: row.get(4)?,
        verified_at: row.get(5)?,
        opened_at: row.get(6)?,
        course: Course {
            last_seen_at: row.get(7)?,
            idle: SignedDuration::from_micros(row.get(8)?),
            expires_at: row.get(9)?,
            ended_at: row.get(10)?,
        },
    })
}

fn microseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
