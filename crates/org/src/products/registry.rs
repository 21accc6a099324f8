//! What administrators set of products: rows beside those that a request reads.

use ::store::{ReadTx, StoreError, Tx, Value};
use uuid::Uuid;
use web::TokenHash;

use super::model::{Product, ProductId, RedirectUri};
use super::store as rows;
use crate::model::{AccountId, GroupId, OrganizationId};
use crate::store::values::{id, unreadable};

::store::statements! {
    REDIRECT_URIS = "select uri from product_redirect_uri where product = $1 order by uri limit 100";
    GROUPS = "select account_group from product_group where product = $1 limit 1000";
    /// The products that a group opens, by name.
    OPENED_BY = "select p.id, p.name, (select count(*) from product_group y where y.product = p.id) \
        from product_group x join product p on p.id = x.product \
        where p.organization = $1 and x.account_group = $2 and p.access = 'groups' \
        order by p.name, p.id limit 200";
    /// Whether a member may open a product that is switched on.
    MAY_OPEN = "select 1 from product p where p.id = $1 and p.organization = $2 and p.disabled = 0 \
        and (p.access = 'everyone' or exists (select 1 from product_group x \
            join account_group_member g on g.account_group = x.account_group \
            where x.product = p.id and g.account = $3))";
    NAMES_FOR = "select p.name from membership m join product p on p.organization = m.organization \
        where m.organization = $1 and m.account = $2 and p.disabled = 0 \
        and (p.access = 'everyone' or exists (select 1 from product_group x \
            join account_group_member g on g.account_group = x.account_group \
            where x.product = p.id and g.account = m.account)) order by p.name, p.id limit 100";
    IS_ON = "select 1 from product where id = $1 and organization = $2 and disabled = 0";
    /// Only over the version that was shown.
    UPDATE = "update product set name = $1, url = $2, secret = $3, access = $4, disabled = $5, \
        version = version + 1 where id = $6 and organization = $7 and version = $8";
    DELETE_REDIRECT_URIS = "delete from product_redirect_uri where product = $1";
    DELETE_GROUPS = "delete from product_group where product = $1";
    /// Only a group of the product's own organisation.
    INSERT_GROUP = "insert into product_group (product, account_group) \
        select cast($1 as text), g.id from account_group g where g.id = $2 and g.organization = $3 \
        on conflict do nothing";
    DELETE_GRANTS = "delete from product_grant where product = $1";
    DELETE = "delete from product where id = $1 and organization = $2";
}

/// Where a product may be answered.
pub(crate) async fn redirect_uris(read: &ReadTx, product: ProductId) -> Result<Vec<RedirectUri>, StoreError> {
    let rows = read.query(REDIRECT_URIS, [product.uuid().into()]).await?;
    rows.iter()
        .map(|row| {
            let uri: String = row.get(0)?;
            RedirectUri::parse(&uri).map_err(|_| unreadable(0))
        })
        .collect()
}

/// The groups whose members may open a product.
pub(crate) async fn groups(read: &ReadTx, product: ProductId) -> Result<Vec<GroupId>, StoreError> {
    let rows = read.query(GROUPS, [product.uuid().into()]).await?;
    rows.iter().map(|row| id(row, 0, GroupId::new)).collect()
}

/// A product that a group opens, and whether no other group does.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) product: ProductId,
    pub(crate) name: String,
    pub(crate) alone: bool,
}

/// The products that a group opens.
pub(crate) async fn opened_by(
    read: &ReadTx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<Vec<Opened>, StoreError> {
    let rows = read.query(OPENED_BY, [organization.into(), group.into()]).await?;
    rows.iter()
        .map(|row| {
            let product = id(row, 0, ProductId::new)?;
            Ok(Opened { product, name: row.get(1)?, alone: row.get::<i64>(2)? == 1 })
        })
        .collect()
}

/// Whether a product that is switched on may be opened by an account, as far as groups say.
pub(super) async fn may_open(
    read: &ReadTx,
    (organization, product): (OrganizationId, ProductId),
    account: AccountId,
) -> Result<bool, StoreError> {
    let args: [Value; 3] = [product.uuid().into(), organization.into(), account.into()];
    Ok(read.query_opt(MAY_OPEN, args).await?.is_some())
}

/// The names of the products of an organisation that a member may open.
pub(super) async fn names_for(
    read: &ReadTx,
    (organization, account): (OrganizationId, AccountId),
) -> Result<Vec<String>, StoreError> {
    let rows = read.query(NAMES_FOR, [organization.into(), account.into()]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(super) async fn is_on(
    read: &ReadTx,
    organization: OrganizationId,
    product: ProductId,
) -> Result<bool, StoreError> {
    let args: [Value; 2] = [product.uuid().into(), organization.into()];
    Ok(read.query_opt(IS_ON, args).await?.is_some())
}

/// Says whether it was still the version of `is`.
pub(super) async fn update(tx: &Tx, is: &Product) -> Result<bool, StoreError> {
    let args: [Value; 8] = [
        is.name.as_str().into(),
        is.url.as_url().as_str().into(),
        is.secret.map(|hash: TokenHash| Value::from(hash.as_ref())).unwrap_or(Value::Null),
        is.access.as_str().into(),
        is.disabled.into(),
        is.id.uuid().into(),
        is.organization.into(),
        is.version.into(),
    ];
    Ok(tx.execute(UPDATE, args).await? == 1)
}

/// The redirect URIs are these now.
pub(super) async fn replace_redirect_uris(
    tx: &Tx,
    product: ProductId,
    uris: &[RedirectUri],
) -> Result<(), StoreError> {
    tx.execute(DELETE_REDIRECT_URIS, [product.uuid().into()]).await?;
    rows::insert_redirect_uris(tx, product, uris).await
}

/// The groups are these now, as far as they are the organisation's own.
pub(super) async fn replace_groups(
    tx: &Tx,
    (organization, product): (OrganizationId, ProductId),
    groups: &[GroupId],
) -> Result<(), StoreError> {
    tx.execute(DELETE_GROUPS, [product.uuid().into()]).await?;
    for group in groups {
        let args: [Value; 3] = [product.uuid().into(), group.uuid().into(), organization.into()];
        tx.execute(INSERT_GROUP, args).await?;
    }
    Ok(())
}

/// Deletes a product with everything that it was given.
pub(super) async fn delete(
    tx: &Tx,
    organization: OrganizationId,
    product: ProductId,
) -> Result<bool, StoreError> {
    let id: Uuid = product.uuid();
    for sql in [DELETE_GRANTS, DELETE_GROUPS, DELETE_REDIRECT_URIS] {
        tx.execute(sql, [id.into()]).await?;
    }
    Ok(tx.execute(DELETE, [id.into(), organization.into()]).await? == 1)
}
