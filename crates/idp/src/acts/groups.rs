//! Groups: creating, renaming and deleting them, and who belongs to them.

use console::events::{Entry, note};
use console::person::PersonId;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use store::{StoreError, Tx};

// A group gives access to applications, so whoever manages these manages groups.
use super::applications::allowed;
use super::{ActError, Refusal, Word, refused};
use crate::model::group::{Group, GroupId, GroupName};
use crate::store::{groups, users};

/// Creates a group without members.
///
/// # Errors
/// [`ActError`].
pub async fn create_group(tx: &Tx, word: &Word, new: &Group, now: Timestamp) -> Result<(), ActError> {
    const ACT: &str = "group.create";
    allowed(tx, word, ACT, now).await?;
    if groups::find_by_name(tx, &new.name).await?.is_some() {
        return Err(refused(tx, word, (ACT, None, Refusal::GroupNameTaken), now).await);
    }
    groups::insert(tx, new, now).await?;
    about(tx, word, ("group.created", new.id, json!({ "name": new.name.as_str() })), now).await?;
    Ok(())
}

/// Gives a group another name.
///
/// # Errors
/// [`ActError`].
pub async fn rename_group(
    tx: &Tx,
    word: &Word,
    (id, name): (GroupId, &GroupName),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "group.rename";
    let group = manageable(tx, word, (ACT, id), now).await?;
    if groups::find_by_name(tx, name).await?.is_some_and(|holder| holder.id != id) {
        return Err(refused(tx, word, (ACT, None, Refusal::GroupNameTaken), now).await);
    }
    groups::rename(tx, &Group { id, name: name.clone() }, now).await?;
    let data = json!({ "from": group.name.as_str(), "to": name.as_str() });
    about(tx, word, ("group.renamed", id, data), now).await?;
    Ok(())
}

/// Deletes a group; what was given to it is given to its members no more.
///
/// # Errors
/// [`ActError`].
pub async fn delete_group(tx: &Tx, word: &Word, id: GroupId, now: Timestamp) -> Result<(), ActError> {
    let group = manageable(tx, word, ("group.delete", id), now).await?;
    let members = groups::count_members(tx, id).await?;
    groups::delete(tx, id).await?;
    let data = json!({ "name": group.name.as_str(), "members": members });
    about(tx, word, ("group.deleted", id, data), now).await?;
    Ok(())
}

/// Makes somebody a member: what is given to the group is given to them from now on.
///
/// # Errors
/// [`ActError`].
pub async fn add_member(
    tx: &Tx,
    word: &Word,
    (id, person): (GroupId, PersonId),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "group.add_member";
    manageable(tx, word, (ACT, id), now).await?;
    if users::find(tx, person).await?.is_none() {
        return Err(refused(tx, word, (ACT, None, Refusal::NoSuchPerson), now).await);
    }
    if groups::insert_member(tx, id, person).await? {
        member(tx, word, ("group.member_added", id, person), now).await?;
    }
    Ok(())
}

/// Ends a membership.
///
/// # Errors
/// [`ActError`].
pub async fn remove_member(
    tx: &Tx,
    word: &Word,
    (id, person): (GroupId, PersonId),
    now: Timestamp,
) -> Result<(), ActError> {
    manageable(tx, word, ("group.remove_member", id), now).await?;
    if groups::delete_member(tx, id, person).await? {
        member(tx, word, ("group.member_removed", id, person), now).await?;
    }
    Ok(())
}

async fn manageable(
    tx: &Tx,
    word: &Word,
    (act, id): (&'static str, GroupId),
    now: Timestamp,
) -> Result<Group, ActError> {
    allowed(tx, word, act, now).await?;
    match groups::find(tx, id).await? {
        Some(group) => Ok(group),
        None => Err(refused(tx, word, (act, None, Refusal::NoSuchGroup), now).await),
    }
}

async fn about(
    tx: &Tx,
    word: &Word,
    (kind, id, data): (&'static str, GroupId, Json),
    now: Timestamp,
) -> Result<(), StoreError> {
    note(tx, word.actor(), Entry::about(kind, id, data), now).await
}

async fn member(
    tx: &Tx,
    word: &Word,
    (kind, id, person): (&'static str, GroupId, PersonId),
    now: Timestamp,
) -> Result<(), StoreError> {
    note(tx, word.actor(), Entry::new(kind, Some(person), json!({ "group": id.uuid() })), now).await
}
