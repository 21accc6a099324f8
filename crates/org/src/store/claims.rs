//! The accounts on a domain: whom a claim takes, and whom a loss releases.

use std::collections::BTreeSet;

use ::store::{ReadTx, StoreError, Tx, Value};
use console::person::EmailAddress;
use jiff::Timestamp;

use super::values::{address, id};
use crate::model::{AccountId, DirectoryId, DomainName, OrganizationId};

::store::statements! {
    /// Accounts on a domain that nobody manages, in the order of their addresses.
    UNMANAGED = "select a.id, a.shown_as, (select count(*) from membership m where m.account = a.id \
            and m.organization = $2), (select count(*) from membership m where m.account = a.id \
            and m.role = 'administrator') \
        from account a where a.domain = $1 and a.managed_by is null order by a.address limit $3";
    COUNT_UNMANAGED = "select count(*) from account where domain = $1 and managed_by is null";
    COUNT_MANAGED = "select count(*) from account where domain = $1 and managed_by = $2";
    COUNT_MEMBERS = "select count(*) from account a join membership m on m.account = a.id \
        where a.domain = $1 and m.organization = $2";
    /// Accounts that nobody manages and of which another organisation knows, or none at all: whoever had them first may
    /// have left meanwhile.
    STRANGERS = "select a.id from account a where a.domain = $1 and a.managed_by is null \
        and (exists (select 1 from membership m where m.account = a.id and m.organization <> $2) \
            or not exists (select 1 from membership n where n.account = a.id and n.organization = $2))";
    CLAIM_ONE = "update account set managed_by = $1 where id = $2 and domain = $3 \
        and managed_by is null";
    JOIN_ONE = "insert into membership (organization, account, role, named_policy, created_at) \
        values ($1, $2, 'member', null, $3) on conflict do nothing";
    RELEASE = "update account set managed_by = null where managed_by = $1 and domain = $2";
    /// A named policy was this organisation's word on an account of its own.
    FORGET_POLICIES = "update membership set named_policy = null where organization = $1 \
        and named_policy is not null \
        and account in (select a.id from account a where a.domain = $2)";
    /// What an identity provider calls people for whom it speaks no longer.
    FORGET_LINKS = "delete from account_link where account in (select a.id from account a \
            where a.domain = $2) \
        and directory in (select d.id from directory d where d.organization = $1)";
    /// Named policies of other directories than the one that a domain is linked to.
    STRANDED = "select count(*) from membership m join account a on a.id = m.account \
        join authentication_policy p on p.id = m.named_policy \
        where m.organization = $1 and a.domain = $2 and p.directory <> $3";
    FORGET_STRANDED = "update membership set named_policy = null where organization = $1 \
        and account in (select a.id from account a where a.domain = $2) \
        and named_policy in (select p.id from authentication_policy p \
            where p.organization = $1 and p.directory <> $3)";
}

/// Somebody whom a claim would take.
#[derive(Clone, Debug)]
pub(crate) struct Unmanaged {
    pub(crate) id: AccountId,
    pub(crate) address: EmailAddress,
    /// Whether this organisation knows the account as a member.
    pub(crate) member: bool,
    /// Whether the account administers any organisation.
    pub(crate) administers: bool,
}

/// The first `limit` accounts on a domain that nobody manages.
pub(crate) async fn unmanaged(
    read: &ReadTx,
    organization: OrganizationId,
    name: &DomainName,
    limit: u32,
) -> Result<Vec<Unmanaged>, StoreError> {
    let args: [Value; 3] = [name.into(), organization.into(), limit.into()];
    let rows = read.query(UNMANAGED, args).await?;
    rows.iter()
        .map(|row| {
            Ok(Unmanaged {
                id: id(row, 0, AccountId::new)?,
                address: address(row, 1)?,
                member: row.get::<i64>(2)? > 0,
                administers: row.get::<i64>(3)? > 0,
            })
        })
        .collect()
}

pub(crate) async fn count_unmanaged(read: &ReadTx, name: &DomainName) -> Result<u32, StoreError> {
    let rows = read.query(COUNT_UNMANAGED, [name.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

pub(crate) async fn count_managed(
    read: &ReadTx,
    organization: OrganizationId,
    name: &DomainName,
) -> Result<u32, StoreError> {
    let args: [Value; 2] = [name.into(), organization.into()];
    let rows = read.query(COUNT_MANAGED, args).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// How many members of the organisation are on a domain, whoever manages them.
pub(crate) async fn count_members(
    read: &ReadTx,
    organization: OrganizationId,
    name: &DomainName,
) -> Result<u32, StoreError> {
    let args: [Value; 2] = [name.into(), organization.into()];
    let rows = read.query(COUNT_MEMBERS, args).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Whom nobody manages on a domain, but for those of whom only this organisation ever knew.
pub(crate) async fn strangers(
    read: &ReadTx,
    organization: OrganizationId,
    name: &DomainName,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let args: [Value; 2] = [name.into(), organization.into()];
    let rows = read.query(STRANGERS, args).await?;
    rows.iter().map(|row| id(row, 0, AccountId::new)).collect()
}

/// Says whether the account was on the domain and nobody's.
pub(crate) async fn claim_one(
    tx: &Tx,
    (organization, name): (OrganizationId, &DomainName),
    account: AccountId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [organization.into(), account.into(), name.into()];
    if tx.execute(CLAIM_ONE, args).await? == 0 {
        return Ok(false);
    }
    let args: [Value; 3] = [organization.into(), account.into(), now.into()];
    tx.execute(JOIN_ONE, args).await.map(|_| true)
}

/// Reverses every claim on a domain: its accounts are their own people's
/// again, who sign in by the local door. Says how many.
pub(crate) async fn release(
    tx: &Tx,
    organization: OrganizationId,
    name: &DomainName,
) -> Result<u64, StoreError> {
    let of: [Value; 2] = [organization.into(), name.into()];
    tx.execute(FORGET_POLICIES, of.clone()).await?;
    tx.execute(FORGET_LINKS, of.clone()).await?;
    tx.execute(RELEASE, of).await
}

/// How many accounts on a domain have a named policy that another directory
/// than `directory` has.
pub(crate) async fn count_stranded(
    read: &ReadTx,
    (organization, name): (OrganizationId, &DomainName),
    directory: DirectoryId,
) -> Result<u32, StoreError> {
    let args: [Value; 3] = [organization.into(), name.into(), directory.into()];
    let rows = read.query(STRANDED, args).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Those accounts have the default policy of `directory` from now on. Says
/// how many.
pub(crate) async fn move_stranded(
    tx: &Tx,
    (organization, name): (OrganizationId, &DomainName),
    directory: DirectoryId,
) -> Result<u64, StoreError> {
    let args: [Value; 3] = [organization.into(), name.into(), directory.into()];
    tx.execute(FORGET_STRANDED, args).await
}
