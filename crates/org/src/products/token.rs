//! The token endpoint: a code → an ID token and an access token (OpenID
//! Connect Core section 3.1.3). Products speak to it themselves; errors are
//! those of RFC 6749 section 5.2.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;
use web::{Error, ForeignForm, Token};

use super::acts::{self, Presented};
use super::claims;
use super::keys::Keys;
use super::model::{Challenge, Product, ProductId, TOKEN_TIME};
use super::refused::{Refusal, Refused};
use super::store as rows;
use super::tenant::Tenant;
use crate::answer::broken;
use crate::model::Organization;
use crate::pages::Caller;
use crate::service::Org;

/// What is posted.
#[derive(Deserialize)]
pub(super) struct Form {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// `POST /oidc/{key}/token`.
pub(super) async fn post(
    State(org): State<Org>,
    Tenant(organization): Tenant,
    Extension(keys): Extension<Keys>,
    (headers, caller): (HeaderMap, Caller),
    form: Result<ForeignForm<Form>, Error>,
) -> Result<Response, Error> {
    let Ok(ForeignForm(form)) = form else {
        return Ok(Fault::Request.into_response());
    };
    let now = org.now();
    match exchange(&org, (&organization, &keys), (&headers, &caller, form), now).await? {
        Ok(tokens) => Ok(tokens),
        Err(fault) => Ok(fault.into_response()),
    }
}

async fn exchange(
    org: &Org,
    (organization, keys): (&Organization, &Keys),
    (headers, caller, form): (&HeaderMap, &Caller, Form),
    now: Timestamp,
) -> Result<Result<Response, Fault>, Error> {
    match form.grant_type.as_deref() {
        Some("authorization_code") => {}
        Some(_) => return Ok(Err(Fault::GrantType)),
        None => return Ok(Err(Fault::Request)),
    }
    let shown = match Credentials::of(headers, &form) {
        Ok(shown) => shown,
        Err(fault) => return Ok(Err(fault)),
    };
    let Some(product) = authenticate(org, organization, &shown).await? else {
        refuse_client(org, organization, caller, now).await?;
        return Ok(Err(Fault::Client));
    };
    let Some(code) = form.code.as_deref() else {
        return Ok(Err(Fault::Request));
    };
    // Read before the transaction: the key may have to be made, and hashing is not its business.
    let key = keys.current(org).await?;
    let token = Token::new(org.entropy());
    let presented = Presented {
        product: &product,
        // What is no code of ours is looked for as one that was never given.
        code: Token::parse(code).unwrap_or_else(|| Token::new(org.entropy())).hash(),
        redirect_uri: form.redirect_uri.as_deref(),
        challenge: form.code_verifier.as_deref().and_then(Challenge::of),
        token: &token,
    };
    let tx = org.begin().await?;
    let redeemed = acts::redeem(&tx, &caller.actor, presented, now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    let Ok((grant, account)) = redeemed else {
        return Ok(Err(Fault::Grant));
    };
    let access_token = token.expose();
    let issuer = org.issuer(&organization.key);
    let claims = claims::id_token(&issuer, (&grant, &account), &access_token, now);
    let id_token = key.sign(&claims, org.rng()).map_err(Error::internal)?;
    let tokens = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_TIME.as_secs(),
        "id_token": id_token,
        "scope": grant.scope.to_string(),
    });
    Ok(Ok(Json(tokens).into_response()))
}

/// Who a product says it is, by one way of two (RFC 6749 section 2.3.1).
struct Credentials {
    id: String,
    secret: Option<String>,
}

impl Credentials {
    fn of(headers: &HeaderMap, form: &Form) -> Result<Self, Fault> {
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        match (lines.next(), lines.next()) {
            (Some(line), None) => {
                let basic = Self::basic(line).ok_or(Fault::Client)?;
                let same = form.client_id.as_ref().is_none_or(|id| *id == basic.id);
                // Two ways at once are one too many.
                if form.client_secret.is_some() || !same { Err(Fault::Request) } else { Ok(basic) }
            }
            (None, _) => {
                let id = form.client_id.clone().ok_or(Fault::Client)?;
                Ok(Self { id, secret: form.client_secret.clone() })
            }
            (Some(_), Some(_)) => Err(Fault::Request),
        }
    }

    fn basic(line: &HeaderValue) -> Option<Self> {
        let (scheme, value) = line.to_str().ok()?.split_once(' ')?;
        let decoded = STANDARD.decode(value.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(Self { id: form_decoded(id)?, secret: Some(form_decoded(secret)?) })
    }
}

/// Both halves are form-encoded before they are joined.
fn form_decoded(text: &str) -> Option<String> {
    if text.contains(['&', '=']) {
        return None;
    }
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    Some(pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default())
}

/// The product that showed its secret; a public one shows none.
async fn authenticate(
    org: &Org,
    organization: &Organization,
    shown: &Credentials,
) -> Result<Option<Product>, Error> {
    let Ok(id) = shown.id.parse::<ProductId>() else {
        return Ok(None);
    };
    let read = org.read().await?;
    let found = rows::find(&read, organization.id, id).await.map_err(broken)?;
    let secret = shown.secret.as_deref().map(Token::parse);
    Ok(found.filter(|product| match (&product.secret, &secret) {
        (Some(registered), Some(Some(shown))) => shown.hash() == *registered,
        (None, None) => true,
        _ => false,
    }))
}

async fn refuse_client(
    org: &Org,
    organization: &Organization,
    caller: &Caller,
    now: Timestamp,
) -> Result<(), Error> {
    let refusal = Refusal {
        refused: Refused::ClientSecret,
        organization: organization.id,
        product: None,
        account: None,
        received: None,
    };
    let tx = org.begin().await?;
    acts::refuse(&tx, &caller.actor, &refusal, now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)
}

/// What a product is told. Why a code is no good stands in the event log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Request,
    Client,
    Grant,
    GrantType,
}

impl Fault {
    fn into_response(self) -> Response {
        let (status, word) = match self {
            Self::Request => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Client => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::Grant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        };
        let mut response = (status, Json(json!({ "error": word }))).into_response();
        if self == Self::Client {
            let way = HeaderValue::from_static("Basic realm=\"token\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, way);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Option<(String, Option<String>)> {
        let line = format!("Basic {}", STANDARD.encode(text));
        let read = Credentials::basic(&HeaderValue::try_from(line).unwrap())?;
        Some((read.id, read.secret))
    }

    #[test]
    fn basic_credentials_are_form_encoded() {
        let read = |id: &str, secret: &str| Some((id.to_owned(), Some(secret.to_owned())));
        assert_eq!(basic("id:secret"), read("id", "secret"));
        assert_eq!(basic("a%3Ab:c+d%26"), read("a:b", "c d&"));
        assert_eq!(basic("id:"), read("id", ""));
        for bad in ["id", "i&d:x", "id:a=b"] {
            assert_eq!(basic(bad), None, "{bad}");
        }
        for line in ["Bearer eDp5", "Basic", "Basic !", "Basic /w=="] {
            assert!(Credentials::basic(&HeaderValue::from_static(line)).is_none(), "{line}");
        }
    }
}
