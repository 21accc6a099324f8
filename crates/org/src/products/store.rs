//! Products, what they were given, and the keys that sign it.

use ::store::{ReadTx, Row, StoreError, Tx, Value};
use console::sessions::SessionId;
use jiff::Timestamp;
use uuid::Uuid;
use web::TokenHash;

use super::ProductTile;
use super::model::{Challenge, Grant, Nonce, Product, ProductId, Redemption, RedirectUri, Scope, StartUrl};
use crate::model::{AccountId, OrganizationId};
use crate::store::values::{id, name, parsed, some, unreadable};

::store::statements! {
    FIND = "select id, organization, name, url, secret, access, disabled, version from product \
        where id = $1 and organization = $2";
    INSERT = "insert into product (id, organization, name, url, secret, created_at) \
        values ($1, $2, $3, $4, $5, $6)";
    INSERT_REDIRECT_URI = "insert into product_redirect_uri (product, uri) values ($1, $2) \
        on conflict do nothing";
    /// Whole: no prefix, no pattern.
    LIST = "select id, organization, name, url, secret, access, disabled, version from product \
        where organization = $1 order by name, id limit 200";
    HAS_REDIRECT_URI = "select 1 from product_redirect_uri where product = $1 and uri = $2";
    TILES = "select p.name, p.url from membership m \
        join account a on a.id = m.account join product p on p.organization = m.organization \
        where m.account = $1 and a.standing = 'active' and p.disabled = 0 \
        and (p.access = 'everyone' or exists (select 1 from product_group x \
            join account_group_member g on g.account_group = x.account_group \
            where x.product = p.id and g.account = m.account)) \
        order by p.name, p.id limit 100";
    INSERT_GRANT = "insert into product_grant (id, code, product, organization, account, session, \
        redirect_uri, challenge, nonce, scope, authenticated_at, issued_at, code_expires_at, \
        expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    FIND_BY_CODE = "select id, product, organization, account, session, redirect_uri, challenge, \
        nonce, scope, authenticated_at, issued_at, code_expires_at, token_expires_at, \
        revoked_at from product_grant where code = $1";
    FIND_BY_TOKEN = "select id, product, organization, account, session, redirect_uri, challenge, \
        nonce, scope, authenticated_at, issued_at, code_expires_at, token_expires_at, \
        revoked_at from product_grant where token = $1";
    /// Of many redemptions at once exactly one changes the row.
    REDEEM = "update product_grant set redeemed_at = $1, token = $2, token_expires_at = $3 \
        where id = $4 and redeemed_at is null";
    REVOKE = "update product_grant set revoked_at = $1 where id = $2 and revoked_at is null";
    pub(crate) SWEEP = "delete from product_grant where id in (select id from product_grant \
        where expires_at <= $1 order by expires_at limit $2)";
    LIST_KEYS = "select id, sealed from product_signing_key order by created_at desc, id limit 8";
    INSERT_KEY = "insert into product_signing_key (id, algorithm, sealed, created_at) \
        values ($1, $2, $3, $4)";
}

/// The product of an organisation by its client id.
pub(super) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    product: ProductId,
) -> Result<Option<Product>, StoreError> {
    let args: [Value; 2] = [product.uuid().into(), organization.into()];
    let row = read.query_opt(FIND, args).await?;
    row.as_ref().map(of_row).transpose()
}

/// The products of an organisation, by name.
pub(super) async fn list(read: &ReadTx, organization: OrganizationId) -> Result<Vec<Product>, StoreError> {
    let rows = read.query(LIST, [organization.into()]).await?;
    rows.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Product, StoreError> {
    let secret: Option<[u8; 32]> = row.get(4)?;
    Ok(Product {
        id: id(row, 0, ProductId::new)?,
        organization: id(row, 1, OrganizationId::new)?,
        name: name(row, 2)?,
        url: start_url(row, 3)?,
        secret: secret.map(|hash| TokenHash::from_slice(&hash).ok_or_else(|| unreadable(4))).transpose()?,
        access: parsed(row, 5)?,
        disabled: row.get(6)?,
        version: row.get(7)?,
    })
}

pub(super) async fn insert(
    tx: &Tx,
    (product, redirect_uris): (&Product, &[RedirectUri]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let args: [Value; 6] = [
        product.id.uuid().into(),
        product.organization.into(),
        product.name.as_str().into(),
        product.url.as_url().as_str().into(),
        product.secret.map(|hash| Value::from(hash.as_ref())).unwrap_or(Value::Null),
        now.into(),
    ];
    tx.execute(INSERT, args).await?;
    insert_redirect_uris(tx, product.id, redirect_uris).await
}

pub(super) async fn insert_redirect_uris(
    tx: &Tx,
    product: ProductId,
    redirect_uris: &[RedirectUri],
) -> Result<(), StoreError> {
    for uri in redirect_uris {
        let args: [Value; 2] = [product.uuid().into(), uri.as_str().into()];
        tx.execute(INSERT_REDIRECT_URI, args).await?;
    }
    Ok(())
}

pub(super) async fn has_redirect_uri(
    read: &ReadTx,
    product: ProductId,
    uri: &str,
) -> Result<bool, StoreError> {
    let args: [Value; 2] = [product.uuid().into(), uri.into()];
    Ok(read.query_opt(HAS_REDIRECT_URI, args).await?.is_some())
}

/// What an account may open in its organisations.
pub(super) async fn tiles(read: &ReadTx, account: AccountId) -> Result<Vec<ProductTile>, StoreError> {
    let rows = read.query(TILES, [account.into()]).await?;
    rows.iter()
        .map(|row| Ok(ProductTile { name: row.get(0)?, url: start_url(row, 1)?.as_url().clone() }))
        .collect()
}

pub(super) async fn insert_grant(tx: &Tx, grant: &Grant, code: TokenHash) -> Result<(), StoreError> {
    let args: [Value; 14] = [
        grant.id.into(),
        code.as_ref().into(),
        grant.product.uuid().into(),
        grant.organization.into(),
        grant.account.into(),
        grant.session.uuid().into(),
        grant.redirect_uri.as_str().into(),
        grant.challenge.as_str().into(),
        grant.nonce.as_ref().map(Nonce::as_str).into(),
        grant.scope.to_string().into(),
        grant.authenticated_at.into(),
        grant.issued_at.into(),
        grant.code_expires_at.into(),
        grant.forgotten_at().into(),
    ];
    tx.execute(INSERT_GRANT, args).await.map(|_| ())
}

pub(super) async fn find_by_code(read: &ReadTx, code: TokenHash) -> Result<Option<Grant>, StoreError> {
    let row = read.query_opt(FIND_BY_CODE, [code.as_ref().into()]).await?;
    row.as_ref().map(grant).transpose()
}

pub(super) async fn find_by_token(read: &ReadTx, token: TokenHash) -> Result<Option<Grant>, StoreError> {
    let row = read.query_opt(FIND_BY_TOKEN, [token.as_ref().into()]).await?;
    row.as_ref().map(grant).transpose()
}

/// Says whether the code was still good for it. Without `redemption` the code
/// is used up for nothing.
pub(super) async fn redeem(
    tx: &Tx,
    grant: Uuid,
    redemption: Option<&Redemption>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (token, expires) = match redemption {
        Some(given) => (Value::from(given.token.as_ref()), Value::from(given.expires_at)),
        None => (Value::Null, Value::Null),
    };
    let args: [Value; 4] = [now.into(), token, expires, grant.into()];
    Ok(tx.execute(REDEEM, args).await? == 1)
}

pub(super) async fn revoke(tx: &Tx, grant: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let args: [Value; 2] = [now.into(), grant.into()];
    tx.execute(REVOKE, args).await.map(|_| ())
}

/// The keys with their sealed private halves, newest first.
pub(super) async fn list_keys(read: &ReadTx) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
    let rows = read.query(LIST_KEYS, []).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(super) async fn insert_key(
    tx: &Tx,
    (key, sealed): (Uuid, &[u8]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let args: [Value; 4] = [key.into(), "RS256".into(), sealed.into(), now.into()];
    tx.execute(INSERT_KEY, args).await.map(|_| ())
}

fn grant(row: &Row) -> Result<Grant, StoreError> {
    let redirect_uri: String = row.get(5)?;
    let challenge: String = row.get(6)?;
    Ok(Grant {
        id: row.get(0)?,
        product: id(row, 1, ProductId::new)?,
        organization: id(row, 2, OrganizationId::new)?,
        account: id(row, 3, AccountId::new)?,
        session: id(row, 4, SessionId::from_uuid)?,
        redirect_uri: RedirectUri::parse(&redirect_uri).map_err(|_| unreadable(5))?,
        challenge: Challenge::parse(&challenge).map_err(|_| unreadable(6))?,
        nonce: some(row, 7, Nonce::parse)?,
        scope: parsed::<Scope>(row, 8)?,
        authenticated_at: row.get(9)?,
        issued_at: row.get(10)?,
        code_expires_at: row.get(11)?,
        token_expires_at: row.get(12)?,
        revoked_at: row.get(13)?,
    })
}

fn start_url(row: &Row, column: usize) -> Result<StartUrl, StoreError> {
    let text: String = row.get(column)?;
    StartUrl::parse(&text).map_err(|_| unreadable(column))
}
