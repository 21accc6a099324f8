//! Groups, who is in them, and the policies that they lead to.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;

use super::many;
use super::values::{id, name, parsed};
use crate::model::{AccountId, Group, GroupId, GroupRule, Many, OrganizationId, PolicyId};

::store::statements! {
    FIND = "select id, organization, name, source from account_group \
        where organization = $1 and id = $2";
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

/// Deletes a group with its members and its rule. Says whether it was there.
pub(crate) async fn delete(tx: &Tx, organization: OrganizationId, id: GroupId) -> Result<bool, StoreError> {
    tx.execute(DELETE_RULE, [organization.into(), id.into()]).await?;
    tx.execute(DELETE_MEMBERS, [id.into()]).await?;
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
    })
}
