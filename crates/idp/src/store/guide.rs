//! The table `application_guide`: what of a guided integration is done on the other side.

use console::person::PersonId;
use jiff::Timestamp;
use store::{ReadTx, StoreError, Tx, Value};

use crate::model::application::ApplicationId;

store::statements! {
    LIST = "select step, note, done_at from application_guide where application = $1";
    UPSERT = "insert into application_guide (application, step, note, done_by, done_at) values ($1, $2, $3, $4, $5) \
        on conflict (application, step) do update set note = excluded.note, done_by = excluded.done_by, \
        done_at = excluded.done_at";
    DELETE = "delete from application_guide where application = $1 and step = $2";
    DELETE_ALL = "delete from application_guide where application = $1";
}

/// A step that is done.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) step: String,
    pub(crate) note: Option<String>,
    pub(crate) at: Timestamp,
}

pub(crate) async fn list(tx: &ReadTx, of: ApplicationId) -> Result<Vec<Done>, StoreError> {
    let rows = tx.query(LIST, [Value::from(of.uuid())]).await?;
    rows.iter().map(|row| Ok(Done { step: row.get(0)?, note: row.get(1)?, at: row.get(2)? })).collect()
}

pub(crate) async fn upsert(
    tx: &Tx,
    of: ApplicationId,
    (step, note): (&str, Option<&str>),
    (by, at): (Option<PersonId>, Timestamp),
) -> Result<(), StoreError> {
    let by = by.map_or_else(|| "host".to_owned(), |person| person.to_string());
    let args =
        [Value::from(of.uuid()), Value::from(step), Value::from(note), Value::from(by), Value::from(at)];
    tx.execute(UPSERT, args).await.map(|_| ())
}

/// Says whether it was done.
pub(crate) async fn delete(tx: &Tx, of: ApplicationId, step: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [Value::from(of.uuid()), Value::from(step)]).await? == 1)
}

pub(crate) async fn delete_all(tx: &Tx, of: ApplicationId) -> Result<(), StoreError> {
    tx.execute(DELETE_ALL, [Value::from(of.uuid())]).await.map(|_| ())
}
