//! The table `application_draft`.

use console::person::PersonId;
use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};
use uuid::Uuid;

use super::{known, unreadable};
use crate::model::application::{ApplicationId, Integration, Version};
use crate::model::draft::{Becomes, Draft, DraftId};

store::statements! {
    FIND = "select id, person, application, base, integration, content, updated_at from application_draft \
        where id = $1 and person = $2";
    FIND_CHANGE = "select id, person, application, base, integration, content, updated_at from application_draft \
        where person = $1 and application = $2 order by updated_at desc limit 1";
    LIST = "select id, person, application, base, integration, content, updated_at from application_draft \
        where person = $1 order by updated_at desc limit 50";
    INSERT = "insert into application_draft (id, person, application, base, integration, content, created_at, \
        updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7)";
    UPDATE = "update application_draft set content = $1, updated_at = $2 where id = $3 and person = $4";
    REBASE = "update application_draft set base = $1 where id = $2 and person = $3 and application is not null";
    DELETE = "delete from application_draft where id = $1 and person = $2";
    DELETE_OF_APPLICATION = "delete from application_draft where application = $1";
    DROP_OLDEST = "delete from application_draft where id in (select id from application_draft \
        where person = $1 order by updated_at desc, id desc limit 100 offset $2)";
}

/// The draft of this person; of another's nothing is found.
pub(crate) async fn find(tx: &ReadTx, id: DraftId, person: PersonId) -> Result<Option<Draft>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(id.uuid()), Value::from(person.uuid())]).await?;
    row.as_ref().map(draft).transpose()
}

/// Their draft of a change of an application.
pub(crate) async fn find_change(
    tx: &ReadTx,
    person: PersonId,
    application: ApplicationId,
) -> Result<Option<Draft>, StoreError> {
    let args = [Value::from(person.uuid()), Value::from(application.uuid())];
    let row = tx.query_opt(FIND_CHANGE, args).await?;
    row.as_ref().map(draft).transpose()
}

/// Their drafts, the latest first.
pub(crate) async fn list(tx: &ReadTx, person: PersonId) -> Result<Vec<Draft>, StoreError> {
    let rows = tx.query(LIST, [Value::from(person.uuid())]).await?;
    rows.iter().map(draft).collect()
}

/// Of the person's drafts the latest `most` stay.
pub(crate) async fn insert(tx: &Tx, draft: &Draft, most: u32) -> Result<(), StoreError> {
    let (application, base) = match draft.becomes {
        Becomes::New => (None, None),
        Becomes::Change(id, Version(base)) => (Some(id.uuid()), Some(base)),
    };
    let args = [
        Value::from(draft.id.uuid()),
        Value::from(draft.person.uuid()),
        Value::from(application),
        Value::from(base),
        Value::from(draft.integration.as_str()),
        Value::from(draft.content.as_str()),
        Value::from(draft.updated_at),
    ];
    tx.execute(INSERT, args).await?;
    tx.execute(DROP_OLDEST, [Value::from(draft.person.uuid()), Value::from(most)]).await.map(|_| ())
}

/// Says whether there was such a draft.
pub(crate) async fn update(
    tx: &Tx,
    (id, person): (DraftId, PersonId),
    content: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = [Value::from(content), Value::from(now), Value::from(id.uuid()), Value::from(person.uuid())];
    Ok(tx.execute(UPDATE, args).await? == 1)
}

/// From now on it is a change of that version.
pub(crate) async fn rebase(
    tx: &Tx,
    (id, person): (DraftId, PersonId),
    Version(base): Version,
) -> Result<bool, StoreError> {
    let args = [Value::from(base), Value::from(id.uuid()), Value::from(person.uuid())];
    Ok(tx.execute(REBASE, args).await? == 1)
}

/// Says whether there was such a draft.
pub(crate) async fn delete(tx: &Tx, id: DraftId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [Value::from(id.uuid()), Value::from(person.uuid())]).await? == 1)
}

/// Everybody's, of an application that is deleted.
pub(crate) async fn delete_of_application(tx: &Tx, id: ApplicationId) -> Result<(), StoreError> {
    tx.execute(DELETE_OF_APPLICATION, [Value::from(id.uuid())]).await.map(|_| ())
}

fn draft(row: &Row) -> Result<Draft, StoreError> {
    let (application, base): (Option<Uuid>, Option<i64>) = (row.get(2)?, row.get(3)?);
    let becomes = match (application, base) {
        (None, None) => Becomes::New,
        (Some(id), Some(base)) => Becomes::Change(ApplicationId::new(id), Version(base)),
        _ => return Err(unreadable("application_draft.base")),
    };
    let integration: String = row.get(4)?;
    Ok(Draft {
        id: DraftId::new(row.get(0)?),
        person: PersonId::new(row.get(1)?),
        becomes,
        integration: known(Integration::parse(&integration), "application_draft.integration")?,
        content: row.get(5)?,
        updated_at: row.get(6)?,
    })
}
