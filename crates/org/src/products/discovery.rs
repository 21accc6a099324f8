//! What products read about the provider: OpenID Connect Discovery 1.0, and
//! the keys.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde_json::json;
use web::Error;
use web::headers::Cacheable;

use super::jws::ALGORITHM;
use super::keys::Keys;
use super::tenant::Tenant;
use crate::service::Org;

/// `GET /oidc/{key}/.well-known/openid-configuration`.
pub(super) async fn configuration(State(org): State<Org>, Tenant(organization): Tenant) -> Response {
    let issuer = org.issuer(&organization.key);
    let at = |path: &str| format!("{issuer}/{path}");
    let configuration = json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "at_hash",
            "name", "given_name", "family_name", "email", "email_verified",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    });
    (FOR_A_WHILE, Json(configuration)).into_response()
}

/// `GET /oidc/{key}/jwks`.
pub(super) async fn jwks(
    State(org): State<Org>,
    _: Tenant,
    Extension(keys): Extension<Keys>,
) -> Result<Response, Error> {
    let published = keys.published(&org).await?;
    Ok((FOR_A_WHILE, Json(published)).into_response())
}

const FOR_A_WHILE: Cacheable = Cacheable { max_age: Duration::from_secs(300), immutable: false };
