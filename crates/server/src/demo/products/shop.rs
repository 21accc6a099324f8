//! One product on its own host: its pages, who sees them, signing in and out.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use jiff::Timestamp;
use serde::Deserialize;
use web::headers::Cacheable;
use web::{
    Browser, CheckedForm, Clock as _, Cookie, Cookies, Csrf, Entropy, Error, PublicUrl, ReturnTo, Shell,
    ShellOptions, Site, StrictQuery, Text, Token, without_head,
};

use super::Registered;
use super::departure::Departure;
use super::kind::{Kind, Page};
use super::pages::{self, Frame};
use super::provider::{Person, Provider, ProviderError};
use super::visits::{Session, Visits};
use crate::ambient::{SystemClock, SystemEntropy};

/// A product. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shop(Arc<Inner>);

struct Inner {
    kind: Kind,
    site: Site,
    organization: PublicUrl,
    provider: Provider,
    visits: Visits,
    clock: SystemClock,
    entropy: Arc<SystemEntropy>,
}

impl Shop {
    /// Opens a product of an organisation.
    ///
    /// # Errors
    /// When its messages are malformed, or no HTTP client can be set up.
    pub(super) fn open(
        product: &Registered,
        organization: &PublicUrl,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let entropy = Arc::new(SystemEntropy::new());
        let text = Text::english(&[MESSAGES])?;
        let site = Site::new(product.kind.service(), product.at.clone(), text, entropy.clone());
        Ok(Self(Arc::new(Inner {
            kind: product.kind,
            site,
            organization: organization.clone(),
            provider: Provider::new(product.clone())?,
            visits: Visits::default(),
            clock: SystemClock::new(),
            entropy,
        })))
    }

    /// Everything under its host.
    pub(super) fn router(self) -> Router {
        let shell = Shell::new(self.0.site.clone(), ShellOptions::default());
        let mut router = Router::new()
            .route(CALLBACK, without_head(get(callback), "GET"))
            .route("/sign-out", post(sign_out))
            .route("/signed-out", get(signed_out))
            .route(STYLE, get(style));
        for page in self.0.kind.pages() {
            let show = move |State(shop): State<Shop>, person: Visitor, csrf: Csrf| async move {
                shop.show(page, &person.0, &csrf)
            };
            router = router.route(page.path, get(show));
        }
        shell.wrap(router.with_state(self))
    }

    fn show(&self, page: &Page, person: &Person, csrf: &Csrf) -> Result<Response, Error> {
        let frame = Frame {
            kind: self.0.kind,
            path: page.path,
            organization: self.0.organization.to_string(),
            person: web::page::Person { name: person.name.clone(), email: person.email.clone() },
            csrf: csrf.0.clone(),
        };
        pages::show(&self.0.site, frame, page.view)
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn draw(&self) -> Token {
        Token::new(&*self.0.entropy as &dyn Entropy)
    }

    /// To the organisation, to come back to `return_to` signed in.
    async fn leave(&self, browser: &Browser, return_to: ReturnTo) -> Result<Response, Error> {
        let now = self.now();
        let left = Departure::new(&|purpose| browser.derive(purpose), &self.draw(), return_to, now);
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, left.verifier.as_bytes()));
        let asked = [
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("state", &*left.state),
            ("nonce", &*left.nonce),
            ("code_challenge", &*challenge),
            ("code_challenge_method", "S256"),
        ];
        let target = self.0.provider.authorization(&asked, now).await.map_err(trouble)?;
        Ok(Redirect::to(target.as_str()).into_response())
    }

    /// The session of this host's cookie, with its token.
    fn session(&self, cookies: &Cookies) -> Option<(Token, Session)> {
        let token = cookies.get(&SESSION).and_then(Token::parse)?;
        let session = self.0.visits.find(&token, self.now())?;
        Some((token, session))
    }

    /// Who is signed in here, as the organisation says this very moment.
    async fn visitor(&self, cookies: &Cookies) -> Result<Option<Person>, Error> {
        let Some((token, session)) = self.session(cookies) else {
            return Ok(None);
        };
        match self.0.provider.person(&session.access_token, self.now()).await {
            Ok(person) if person.sub == session.sub => Ok(Some(person)),
            Ok(_) | Err(ProviderError::Refused) => {
                self.0.visits.end(&token);
                Ok(None)
            }
            Err(other) => Err(trouble(other)),
        }
    }
}

/// Somebody who is signed in; whoever is not is sent to the organisation and back here.
struct Visitor(Person);

impl FromRequestParts<Shop> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Response> {
        let cookies = Cookies::from_request_parts(parts, shop).await.map_err(Error::into_response)?;
        match shop.visitor(&cookies).await {
            Ok(Some(person)) => Ok(Self(person)),
            Ok(None) => {
                let browser = Browser::from_request_parts(parts, shop).await;
                let browser = browser.map_err(Error::into_response)?;
                let here = parts.uri.path_and_query().map(|path| path.as_str());
                let left = shop.leave(&browser, ReturnTo::or(here, "/")).await;
                Err(left.unwrap_or_else(Error::into_response))
            }
            Err(error) => Err(error.into_response()),
        }
    }
}

/// What the organisation sends the browser back with.
#[derive(Debug, Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /callback`.
async fn callback(
    State(shop): State<Shop>,
    (browser, cookies): (Browser, Cookies),
    StrictQuery(answer): StrictQuery<Answer>,
) -> Result<Response, Error> {
    let now = shop.now();
    // An answer of another provider is not given to ours (RFC 9207).
    if answer.iss.as_deref() != Some(shop.0.provider.issuer()) {
        return Err(failed("error-sample-issuer", "another issuer"));
    }
    let derive = |purpose: &[u8]| browser.derive(purpose);
    let left = answer.state.as_deref().and_then(|state| Departure::come_back(&derive, state, now));
    let left = left.ok_or_else(|| failed("error-sample-state", "no such state in this browser"))?;
    if !shop.0.visits.is_first(&left.state, now) {
        // Back or Refresh: to the page, which asks for itself who is signed in. A code is never sent twice.
        return Ok(Redirect::to(left.return_to.as_str()).into_response());
    }
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        return Err(failed("error-sample-declined", answer.error.unwrap_or_default()));
    };
    let asked = (&*code, &*left.verifier, &*left.nonce);
    let signed_in = shop.0.provider.redeem(asked, now).await.map_err(trouble)?;
    let person = shop.0.provider.person(&signed_in.access_token, now).await.map_err(trouble)?;
    // Who is signed in is what the verified token says; the other only adds a name to it.
    if person.sub != signed_in.verified.sub() {
        return Err(failed("error-sample-answer", "userinfo is about somebody else"));
    }
    let token = shop.draw();
    let before = cookies.get(&SESSION).and_then(Token::parse);
    let session = Session { sub: person.sub, access_token: signed_in.access_token, at: now };
    shop.0.visits.open(&token, before.as_ref(), session);
    let cookie = cookies.set(&SESSION, &token.expose());
    Ok((cookie, Redirect::to(left.return_to.as_str())).into_response())
}

#[derive(Debug, Deserialize)]
struct Nothing {}

/// `POST /sign-out`: ends the session of this product, and of no other.
async fn sign_out(
    State(shop): State<Shop>,
    cookies: Cookies,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Response {
    if let Some((token, _)) = shop.session(&cookies) {
        shop.0.visits.end(&token);
    }
    (cookies.clear(&SESSION), Redirect::to("/signed-out")).into_response()
}

/// `GET /signed-out`: the one page that everybody may see.
async fn signed_out(State(shop): State<Shop>) -> Result<Response, Error> {
    pages::signed_out(&shop.0.site, shop.0.kind, shop.0.organization.as_url().as_str())
}

/// The sheet that all four share, beside the design system's.
async fn style() -> Response {
    let caching = Cacheable { max_age: Duration::from_secs(300), immutable: false };
    (caching, [(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("sample.css")).into_response()
}

fn failed(message: &'static str, reason: impl std::fmt::Display) -> Error {
    Error::new(StatusCode::BAD_REQUEST, message).because(reason).way_on("sample-start", "/")
}

fn trouble(error: ProviderError) -> Error {
    let reason = match &error {
        ProviderError::Fetch(cause) => format!("{error}: {cause}"),
        _ => error.to_string(),
    };
    match error {
        ProviderError::Refused | ProviderError::Token(_) => failed("error-sample-answer", reason),
        ProviderError::Fetch(_) | ProviderError::Answer(_) | ProviderError::OtherIssuer => {
            Error::new(StatusCode::SERVICE_UNAVAILABLE, "error-sample-provider")
                .because(reason)
                .retry_after(5)
                .way_on("sample-start", "/")
        }
    }
}

/// Where answers come.
pub(super) const CALLBACK: &str = "/callback";

/// The address of the shared sheet.
pub(super) const STYLE: &str = "/sample.css";

const SESSION: Cookie = Cookie::lax("session");

/// What the products say when something is wrong.
const MESSAGES: &str = include_str!("en.ftl");
