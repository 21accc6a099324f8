//! Which account a directory's identity provider means by a stable id.

use ::store::{StoreError, Tx, Value};
use jiff::Timestamp;

use crate::model::{AccountId, DirectoryId};
use crate::sign_in::admit::StableId;

::store::statements! {
    /// Never binds twice: neither the id to a second account nor the account
    /// to a second id.
    INSERT = "insert into account_link (directory, stable_id, account, linked_at) \
        values ($1, $2, $3, $4) on conflict do nothing";
    DELETE = "delete from account_link where directory = $1 and account = $2";
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

/// Says whether the account was linked.
pub(crate) async fn delete(tx: &Tx, directory: DirectoryId, account: AccountId) -> Result<bool, StoreError> {
    let args: [Value; 2] = [directory.into(), account.into()];
    Ok(tx.execute(DELETE, args).await? == 1)
}
