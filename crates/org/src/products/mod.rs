//! Products: how they learn who is signed in.

use ::store::{Migration, ReadTx, Sql, StoreError};
use axum::Router;
use url::Url;

use crate::model::AccountId;
use crate::service::Org;

/// A product as the start page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductTile {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: Url,
}

/// The products that an account may open, in the order of their names.
///
/// # Errors
/// Only the store's.
pub(crate) async fn list_for(_read: &ReadTx, _account: AccountId) -> Result<Vec<ProductTile>, StoreError> {
    Ok(Vec::new())
}

/// Every URL of the OpenID provider.
pub(crate) fn routes() -> Router<Org> {
    Router::new()
}

/// The tables of this module.
pub(crate) const MIGRATIONS: &[Migration] = &[];

/// The messages of this module.
pub(crate) const MESSAGES: &str = "";

/// Every statement of this module.
pub(crate) fn statements() -> Vec<Sql> {
    Vec::new()
}
