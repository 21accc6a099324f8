//! All parts of pages on a few pages, on loopback: `cargo run -p web --example gallery --profile ci`.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use jiff::Timestamp;
use web::browser::CsrfToken;
use web::page::{Console, NavGroup, NavItem, Pager, Person};
use web::qr::Qr;
use web::{Csrf, Error, Fields, Message, PublicUrl, Service, Shell, ShellOptions, Site, Text, filters};

#[derive(Template)]
#[template(path = "gallery/applications.html")]
struct ConsolePage {
    console: Console,
    now: Timestamp,
    pager: Pager,
    pem: &'static str,
    fields: Fields,
    roles: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "gallery/sign_in.html")]
struct SignInPage {
    csrf: CsrfToken,
    qr: Qr,
}

#[derive(Template)]
#[template(path = "gallery/phone.html")]
struct PhonePage {
    csrf: CsrfToken,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "gallery/digits.html")]
struct DigitsPage;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = Text::english(&[MESSAGES])?;
    let url = PublicUrl::parse("http://gallery.localhost:8099")?;
    let entropy = Arc::new(|bytes: &mut [u8]| {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            std::process::abort();
        }
    });
    let site = Site::new(Service::new("gallery"), url, text, entropy);
    let router = Router::new()
        .route("/", get(console))
        .route("/sign-in", get(sign_in))
        .route("/phone", get(phone))
        .route("/digits", get(digits))
        .route("/error", get(async || error()));
    let router = Shell::new(site, ShellOptions::default()).wrap(router);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 8099)).await?;
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

async fn console(site: Site, Csrf(csrf): Csrf) -> Result<Response, Error> {
    let mut fields = Fields::new();
    fields.add("email", Message::new("sample-email-malformed"));
    site.render(&ConsolePage {
        console: sample_console(csrf),
        now: Timestamp::from_second(1_795_440_000).map_err(Error::internal)?,
        pager: Pager { previous: None, next: Some("/?after=4".to_owned()) },
        pem: PEM,
        fields,
        roles: vec![("owner", "Owner"), ("helpdesk", "Helpdesk"), ("auditor", "Auditor")],
    })
}

async fn sign_in(site: Site, Csrf(csrf): Csrf) -> Result<Response, Error> {
    let qr = Qr::new("http://idp.localhost:8080/q/3q2-7wAAAAAAAAAAAAAAAA").map_err(Error::internal)?;
    site.render(&SignInPage { csrf, qr })
}

async fn phone(site: Site, Csrf(csrf): Csrf) -> Result<Response, Error> {
    site.render(&PhonePage { csrf, fields: Fields::new() })
}

async fn digits(site: Site) -> Result<Response, Error> {
    site.render(&DigitsPage)
}

fn error() -> Error {
    Error::new(StatusCode::FORBIDDEN, "error-form-expired").way_on("sample-nav-home", "/")
}

fn sample_console(csrf: CsrfToken) -> Console {
    let item = |label: &'static str, icon, path| NavItem::new(label, icon, path, "/admin/applications");
    let group = |title: Option<&'static str>, items| NavGroup { title: title.map(Message::from), items };
    Console {
        place: "Acme".to_owned(),
        nav: vec![
            group(
                None,
                vec![
                    item("sample-nav-home", "home", "/admin/overview"),
                    item("sample-nav-apps", "apps", "/admin/applications"),
                    item("sample-nav-people", "people", "/admin/people"),
                ],
            ),
            group(
                Some("sample-nav-security"),
                vec![
                    item("sample-nav-keys", "key", "/admin/keys"),
                    item("sample-nav-log", "log", "/admin/events"),
                    item("sample-nav-settings", "settings", "/admin/settings"),
                ],
            ),
        ],
        person: Person { name: "Maya Lindqvist".to_owned(), email: "maya@acme.example".to_owned() },
        search: None,
        sign_out: "/sign-out".to_owned(),
        csrf,
        around: web::page::Around::default(),
    }
}

const MESSAGES: &str = "
sample-nav-home = Overview
sample-nav-apps = Applications
sample-nav-people = People
sample-nav-security = Security
sample-nav-keys = Signing keys
sample-nav-log = Event log
sample-nav-settings = IdP configuration
sample-email-malformed = This is not a complete address, such as name@example.com.
";

const PEM: &str = "-----BEGIN CERTIFICATE-----
MIIEBTCCAm2gAwIBAgIUQ2VydGlmaWNhdGUgc2FtcGxlMA0GCSqGSIb3DQEBCwUA
MBQxEjAQBgNVBAMMCUlkUCBBY21lMB4XDTI2MTEyMzAwMDAwMFoXDTM2MTEyMDAw
MDAwMFowFDESMBAGA1UEAwwJSWRQIEFjbWUwggGiMA0GCSqGSIb3DQEBAQUAA4IB
-----END CERTIFICATE-----";
