//! Groups, who is in them, and the policies that they lead to.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;

use super::values::{id, name, parsed};
use super::{accounts, many};
use crate::model::{Account, AccountId, Group, GroupId, GroupRule, Many, OrganizationId, PolicyId};

::store::statements! {
    FIND = "select id, organization, name, source, version from account_group \
        where organization = $1 and id = $2";
    LIST = "select g.id, g.organization, g.name, g.source, g.version, \
        (select count(*) from account_group_member x where x.account_group = g.id), \
        (select count(*) from product_group y where y.account_group = g.id) \
        from account_group g where g.organization = $1 and g.name_key > $2 \
        order by g.name_key limit $3";
    OF_ACCOUNT = "select g.id, g.organization, g.name, g.source, g.version \
        from account_group_member x join account_group g on g.id = x.account_group \
        where g.organization = $1 and x.account = $2 order by g.name_key limit 200";
    COUNT_MEMBERS = "select count(*) from account_group_member where account_group = $1";
    MEMBERS = concat!("select ", accounts::columns!(), " from account_group_member x \
        join account a on a.id = x.account where x.account_group = $1 and x.account > $2 \
        order by x.account limit $3");
    /// Only over the version that was read.
    RENAME = "update account_group set name = $1, name_key = $2, version = version + 1 \
        where organization = $3 and id = $4 and version = $5 and not exists (select 1 \
            from account_group other where other.organization = $3 and other.name_key = $2 \
            and other.id <> $4)";
    DELETE_ACCESS = "delete from product_group where account_group = $1";
    LEAVE_ALL = "delete from account_group_member where account = $2 and account_group in \
        (select g.id from account_group g where g.organization = $1)";
    RULE_OF = "select p.id, p.name from policy_rule r join authentication_policy p on p.id = r.policy \
        where r.organization = $1 and r.account_group = $2";
    INSERT = "insert into account_group (id, organization, name, name_key, source, created_at) \
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    DELETE_MEMBERS = "delete from account_group_member where account_group = $1";
    DELETE_RULE = "delete from policy_rule where organization = $1 and account_group = $2";
    DELETE = "delete from account_group where organization = $1 and id = $2";
    /// Only accounts that are members of the organisation.
    JOIN = concat!("insert into account_group_member (account_group, account, joined_at) \
        select cast($101 as text), m.account, cast($102 as bigint) from membership m \
        where m.organization = $103 and m.account in (", many::hundred!(), ") on conflict do nothing");
    LEAVE = concat!("delete from account_group_member where account_group = $101 and account in (",
        many::hundred!(), ")");
    RULES = "select organization, account_group, policy from policy_rule \
        where organization = $1 order by place limit 1000";
    DELETE_RULES = "delete from policy_rule where organization = $1";
    DELETE_RULES_OF_POLICY = "delete from policy_rule where organization = $1 and policy = $2";
    INSERT_RULE = "insert into policy_rule (organization, account_group, policy, place) \
        values ($1, $2, $3, $4)";
}

pub(crate) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    id: GroupId,
) -> Result<Option<Group>, StoreError> {
    let row = read.query_opt(FIND, [organization.into(), id.into()]).await?;
    row.as_ref().map(group).transpose()
}

/// A group with how many are in it and how many products are opened by it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) group: Group,
    pub(crate) members: u32,
    pub(crate) products: u32,
}

/// Groups in the order of their names, after the name `after`, at most `limit`.
pub(crate) async fn list(
    read: &ReadTx,
    organization: OrganizationId,
    after: &str,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let args: [Value; 3] = [organization.into(), after.to_lowercase().into(), limit.into()];
    let rows = read.query(LIST, args).await?;
    let listed = |row| Ok(Listed { group: group(row)?, members: row.get(5)?, products: row.get(6)? });
    rows.iter().map(listed).collect()
}

/// The groups of an organisation that an account is in; the first 200.
pub(crate) async fn of_account(
    read: &ReadTx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Vec<Group>, StoreError> {
    let args: [Value; 2] = [organization.into(), account.into()];
    read.query(OF_ACCOUNT, args).await?.iter().map(group).collect()
}

pub(crate) async fn count_members(read: &ReadTx, group: GroupId) -> Result<u32, StoreError> {
    let rows = read.query(COUNT_MEMBERS, [group.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Who is in a group after `after`, at most `limit`.
pub(crate) async fn members(
    read: &ReadTx,
    group: GroupId,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<Account>, StoreError> {
    let after = after.map_or_else(|| Value::from(""), Value::from);
    let args: [Value; 3] = [group.into(), after, limit.into()];
    read.query(MEMBERS, args).await?.iter().map(accounts::account).collect()
}

/// The policy to which the rule of a group leads, if it has one.
pub(crate) async fn policy_of(
    read: &ReadTx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<Option<(PolicyId, String)>, StoreError> {
    let args: [Value; 2] = [organization.into(), group.into()];
    let row = read.query_opt(RULE_OF, args).await?;
    row.map(|row| Ok((id(&row, 0, PolicyId::new)?, row.get(1)?))).transpose()
}

/// Says whether it was still that version, and the name nobody else's.
pub(crate) async fn rename(tx: &Tx, is: &Group) -> Result<bool, StoreError> {
    let args: [Value; 5] = [
        is.name.as_str().into(),
        is.name.as_str().to_lowercase().into(),
        is.organization.into(),
        is.id.into(),
        is.version.into(),
    ];
    Ok(tx.execute(RENAME, args).await? == 1)
}

/// Takes an account out of every group of an organisation.
pub(crate) async fn leave_all(
    tx: &Tx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<u64, StoreError> {
    tx.execute(LEAVE_ALL, [organization.into(), account.into()]).await
}

/// Says whether the name was free.
pub(crate) async fn insert(tx: &Tx, group: &Group, now: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 6] = [
        group.id.into(),
        group.organization.into(),
        group.name.as_str().into(),
        group.name.as_str().to_lowercase().into(),
        group.source.as_str().into(),
        now.into(),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

/// Deletes a group with its members, its rule and the access that it gave. Says whether it was there.
pub(crate) async fn delete(tx: &Tx, organization: OrganizationId, id: GroupId) -> Result<bool, StoreError> {
    tx.execute(DELETE_RULE, [organization.into(), id.into()]).await?;
    tx.execute(DELETE_MEMBERS, [id.into()]).await?;
    tx.execute(DELETE_ACCESS, [id.into()]).await?;
    Ok(tx.execute(DELETE, [organization.into(), id.into()]).await? == 1)
}

/// Says how many joined who were not in it.
pub(crate) async fn join(
    tx: &Tx,
    (organization, group): (OrganizationId, GroupId),
    accounts: &Many,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut joined = 0;
    for some in accounts.portions() {
        let args = many::args(some, [group.into(), now.into(), organization.into()]);
        joined += tx.execute(JOIN, args).await?;
    }
    Ok(joined)
}

/// Says how many left it.
pub(crate) async fn leave(tx: &Tx, group: GroupId, accounts: &Many) -> Result<u64, StoreError> {
    let mut left = 0;
    for some in accounts.portions() {
        left += tx.execute(LEAVE, many::args(some, [group.into()])).await?;
    }
    Ok(left)
}

/// The rules of an organisation, in their order.
pub(crate) async fn rules(read: &ReadTx, organization: OrganizationId) -> Result<Vec<GroupRule>, StoreError> {
    let rows = read.query(RULES, [organization.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(GroupRule {
                organization: id(row, 0, OrganizationId::new)?,
                group: id(row, 1, GroupId::new)?,
                policy: id(row, 2, PolicyId::new)?,
            })
        })
        .collect()
}

/// The rules are these now, in this order.
pub(crate) async fn replace_rules(
    tx: &Tx,
    organization: OrganizationId,
    rules: &[GroupRule],
) -> Result<(), StoreError> {
    tx.execute(DELETE_RULES, [organization.into()]).await?;
    for (place, rule) in (0_u32..).zip(rules) {
        let args: [Value; 4] = [organization.into(), rule.group.into(), rule.policy.into(), place.into()];
        tx.execute(INSERT_RULE, args).await?;
    }
    Ok(())
}

pub(crate) async fn delete_rules_of(
    tx: &Tx,
    organization: OrganizationId,
    policy: PolicyId,
) -> Result<(), StoreError> {
    tx.execute(DELETE_RULES_OF_POLICY, [organization.into(), policy.into()]).await.map(|_| ())
}

/// Who is in which group, from the first two columns.
pub(super) fn membership(row: &Row) -> Result<(AccountId, GroupId), StoreError> {
    Ok((id(row, 0, AccountId::new)?, id(row, 1, GroupId::new)?))
}

fn group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        id: id(row, 0, GroupId::new)?,
        organization: id(row, 1, OrganizationId::new)?,
        name: name(row, 2)?,
        source: parsed(row, 3)?,
        version: row.get(4)?,
    })
}
