//! The userinfo endpoint (OpenID Connect Core section 5.3): an access token →
//! who that is, as long as the session lives in which it was given. Here a
//! product learns at its next request that somebody was signed out or
//! deactivated.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use web::{Error, Token};

use super::acts;
use super::claims;
use super::store as rows;
use super::tenant::Tenant;
use crate::answer::broken;
use crate::service::Org;

/// `GET` and `POST /oidc/{key}/userinfo`.
pub(super) async fn show(
    State(org): State<Org>,
    Tenant(organization): Tenant,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(token) = bearer(&headers) else {
        return Ok(refused(""));
    };
    let Some(token) = Token::parse(&token) else {
        return Ok(refused(INVALID));
    };
    let now = org.now();
    let read = org.read().await?;
    let found = rows::find_by_token(&read, token.hash()).await.map_err(broken)?;
    let Some(grant) = found.filter(|grant| grant.organization == organization.id && grant.is_good(now))
    else {
        return Ok(refused(INVALID));
    };
    match acts::alive(&read, &grant, now).await.map_err(broken)? {
        Ok(account) => Ok(Json(claims::person(&grant, &account)).into_response()),
        Err(_) => Ok(refused(INVALID)),
    }
}

/// The token of the one Authorization header.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let (scheme, token) = line.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// One answer for all that is wrong with a token (RFC 6750 section 3).
fn refused(more: &'static str) -> Response {
    let way = HeaderValue::try_from(format!("Bearer realm=\"userinfo\"{more}"));
    let body = Json(json!({ "error": "invalid_token" }));
    let mut response = (StatusCode::UNAUTHORIZED, body).into_response();
    let way = way.unwrap_or(HeaderValue::from_static("Bearer"));
    response.headers_mut().insert(WWW_AUTHENTICATE, way);
    response
}

const INVALID: &str = ", error=\"invalid_token\"";
