//! The table `signing_key`.

use jiff::Timestamp;
use store::{ReadTx, StoreError, Tx, Value};
use uuid::Uuid;

store::statements! {
    FIND_ACTIVE = "select id, algorithm, sealed, certificate, created_at from signing_key \
        where state = 'active' order by created_at desc limit 1";
    INSERT = "insert into signing_key (id, algorithm, sealed, certificate, state, created_at) \
        values ($1, $2, $3, $4, 'active', $5)";
}

/// A signing key as it is stored: the private half sealed under the master key.
#[derive(Debug, Clone)]
pub(crate) struct SealedKey {
    pub(crate) id: Uuid,
    /// `rsa-3072`, `rsa-2048`.
    pub(crate) algorithm: String,
    pub(crate) sealed: Vec<u8>,
    /// X.509, DER.
    pub(crate) certificate: Vec<u8>,
    pub(crate) created_at: Timestamp,
}

pub(crate) async fn find_active(tx: &ReadTx) -> Result<Option<SealedKey>, StoreError> {
    let row = tx.query_opt(FIND_ACTIVE, []).await?;
    row.map(|row| {
        Ok(SealedKey {
            id: row.get(0)?,
            algorithm: row.get(1)?,
            sealed: row.get(2)?,
            certificate: row.get(3)?,
            created_at: row.get(4)?,
        })
    })
    .transpose()
}

pub(crate) async fn insert(tx: &Tx, key: &SealedKey) -> Result<(), StoreError> {
    let args = [
        Value::from(key.id),
        Value::from(&key.algorithm),
        Value::from(key.sealed.as_slice()),
        Value::from(key.certificate.as_slice()),
        Value::from(key.created_at),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}
