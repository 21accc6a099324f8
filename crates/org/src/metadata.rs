//! What an identity provider reads about us at the address that is our entity ID.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use saml::core::NameIdFormat;
use web::Error;
use web::headers::Cacheable;

use crate::answer::broken;
use crate::model::{ServiceProvider, UniqueId};
use crate::service::Org;
use crate::store::configurations;

/// `GET /saml/{unique id}`: stands from the moment the configuration is a draft.
pub(crate) async fn show(State(org): State<Org>, Path(unique_id): Path<String>) -> Result<Response, Error> {
    let unique_id: UniqueId = unique_id.parse().map_err(|_| Error::not_found())?;
    let read = org.read().await?;
    let version = configurations::version(&read, unique_id).await;
    version.map_err(broken)?.ok_or_else(Error::not_found)?;
    drop(read);
    let us = ServiceProvider::new(org.public_url(), unique_id).map_err(Error::internal)?;
    let document = saml::metadata::SpMetadata {
        entity_id: &us.entity_id,
        acs_url: &us.acs_url,
        name_id_formats: &[NameIdFormat::EmailAddress],
    };
    let xml = document.encode().map_err(Error::internal)?;
    let cacheable = Cacheable { max_age: Duration::from_secs(300), immutable: false };
    let content = [(CONTENT_TYPE, "application/samlmetadata+xml")];
    Ok((cacheable, content, xml).into_response())
}
