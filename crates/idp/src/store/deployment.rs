//! The table `deployment`: what was chosen at the first start.

use jiff::Timestamp;
use store::{ReadTx, StoreError, Tx, Value};

store::statements! {
    FIND = "select rp_id, entity_id from deployment where id = 1";
    INSERT = "insert into deployment (id, rp_id, entity_id, chosen_at) values (1, $1, $2, $3)";
}

/// What was chosen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) rp_id: String,
    pub(crate) entity_id: String,
}

pub(crate) async fn find(tx: &ReadTx) -> Result<Option<Chosen>, StoreError> {
    let row = tx.query_opt(FIND, []).await?;
    row.map(|row| Ok(Chosen { rp_id: row.get(0)?, entity_id: row.get(1)? })).transpose()
}

/// Fails with a conflict when another node has chosen at the same moment.
pub(crate) async fn insert(tx: &Tx, chosen: &Chosen, now: Timestamp) -> Result<(), StoreError> {
    let args = [Value::from(&chosen.rp_id), Value::from(&chosen.entity_id), Value::from(now)];
    tx.execute(INSERT, args).await.map(|_| ())
}
