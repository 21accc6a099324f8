//! Products: how they learn who is signed in. One OpenID provider for each
//! organisation, its issuer `<public url>/oidc/<key>`:
//!
//! ```text
//! product ──► authorize   who is signed in (else hop 1, and back) ─► a code, by the browser
//!         ──► token       the code, the client's secret, the PKCE verifier ─► ID and access token
//!         ──► userinfo    the access token, as long as the session lives ─► who that is
//!             discovery   what there is, and the keys
//! ```
//!
//! [`acts`] registers products and gives and changes codes; `ask` reads and
//! judges an authentication request; `model` has the values, `store` the SQL,
//! `jws` and `keys` the signature. Every row of what was given names the
//! session that it lives with: no token of ours outlives it.

pub mod acts;
pub mod administer;
mod ask;
mod authorize;
mod claims;
mod discovery;
mod jws;
mod keys;
mod model;
mod refused;
pub(crate) mod registry;
mod store;
mod tenant;
mod token;
mod userinfo;

use ::store::sweep::expired;
use ::store::{Migration, ReadTx, Sql, StoreError};
use axum::routing::{get, post};
use axum::{Extension, Router};
use url::Url;
use web::{ReturnTo, without_head};

use crate::model::{AccountId, OrganizationId, OrganizationKey};
use crate::service::Org;
use crate::store::organizations;

pub(crate) use keys::Keys;
pub(crate) use model::Product;
pub use model::{Access, AddressError, ProductId, RedirectUri, StartUrl};

/// A product as the start page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductTile {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: Url,
}

/// The products of an organisation, by name.
///
/// # Errors
/// Only the store's.
pub(crate) async fn list_of(read: &ReadTx, organization: OrganizationId) -> Result<Vec<Product>, StoreError> {
    store::list(read, organization).await
}

/// A product of an organisation.
///
/// # Errors
/// Only the store's.
pub(crate) async fn find(
    read: &ReadTx,
    organization: OrganizationId,
    product: ProductId,
) -> Result<Option<Product>, StoreError> {
    store::find(read, organization, product).await
}

/// The products that an account may open, in the order of their names.
///
/// # Errors
/// Only the store's.
pub(crate) async fn list_for(read: &ReadTx, account: AccountId) -> Result<Vec<ProductTile>, StoreError> {
    store::tiles(read, account).await
}

/// The names of an organisation's products that an account may open.
///
/// # Errors
/// Only the store's.
pub(crate) async fn list_for_in(
    read: &ReadTx,
    of: (OrganizationId, AccountId),
) -> Result<Vec<String>, StoreError> {
    registry::names_for(read, of).await
}

impl Org {
    /// The issuer of an organisation's ID tokens, from which its products
    /// discover the rest.
    pub fn issuer(&self, organization: &OrganizationKey) -> String {
        format!("{}/oidc/{organization}", self.public_url())
    }
}

/// Every URL of the OpenID provider.
pub(crate) fn routes(org: &Org) -> Router<Org> {
    Router::new()
        .route("/oidc/{key}/.well-known/openid-configuration", get(discovery::configuration))
        .route("/oidc/{key}/jwks", get(discovery::jwks))
        .route("/oidc/{key}/authorize", without_head(get(authorize::get).post(authorize::post), "GET, POST"))
        .route("/oidc/{key}/token", post(token::post))
        .route("/oidc/{key}/userinfo", get(userinfo::show).post(userinfo::show))
        .layer(Extension(org.product_keys().clone()))
}

/// Whether a page of ours is the way to a product that asks for a new proof of
/// the person: hop 1 then asks although there is a session. Whoever writes such
/// an address himself is asked once more, and that is all.
pub(crate) fn asks_again(page: &ReturnTo) -> bool {
    authorize::Way::of(page).is_some_and(|way| way.value(ask::AGAIN).is_some())
}

/// The origin to which a page of ours leads in the end, if it is the way to a
/// product. Chromium holds the redirects after a form against the policy of
/// the form's page, which therefore names it.
///
/// # Errors
/// Only the store's.
pub(crate) async fn leads_to(read: &ReadTx, page: &ReturnTo) -> Result<Option<Url>, StoreError> {
    let Some(way) = authorize::Way::of(page) else {
        return Ok(None);
    };
    let product = way.value("client_id").and_then(|id| id.parse::<ProductId>().ok());
    let uri = way.value("redirect_uri").and_then(|uri| RedirectUri::parse(&uri).ok());
    let (Ok(key), Some(product), Some(uri)) = (way.key.parse::<OrganizationKey>(), product, uri) else {
        return Ok(None);
    };
    let Some(organization) = organizations::find_by_key(read, &key).await? else {
        return Ok(None);
    };
    let ours = store::find(read, organization.id, product).await?.is_some()
        && store::has_redirect_uri(read, product, uri.as_str()).await?;
    Ok(Url::parse(uri.as_str()).ok().filter(|_| ours))
}

/// Makes the key that signs ID tokens, unless there is one: it takes a second of computing, for which the first product's
/// first visitor need not wait.
pub(crate) async fn make_key(org: &Org) {
    if let Err(error) = org.product_keys().current(org).await {
        tracing::warn!(%error, "the key that signs ID tokens is not made yet; the first product that asks makes it");
    }
}

/// Drops what was given and is long over; says how many rows went.
///
/// # Errors
/// Only the store's.
pub(crate) async fn sweep(org: &Org) -> Result<u64, StoreError> {
    expired(org.store(), store::SWEEP, org.now()).await
}

/// The tables of this module.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "org-0002-products",
    sqlite: include_str!("../../migrations/sqlite/0002_products.sql"),
    postgres: include_str!("../../migrations/postgres/0002_products.sql"),
}];

/// The messages of this module.
pub(crate) const MESSAGES: &str = include_str!("../../messages/products.ftl");

/// Every statement of this module.
pub(crate) fn statements() -> Vec<Sql> {
    [store::STATEMENTS, registry::STATEMENTS].concat()
}
