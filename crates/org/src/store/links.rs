//! Which account a directory's identity provider means by a stable id.

use ::store::{ReadTx, StoreError, Tx, Value};
use jiff::Timestamp;

use super::values::id;
use crate::model::{AccountId, DirectoryId, OrganizationId};
use crate::sign_in::admit::StableId;

::store::statements! {
    /// Never binds twice: neither the id to a second account nor the account
    /// to a second id.
    INSERT = "insert into account_link (directory, stable_id, account, linked_at) \
        values ($1, $2, $3, $4) on conflict do nothing";
    DELETE = "delete from account_link where directory = $1 and account = $2";
    /// Only the one that was shown.
    DELETE_SHOWN = "delete from account_link \
        where directory = $1 and account = $2 and stable_id = $3";
    OF_ACCOUNT = "select l.directory, d.name, l.stable_id, l.linked_at from account_link l \
        join directory d on d.id = l.directory \
        where l.account = $2 and d.organization = $1 order by l.linked_at limit 50";
}

/// Says whether both were free.
pub(crate) async fn insert(
    tx: &Tx,
    directory: DirectoryId,
    (stable_id, account): (&StableId, AccountId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args: [Value; 4] = [directory.into(), stable_id.as_str().into(), account.into(), now.into()];
    Ok(tx.execute(INSERT, args).await? == 1)
}

/// What an identity provider calls an account.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) directory: DirectoryId,
    pub(crate) name: String,
    pub(crate) stable_id: String,
    pub(crate) linked_at: Timestamp,
}

/// What the identity providers of an organisation call an account.
pub(crate) async fn of_account(
    read: &ReadTx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Vec<Link>, StoreError> {
    let args: [Value; 2] = [organization.into(), account.into()];
    let rows = read.query(OF_ACCOUNT, args).await?;
    rows.iter()
        .map(|row| {
            Ok(Link {
                directory: id(row, 0, DirectoryId::new)?,
                name: row.get(1)?,
                stable_id: row.get(2)?,
                linked_at: row.get(3)?,
            })
        })
        .collect()
}

/// Says whether the account was linked, and by this id if one is given.
pub(crate) async fn delete_shown(
    tx: &Tx,
    (directory, account): (DirectoryId, AccountId),
    shown: Option<&str>,
) -> Result<bool, StoreError> {
    match shown {
        None => delete(tx, directory, account).await,
        Some(shown) => {
            let args: [Value; 3] = [directory.into(), account.into(), shown.into()];
            Ok(tx.execute(DELETE_SHOWN, args).await? == 1)
        }
    }
}

/// Says whether the account was linked.
async fn delete(tx: &Tx, directory: DirectoryId, account: AccountId) -> Result<bool, StoreError> {
    let args: [Value; 2] = [directory.into(), account.into()];
    Ok(tx.execute(DELETE, args).await? == 1)
}
