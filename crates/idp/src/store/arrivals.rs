//! The table `arrival`: requests that came by cross-site POST and wait for the browser's own GET.

use jiff::Timestamp;
use saml::core::RelayState;
use store::{ReadTx, StoreError, Tx, Value};

use super::known;
use crate::model::sign_in::KeptRequest;

store::statements! {
    INSERT = "insert into arrival (handle, browser, source, xml, relay_state, arrived_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "select xml, relay_state, arrived_at from arrival where handle = $1 and browser = $2 and expires_at > $3";
    DROP_OLDEST = "delete from arrival where handle in \
        (select handle from arrival where source = $1 order by expires_at desc limit 100 offset $2)";
    pub(crate) SWEEP = "delete from arrival where handle in \
        (select handle from arrival where expires_at <= $1 order by expires_at limit $2)";
}

/// A request as it was posted, and for whom it is kept.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) handle: &'a [u8],
    pub(crate) browser: &'a [u8],
    pub(crate) source: &'a str,
    pub(crate) request: &'a KeptRequest,
    pub(crate) expires_at: Timestamp,
}

/// Keeps it, and of its source's others only the newest `most`.
pub(crate) async fn insert(tx: &Tx, arrival: &Arrival<'_>, most: u32) -> Result<(), StoreError> {
    let request = arrival.request;
    let args = [
        Value::from(arrival.handle),
        Value::from(arrival.browser),
        Value::from(arrival.source),
        Value::from(request.xml.as_slice()),
        Value::from(request.relay_state.as_ref().map(RelayState::as_str)),
        Value::from(request.arrived_at),
        Value::from(arrival.expires_at),
    ];
    tx.execute(INSERT, args).await?;
    tx.execute(DROP_OLDEST, [Value::from(arrival.source), Value::from(most)]).await.map(|_| ())
}

/// The request under a handle, for the browser that posted it.
pub(crate) async fn find(
    tx: &ReadTx,
    (handle, browser): (&[u8], &[u8]),
    now: Timestamp,
) -> Result<Option<KeptRequest>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(handle), Value::from(browser), Value::from(now)]).await?;
    let Some(row) = row else { return Ok(None) };
    let relay_state: Option<String> = row.get(1)?;
    let relay_state =
        relay_state.map(|s| known(RelayState::parse(&s).ok(), "arrival.relay_state")).transpose()?;
    Ok(Some(KeptRequest { xml: row.get(0)?, relay_state, arrived_at: row.get(2)? }))
}
