//! Requests that a browser took to an identity provider and has not brought
//! back. The cookie names the browser, the rows name its requests.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use console::person::EmailAddress;
use jiff::Timestamp;
use saml::core::RequestId;
use web::{ReturnTo, TokenHash};

use super::values::{id, some, unreadable};
use crate::model::UniqueId;
use crate::sign_in::PendingRequest;

::store::statements! {
    /// By RelayState or, failing that, by the request's id: among this
    /// browser's own only, so that it selects and never grants.
    FIND = "select id, relay_state, connection, typed, return_to, opened_at, expires_at \
        from pending_request where browser = $1 and connection = $2 and expires_at > $3 \
        and (relay_state = $4 or id = $5) \
        order by case when relay_state = $4 then 0 else 1 end limit 1";
    FIND_OWN = "select id, relay_state, connection, typed, return_to, opened_at, expires_at \
        from pending_request where id = $1 and browser = $2 and expires_at > $3";
    INSERT = "insert into pending_request (id, browser, relay_state, connection, typed, \
        return_to, opened_at, expires_at, returns) values ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
    /// All but the newest of a browser.
    DROP_OLDEST = "delete from pending_request where id in (select id from pending_request \
        where browser = $1 order by opened_at desc, id desc limit 1000 offset 31)";
    TAKE = "delete from pending_request where id = $1 and browser = $2";
    RETURNED = "update pending_request set returned_at = $1, returns = returns + 1 \
        where id = $2 and browser = $3 returning returns";
    COUNT_RETURNED = "select count(*) from pending_request \
        where browser = $1 and returned_at > $2";
    pub(crate) SWEEP = "delete from pending_request where id in (select id from pending_request \
        where expires_at <= $1 order by expires_at limit $2)";
}

/// What the answer says about which request it belongs to, before anything of
/// it is verified.
pub(crate) struct Clues<'a> {
    /// The hash of the RelayState, if one came that could be ours.
    pub(crate) relay_state: Option<TokenHash>,
    /// The InResponseTo, if there is one.
    pub(crate) in_response_to: Option<&'a str>,
}

impl Clues<'_> {
    /// As arguments: what is missing is something that no row has.
    pub(super) fn values(&self) -> [Value; 2] {
        [
            self.relay_state.map_or_else(|| Value::from(&[][..] as &[u8]), |hash| hash.as_ref().into()),
            self.in_response_to.unwrap_or_default().into(),
        ]
    }
}

pub(crate) async fn find(
    read: &ReadTx,
    (browser, connection): (TokenHash, UniqueId),
    clues: &Clues<'_>,
    now: Timestamp,
) -> Result<Option<PendingRequest>, StoreError> {
    let [relay_state, request] = clues.values();
    let args: [Value; 5] = [browser.as_ref().into(), connection.into(), now.into(), relay_state, request];
    let row = read.query_opt(FIND, args).await?;
    row.map(|row| pending(&row, browser)).transpose()
}

/// A request of this browser by its id.
pub(crate) async fn find_own(
    read: &ReadTx,
    id: &str,
    browser: TokenHash,
    now: Timestamp,
) -> Result<Option<PendingRequest>, StoreError> {
    let args: [Value; 3] = [id.into(), browser.as_ref().into(), now.into()];
    let row = read.query_opt(FIND_OWN, args).await?;
    row.map(|row| pending(&row, browser)).transpose()
}

/// Remembers a request; the oldest of a browser that has too many is dropped.
pub(crate) async fn insert(tx: &Tx, request: &PendingRequest) -> Result<(), StoreError> {
    tx.execute(DROP_OLDEST, [request.browser.as_ref().into()]).await?;
    let args: [Value; 8] = [
        request.id.as_str().into(),
        request.browser.as_ref().into(),
        request.relay_state.as_ref().into(),
        request.connection.into(),
        request.typed.as_ref().map(EmailAddress::shown).into(),
        request.return_to.as_str().into(),
        request.opened_at.into(),
        request.expires_at.into(),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Says whether it was still there.
pub(crate) async fn take(tx: &Tx, request: &RequestId, browser: TokenHash) -> Result<bool, StoreError> {
    let args: [Value; 2] = [request.as_str().into(), browser.as_ref().into()];
    Ok(tx.execute(TAKE, args).await? == 1)
}

/// Notes that an answer came back that was refused; says how many have by now.
pub(crate) async fn returned(tx: &Tx, request: &PendingRequest, now: Timestamp) -> Result<u32, StoreError> {
    let args: [Value; 3] = [now.into(), request.id.as_str().into(), request.browser.as_ref().into()];
    let row = tx.query_opt(RETURNED, args).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// How many open requests of a browser came back refused since then.
pub(crate) async fn count_returned(
    read: &ReadTx,
    browser: TokenHash,
    since: Timestamp,
) -> Result<u32, StoreError> {
    let args: [Value; 2] = [browser.as_ref().into(), since.into()];
    let rows = read.query(COUNT_RETURNED, args).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

fn pending(row: &Row, browser: TokenHash) -> Result<PendingRequest, StoreError> {
    let request: String = row.get(0)?;
    let relay_state: [u8; 32] = row.get(1)?;
    let return_to: String = row.get(4)?;
    Ok(PendingRequest {
        id: RequestId::parse(&request).map_err(|_| unreadable(0))?,
        browser,
        relay_state: TokenHash::from_slice(&relay_state).ok_or_else(|| unreadable(1))?,
        connection: id(row, 2, UniqueId::new)?,
        typed: some(row, 3, EmailAddress::parse)?,
        return_to: ReturnTo::parse(&return_to).ok_or_else(|| unreadable(4))?,
        opened_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}
