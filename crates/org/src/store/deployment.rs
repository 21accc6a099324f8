//! What was chosen at the first start.

use ::store::{ReadTx, StoreError, Tx, Value};
use jiff::Timestamp;

::store::statements! {
    FIND = "select rp_id, public_url from deployment where id = 1";
    INSERT = "insert into deployment (id, rp_id, public_url, chosen_at) values (1, $1, $2, $3) \
        on conflict do nothing";
}

/// What was chosen once: passkeys hang on the one, every SP entity ID and ACS
/// URL on the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) rp_id: String,
    pub(crate) public_url: String,
}

pub(crate) async fn find(read: &ReadTx) -> Result<Option<Chosen>, StoreError> {
    let row = read.query_opt(FIND, []).await?;
    row.map(|row| Ok(Chosen { rp_id: row.get(0)?, public_url: row.get(1)? })).transpose()
}

/// Says whether no other node has chosen at the same moment.
pub(crate) async fn insert(tx: &Tx, chosen: &Chosen, now: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 3] = [chosen.rp_id.as_str().into(), chosen.public_url.as_str().into(), now.into()];
    Ok(tx.execute(INSERT, args).await? == 1)
}
