//! The table `invitation`.

use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};

use super::{Course, InvitationId, NewInvitation, OpenInvitation};
use crate::person::PersonId;

store::statements! {
    pub(super) FIND = "select id, person, purpose, created_at, expires_at, used_at, withdrawn_at from invitation \
        where token = $1";
    pub(super) LIST_OPEN = "select id, person, purpose, created_at, expires_at, used_at, withdrawn_at from invitation \
        where person = $1 and used_at is null and withdrawn_at is null and expires_at > $2 order by id desc limit 200";
    pub(super) INSERT = "insert into invitation (id, token, person, purpose, invited_by, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    pub(super) USE_UP = "update invitation set used_at = $1 where id = $2 and person = $3 and used_at is null \
        and withdrawn_at is null and expires_at > $4 returning purpose";
    pub(super) GIVE_BACK = "update invitation set used_at = null where id = $1";
    pub(super) COURSE = "select expires_at, used_at, withdrawn_at from invitation where id = $1";
    pub(super) WITHDRAW = "update invitation set withdrawn_at = $1 where id = $2 and used_at is null \
        and withdrawn_at is null";
    pub(super) WITHDRAW_ALL = "update invitation set withdrawn_at = $1 where person = $2 and purpose = $3 \
        and used_at is null and withdrawn_at is null";
    pub(crate) SWEEP = "delete from invitation where id in \
        (select id from invitation where expires_at < $1 order by expires_at limit $2)";
}

pub(super) async fn find(tx: &ReadTx, token: &[u8]) -> Result<Option<(OpenInvitation, Course)>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(token)]).await?;
    row.map(|row| invitation(&row)).transpose()
}

pub(super) async fn list_open(
    tx: &ReadTx,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<OpenInvitation>, StoreError> {
    let rows = tx.query(LIST_OPEN, [Value::from(person.uuid()), Value::from(now)]).await?;
    rows.iter().map(|row| invitation(row).map(|(open, _)| open)).collect()
}

pub(super) async fn insert(
    tx: &Tx,
    invitation: &NewInvitation,
    invited_by: Option<PersonId>,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let args = [
        Value::from(invitation.draft.id.uuid()),
        Value::from(invitation.draft.token.hash().as_ref()),
        Value::from(invitation.person.uuid()),
        Value::from(invitation.purpose.name()),
        Value::from(invited_by.map(PersonId::uuid)),
        Value::from(now),
        Value::from(expires_at),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

/// Its purpose, if this very call used it up.
pub(super) async fn use_up(
    tx: &Tx,
    id: InvitationId,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let args = [Value::from(now), Value::from(id.uuid()), Value::from(person.uuid()), Value::from(now)];
    let row = tx.query_opt(USE_UP, args).await?;
    row.map(|row| row.get(0)).transpose()
}

pub(super) async fn give_back(tx: &Tx, id: InvitationId) -> Result<(), StoreError> {
    tx.execute(GIVE_BACK, [Value::from(id.uuid())]).await.map(|_| ())
}

pub(super) async fn course(tx: &ReadTx, id: InvitationId) -> Result<Option<Course>, StoreError> {
    let row = tx.query_opt(COURSE, [Value::from(id.uuid())]).await?;
    row.map(|row| course_from(&row, 0)).transpose()
}

pub(super) async fn withdraw(tx: &Tx, id: InvitationId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(WITHDRAW, [Value::from(now), Value::from(id.uuid())]).await? == 1)
}

pub(super) async fn withdraw_all(
    tx: &Tx,
    person: PersonId,
    purpose: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(WITHDRAW_ALL, [Value::from(now), Value::from(person.uuid()), Value::from(purpose)]).await
}

fn invitation(row: &Row) -> Result<(OpenInvitation, Course), StoreError> {
    let open = OpenInvitation {
        id: InvitationId::from_uuid(row.get(0)?),
        person: PersonId::new(row.get(1)?),
        purpose: row.get(2)?,
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
    };
    Ok((open, course_from(row, 4)?))
}

fn course_from(row: &Row, first: usize) -> Result<Course, StoreError> {
    Ok(Course {
        expires_at: row.get(first)?,
        used_at: row.get(first + 1)?,
        withdrawn_at: row.get(first + 2)?,
    })
}
