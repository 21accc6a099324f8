//! What a product asks of the organisation: its description, its keys, a code's worth, and
//! whether somebody is still signed in.

use std::error::Error;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use net::{Client, FetchError, Inside, Limits};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use super::Registered;
use super::id_token::{Expected, Keys, TokenError, Verified, verify};

/// The organisation's provider as one product sees it.
#[derive(Debug)]
pub(super) struct Provider {
    client: Client,
    product: Registered,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    description: Description,
    keys: Keys,
    at: Timestamp,
}

/// What the issuer says about itself, as far as it is needed here.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Description {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What a code was changed for.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
    token_type: String,
}

/// Who somebody is.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Person {
    pub(super) sub: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: String,
}

/// A sign-in that ended well.
pub(super) struct SignedIn {
    pub(super) verified: Verified,
    pub(super) access_token: String,
}

/// Why it did not.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// It could not be reached.
    #[error("the organisation could not be asked")]
    Fetch(#[from] FetchError),
    /// It answered what cannot be used.
    #[error("the organisation answered with status {0} and what cannot be used")]
    Answer(StatusCode),
    /// It describes another issuer.
    #[error("the organisation describes another issuer")]
    OtherIssuer,
    /// The code or the token is no good any more.
    #[error("the organisation refused it")]
    Refused,
    /// Its ID token is not to be believed.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl Provider {
    /// For a product that is registered there.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub(super) fn new(product: Registered) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let client = Client::new(Inside::default().and_localhost())?;
        Ok(Self { client, product, known: Mutex::new(None) })
    }

    /// The issuer whose answers count.
    pub(super) fn issuer(&self) -> &str {
        &self.product.issuer
    }

    /// Where the browser goes with these parameters.
    pub(super) async fn authorization(
        &self,
        parameters: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Url, ProviderError> {
        let mut url = self.known(now).await?.description.authorization_endpoint;
        url.query_pairs_mut()
            .append_pair("client_id", &self.product.client_id)
            .append_pair("redirect_uri", &self.product.redirect_uri)
            .extend_pairs(parameters);
        Ok(url)
    }

    /// Changes a code, and believes of the answer what verifies.
    pub(super) async fn redeem(
        &self,
        (code, verifier, nonce): (&str, &str, &str),
        now: Timestamp,
    ) -> Result<SignedIn, ProviderError> {
        let known = self.known(now).await?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.product.redirect_uri)
            .append_pair("code_verifier", verifier)
            .finish();
        let request = Request::post(known.description.token_endpoint.as_str())
            .header(AUTHORIZATION, self.credentials())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(form.into_bytes());
        let answer = self.send(request).await?;
        let tokens: Tokens = read(&answer)?;
        if !tokens.token_type.eq_ignore_ascii_case("bearer") {
            return Err(ProviderError::Answer(answer.status()));
        }
        let keys = self.keys_for(&tokens.id_token, known, now).await?;
        let expected = Expected {
            issuer: &self.product.issuer,
            client_id: &self.product.client_id,
            nonce,
            access_token: &tokens.access_token,
            now,
        };
        let verified = verify(&tokens.id_token, &keys, &expected)?;
        Ok(SignedIn { verified, access_token: tokens.access_token })
    }

    /// Who an access token is for, if that still holds.
    pub(super) async fn person(&self, access_token: &str, now: Timestamp) -> Result<Person, ProviderError> {
        let known = self.known(now).await?;
        let request = Request::get(known.description.userinfo_endpoint.as_str())
            .header(AUTHORIZATION, format!("Bearer {access_token}"))
            .header(ACCEPT, "application/json")
            .body(Vec::new());
        let answer = self.send(request).await?;
        read(&answer)
    }

    /// The description and the keys, read again when they are old.
    async fn known(&self, now: Timestamp) -> Result<Known, ProviderError> {
        let kept = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match kept {
            Some(known) if now.duration_since(known.at) < GOOD_FOR => Ok(known),
            _ => self.look(now).await,
        }
    }

    /// The keys, read again when the token names one that is not among them.
    async fn keys_for(&self, token: &str, known: Known, now: Timestamp) -> Result<Keys, ProviderError> {
        if known.keys.have_key_of(token) || now.duration_since(known.at) < PATIENCE {
            return Ok(known.keys);
        }
        Ok(self.look(now).await?.keys)
    }

    async fn look(&self, now: Timestamp) -> Result<Known, ProviderError> {
        let address = format!("{}/.well-known/openid-configuration", self.product.issuer);
        let description: Description = read(&self.send(Request::get(address).body(Vec::new())).await?)?;
        // Whoever describes itself under another name is another one (mix-up).
        let same = description.issuer == self.product.issuer;
        if !same || !description.authorization_response_iss_parameter_supported {
            return Err(ProviderError::OtherIssuer);
        }
        let keys = Request::get(description.jwks_uri.as_str()).body(Vec::new());
        let keys: Keys = read(&self.send(keys).await?)?;
        let known = Known { description, keys, at: now };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    async fn send(
        &self,
        request: Result<Request<Vec<u8>>, http::Error>,
    ) -> Result<Response<Vec<u8>>, ProviderError> {
        let request = request.map_err(|_| FetchError::Address)?;
        Ok(self.client.request(request, LIMITS).await?)
    }

    /// Form-encoded, then joined (RFC 6749 section 2.3.1).
    fn credentials(&self) -> String {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let (id, secret) = (encoded(&self.product.client_id), encoded(&self.product.client_secret));
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }
}

fn read<T: DeserializeOwned>(answer: &Response<Vec<u8>>) -> Result<T, ProviderError> {
    match answer.status() {
        StatusCode::OK => {
            serde_json::from_slice(answer.body()).map_err(|_| ProviderError::Answer(answer.status()))
        }
        StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST => Err(ProviderError::Refused),
        other => Err(ProviderError::Answer(other)),
    }
}

const LIMITS: Limits = Limits { bytes: 64 * 1024, time: Duration::from_secs(5) };

/// How long a description is believed.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);

/// How soon an unknown key is looked for again: strangers do not make us ask for ever.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);
