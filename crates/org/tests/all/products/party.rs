//! A relying party as far as the provider sees one.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use console::person::DisplayName;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use org::model::Organization;
use org::products::acts::{Client, NewProduct};
use org::products::{RedirectUri, StartUrl};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::kit::{Answer, Browser, ORIGIN, World, maya};

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CALLBACK: &str = "http://jira.localhost:8095/callback";

#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) client_id: String,
    pub(crate) secret: Option<String>,
    pub(crate) issuer: String,
    pub(crate) redirect_uri: String,
}

impl Party {
    /// Registers Jira at Acme.
    pub(crate) async fn register(world: &World) -> Self {
        Self::register_at(world, &world.acme.organization, ("Jira", Client::Confidential)).await
    }

    pub(crate) async fn register_at(
        world: &World,
        organization: &Organization,
        (name, client): (&str, Client),
    ) -> Self {
        let now = world.now();
        let word = name.to_lowercase();
        let start = StartUrl::parse(&format!("http://{word}.localhost:8095/")).unwrap();
        let redirect_uri = format!("http://{word}.localhost:8095/callback");
        let names = (organization.id, DisplayName::parse(name).unwrap(), start);
        let uri = RedirectUri::parse(&redirect_uri).unwrap();
        let new = NewProduct::draw(names, uri, client, now, world.org.entropy());
        let made = world.act(async |tx, word| org::products::acts::register(tx, word, new, now).await).await;
        assert_eq!(made.organization, organization.key);
        Self {
            client_id: made.client_id.to_string(),
            secret: made.client_secret.map(|secret| secret.expose()),
            issuer: world.org.issuer(&made.organization),
            redirect_uri,
        }
    }

    /// A path of the provider.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer.strip_prefix(ORIGIN).unwrap())
    }

    /// An authentication request, with some parameters changed, added or, where empty, left out.
    pub(crate) fn request(&self, changes: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", "openid profile email"),
            ("state", "s &#"),
            ("nonce", "n-1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        format!("{}?{}", self.at("authorize"), encoded(&pairs))
    }

    /// The code that a browser with a session brings.
    pub(crate) async fn code(&self, browser: &mut Browser) -> String {
        let answer = browser.get(&self.request(&[])).await;
        let answered = answered(&answer, &self.redirect_uri);
        value(&answered, "code").unwrap_or_else(|| panic!("no code: {answered:?}")).to_owned()
    }

    /// Shows a code, with its secret in the header.
    pub(crate) async fn redeem(&self, world: &World, code: &str) -> Answer {
        self.redeem_with(world, &[("code", code)]).await
    }

    /// The same with fields changed, or left out where empty.
    pub(crate) async fn redeem_with(&self, world: &World, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        if self.secret.is_none() {
            fields.push(("client_id", &self.client_id));
        }
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        let header = self.secret.as_ref().map(|secret| basic(&self.client_id, secret));
        post(&mut world.browser(), &self.at("token"), header.as_deref(), &fields).await
    }

    /// Who the provider says that is.
    pub(crate) async fn person(&self, world: &World, access_token: &str) -> Answer {
        let request =
            Request::get(self.at("userinfo")).header(AUTHORIZATION, format!("Bearer {access_token}"));
        world.browser().send(request, Body::empty(), true).await
    }

    /// The claims of an ID token whose signature verifies with a published key.
    pub(crate) async fn claims(&self, world: &World, id_token: &str) -> Value {
        let keys = world.browser().get(&self.at("jwks")).await.json();
        let (signed, signature) = id_token.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }
}

/// Somebody who came by single sign-on.
pub(crate) async fn signed_in(world: &World) -> Browser {
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    assert!(browser.cookie("__Host-org-session").is_some());
    browser
}

pub(crate) async fn post(
    browser: &mut Browser,
    path: &str,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> Answer {
    let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(line) = authorization {
        request = request.header(AUTHORIZATION, line);
    }
    browser.send(request, encoded(fields).into(), true).await
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// What stands in the answer that the browser is sent back with.
pub(crate) fn answered(answer: &Answer, redirect_uri: &str) -> Vec<(String, String)> {
    let location = answer.location().unwrap_or_else(|| panic!("nowhere: {answer:?}"));
    let (address, _) = location.split_once('?').unwrap();
    assert_eq!(address, redirect_uri);
    Url::parse(&location).unwrap().query_pairs().into_owned().collect()
}

pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let first = found.next();
    assert!(found.next().is_none(), "{name} stands twice: {pairs:?}");
    first
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
