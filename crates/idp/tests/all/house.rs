//! A house of one identity provider, its browsers, and a service provider.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use console::events::Actor;
use console::invitations::Draft;
use console::person::{DisplayName, EmailAddress, PersonId};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{Method, Request, StatusCode};
use idp::acts::applications::{NewApplication, create_application};
use idp::acts::invitations::{Device, invite_user};
use idp::acts::users::{NewUser, create_user};
use idp::acts::{Word, settle};
use idp::model::application::{
    AccessUrl, AcsUrls, Application, ApplicationName, ApplicationSettings, Audience, Instance, Signs,
};
use idp::model::claims::{ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute};
use idp::model::name_id::{Format, NameIdRule};
use idp::model::role::Role;
use idp::model::user::User;
use idp::{Ambient, Idp, Settings};
use jiff::Timestamp;
use saml::core::{AcsUrl, EntityId, RelayState, RequestId, Skew, SsoUrl};
use saml::sp::{Asked, Encryption, Expected, Outcome, Received, RequestToSend, SignedPart, Trust, verify};
use serde_json::{Value, json};
use store::Store;
use store::events::{Event, Filter, list};
use store::secrets::MasterKey;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::Authenticator;
use testkit::{FixedClock, OsEntropy};
use tower::ServiceExt as _;
use web::PublicUrl;
use xmldsig::{KeyKind, Keys};

pub(crate) const ORIGIN_URL: &str = "http://idp.localhost:8080";
pub(crate) const HOST_NAME: &str = "idp.localhost:8080";

/// One identity provider on one engine.
pub(crate) struct House {
    pub(crate) idp: Idp,
    pub(crate) router: Router,
    pub(crate) clock: FixedClock,
    pub(crate) store: Store,
    pub(crate) engine: &'static str,
    database: TestDatabase,
    folder: tempfile::TempDir,
}

/// Runs a test in a house on each engine.
pub(crate) async fn on_each_engine(test: impl AsyncFn(House)) {
    for database in databases().await {
        test(House::on(database).await).await;
    }
}

impl House {
    /// On SQLite alone, where nothing about SQL is at stake.
    pub(crate) async fn new() -> Self {
        Self::on(TestDatabase::sqlite()).await
    }

    pub(crate) async fn on(database: TestDatabase) -> Self {
        Self::with(database, settings()).await
    }

    pub(crate) async fn with(database: TestDatabase, settings: Settings) -> Self {
        let clock = FixedClock::at("2026-11-23T12:00:00Z");
        let store = database.store(&idp::migrations()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let key = master_key(&folder);
        let idp = Idp::open(settings, store.clone(), key, ambient(&clock)).await.expect("it opens");
        let router = idp::router(idp.clone());
        let engine = database.engine();
        Self { idp, router, clock, store, engine, database, folder }
    }

    /// A node more over the same database, or this one after a restart. On PostgreSQL it has connections of its own; a file
    /// has one process.
    pub(crate) async fn node(&self, settings: Settings) -> Router {
        let store = match self.engine {
            "postgres" => self.database.store(&idp::migrations()).await,
            _ => self.store.clone(),
        };
        let key = master_key(&self.folder);
        let idp = Idp::open(settings, store, key, ambient(&self.clock)).await.expect("it opens");
        idp::router(idp)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn word(&self) -> Word {
        self.idp.host("test")
    }

    pub(crate) fn actor(&self) -> Actor {
        self.idp.machine("test")
    }

    /// Maya and the like: `first@acme.example`.
    pub(crate) async fn user(&self, first: &str, role: Option<Role>) -> User {
        let name = |text: &str| DisplayName::parse(text).expect("a name");
        let email = format!("{}@acme.example", first.to_lowercase());
        let new = NewUser {
            id: self.idp.draw_person(self.now()),
            email: EmailAddress::parse(&email).expect("an address"),
            first_name: name(first),
            last_name: name("Okafor"),
            username: None,
            role,
        };
        let tx = self.store.begin().await.expect("begins");
        let done = create_user(&tx, &self.word(), new, self.now()).await;
        settle(tx, done).await.expect("written").expect("created")
    }

    pub(crate) async fn application(&self, settings: ApplicationSettings) -> Application {
        let new = NewApplication { id: self.idp.draw_application(self.now()), settings };
        let tx = self.store.begin().await.expect("begins");
        let done = create_application(&tx, &self.word(), new, self.now()).await;
        settle(tx, done).await.expect("written").expect("created")
    }

    /// The path of an invitation's link.
    pub(crate) async fn invitation(&self, person: PersonId, device: Device) -> String {
        let draft = Draft::draw(self.now(), self.idp.entropy());
        let tx = self.store.begin().await.expect("begins");
        let done = invite_user(&tx, &self.word(), (person, device, draft), self.now()).await;
        let invited = settle(tx, done).await.expect("written").expect("invited");
        self.idp.invitation_link(&invited.token).path().to_owned()
    }

    /// A browser on a machine with an authenticator of its own.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            authenticator: Authenticator::new(),
            agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36".to_owned(),
            address: None,
            forwarded: None,
        }
    }

    /// A person with a passkey in a browser of their own.
    pub(crate) async fn enrolled(&self, first: &str, role: Option<Role>) -> (User, Browser) {
        let user = self.user(first, role).await;
        let mut browser = self.browser();
        let link = self.invitation(user.id, Device::Computer).await;
        let go = browser.enrol(&link).await;
        assert_eq!(go, "/enrolled");
        (user, browser)
    }

    /// All events, newest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let read = self.store.read().await.expect("reads");
        list(&read, Filter::All, None, 500).await.expect("lists")
    }

    /// The events of a kind, newest first.
    pub(crate) async fn events_of(&self, kind: &str) -> Vec<Event> {
        self.events().await.into_iter().filter(|event| event.kind == kind).collect()
    }

    /// Lets a minute pass and folds the junk of the last one into events.
    pub(crate) async fn settle_junk(&self) {
        self.clock.advance(jiff::SignedDuration::from_secs(60));
        self.idp.sealer().seal(self.now(), &rng()).await.expect("seals");
    }
}

pub(crate) fn settings() -> Settings {
    let public_url = PublicUrl::parse(ORIGIN_URL).expect("a URL");
    Settings { name: "Acme".to_owned(), signing_key: KeyKind::Rsa2048, ..Settings::new(public_url) }
}

pub(crate) fn ambient(clock: &FixedClock) -> Ambient {
    let clock = clock.clone();
    Ambient {
        clock: Arc::new(move || clock.now()),
        entropy: Arc::new(|bytes: &mut [u8]| OsEntropy.fill(bytes)),
        rng: Arc::new(rng()),
    }
}

pub(crate) fn master_key(folder: &tempfile::TempDir) -> MasterKey {
    MasterKey::load_or_create(&folder.path().join("test.key"), &rng()).expect("a key")
}

pub(crate) fn rng() -> aws_lc_rs::rand::SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "a test has nobody to give it chance")]
    aws_lc_rs::rand::SystemRandom::new()
}

/// A browser: cookies, and an authenticator.
pub(crate) struct Browser {
    /// The node that it reaches.
    pub(crate) router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) authenticator: Authenticator,
    pub(crate) agent: String,
    /// Where it calls from; nowhere that counts, unless a test says so.
    pub(crate) address: Option<std::net::IpAddr>,
    /// What it, or a proxy before it, says in `X-Forwarded-For`.
    pub(crate) forwarded: Option<&'static str>,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    /// Where it redirects to.
    pub(crate) fn to(&self) -> &str {
        assert!(self.status.is_redirection(), "{} {}", self.status, self.body);
        self.headers[LOCATION].to_str().expect("a path")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The value of an attribute or input, as the page has it.
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) =
            self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split_once(after).expect("an end").0
    }

    pub(crate) fn csrf(&self) -> String {
        if self.body.contains("data-csrf=\"") {
            return self.between("data-csrf=\"", "\"").to_owned();
        }
        self.between("name=\"csrf\" value=\"", "\"").to_owned()
    }

    /// The stable code of an error page.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.body.contains(&format!(">{code}<"))
    }
}

impl Browser {
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Sent<'_>) -> Reply {
        let response = self.answer(method, path, body).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 << 20).await.expect("a body");
        let body = String::from_utf8(body.to_vec()).expect("text");
        // A real browser posts the forms of such a page with `Origin: null`, and they are refused.
        assert!(!body.contains(r#"content="no-referrer""#), "{body}");
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// The answer, its body still to come.
    pub(crate) async fn answer(
        &mut self,
        method: Method,
        path: &str,
        body: Sent<'_>,
    ) -> axum::response::Response {
        let path = path.strip_prefix(ORIGIN_URL).unwrap_or(path);
        let mut request = Request::builder().method(method).uri(path).header(HOST, HOST_NAME);
        request = request.header("user-agent", &self.agent);
        if let Some(forwarded) = self.forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        let cookies: Vec<_> = match &body {
            // A post of another site carries no Lax cookie.
            Sent::Foreign(_) => self.cookies.iter().filter(|(name, _)| name.ends_with("-pending")).collect(),
            _ => self.cookies.iter().collect(),
        };
        let cookies: Vec<_> = cookies.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let request = match body {
            Sent::Nothing => request.body(Body::empty()),
            Sent::Form(text) => request
                .header(ORIGIN, ORIGIN_URL)
                .header("sec-fetch-site", "same-origin")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(text)),
            Sent::Foreign(text) => request
                .header(ORIGIN, "https://sp.example")
                .header("sec-fetch-site", "cross-site")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(text)),
            Sent::Json(csrf, value) => request
                .header(ORIGIN, ORIGIN_URL)
                .header("sec-fetch-site", "same-origin")
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, "application/json")
                .header("x-csrf-token", csrf)
                .body(Body::from(value.to_string())),
        };
        let mut request = request.expect("a request");
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 40_000)));
        }
        let response = self.router.clone().oneshot(request).await.expect("answers");
        for line in response.headers().get_all(SET_COOKIE) {
            self.keep(line.to_str().expect("text"));
        }
        response
    }

    fn keep(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').expect("a cookie");
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, Sent::Nothing).await
    }

    /// Follows redirects within the house.
    pub(crate) async fn visit(&mut self, path: &str) -> Reply {
        let mut reply = self.get(path).await;
        for _ in 0..5 {
            if !reply.status.is_redirection() {
                return reply;
            }
            let next = reply.to().to_owned();
            reply = self.get(&next).await;
        }
        panic!("too many redirects")
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.send(Method::POST, path, Sent::Form(form.finish())).await
    }

    pub(crate) async fn post_json(&mut self, path: &str, csrf: &str, value: &Value) -> Reply {
        self.send(Method::POST, path, Sent::Json(csrf, value)).await
    }

    /// The registration of a link's page; where it goes then.
    pub(crate) async fn enrol(&mut self, link: &str) -> String {
        let page = self.get(link).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let (begin, finish) = places(&page);
        let csrf = page.csrf();
        let options = self.post_json(&begin, &csrf, &json!({})).await;
        assert_eq!(options.status, StatusCode::OK, "{}", options.body);
        let credential = self.authenticator.register(ORIGIN_URL, &options.body);
        let credential: Value = serde_json::from_str(&credential).expect("JSON");
        let answer = json!({ "credential": credential, "label": "Laptop" });
        let done = self.post_json(&finish, &csrf, &answer).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        done.json()["go"].as_str().expect("a path").to_owned()
    }

    /// Answers the page's ceremony with the passkey of this machine.
    pub(crate) async fn prove(&mut self, page: &Reply) -> Reply {
        self.prove_with(page, json!({})).await
    }

    /// The same, with fields of the page beside it.
    pub(crate) async fn prove_with(&mut self, page: &Reply, extras: Value) -> Reply {
        let (begin, finish) = places(page);
        let csrf = page.csrf();
        let options = self.post_json(&begin, &csrf, &json!({ "hint": null, "conditional": false })).await;
        assert_eq!(options.status, StatusCode::OK, "{}", options.body);
        let credential = self.authenticator.authenticate(ORIGIN_URL, &options.body);
        let credential: Value = serde_json::from_str(&credential).expect("JSON");
        let mut answer = json!({ "credential": credential });
        answer.as_object_mut().expect("an object").extend(extras.as_object().expect("an object").clone());
        self.post_json(&finish, &csrf, &answer).await
    }

    /// In by our own door; the page asked for.
    pub(crate) async fn log_in(&mut self, to: &str) -> Reply {
        let page = self.visit(to).await;
        let back = page.between("name=\"back\" value=\"", "\"").to_owned();
        let done = self.prove_with(&page, json!({ "back": back })).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let go = done.json()["go"].as_str().expect("a path").to_owned();
        self.visit(&go).await
    }
}

/// What a request carries.
pub(crate) enum Sent<'a> {
    Nothing,
    /// A form of our own page.
    Form(String),
    /// A form that another site posts.
    Foreign(String),
    /// JSON of our own page's script, with its token.
    Json(&'a str, &'a Value),
}

pub(crate) fn places(page: &Reply) -> (String, String) {
    let place = |name: &str| page.between(&format!("data-{name}=\""), "\"").to_owned();
    (place("begin"), place("finish"))
}

/// A service provider.
pub(crate) struct Sp {
    pub(crate) entity_id: EntityId,
    pub(crate) acs_url: AcsUrl,
}

/// A request on its way.
pub(crate) struct Pending {
    pub(crate) id: RequestId,
    pub(crate) url: String,
}

impl Sp {
    pub(crate) fn new(name: &str) -> Self {
        let host = format!("https://{name}.example");
        Self {
            entity_id: EntityId::parse(&format!("{host}/saml")).expect("an entity ID"),
            acs_url: AcsUrl::parse(&format!("{host}/acs?c=1")).expect("an address"),
        }
    }

    /// As an administrator registers it.
    pub(crate) fn settings(&self) -> ApplicationSettings {
        let claim = |attribute, name| {
            let source = ClaimSource::User(attribute);
            ClaimMapping::new(source, name, ClaimNameFormat::Unspecified).expect("a claim")
        };
        ApplicationSettings {
            name: ApplicationName::parse("Jira").expect("a name"),
            instance: Instance::Production,
            access_url: AccessUrl::parse("https://jira.example/start").expect("a URL"),
            entity_id: self.entity_id.clone(),
            acs_urls: AcsUrls::new(self.acs_url.clone(), []),
            name_id: NameIdRule { format: Format::EmailAddress, source: UserAttribute::Email },
            claims: vec![
                claim(UserAttribute::Username, "email"),
                claim(UserAttribute::FirstName, "firstname"),
                claim(UserAttribute::LastName, "lastname"),
            ],
            signs: Signs::Assertion,
            audience: Audience::Everyone,
        }
    }

    pub(crate) fn request(&self, house: &House) -> RequestToSend<'static> {
        let sso: &'static SsoUrl = Box::leak(Box::new(house.idp.sso_url().clone()));
        RequestToSend {
            id: RequestId::from_random(OsEntropy.array::<20>()),
            now: house.now(),
            issuer: Box::leak(Box::new(self.entity_id.clone())),
            acs_url: Box::leak(Box::new(self.acs_url.clone())),
            sso_url: sso,
            name_id_format: None,
            requested_authn_context: None,
            force_authn: false,
        }
    }

    /// A plain request, with the RelayState `deep/link`.
    pub(crate) fn ask(&self, house: &House) -> Pending {
        self.send(&self.request(house))
    }

    pub(crate) fn send(&self, request: &RequestToSend<'_>) -> Pending {
        let relay = RelayState::parse("deep/link").expect("a RelayState");
        Pending { id: request.id.clone(), url: request.redirect(Some(&relay)).expect("writes") }
    }

    /// What the page posts, held against what was asked.
    pub(crate) fn take(&self, house: &House, pending: &Pending, page: &Reply) -> Outcome {
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert_eq!(page.between("action=\"", "\""), self.acs_url.as_str());
        assert_eq!(page.between("name=\"RelayState\" value=\"", "\""), "deep/link");
        let xml = response(page);
        let key = house.idp.certificate().verifying_key().expect("a key");
        let trust = Trust::new(house.idp.entity_id().clone(), Keys::new(key, []), SignedPart::Either);
        let received = Received::parse(&xml).expect("a response");
        let expected = Expected {
            trust: &trust,
            audience: &self.entity_id,
            recipient: &self.acs_url,
            asked: Asked::Request(&pending.id),
            encryption: &Encryption::Refused,
            now: house.now(),
            skew: Skew::default(),
        };
        verify(&received, &expected).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The NameID that the response asserts.
    pub(crate) fn signed_in(
        &self,
        house: &House,
        pending: &Pending,
        page: &Reply,
    ) -> saml::sp::VerifiedAssertion {
        match self.take(house, pending, page) {
            Outcome::SignedIn(assertion) => assertion,
            Outcome::Declined(status) => panic!("declined: {status:?}"),
        }
    }

    /// The second-level status of a response without assertion.
    pub(crate) fn declined(&self, house: &House, pending: &Pending, page: &Reply) -> String {
        match self.take(house, pending, page) {
            Outcome::Declined(status) => {
                let code = status.second_code().expect("a second code");
                code.rsplit(':').next().expect("a name").to_owned()
            }
            Outcome::SignedIn(_) => panic!("signed in"),
        }
    }
}

/// The response on the page that posts it.
pub(crate) fn response(page: &Reply) -> Vec<u8> {
    let field = page.between("name=\"SAMLResponse\" value=\"", "\"");
    saml::binding::post::decode_value(field).expect("base64")
}

/// The page that posts a response: nobody is asked any more.
pub(crate) fn is_post_page(reply: &Reply) -> bool {
    reply.status == StatusCode::OK && reply.body.contains("name=\"SAMLResponse\"")
}
