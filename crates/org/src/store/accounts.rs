//! Accounts and memberships.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use console::person::{DisplayName, EmailAddress};
use jiff::Timestamp;

use super::values::{address, id, parsed, some, some_id};
use super::{people, policies};
use crate::model::{
    Account, AccountId, DirectoryId, DomainName, Membership, OrganizationId, PolicyId, Role, Standing,
};
use crate::sign_in::admit::{Known, StableId};

/// The columns of [`account`].
macro_rules! columns {
    () => {
        "a.id, a.shown_as, a.first_name, a.last_name, a.standing, a.managed_by, a.created_at"
    };
}

pub(super) use columns;

/// An account with its computed policy, whether it administers anything, and
/// its stable id at directory `$1`.
macro_rules! known {
    ($where:literal) => {
        concat!(
            "select ",
            columns!(),
            ", (select count(*) from membership r where r.account = a.id \
                and r.role = 'administrator'), \
               (select l.stable_id from account_link l where l.account = a.id \
                and l.directory = $1), ",
            policies::columns!(),
            " from account a ",
            policies::computed!(),
            $where
        )
    };
}

::store::statements! {
    FIND = concat!("select ", columns!(), " from account a where a.id = $1");
    FIND_BY_ADDRESS = concat!("select ", columns!(), " from account a where a.address = $1");
    KNOWN_BY_ADDRESS = known!(" where a.address = $2");
    KNOWN_BY_STABLE_ID = known!(" where a.id = (select k.account from account_link k \
        where k.directory = $1 and k.stable_id = $2)");
    /// A page of members, in the order in which they came.
    LIST = concat!("select ", columns!(), ", m.role, m.named_policy from membership m \
        join account a on a.id = m.account \
        where m.organization = $1 and m.account > $2 order by m.account limit $3");
    FIND_MEMBERSHIP = "select role, named_policy from membership \
        where organization = $1 and account = $2";
    ACTIVE_ADMINISTRATORS = "select m.account from membership m \
        join account a on a.id = m.account where m.organization = $1 \
        and m.role = 'administrator' and a.standing = 'active' order by m.account limit 100";
    INSERT = "insert into account (id, address, domain, shown_as, first_name, last_name, \
        standing, managed_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        on conflict do nothing";
    INSERT_MEMBERSHIP = "insert into membership (organization, account, role, named_policy, \
        created_at) values ($1, $2, $3, $4, $5) on conflict do nothing";
    UPDATE_ROLE = "update membership set role = $1 where organization = $2 and account = $3 \
        and role <> $1";
    UPDATE_STANDING = "update account set standing = $1, delete_after = $2 where id = $3";
    UPDATE_NAMES = "update account set first_name = $1, last_name = $2 where id = $3";
    /// Only from the address that was read, and only to one that nobody has.
    UPDATE_ADDRESS = "update account set address = $1, domain = $2, shown_as = $3 \
        where id = $4 and address = $5 and standing = 'active' \
        and not exists (select 1 from account b where b.address = $1)";
    /// Still active and still managed by the organisation of a directory that
    /// is still switched on.
    STILL_MANAGED = "select 1 from account a join directory d on d.organization = a.managed_by \
        where a.id = $1 and a.standing = 'active' and d.id = $2 and d.enabled = 1";
    /// Brings the unmanaged accounts of a domain under an organisation.
    CLAIM = "update account set managed_by = $1 where domain = $2 and managed_by is null";
    JOIN_CLAIMED = "insert into membership (organization, account, role, named_policy, created_at) \
        select cast($1 as text), a.id, 'member', null, cast($2 as bigint) from account a \
        where a.managed_by = $1 and a.domain = $3 on conflict do nothing";
}

pub(crate) async fn find(read: &ReadTx, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row = read.query_opt(FIND, [id.into()]).await?;
    row.as_ref().map(account).transpose()
}

pub(crate) async fn find_by_address(
    read: &ReadTx,
    address: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    let row = read.query_opt(FIND_BY_ADDRESS, [address.as_str().into()]).await?;
    row.as_ref().map(account).transpose()
}

pub(crate) async fn known_by_address(
    read: &ReadTx,
    directory: DirectoryId,
    address: &EmailAddress,
) -> Result<Option<Known>, StoreError> {
    let args: [Value; 2] = [directory.into(), address.as_str().into()];
    let row = read.query_opt(KNOWN_BY_ADDRESS, args).await?;
    row.as_ref().map(known).transpose()
}

pub(crate) async fn known_by_stable_id(
    read: &ReadTx,
    directory: DirectoryId,
    stable_id: &StableId,
) -> Result<Option<Known>, StoreError> {
    let args: [Value; 2] = [directory.into(), stable_id.as_str().into()];
    let row = read.query_opt(KNOWN_BY_STABLE_ID, args).await?;
    row.as_ref().map(known).transpose()
}

/// Members after `after`, at most `limit`.
pub(crate) async fn list(
    read: &ReadTx,
    organization: OrganizationId,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<(Account, Membership)>, StoreError> {
    let after = after.map_or_else(|| Value::from(""), Value::from);
    let args: [Value; 3] = [organization.into(), after, limit.into()];
    let rows = read.query(LIST, args).await?;
    rows.iter().map(|row| member(row, organization)).collect()
}

/// An account and its membership, out of the columns and `m.role, m.named_policy`.
pub(super) fn member(row: &Row, organization: OrganizationId) -> Result<(Account, Membership), StoreError> {
    let account = account(row)?;
    let membership = Membership {
        organization,
        account: account.id,
        role: parsed(row, WIDTH)?,
        named_policy: some_id(row, WIDTH + 1, PolicyId::new)?,
    };
    Ok((account, membership))
}

pub(crate) async fn find_membership(
    read: &ReadTx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<Membership>, StoreError> {
    let args: [Value; 2] = [organization.into(), account.into()];
    let Some(row) = read.query_opt(FIND_MEMBERSHIP, args).await? else {
        return Ok(None);
    };
    Ok(Some(Membership {
        organization,
        account,
        role: parsed(&row, 0)?,
        named_policy: some_id(&row, 1, PolicyId::new)?,
    }))
}

/// At most 100: enough to know whether there is another one.
pub(crate) async fn active_administrators(
    read: &ReadTx,
    organization: OrganizationId,
) -> Result<Vec<AccountId>, StoreError> {
    let rows = read.query(ACTIVE_ADMINISTRATORS, [organization.into()]).await?;
    rows.iter().map(|row| id(row, 0, AccountId::new)).collect()
}

/// Says whether the address was free.
pub(crate) async fn insert(tx: &Tx, account: &Account) -> Result<bool, StoreError> {
    let name = |name: &Option<DisplayName>| Value::from(name.as_ref().map(DisplayName::as_str));
    let args: [Value; 9] = [
        account.id.into(),
        account.address.as_str().into(),
        account.address.domain().into(),
        account.address.shown().into(),
        name(&account.first_name),
        name(&account.last_name),
        account.standing.as_str().into(),
        account.managed_by.into(),
        account.created_at.into(),
    ];
    if tx.execute(INSERT, args).await? == 0 {
        return Ok(false);
    }
    people::index(tx, account.id).await?;
    Ok(true)
}

/// Says whether the account was no member yet.
pub(crate) async fn insert_membership(
    tx: &Tx,
    membership: &Membership,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args: [Value; 5] = [
        membership.organization.into(),
        membership.account.into(),
        membership.role.as_str().into(),
        membership.named_policy.into(),
        now.into(),
    ];
    Ok(tx.execute(INSERT_MEMBERSHIP, args).await? == 1)
}

/// Says whether there was such a member with another role.
pub(crate) async fn update_role(
    tx: &Tx,
    organization: OrganizationId,
    account: AccountId,
    role: Role,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [role.as_str().into(), organization.into(), account.into()];
    Ok(tx.execute(UPDATE_ROLE, args).await? == 1)
}

/// Says whether there is such an account. One that is to be deleted is gone
/// after the time that is given; without one it stays.
pub(crate) async fn update_standing(
    tx: &Tx,
    account: AccountId,
    (standing, delete_after): (Standing, Option<Timestamp>),
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [standing.as_str().into(), delete_after.into(), account.into()];
    Ok(tx.execute(UPDATE_STANDING, args).await? == 1)
}

pub(crate) async fn update_names(
    tx: &Tx,
    account: AccountId,
    names: [Option<&DisplayName>; 2],
) -> Result<(), StoreError> {
    let [first, last] = names.map(|name| Value::from(name.map(DisplayName::as_str)));
    tx.execute(UPDATE_NAMES, [first, last, account.into()]).await?;
    people::index(tx, account).await
}

/// Says whether the address was still the old one and the new one still free.
pub(crate) async fn update_address(
    tx: &Tx,
    account: AccountId,
    (from, to): (&EmailAddress, &EmailAddress),
) -> Result<bool, StoreError> {
    let args: [Value; 5] =
        [to.as_str().into(), to.domain().into(), to.shown().into(), account.into(), from.as_str().into()];
    if tx.execute(UPDATE_ADDRESS, args).await? == 0 {
        return Ok(false);
    }
    people::index(tx, account).await?;
    Ok(true)
}

pub(crate) async fn is_still_managed(
    tx: &Tx,
    account: AccountId,
    directory: DirectoryId,
) -> Result<bool, StoreError> {
    let args: [Value; 2] = [account.into(), directory.into()];
    Ok(tx.query_opt(STILL_MANAGED, args).await?.is_some())
}

/// Says how many accounts came under management.
pub(crate) async fn claim(
    tx: &Tx,
    organization: OrganizationId,
    domain: &DomainName,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let claimed = tx.execute(CLAIM, [organization.into(), domain.into()]).await?;
    let args: [Value; 3] = [organization.into(), now.into(), domain.into()];
    tx.execute(JOIN_CLAIMED, args).await?;
    Ok(claimed)
}

/// An account from the first columns.
pub(super) fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: id(row, 0, AccountId::new)?,
        address: address(row, 1)?,
        first_name: some(row, 2, DisplayName::parse)?,
        last_name: some(row, 3, DisplayName::parse)?,
        standing: parsed(row, 4)?,
        managed_by: some_id(row, 5, OrganizationId::new)?,
        created_at: row.get(6)?,
    })
}

fn known(row: &Row) -> Result<Known, StoreError> {
    let stable_id: Option<String> = row.get(WIDTH + 1)?;
    Ok(Known {
        account: account(row)?,
        administers: row.get::<i64>(WIDTH)? > 0,
        linked_as: stable_id.and_then(|id| StableId::parse(&id)),
        policy: policies::some_policy(row, WIDTH + 2)?,
    })
}

/// How many columns [`account`] reads.
pub(super) const WIDTH: usize = 7;
