//! The organisation whose issuer a request is for.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use web::Error;

use crate::answer::broken;
use crate::model::{Organization, OrganizationKey};
use crate::service::Org;
use crate::store::organizations;

/// The organisation that the path names.
pub(super) struct Tenant(pub(super) Organization);

impl FromRequestParts<Org> for Tenant {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Error> {
        let path = Path::<String>::from_request_parts(parts, org).await;
        let key = path.ok().and_then(|Path(key)| key.parse::<OrganizationKey>().ok());
        let key = key.ok_or_else(Error::not_found)?;
        let read = org.read().await?;
        let found = organizations::find_by_key(&read, &key).await.map_err(broken)?;
        found.map(Self).ok_or_else(Error::not_found)
    }
}
