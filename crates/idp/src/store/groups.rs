//! The tables `user_group` and `group_member`.

use console::person::PersonId;
use jiff::Timestamp;
use store::{ReadTx, Row, StoreError, Tx, Value};

use super::{known, users};
use crate::model::application::ApplicationId;
use crate::model::group::{Group, GroupId, GroupName};
use crate::model::user::User;

store::statements! {
    FIND = "select id, name from user_group where id = $1";
    FIND_BY_NAME = "select id, name from user_group where folded = $1";
    LIST = "select g.id, g.name, (select count(*) from group_member m where m.user_group = g.id), \
        (select count(*) from group_assignment a where a.user_group = g.id) \
        from user_group g where g.folded > $1 order by g.folded limit $2";
    LIST_OF_PERSON = "select g.id, g.name from group_member m join user_group g on g.id = m.user_group \
        where m.person = $1 order by g.folded limit 200";
    LIST_OF_APPLICATION = "select g.id, g.name, (select count(*) from group_member m where m.user_group = g.id), \
        (select count(*) from group_assignment x where x.user_group = g.id) \
        from group_assignment a join user_group g on g.id = a.user_group \
        where a.application = $1 order by g.folded limit 200";
    LIST_APPLICATIONS = "select a.id, a.name from group_assignment g join application a on a.id = g.application \
        where g.user_group = $1 order by a.name, a.id limit 200";
    INSERT = "insert into user_group (id, name, folded, created_at, updated_at) values ($1, $2, $3, $4, $4)";
    RENAME = "update user_group set name = $1, folded = $2, updated_at = $3 where id = $4";
    DELETE = "delete from user_group where id = $1";
    DELETE_MEMBERS = "delete from group_member where user_group = $1";
    DELETE_ASSIGNMENTS = "delete from group_assignment where user_group = $1";
    MEMBERS = "select u.id, u.shown, u.first_name, u.last_name, u.username, u.role, u.state \
        from group_member m join users u on u.id = m.person where m.user_group = $1 and u.email > $2 \
        order by u.email limit $3";
    COUNT_MEMBERS = "select count(*) from group_member where user_group = $1";
    INSERT_MEMBER = "insert into group_member (user_group, person) values ($1, $2) on conflict do nothing";
    DELETE_MEMBER = "delete from group_member where user_group = $1 and person = $2";
}

/// A group as a list shows it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) group: Group,
    pub(crate) members: u64,
    pub(crate) applications: u64,
}

pub(crate) async fn find(tx: &ReadTx, id: GroupId) -> Result<Option<Group>, StoreError> {
    let row = tx.query_opt(FIND, [Value::from(id.uuid())]).await?;
    row.as_ref().map(group).transpose()
}

/// The group of that name, whatever its case.
pub(crate) async fn find_by_name(tx: &ReadTx, name: &GroupName) -> Result<Option<Group>, StoreError> {
    let row = tx.query_opt(FIND_BY_NAME, [Value::from(name.folded())]).await?;
    row.as_ref().map(group).transpose()
}

/// In the order of their names, after the one named (folded; the empty text: from the start).
pub(crate) async fn list(tx: &ReadTx, after: &str, limit: u32) -> Result<Vec<Listed>, StoreError> {
    let rows = tx.query(LIST, [Value::from(after), Value::from(limit)]).await?;
    rows.iter().map(listed).collect()
}

pub(crate) async fn list_of_person(tx: &ReadTx, person: PersonId) -> Result<Vec<Group>, StoreError> {
    let rows = tx.query(LIST_OF_PERSON, [Value::from(person.uuid())]).await?;
    rows.iter().map(group).collect()
}

pub(crate) async fn list_of_application(
    tx: &ReadTx,
    application: ApplicationId,
) -> Result<Vec<Listed>, StoreError> {
    let rows = tx.query(LIST_OF_APPLICATION, [Value::from(application.uuid())]).await?;
    rows.iter().map(listed).collect()
}

/// What the group may use: id and name.
pub(crate) async fn list_applications(
    tx: &ReadTx,
    id: GroupId,
) -> Result<Vec<(ApplicationId, String)>, StoreError> {
    let rows = tx.query(LIST_APPLICATIONS, [Value::from(id.uuid())]).await?;
    rows.iter().map(|row| Ok((ApplicationId::new(row.get(0)?), row.get(1)?))).collect()
}

/// Fails with a conflict when a group of that name came in the same moment.
pub(crate) async fn insert(tx: &Tx, new: &Group, now: Timestamp) -> Result<(), StoreError> {
    let args = [
        Value::from(new.id.uuid()),
        Value::from(new.name.as_str()),
        Value::from(new.name.folded()),
        Value::from(now),
    ];
    tx.execute(INSERT, args).await.map(|_| ())
}

pub(crate) async fn rename(tx: &Tx, group: &Group, now: Timestamp) -> Result<(), StoreError> {
    let args = [
        Value::from(group.name.as_str()),
        Value::from(group.name.folded()),
        Value::from(now),
        Value::from(group.id.uuid()),
    ];
    tx.execute(RENAME, args).await.map(|_| ())
}

/// With its members and assignments.
pub(crate) async fn delete(tx: &Tx, id: GroupId) -> Result<(), StoreError> {
    for sql in [DELETE_MEMBERS, DELETE_ASSIGNMENTS, DELETE] {
        tx.execute(sql, [Value::from(id.uuid())]).await?;
    }
    Ok(())
}

/// In the order of their addresses, after `after`.
pub(crate) async fn members(
    tx: &ReadTx,
    id: GroupId,
    after: &str,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let rows = tx.query(MEMBERS, [Value::from(id.uuid()), Value::from(after), Value::from(limit)]).await?;
    rows.iter().map(users::user).collect()
}

pub(crate) async fn count_members(tx: &ReadTx, id: GroupId) -> Result<u64, StoreError> {
    let row = tx.query_opt(COUNT_MEMBERS, [Value::from(id.uuid())]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Says whether the person was no member before.
pub(crate) async fn insert_member(tx: &Tx, id: GroupId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(INSERT_MEMBER, [Value::from(id.uuid()), Value::from(person.uuid())]).await? == 1)
}

/// Says whether the person was a member.
pub(crate) async fn delete_member(tx: &Tx, id: GroupId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_MEMBER, [Value::from(id.uuid()), Value::from(person.uuid())]).await? == 1)
}

fn group(row: &Row) -> Result<Group, StoreError> {
    let name: String = row.get(1)?;
    Ok(Group { id: GroupId::new(row.get(0)?), name: known(GroupName::parse(&name).ok(), "user_group.name")? })
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed { group: group(row)?, members: row.get(2)?, applications: row.get(3)? })
}
