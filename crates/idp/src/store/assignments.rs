//! The tables `assignment` and `persistent_id`: a person at an application.

use console::person::PersonId;
use store::{ReadTx, StoreError, Tx, Value};

use super::users;
use crate::model::application::ApplicationId;
use crate::model::group::GroupId;
use crate::model::user::User;

store::statements! {
    INSERT = "insert into assignment (application, person) values ($1, $2) on conflict do nothing";
    DELETE = "delete from assignment where application = $1 and person = $2";
    DELETE_ALL = "delete from assignment where application = $1";
    LIST = "select u.id, u.shown, u.first_name, u.last_name, u.username, u.role, u.state \
        from assignment a join users u on u.id = a.person where a.application = $1 order by u.email limit $2";
    COUNT = "select count(*) from assignment where application = $1";
    INSERT_GROUP = "insert into group_assignment (application, user_group) values ($1, $2) on conflict do nothing";
    DELETE_GROUP = "delete from group_assignment where application = $1 and user_group = $2";
    DELETE_GROUPS = "delete from group_assignment where application = $1";
    COUNT_REACHED = "select count(*) from users u where u.state = 'active' and (u.id in \
        (select person from assignment where application = $1) or u.id in (select gm.person from group_assignment ga \
        join group_member gm on gm.user_group = ga.user_group where ga.application = $1))";
    FIND_PERSISTENT = "select value from persistent_id where application = $1 and person = $2";
    INSERT_PERSISTENT = "insert into persistent_id (application, person, value) values ($1, $2, $3) \
        on conflict (application, person) do nothing";
    DELETE_PERSISTENT = "delete from persistent_id where application = $1";
}

/// Says whether the person was not assigned before.
pub(crate) async fn insert(tx: &Tx, to: ApplicationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(INSERT, [Value::from(to.uuid()), Value::from(person.uuid())]).await? == 1)
}

/// Says whether the person was assigned.
pub(crate) async fn delete(tx: &Tx, to: ApplicationId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [Value::from(to.uuid()), Value::from(person.uuid())]).await? == 1)
}

/// Everything about people at an application that is deleted.
pub(crate) async fn delete_all(tx: &Tx, of: ApplicationId) -> Result<(), StoreError> {
    tx.execute(DELETE_ALL, [Value::from(of.uuid())]).await?;
    tx.execute(DELETE_GROUPS, [Value::from(of.uuid())]).await?;
    tx.execute(DELETE_PERSISTENT, [Value::from(of.uuid())]).await.map(|_| ())
}

/// Says whether the group was not assigned before.
pub(crate) async fn insert_group(tx: &Tx, to: ApplicationId, group: GroupId) -> Result<bool, StoreError> {
    Ok(tx.execute(INSERT_GROUP, [Value::from(to.uuid()), Value::from(group.uuid())]).await? == 1)
}

/// Says whether the group was assigned.
pub(crate) async fn delete_group(tx: &Tx, to: ApplicationId, group: GroupId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_GROUP, [Value::from(to.uuid()), Value::from(group.uuid())]).await? == 1)
}

/// How many active people it is for, by name or by group, each once.
pub(crate) async fn count_reached(tx: &ReadTx, of: ApplicationId) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT_REACHED, [Value::from(of.uuid())]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// The people assigned, in the order of their addresses.
pub(crate) async fn list(tx: &ReadTx, of: ApplicationId, limit: u32) -> Result<Vec<User>, StoreError> {
    let rows = tx.query(LIST, [Value::from(of.uuid()), Value::from(limit)]).await?;
    rows.iter().map(users::user).collect()
}

pub(crate) async fn count(tx: &ReadTx, of: ApplicationId) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT, [Value::from(of.uuid())]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) async fn find_persistent_id(
    tx: &ReadTx,
    (application, person): (ApplicationId, PersonId),
) -> Result<Option<String>, StoreError> {
    let args = [Value::from(application.uuid()), Value::from(person.uuid())];
    let row = tx.query_opt(FIND_PERSISTENT, args).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Keeps the one that is there: the name of a person at an application never changes.
pub(crate) async fn insert_persistent_id(
    tx: &Tx,
    (application, person): (ApplicationId, PersonId),
    value: &str,
) -> Result<(), StoreError> {
    let args = [Value::from(application.uuid()), Value::from(person.uuid()), Value::from(value)];
    tx.execute(INSERT_PERSISTENT, args).await.map(|_| ())
}
