//! Our metadata: written once at the start, and the same for everybody.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use saml::core::{EntityId, SsoUrl};
use saml::metadata::IdpMetadata;
use web::headers::Cacheable;
use xmldsig::{Certificate, WriteError};

use crate::model::name_id::Format;
use crate::state::Idp;

/// `GET /saml/metadata`.
pub(crate) async fn show(State(idp): State<Idp>, headers: HeaderMap) -> Response {
    let tag = tag(idp.metadata());
    let cached = headers.get(IF_NONE_MATCH).is_some_and(|known| Some(known) == tag.as_ref());
    let cacheable = Cacheable { max_age: Duration::from_mins(5), immutable: false };
    let mut response = match cached {
        true => (cacheable, StatusCode::NOT_MODIFIED).into_response(),
        false => (cacheable, idp.metadata().to_owned()).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/samlmetadata+xml"));
    if let Some(tag) = tag {
        headers.insert(ETAG, tag);
    }
    response
}

/// The document: built of what is configured, never of what a request says (T098).
pub(crate) fn write(
    entity_id: &EntityId,
    sso_url: &SsoUrl,
    certificate: &Certificate,
) -> Result<String, WriteError> {
    let metadata = IdpMetadata {
        entity_id,
        sso_url,
        certificate,
        other_certificates: &[],
        name_id_formats: &Format::ALL.iter().map(|format| format.saml()).collect::<Vec<_>>(),
    };
    metadata.encode().map(|octets| String::from_utf8_lossy(&octets).into_owned())
}

fn tag(document: &str) -> Option<HeaderValue> {
    let hash = hex::encode(&digest(&SHA256, document.as_bytes()).as_ref()[..16]);
    HeaderValue::try_from(format!("\"{hash}\"")).ok()
}
