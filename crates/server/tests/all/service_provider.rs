//! A service provider of its own, whose ACS sends people on to a third host and that to a fourth: as those do whose product
//! lives elsewhere.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use console::person::DisplayName;
use idp::model::application::{AccessUrl, AcsUrls, ApplicationSettings, Audience, Instance, Signs};
use idp::model::claims::{ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute};
use idp::model::name_id::{Format, NameIdRule};
use saml::core::{AcsUrl, EntityId, RequestId, Skew};
use saml::sp::{Asked, Encryption, Expected, Outcome, Received, RequestToSend, SignedPart, Trust, verify};
use server::ambient::SystemClock;
use testkit::OsEntropy;
use tokio::task::JoinHandle;
use web::Clock as _;
use xmldsig::Keys;

use crate::nodes::Identity;

/// A port on which a service provider will be.
pub(crate) struct Place(TcpListener);

/// A service provider that runs. Dropping it ends it.
pub(crate) struct ServiceProvider {
    port: u16,
    serving: JoinHandle<()>,
}

impl Drop for ServiceProvider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Place {
    pub(crate) fn find() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// How an administrator registers it.
    pub(crate) fn settings(&self) -> ApplicationSettings {
        let port = self.port();
        let email =
            ClaimMapping::new(ClaimSource::User(UserAttribute::Email), "mail", ClaimNameFormat::Basic);
        ApplicationSettings {
            name: DisplayName::parse("Elsewhere").unwrap(),
            instance: Instance::Production,
            access_url: AccessUrl::parse(&at("sp", port, "/")).unwrap(),
            entity_id: entity_id(port),
            acs_urls: AcsUrls::new(acs_url(port), []),
            name_id: NameIdRule { format: Format::EmailAddress, source: UserAttribute::Email },
            claims: vec![email.unwrap()],
            signs: Signs::Assertion,
            audience: Audience::Everyone,
        }
    }

    /// Opens it, trusting this identity provider.
    pub(crate) fn open(self, identity: Identity) -> ServiceProvider {
        let port = self.port();
        let asked = Mutex::new(None);
        let ours = Arc::new(Ours { port, identity, asked, clock: SystemClock::new() });
        let router = Router::new()
            .route("/", get(leave))
            .route("/acs", post(arrive))
            .route("/on", get(go_on))
            .route("/home", get(home))
            // The icon that every browser asks for.
            .fallback(|| async { http::StatusCode::NO_CONTENT })
            .with_state(ours);
        let listener = tokio::net::TcpListener::from_std(self.0).unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        ServiceProvider { port, serving }
    }
}

impl ServiceProvider {
    /// Where people open it.
    pub(crate) fn start(&self) -> String {
        at("sp", self.port, "/")
    }

    /// Where they are in the end.
    pub(crate) fn home(&self) -> String {
        at("fourth", self.port, "/home")
    }
}

struct Ours {
    port: u16,
    identity: Identity,
    asked: Mutex<Option<RequestId>>,
    clock: SystemClock,
}

/// Everybody who comes is sent to the identity provider.
async fn leave(State(ours): State<Arc<Ours>>) -> Redirect {
    let id = RequestId::from_random(OsEntropy.array::<20>());
    let request = RequestToSend {
        id: id.clone(),
        now: ours.clock.now(),
        issuer: &entity_id(ours.port),
        acs_url: &acs_url(ours.port),
        sso_url: &ours.identity.sso_url,
        name_id_format: None,
        requested_authn_context: None,
        force_authn: false,
    };
    *ours.asked.lock().unwrap() = Some(id);
    Redirect::to(&request.redirect(None).unwrap())
}

/// Whoever is proven is sent on to the third host.
async fn arrive(State(ours): State<Arc<Ours>>, body: Bytes) -> Redirect {
    let posted = saml::binding::post::decode(&body).unwrap();
    let key = ours.identity.certificate.verifying_key().unwrap();
    let trust = Trust::new(ours.identity.entity_id.clone(), Keys::new(key, []), SignedPart::Assertion);
    let asked = ours.asked.lock().unwrap().take().expect("one answer to each request");
    let expected = Expected {
        trust: &trust,
        audience: &entity_id(ours.port),
        recipient: &acs_url(ours.port),
        asked: Asked::Request(&asked),
        encryption: &Encryption::Refused,
        now: ours.clock.now(),
        skew: Skew::default(),
    };
    match verify(&Received::parse(&posted.xml).unwrap(), &expected).unwrap() {
        Outcome::SignedIn(person) => {
            Redirect::to(&at("third", ours.port, &format!("/on?{}", person.name_id().value())))
        }
        Outcome::Declined(status) => panic!("declined: {status:?}"),
    }
}

async fn go_on(State(ours): State<Arc<Ours>>, uri: http::Uri) -> Redirect {
    Redirect::to(&at("fourth", ours.port, &format!("/home?{}", uri.query().unwrap_or_default())))
}

async fn home(uri: http::Uri) -> Html<String> {
    Html(format!("<!doctype html><title>Home</title><p>Welcome {}", uri.query().unwrap_or_default()))
}

fn at(host: &str, port: u16, path: &str) -> String {
    format!("http://{host}.localhost:{port}{path}")
}

fn entity_id(port: u16) -> EntityId {
    EntityId::parse(&at("sp", port, "/metadata")).unwrap()
}

fn acs_url(port: u16) -> AcsUrl {
    AcsUrl::parse(&at("sp", port, "/acs")).unwrap()
}
