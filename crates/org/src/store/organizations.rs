//! Organisations.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use jiff::Timestamp;

use super::values::{id, name, parsed};
use crate::model::{AccountId, Organization, OrganizationId, OrganizationKey, Plan};

::store::statements! {
    FIND = "select id, key, name, plan from organization where id = $1";
    FIND_BY_KEY = "select id, key, name, plan from organization where key = $1";
    FIRST = "select id, key, name, plan from organization order by id limit 1";
    /// The organisations that an account administers, oldest first.
    ADMINISTERED_BY = "select o.id, o.key, o.name, o.plan from membership m \
        join organization o on o.id = m.organization \
        where m.account = $1 and m.role = 'administrator' order by o.id limit 200";
    /// The organisations of an account, the one that manages it first.
    OF_ACCOUNT = "select o.id, o.key, o.name, o.plan from membership m \
        join organization o on o.id = m.organization join account a on a.id = m.account \
        where m.account = $1 \
        order by case when a.managed_by = o.id then 0 else 1 end, o.id limit 20";
    INSERT = "insert into organization (id, key, name, plan, created_at) \
        values ($1, $2, $3, $4, $5) on conflict do nothing";
    UPDATE_PLAN = "update organization set plan = $1 where id = $2 and plan <> $1";
}

pub(crate) async fn find(read: &ReadTx, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let row = read.query_opt(FIND, [id.into()]).await?;
    row.as_ref().map(organization).transpose()
}

pub(crate) async fn find_by_key(
    read: &ReadTx,
    key: &OrganizationKey,
) -> Result<Option<Organization>, StoreError> {
    let row = read.query_opt(FIND_BY_KEY, [key.as_str().into()]).await?;
    row.as_ref().map(organization).transpose()
}

/// The oldest organisation of the deployment.
pub(crate) async fn first(read: &ReadTx) -> Result<Option<Organization>, StoreError> {
    let row = read.query_opt(FIRST, []).await?;
    row.as_ref().map(organization).transpose()
}

/// At most 200.
pub(crate) async fn administered_by(
    read: &ReadTx,
    account: AccountId,
) -> Result<Vec<Organization>, StoreError> {
    let rows = read.query(ADMINISTERED_BY, [account.into()]).await?;
    rows.iter().map(organization).collect()
}

pub(crate) async fn of_account(read: &ReadTx, account: AccountId) -> Result<Vec<Organization>, StoreError> {
    let rows = read.query(OF_ACCOUNT, [account.into()]).await?;
    rows.iter().map(organization).collect()
}

/// Says whether the key was free.
pub(crate) async fn insert(tx: &Tx, organization: &Organization, now: Timestamp) -> Result<bool, StoreError> {
    let args: [Value; 5] = [
        organization.id.into(),
        organization.key.as_str().into(),
        organization.name.as_str().into(),
        organization.plan.as_str().into(),
        now.into(),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

/// Says whether the plan was another one.
pub(crate) async fn update_plan(tx: &Tx, id: OrganizationId, plan: Plan) -> Result<bool, StoreError> {
    Ok(tx.execute(UPDATE_PLAN, [plan.as_str().into(), id.into()]).await? == 1)
}

fn organization(row: &Row) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: id(row, 0, OrganizationId::new)?,
        key: parsed(row, 1)?,
        name: name(row, 2)?,
        plan: parsed(row, 3)?,
    })
}
