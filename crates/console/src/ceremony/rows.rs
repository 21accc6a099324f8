//! The table `ceremony`.

use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};
use web::token::TokenHash;

use super::{Kind, NewCeremony, Waiting};
use crate::rows::unreadable;

store::statements! {
    pub(super) FIND = "select challenge, kind, purpose, browser, bound, grantor, state, expires_at from ceremony \
        where challenge = $1";
    pub(super) COUNT = "select count(*) from \
        (select 1 as one from ceremony where source = $1 and expires_at > $2 limit $3) as open";
    pub(super) INSERT = "insert into ceremony (challenge, kind, purpose, browser, bound, grantor, state, source, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    pub(super) TAKE = "delete from ceremony where challenge = $1 and browser = $2 and expires_at > $3";
    pub(crate) SWEEP = "delete from ceremony where challenge in \
        (select challenge from ceremony where expires_at <= $1 order by expires_at limit $2)";
}

pub(super) async fn find(tx: &ReadTx, challenge: &[u8]) -> Result<Option<Waiting>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(challenge)]).await?;
    row.map(|row| waiting(&row)).transpose()
}

pub(super) async fn is_crowded(
    tx: &ReadTx,
    source: &str,
    most: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = tx.query_opt(COUNT, [Value::from(source), Value::from(now), Value::from(most)]).await?;
    let open: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(open >= most)
}

pub(super) async fn insert(
    tx: &Tx,
    ceremony: &NewCeremony,
    source: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let args = [
        Value::from(ceremony.challenge.as_bytes()),
        Value::from(ceremony.kind.name()),
        Value::from(ceremony.purpose.name()),
        Value::from(ceremony.browser.as_bytes()),
        Value::from(ceremony.bound),
        Value::from(ceremony.grantor.clone()),
        Value::from(ceremony.state.as_slice()),
        Value::from(source),
        Value::from(expires_at),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

pub(super) async fn take(tx: &Tx, ceremony: &Waiting, now: Timestamp) -> Result<bool, StoreError> {
    let args = [
        Value::from(ceremony.challenge.as_slice()),
        Value::from(ceremony.browser.as_bytes()),
        Value::from(now),
    ];
    Ok(tx.execute(TAKE, args).await? == 1)
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    let kind: String = row.get(1)?;
    let browser: Vec<u8> = row.get(3)?;
    Ok(Waiting {
        challenge: row.get(0)?,
        kind: Kind::from_name(&kind).ok_or_else(|| unreadable("ceremony.kind"))?,
        purpose: row.get(2)?,
        browser: TokenHash::from_slice(&browser).ok_or_else(|| unreadable("ceremony.browser"))?,
        bound: row.get(4)?,
        grantor: row.get(5)?,
        state: row.get(6)?,
        expires_at: row.get(7)?,
    })
}
