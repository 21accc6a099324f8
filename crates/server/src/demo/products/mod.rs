//! Four sample products: OpenID Connect relying parties like anybody's, who know of the
//! organisation what it publishes and nothing else.
//!
//! ```text
//! a page of a product ──► no session? to the organisation, with state, nonce and a PKCE challenge
//!        ▲                                      │
//!        └── a session of this host ◄── callback: the code changed, the ID token verified
//! ```
//!
//! - `shop` one product on its own host: its pages, who sees them, signing in and out
//! - `provider` what is asked of the organisation; `id_token` what is believed of its answer
//! - `visits` who is signed in here; `departure` who is on the way
//! - `kind` which four there are, and what stands on their pages
//!
//! Every page asks the organisation whether its person is still signed in there, so that a
//! deactivated account is out at the next click.

mod departure;
mod id_token;
mod kind;
mod pages;
mod provider;
mod shop;
mod visits;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use console::person::DisplayName;
use http::HeaderMap;
use http::header::HOST;
use org::Org;
use org::model::OrganizationId;
use org::products::acts::{Client, NewProduct};
use org::products::{RedirectUri, StartUrl};
use serde::{Deserialize, Serialize};
use store::Tx;
use tower::ServiceExt as _;
use web::PublicUrl;

use self::kind::Kind;
use self::shop::Shop;

/// A product as it is registered at the organisation.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registered {
    /// Its name.
    pub name: String,
    /// The page that a newcomer opens first: deep inside.
    pub start: String,
    /// Its own address.
    pub at: PublicUrl,
    /// The organisation's OpenID issuer.
    pub issuer: String,
    /// What it calls itself there.
    pub client_id: String,
    /// What it proves that with.
    pub client_secret: String,
    /// Where answers come.
    pub redirect_uri: String,
    kind: Kind,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registered({} at {})", self.name, self.at)
    }
}

/// Registers the four at an organisation.
///
/// # Errors
/// Whatever the act refuses.
pub async fn register(
    tx: &Tx,
    org: &Org,
    (organization, port): (OrganizationId, u16),
) -> Result<Vec<Registered>, Box<dyn Error + Send + Sync>> {
    let word = org.host("demo");
    let now = org.now();
    let mut registered = Vec::new();
    for kind in Kind::ALL {
        let at = PublicUrl::parse(&format!("http://{}.localhost:{port}", kind.word()))?;
        let redirect_uri = at.join(shop::CALLBACK).to_string();
        let names = (organization, DisplayName::parse(kind.name())?, StartUrl::parse(at.as_url().as_str())?);
        let answers = RedirectUri::parse(&redirect_uri)?;
        let new = NewProduct::draw(names, answers, Client::Confidential, now, org.entropy());
        let made = org::products::acts::register(tx, &word, new, now).await?;
        let secret = made.client_secret.ok_or("a confidential client has a secret")?;
        registered.push(Registered {
            name: kind.name().to_owned(),
            start: at.join(kind.deep_link()).to_string(),
            at,
            issuer: org.issuer(&made.organization),
            client_id: made.client_id.to_string(),
            client_secret: secret.expose(),
            redirect_uri,
            kind,
        });
    }
    Ok(registered)
}

/// The products on one listener, each under its own host.
///
/// # Errors
/// When a message file is malformed, or no HTTP client can be set up.
pub fn router(products: &[Registered], org: &PublicUrl) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let mut hosts = Vec::new();
    for product in products {
        let shop = Shop::open(product, org)?;
        hosts.push((product.at.authority().to_owned(), shop.router()));
    }
    let hosts = Arc::new(hosts);
    Ok(Router::new().fallback(move |request: Request| {
        let found = by_host(&hosts, request.headers());
        async move {
            match found {
                Some(router) => router.oneshot(request).await,
                None => {
                    Ok(axum::response::IntoResponse::into_response(http::StatusCode::MISDIRECTED_REQUEST))
                }
            }
        }
    }))
}

/// The router of a host. One that is none of ours gets the first one's, whose shell says so with a page.
fn by_host(hosts: &[(String, Router)], headers: &HeaderMap) -> Option<Router> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let named = hosts.iter().find(|(authority, _)| authority.eq_ignore_ascii_case(host));
    named.or(hosts.first()).map(|(_, router)| router.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: Kind) -> Registered {
        let at = PublicUrl::parse(&format!("http://{}.localhost:8095", kind.word())).unwrap();
        Registered {
            name: kind.name().to_owned(),
            start: at.join(kind.deep_link()).to_string(),
            issuer: "http://acme.localhost:8090/oidc/acme".to_owned(),
            client_id: "c".to_owned(),
            client_secret: "very-secret".to_owned(),
            redirect_uri: at.join(shop::CALLBACK).to_string(),
            at,
            kind,
        }
    }

    async fn get(router: &Router, host: &str, path: &str) -> http::Response<axum::body::Body> {
        let request = http::Request::get(path).header(HOST, host).body(axum::body::Body::empty());
        router.clone().oneshot(request.unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn each_host_has_its_product_and_no_other_host_has_any() {
        let org = PublicUrl::parse("http://acme.localhost:8090").unwrap();
        let router = router(&Kind::ALL.map(sample), &org).unwrap();
        for kind in Kind::ALL {
            let host = format!("{}.localhost:8095", kind.word());
            let page = get(&router, &host, "/signed-out").await;
            assert_eq!(page.status(), http::StatusCode::OK, "{host}");
            let body = axum::body::to_bytes(page.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8_lossy(&body).into_owned();
            assert!(body.contains(kind.name()) && body.contains("sample product"), "{host}");
            assert_eq!(get(&router, &host, "/nowhere").await.status(), http::StatusCode::NOT_FOUND);
        }
        for host in ["evil.example", "acme.localhost:8090", "jira.localhost:8096"] {
            let page = get(&router, host, "/signed-out").await;
            assert_eq!(page.status(), http::StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
    }

    #[test]
    fn a_secret_is_kept_and_not_shown() {
        let product = sample(Kind::Jira);
        assert!(!format!("{product:?}").contains("very-secret"));
        let kept = serde_json::to_string(&product).unwrap();
        let again: Registered = serde_json::from_str(&kept).unwrap();
        assert_eq!(again.client_secret, product.client_secret);
        assert_eq!(again.start, "http://jira.localhost:8095/browse/ACME-42");
    }
}
