//! The table `passkey`.

use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};
use webauthn::Passkey;

use super::{Kept, NewKept, PasskeyId};
use crate::person::PersonId;
use crate::rows::unreadable;

store::statements! {
    pub(super) FIND = "select id, person, label, key, created_at, last_used_at, flagged_at, revoked_at from passkey \
        where id = $1 and person = $2";
    pub(super) FIND_BY_CREDENTIAL = "select id, person, label, key, created_at, last_used_at, flagged_at, revoked_at \
        from passkey where credential = $1";
    pub(super) LIST = "select id, person, label, key, created_at, last_used_at, flagged_at, revoked_at from passkey \
        where person = $1 and revoked_at is null order by id limit 200";
    pub(super) COUNT = "select count(*) from passkey where person = $1 and revoked_at is null";
    pub(super) INSERT = "insert into passkey (id, credential, person, label, key, sign_count, backup_eligible, aaguid, \
        created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential) do nothing";
    /// The rule of the sign count (WebAuthn Level 3, 6.1.1), asked again where nobody can come between.
    pub(super) ADVANCE = "update passkey set key = $1, sign_count = $2, last_used_at = $3 where id = $4 \
        and revoked_at is null and (sign_count = 0 or sign_count < $5)";
    pub(super) REVOKED = "select revoked_at from passkey where id = $1";
    pub(super) FLAG = "update passkey set flagged_at = $1 where id = $2 and flagged_at is null";
    pub(super) RENAME = "update passkey set label = $1 where id = $2 and person = $3 and revoked_at is null";
    pub(super) REVOKE = "update passkey set revoked_at = $1 where id = $2 and person = $3 and revoked_at is null";
}

pub(super) async fn find(tx: &ReadTx, person: PersonId, id: PasskeyId) -> Result<Option<Kept>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(id.uuid()), Value::from(person.uuid())]).await?;
    row.map(|row| kept(&row)).transpose()
}

pub(super) async fn find_by_credential(tx: &ReadTx, credential: &[u8]) -> Result<Option<Kept>, StoreError> {
    let row = tx.query_opt(FIND_BY_CREDENTIAL, [Value::from(credential)]).await?;
    row.map(|row| kept(&row)).transpose()
}

pub(super) async fn list(tx: &ReadTx, person: PersonId) -> Result<Vec<Kept>, StoreError> {
    let rows = tx.query(LIST, [Value::from(person.uuid())]).await?;
    rows.iter().map(kept).collect()
}

pub(super) async fn count(tx: &ReadTx, person: PersonId) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT, [Value::from(person.uuid())]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Whether the credential was new.
pub(super) async fn insert(tx: &Tx, new: &NewKept<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let args = [
        Value::from(new.id.uuid()),
        Value::from(new.passkey.credential_id().as_bytes()),
        Value::from(new.person.uuid()),
        Value::from(new.label.as_str()),
        Value::from(new.passkey.to_bytes()),
        Value::from(new.passkey.sign_count().get()),
        Value::from(new.passkey.backup_eligible()),
        Value::from(*new.passkey.aaguid().as_uuid()),
        Value::from(now),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

/// Whether the passkey is still good and its count went on.
pub(super) async fn advance(
    tx: &Tx,
    id: PasskeyId,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let count = passkey.sign_count().get();
    let args = [
        Value::from(passkey.to_bytes()),
        Value::from(count),
        Value::from(now),
        Value::from(id.uuid()),
        Value::from(count),
    ];
    Ok(tx.execute(ADVANCE, args).await? == 1)
}

pub(super) async fn is_revoked(tx: &ReadTx, id: PasskeyId) -> Result<bool, StoreError> {
    let row = tx.query_opt(REVOKED, [Value::from(id.uuid())]).await?;
    row.map_or(Ok(true), |row| row.get::<Option<Timestamp>>(0).map(|at| at.is_some()))
}

pub(super) async fn flag(tx: &Tx, id: PasskeyId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(FLAG, [Value::from(now), Value::from(id.uuid())]).await.map(|_| ())
}

pub(super) async fn rename(
    tx: &Tx,
    person: PersonId,
    id: PasskeyId,
    label: &str,
) -> Result<bool, StoreError> {
    let args = [Value::from(label), Value::from(id.uuid()), Value::from(person.uuid())];
    Ok(tx.execute(RENAME, args).await? == 1)
}

pub(super) async fn revoke(
    tx: &Tx,
    person: PersonId,
    id: PasskeyId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [Value::from(now), Value::from(id.uuid()), Value::from(person.uuid())];
    Ok(tx.execute(REVOKE, args).await? == 1)
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    let key: Vec<u8> = row.get(3)?;
    Ok(Kept {
        id: PasskeyId::from_uuid(row.get(0)?),
        person: PersonId::new(row.get(1)?),
        label: row.get(2)?,
        passkey: Passkey::from_bytes(&key).map_err(|_| unreadable("passkey.key"))?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
        flagged_at: row.get(6)?,
        revoked_at: row.get(7)?,
    })
}
