//! A small service behind a shell, and requests to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_TYPE, HOST, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use serde::Deserialize;
use tower::ServiceExt as _;
use web::peer::TrustedProxies;
use web::{
    CheckedForm, CheckedJson, Csrf, Error, ForeignForm, Peer, PublicUrl, Service, Shell, ShellOptions, Site,
    StrictQuery, Text,
};

pub(crate) const HOST_NAME: &str = "sso.example.com";
pub(crate) const OUR_ORIGIN: &str = "https://sso.example.com";

#[derive(Debug, Deserialize)]
pub(crate) struct Input {
    pub(crate) name: String,
}

pub(crate) fn site(url: &str) -> Site {
    let counter = AtomicU64::new(1);
    let entropy = move |bytes: &mut [u8]| {
        let seed = counter.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = seed[at % 8].wrapping_mul(31).wrapping_add(u8::try_from(at).unwrap_or(0));
        }
    };
    let url = PublicUrl::parse(url).expect("url");
    Site::new(Service::new("idp"), url, Text::english(&[]).expect("texts"), Arc::new(entropy))
}

pub(crate) fn options() -> ShellOptions {
    ShellOptions {
        trusted_proxies: TrustedProxies::parse(["10.0.0.1"]).expect("network"),
        body_limit: 1000,
        timeout: Duration::from_millis(200),
        in_flight: 2,
        reserved: 1,
        ..ShellOptions::default()
    }
}

/// The service: a handler for each kind of answer.
pub(crate) fn service(url: &str) -> Router {
    let router = Router::new()
        .route("/", get(async || "hello"))
        .route("/form", get(async |Csrf(token): Csrf| token.to_string()).post(save))
        .route("/json", post(async |CheckedJson(input): CheckedJson<Input>| input.name))
        .route("/foreign", post(async |ForeignForm(input): ForeignForm<Input>| input.name))
        .route("/query", get(async |StrictQuery(input): StrictQuery<Input>| input.name))
        .route("/peer", get(async |Peer(ip): Peer| ip.to_string()))
        .route("/panic", get(panics))
        .route("/slow", get(slow))
        .route("/admin/slow", get(slow))
        .route(
            "/refused",
            get(async || Error::new(StatusCode::FORBIDDEN, "error-foreign-page").because("secret <reason>")),
        )
        .route("/broken", get(async || Error::internal(std::io::Error::other("disk on fire"))))
        .route("/limited", get(async || Error::too_many(7)))
        .route("/teapot", get(async || (StatusCode::IM_A_TEAPOT, "plain").into_response()))
        .route("/own", get(own_headers));
    Shell::new(site(url), options()).wrap(router)
}

async fn save(CheckedForm(input): CheckedForm<Input>) -> String {
    input.name
}

async fn panics() -> String {
    panic!("a panic of the test")
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(150)).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    "late"
}

async fn own_headers() -> Response {
    let headers = [
        ("cache-control", "public, max-age=1000"),
        ("content-security-policy", "default-src *"),
        ("x-frame-options", "ALLOWALL"),
        ("referrer-policy", "unsafe-url"),
    ];
    (headers, "own").into_response()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The cookie set, as a Cookie header would send it.
    pub(crate) fn cookie(&self) -> String {
        let line = self.headers.get(SET_COOKIE).map_or("", |value| value.to_str().expect("text"));
        line.split(';').next().unwrap_or_default().to_owned()
    }
}

pub(crate) fn request(method: Method, path: &str) -> http::request::Builder {
    let peer = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4000)));
    Request::builder().method(method).uri(path).header(HOST, HOST_NAME).extension(peer)
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 10_000_000).await.expect("body");
    let body = String::from_utf8(bytes.to_vec()).expect("text");
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) async fn get_path(router: &Router, path: &str) -> Answer {
    send(router, request(Method::GET, path).body(Body::empty()).expect("request")).await
}

/// A post as our own page makes it; `headers` replace or add.
pub(crate) async fn post_form(router: &Router, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = request(Method::POST, path).body(Body::from(body.to_owned())).expect("request");
    let mut all = vec![
        (ORIGIN.as_str(), OUR_ORIGIN),
        ("sec-fetch-site", "same-origin"),
        (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
    ];
    all.extend_from_slice(headers);
    for (name, value) in all {
        let name = http::HeaderName::from_bytes(name.as_bytes()).expect("name");
        if value.is_empty() {
            request.headers_mut().remove(name);
        } else {
            request.headers_mut().insert(name, value.parse().expect("value"));
        }
    }
    send(router, request).await
}

/// A browser that has opened the form: its cookie and the token in the page.
pub(crate) async fn open_form(router: &Router) -> (String, String) {
    let page = get_path(router, "/form").await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    (page.cookie(), page.body)
}

pub(crate) const COOKIE_NAME: &str = "cookie";
