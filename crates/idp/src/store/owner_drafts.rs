//! The table `owner_draft`: the name under which a set-up link's holder will be the first owner.

use console::person::{DisplayName, EmailAddress, PersonId};
use jiff::Timestamp;
use store::{ReadTx, StoreError, Tx, Value};

use super::known;

store::statements! {
    FIND = "select shown, first_name, last_name from owner_draft where person = $1";
    UPSERT = "insert into owner_draft (person, shown, first_name, last_name, created_at) values ($1, $2, $3, $4, $5) \
        on conflict (person) do update set shown = excluded.shown, first_name = excluded.first_name, \
        last_name = excluded.last_name";
    DELETE_ALL = "delete from owner_draft";
}

/// Who the first owner will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnerDraft {
    pub(crate) email: EmailAddress,
    pub(crate) first_name: DisplayName,
    pub(crate) last_name: DisplayName,
}

pub(crate) async fn find(tx: &ReadTx, person: PersonId) -> Result<Option<OwnerDraft>, StoreError> {
    let Some(row) = tx.query_opt(FIND, [Value::from(person.uuid())]).await? else {
        return Ok(None);
    };
    let (shown, first, last): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(Some(OwnerDraft {
        email: known(EmailAddress::parse(&shown).ok(), "owner_draft.shown")?,
        first_name: known(DisplayName::parse(&first).ok(), "owner_draft.first_name")?,
        last_name: known(DisplayName::parse(&last).ok(), "owner_draft.last_name")?,
    }))
}

pub(crate) async fn upsert(
    tx: &Tx,
    person: PersonId,
    draft: &OwnerDraft,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = [
        Value::from(person.uuid()),
        Value::from(draft.email.shown()),
        Value::from(draft.first_name.as_str()),
        Value::from(draft.last_name.as_str()),
        Value::from(now),
    ];
    tx.execute(UPSERT, args).await.map(|_| ())
}

/// Once there is an owner, nobody else becomes the first.
pub(crate) async fn delete_all(tx: &Tx) -> Result<(), StoreError> {
    tx.execute(DELETE_ALL, []).await.map(|_| ())
}
