//! A proof made in one browser and used in another: between the phone that approves and the desktop that continues.

use std::fmt;

use jiff::Timestamp;
use store::{StoreError, Tx, Value};
use uuid::Uuid;
use web::ambient::Entropy;

use super::Proven;
use crate::ceremony::bound_hash;
use crate::ids::row_id;
use crate::passkeys::PasskeyId;
use crate::person::PersonId;
use crate::sessions::Method;

store::statements! {
    INSERT = "insert into kept_proof (id, bound, person, passkey, proven_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6)";
    FIND = "select person, passkey, proven_at from kept_proof where id = $1 and bound = $2 and expires_at > $3";
    TAKE = "delete from kept_proof where id = $1 and bound = $2 and expires_at > $3";
    pub(crate) SWEEP = "delete from kept_proof where id in \
        (select id from kept_proof where expires_at <= $1 order by expires_at limit $2)";
}

/// Names a kept proof. It is no secret: whoever redeems it must also give the bytes it was bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeptProof(Uuid);

impl KeptProof {
    /// Draws a name for a proof to be kept.
    pub fn draw(now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self(row_id(now, entropy))
    }

    /// The kept proof whose row has this id.
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for KeptProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// Keeps a proof until `until` for whoever knows the same `bound` bytes: transaction and browser, say.
///
/// The proof is consumed: it opens no session here any more.
///
/// # Errors
/// Only the store's.
pub async fn keep(
    tx: &Tx,
    (name, proof): (KeptProof, Proven),
    bound: &[u8],
    until: Timestamp,
) -> Result<(), StoreError> {
    let args = [
        Value::from(name.0),
        Value::from(bound_hash(bound)),
        Value::from(proof.person.uuid()),
        Value::from(proof.passkey.uuid()),
        Value::from(proof.at),
        Value::from(until),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Takes a kept proof: of many at once exactly one gets it. From here on it counts as [`Method::Qr`]: it opens sessions,
/// and is never the fresh ceremony of a dangerous act.
///
/// # Errors
/// Only the store's.
pub async fn redeem(
    tx: &Tx,
    name: KeptProof,
    bound: &[u8],
    now: Timestamp,
) -> Result<Option<Proven>, StoreError> {
    let args = [Value::from(name.0), Value::from(bound_hash(bound)), Value::from(now)];
    let Some(row) = tx.query_opt(FIND, args.clone()).await? else { return Ok(None) };
    let proven = Proven {
        person: PersonId::new(row.get(0)?),
        passkey: PasskeyId::from_uuid(row.get(1)?),
        how: Method::Qr,
        at: row.get(2)?,
    };
    Ok((tx.execute(TAKE, args).await? == 1).then_some(proven))
}
