//! Sample products.
use std::error::Error;

use org::Org;
use org::model::OrganizationId;
use serde::{Deserialize, Serialize};
use store::Tx;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registered {
    pub name: String,
    pub start: String,
}

pub async fn register(
    _tx: &Tx,
    _org: &Org,
    (_organization, _port): (OrganizationId, u16),
) -> Result<Vec<Registered>, Box<dyn Error + Send + Sync>> {
    Ok(Vec::new())
}

pub fn router(_: &[Registered], _: &web::PublicUrl) -> Result<axum::Router, Box<dyn Error + Send + Sync>> {
    Ok(axum::Router::new())
}
