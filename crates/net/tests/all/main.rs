//! A canary on loopback, which nobody may reach who was not let in.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod names;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use net::{Client, FetchError, Inside, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

/// A server that counts connections and answers each with `answer`, then waits.
struct Canary {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    async fn sing(answer: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        let port = listener.local_addr().expect("address").port();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visits);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 2048];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                    tokio::time::sleep(Duration::from_secs(20)).await;
                });
            }
        });
        Self { port, visits }
    }

    fn url(&self, pattern: &str) -> Url {
        Url::parse(&pattern.replace("PORT", &self.port.to_string())).expect("url")
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

fn demo() -> Client {
    Client::new(Inside::default().and_localhost()).expect("client")
}

#[tokio::test]
async fn no_request_goes_out_on_a_connection_that_its_server_may_be_closing() {
    let canary = Canary::sing(HELLO).await;
    let client = demo();
    for visit in 1..=3 {
        let answer = client.get(&canary.url("http://idp.localhost:PORT/"), Limits::ORDINARY).await;
        assert_eq!(answer.expect("an answer").body(), b"hello");
        assert_eq!(canary.visits(), visit);
    }
}

#[tokio::test]
async fn nobody_reaches_loopback_from_outside() {
    let canary = Canary::sing(HELLO).await;
    let client = Client::new(Inside::default()).expect("client");
    for pattern in [
        "http://127.0.0.1:PORT/",
        "https://127.0.0.1:PORT/",
        "https://127.1:PORT/",
        "https://0x7f.1:PORT/",
        "https://0x7f000001:PORT/",
        "https://2130706433:PORT/",
        "https://017700000001:PORT/",
        "https://0.0.0.0:PORT/",
        "https://0:PORT/",
        "https://[::1]:PORT/",
        "https://[::]:PORT/",
        "https://[::ffff:127.0.0.1]:PORT/",
        "http://[::ffff:7f00:1]:PORT/",
        "https://[64:ff9b::7f00:1]:PORT/",
        "https://localhost:PORT/",
        "https://localhost.:PORT/",
        "http://idp.localhost:PORT/",
        "https://\u{ff11}27.0.0.1:PORT/",
        "https://127\u{3002}0\u{3002}0\u{3002}1:PORT/",
    ] {
        let refused = client.get(&canary.url(pattern), Limits::ORDINARY).await;
        assert!(matches!(refused, Err(FetchError::Inside)), "{pattern}: {refused:?}");
    }
    for pattern in ["ftp://127.0.0.1:PORT/", "https://user@8.8.8.8/", "file:///etc/passwd", "data:,x"] {
        let refused = client.get(&canary.url(pattern), Limits::ORDINARY).await;
        assert!(matches!(refused, Err(FetchError::Address)), "{pattern}: {refused:?}");
    }
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn what_is_opened_is_reached() {
    let canary = Canary::sing(HELLO).await;
    let answer = demo().get(&canary.url("http://idp.localhost:PORT/"), Limits::ORDINARY).await;
    assert_eq!(answer.expect("reached").body(), b"hello");
    let opened = Client::new(Inside::networks(["127.0.0.0/8"]).expect("network")).expect("client");
    let answer = opened.get(&canary.url("http://127.0.0.1:PORT/"), Limits::ORDINARY).await;
    assert_eq!(answer.expect("reached").status(), 200);
    let bare = demo().get(&canary.url("http://127.0.0.1:PORT/"), Limits::ORDINARY).await;
    assert!(matches!(bare, Err(FetchError::Inside)), "the name is opened, not the address");
    assert_eq!(canary.visits(), 2);
}

#[tokio::test]
async fn a_request_with_a_body() {
    let canary = Canary::sing(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    )
    .await;
    let request = http::Request::post(canary.url("http://org.localhost:PORT/token").as_str());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = demo().request(request.body(b"a=b".to_vec()).expect("request"), Limits::ORDINARY).await;
    let answer = answer.expect("every status is an answer");
    assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (400, &b"{}"[..]));
    assert_eq!(answer.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let canary = Canary::sing(HELLO).await;
    let answer = "HTTP/1.1 302 Found\r\nlocation: http://idp.localhost/\r\ncontent-length: 0\r\n\r\n";
    let redirecting = Canary::sing(answer).await;
    let refused = demo().get(&redirecting.url("http://idp.localhost:PORT/"), Limits::ORDINARY).await;
    assert!(matches!(refused, Err(FetchError::Redirected)));
    assert_eq!((redirecting.visits(), canary.visits()), (1, 0));
}

#[tokio::test]
async fn too_much_and_too_slow() {
    let few = Limits { bytes: 4, time: Duration::from_secs(5) };
    for answer in [HELLO, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"] {
        let canary = Canary::sing(answer).await;
        let refused = demo().get(&canary.url("http://idp.localhost:PORT/"), few).await;
        assert!(matches!(refused, Err(FetchError::TooLarge)), "{refused:?}");
    }
    let soon = Limits { bytes: 4000, time: Duration::from_millis(200) };
    for answer in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello"] {
        let canary = Canary::sing(answer).await;
        let started = Instant::now();
        let refused = demo().get(&canary.url("http://idp.localhost:PORT/"), soon).await;
        assert!(matches!(refused, Err(FetchError::TimedOut)), "{refused:?}");
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn an_error_repeats_nothing() {
    let client = Client::new(Inside::default()).expect("client");
    let url = Url::parse("https://no-such-host.invalid/secret-path").expect("url");
    let error = client.get(&url, Limits::ORDINARY).await.expect_err("no such host");
    assert!(!format!("{error} {error:?}").contains("secret-path"));
}

const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
