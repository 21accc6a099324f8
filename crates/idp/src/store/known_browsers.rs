//! The table `known_browser`: in which browsers a person has finished a passkey or hybrid ceremony.

use console::person::PersonId;
use jiff::Timestamp;
use store::{ReadTx, StoreError, Tx, Value};
use uuid::Uuid;

use crate::model::sign_in::KnownHere;

store::statements! {
    FIND = "select person from known_browser where secret = $1 and expires_at > $2 limit 64";
    LIST = "select id, label, created_at, used_at from known_browser where person = $1 and expires_at > $2 \
        order by id desc limit 200";
    RENEW = "update known_browser set secret = $1 where secret = $2";
    UPSERT = "insert into known_browser (id, secret, person, label, created_at, used_at, expires_at) \
        values ($1, $2, $3, $4, $5, $5, $6) on conflict (secret, person) \
        do update set used_at = excluded.used_at, expires_at = excluded.expires_at, label = excluded.label";
    DELETE = "delete from known_browser where id = $1 and person = $2";
    DELETE_ALL = "delete from known_browser where person = $1";
    pub(crate) SWEEP = "delete from known_browser where id in \
        (select id from known_browser where expires_at <= $1 order by expires_at limit $2)";
}

/// A browser as its person sees it in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) id: Uuid,
    pub(crate) label: String,
    pub(crate) created_at: Timestamp,
    pub(crate) used_at: Timestamp,
}

/// A browser in which a person has just finished a ceremony.
#[derive(Debug)]
pub(crate) struct NewKnown<'a> {
    pub(crate) id: Uuid,
    /// Hash of the cookie's new secret.
    pub(crate) secret: &'a [u8],
    pub(crate) person: PersonId,
    pub(crate) label: &'a str,
    pub(crate) expires_at: Timestamp,
}

/// Whose browser this is, as `person` would see it.
pub(crate) async fn known_here(
    tx: &ReadTx,
    secret: &[u8],
    person: PersonId,
    now: Timestamp,
) -> Result<KnownHere, StoreError> {
    let rows = tx.query(FIND, [Value::from(secret), Value::from(now)]).await?;
    let people: Vec<PersonId> =
        rows.iter().map(|row| row.get(0).map(PersonId::new)).collect::<Result<_, _>>()?;
    Ok(match people.contains(&person) {
        true => KnownHere::Them,
        false if people.is_empty() => KnownHere::Nobody,
        false => KnownHere::Others,
    })
}

pub(crate) async fn list(tx: &ReadTx, person: PersonId, now: Timestamp) -> Result<Vec<Listed>, StoreError> {
    let rows = tx.query(LIST, [Value::from(person.uuid()), Value::from(now)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Listed { id: row.get(0)?, label: row.get(1)?, created_at: row.get(2)?, used_at: row.get(3)? })
        })
        .collect()
}

/// Gives everybody's row of this browser its new secret: a copy of the old cookie knows nobody from then on.
pub(crate) async fn renew(tx: &Tx, new: &[u8], old: &[u8]) -> Result<(), StoreError> {
    tx.execute(RENEW, [Value::from(new), Value::from(old)]).await.map(|_| ())
}

pub(crate) async fn upsert(tx: &Tx, browser: &NewKnown<'_>, now: Timestamp) -> Result<(), StoreError> {
    let args = [
        Value::from(browser.id),
        Value::from(browser.secret),
        Value::from(browser.person.uuid()),
        Value::from(browser.label),
        Value::from(now),
        Value::from(browser.expires_at),
    ];
    tx.execute(UPSERT, args).await.map(|_| ())
}

/// Says whether it was this person's.
pub(crate) async fn delete(tx: &Tx, person: PersonId, id: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [Value::from(id), Value::from(person.uuid())]).await? == 1)
}

pub(crate) async fn delete_all(tx: &Tx, person: PersonId) -> Result<u64, StoreError> {
    tx.execute(DELETE_ALL, [Value::from(person.uuid())]).await
}
