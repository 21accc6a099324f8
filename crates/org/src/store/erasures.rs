//! What is left of an account when its time is over: nothing but its id in the
//! event log.

use ::store::{ReadTx, Sql, StoreError, Tx, Value};
use jiff::Timestamp;

use super::values::id;
use crate::model::AccountId;

::store::statements! {
    DUE = "select id from account where delete_after is not null and delete_after <= $1 \
        order by delete_after limit $2";
    /// Only one that is still to be deleted: somebody may have taken it back.
    IS_DUE = "select 1 from account where id = $1 and delete_after is not null and delete_after <= $2";
    LINKS = "delete from account_link where account = $1";
    GROUPS = "delete from account_group_member where account = $1";
    WORDS = "delete from account_word where account = $1";
    SIGN_INS = "delete from directory_sign_in where account = $1";
    GRANTS = "delete from product_grant where account = $1";
    MEMBERSHIPS = "delete from membership where account = $1";
    ACCOUNT = "delete from account where id = $1";
}

/// Accounts whose time is over, at most `limit`.
pub(crate) async fn due(read: &ReadTx, now: Timestamp, limit: u32) -> Result<Vec<AccountId>, StoreError> {
    let rows = read.query(DUE, [now.into(), limit.into()]).await?;
    rows.iter().map(|row| id(row, 0, AccountId::new)).collect()
}

/// Deletes every row of an account whose time is over. Says whether it was.
pub(crate) async fn erase(tx: &Tx, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 2] = [account.into(), now.into()];
    if tx.query_opt(IS_DUE, args).await?.is_none() {
        return Ok(false);
    }
    for sql in ALL {
        tx.execute(*sql, [account.into()]).await?;
    }
    Ok(true)
}

/// What refers to the account goes before it.
const ALL: &[Sql] = &[LINKS, GROUPS, WORDS, SIGN_INS, GRANTS, MEMBERSHIPS, ACCOUNT];
