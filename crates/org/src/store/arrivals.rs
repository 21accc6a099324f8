//! Responses that were verified once and wait for the browser's own GET, and
//! the memory of assertions that were accepted.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use console::person::EmailAddress;
use console::sessions::SessionId;
use jiff::Timestamp;
use saml::core::{AssertionId, EntityId, RequestId};
use web::{ReturnTo, TokenHash};

use super::pending::Clues;
use super::values::{id, some, unreadable};
use crate::model::UniqueId;
use crate::sign_in::{Arrival, Taken};

/// The columns of [`arrival`].
macro_rules! columns {
    () => {
        "handle, browser, connection, request, relay_state, digest, message, typed, return_to, \
         arrived_at, expires_at, taken_at, session, refused, tracking"
    };
}

::store::statements! {
    FIND = concat!("select ", columns!(), " from arrival \
        where handle = $1 and browser = $2 and expires_at > $3");
    /// What this browser posted before in answer to the same request.
    FIND_POSTED = "select handle, digest from arrival \
        where browser = $1 and connection = $2 and (relay_state = $3 or request = $4) limit 1";
    INSERT = concat!("insert into arrival (", columns!(), ") values \
        ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, null, null, null, null)");
    TAKE = "update arrival set taken_at = $1, session = $2, refused = $3, tracking = $4, \
        message = $5 where handle = $6 and browser = $7 and taken_at is null";
    COUNT_SINCE = "select count(*) from arrival where browser = $1 and arrived_at > $2";
    pub(crate) SWEEP = "delete from arrival where handle in (select handle from arrival \
        where expires_at <= $1 order by expires_at limit $2)";
    REMEMBER_ASSERTION = "insert into used_assertion (issuer, id, expires_at) \
        values ($1, $2, $3) on conflict do nothing";
    IS_USED = "select 1 from used_assertion where issuer = $1 and id = $2";
    pub(crate) SWEEP_ASSERTIONS = "delete from used_assertion where (issuer, id) in \
        (select issuer, id from used_assertion \
        where expires_at <= $1 order by expires_at limit $2)";
}

/// A handle and what was posted under it.
pub(crate) struct Posted {
    pub(crate) handle: String,
    pub(crate) digest: [u8; 32],
}

pub(crate) async fn find(
    read: &ReadTx,
    handle: &str,
    browser: TokenHash,
    now: Timestamp,
) -> Result<Option<Arrival>, StoreError> {
    let args: [Value; 3] = [handle.into(), browser.as_ref().into(), now.into()];
    let row = read.query_opt(FIND, args).await?;
    row.as_ref().map(arrival).transpose()
}

pub(crate) async fn find_posted(
    read: &ReadTx,
    (browser, connection): (TokenHash, UniqueId),
    clues: &Clues<'_>,
) -> Result<Option<Posted>, StoreError> {
    let [relay_state, request] = clues.values();
    let args: [Value; 4] = [browser.as_ref().into(), connection.into(), relay_state, request];
    let Some(row) = read.query_opt(FIND_POSTED, args).await? else {
        return Ok(None);
    };
    Ok(Some(Posted { handle: row.get(0)?, digest: row.get(1)? }))
}

pub(crate) async fn insert(tx: &Tx, arrival: &Arrival) -> Result<(), StoreError> {
    let args: [Value; 11] = [
        arrival.handle.as_str().into(),
        arrival.browser.as_ref().into(),
        arrival.connection.into(),
        arrival.request.as_str().into(),
        arrival.relay_state.as_ref().into(),
        arrival.digest.into(),
        arrival.message.as_slice().into(),
        arrival.typed.as_ref().map(EmailAddress::shown).into(),
        arrival.return_to.as_str().into(),
        arrival.arrived_at.into(),
        arrival.expires_at.into(),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Takes the handle, whatever came of it; the message is not kept any longer.
/// Says whether it was still there to be taken.
pub(crate) async fn take(
    tx: &Tx,
    arrival: &Arrival,
    taken: &Taken,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (session, refused, tracking) = match taken {
        Taken::Session(session) => (Some(session.uuid()), None, None),
        Taken::Refused { code, tracking } => (None, Some(code.as_str()), Some(tracking.as_str())),
    };
    let args: [Value; 7] = [
        now.into(),
        session.into(),
        refused.into(),
        tracking.into(),
        (&[][..] as &[u8]).into(),
        arrival.handle.as_str().into(),
        arrival.browser.as_ref().into(),
    ];
    Ok(tx.execute(TAKE, args).await? == 1)
}

/// How many answers of a browser were accepted since then.
pub(crate) async fn count_since(
    read: &ReadTx,
    browser: TokenHash,
    since: Timestamp,
) -> Result<u32, StoreError> {
    let args: [Value; 2] = [browser.as_ref().into(), since.into()];
    let rows = read.query(COUNT_SINCE, args).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Says whether this assertion was never accepted before. The key is what was
/// signed, never a hash of what was posted (T033).
pub(crate) async fn remember_assertion(
    tx: &Tx,
    issuer: &EntityId,
    id: &AssertionId,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [issuer.as_str().into(), id.as_str().into(), until.into()];
    Ok(tx.execute(REMEMBER_ASSERTION, args).await? == 1)
}

pub(crate) async fn is_used(read: &ReadTx, issuer: &EntityId, id: &AssertionId) -> Result<bool, StoreError> {
    let args: [Value; 2] = [issuer.as_str().into(), id.as_str().into()];
    Ok(read.query_opt(IS_USED, args).await?.is_some())
}

fn arrival(row: &Row) -> Result<Arrival, StoreError> {
    let hash = |column| {
        let bytes: [u8; 32] = row.get(column)?;
        TokenHash::from_slice(&bytes).ok_or_else(|| unreadable(column))
    };
    let request: String = row.get(3)?;
    let return_to: String = row.get(8)?;
    Ok(Arrival {
        handle: row.get(0)?,
        browser: hash(1)?,
        connection: id(row, 2, UniqueId::new)?,
        request: RequestId::parse(&request).map_err(|_| unreadable(3))?,
        relay_state: hash(4)?,
        digest: row.get(5)?,
        message: row.get(6)?,
        typed: some(row, 7, EmailAddress::parse)?,
        return_to: ReturnTo::parse(&return_to).ok_or_else(|| unreadable(8))?,
        arrived_at: row.get(9)?,
        expires_at: row.get(10)?,
        taken: taken(row)?,
    })
}

fn taken(row: &Row) -> Result<Option<Taken>, StoreError> {
    if row.get::<Option<Timestamp>>(11)?.is_none() {
        return Ok(None);
    }
    if let Some(session) = row.get(12)? {
        return Ok(Some(Taken::Session(SessionId::from_uuid(session))));
    }
    Ok(Some(Taken::Refused { code: row.get(13)?, tracking: row.get(14)? }))
}
