//! What products are told about a person.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::jws::half_hash;
use super::model::{Grant, TOKEN_TIME, later};
use crate::model::Account;

/// The claims of an ID token (OpenID Connect Core section 2). Those of the
/// scopes stand in it too: many products read no other place.
pub(super) fn id_token(
    issuer: &str,
    (grant, account): (&Grant, &Account),
    access_token: &str,
    now: Timestamp,
) -> Json {
    let mut claims = person(grant, account);
    claims["iss"] = issuer.into();
    claims["aud"] = grant.product.to_string().into();
    claims["iat"] = now.as_second().into();
    claims["exp"] = later(now, TOKEN_TIME).as_second().into();
    claims["auth_time"] = grant.authenticated_at.as_second().into();
    claims["sid"] = grant.session.to_string().into();
    claims["at_hash"] = half_hash(access_token).into();
    if let Some(nonce) = &grant.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    claims
}

/// The claims of `/userinfo` (section 5.3): `sub` is the account's id, which
/// never changes and is nobody else's after it.
pub(super) fn person(grant: &Grant, account: &Account) -> Json {
    let mut claims = json!({ "sub": account.id.to_string() });
    if grant.scope.profile {
        claims["name"] = account.shown().into();
        if let Some(name) = &account.first_name {
            claims["given_name"] = name.as_str().into();
        }
        if let Some(name) = &account.last_name {
            claims["family_name"] = name.as_str().into();
        }
    }
    if grant.scope.email {
        claims["email"] = account.address.as_str().into();
        // Somebody has proven to hold the domain; of other addresses nobody knows.
        claims["email_verified"] = account.managed_by.is_some().into();
    }
    claims
}
