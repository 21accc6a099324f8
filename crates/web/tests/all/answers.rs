//! Every answer is protected, whatever its status (T100–T102, T112, T114, T122).

use axum::body::Body;
use http::header::HOST;
use http::{Method, StatusCode};

use crate::support::{self, Answer, get_path, request, send, service};

fn assert_protected(answer: &Answer, what: &str) {
    let csp = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(csp.split("; ").any(|directive| directive == part), "{what}: {part} not in {csp}");
    }
    assert!(!csp.contains("unsafe"), "{what}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("publickey-credentials-get=(self)"), "{what}");
    assert_eq!(answer.header("x-tracking-id").len(), 16, "{what}");
}

#[tokio::test]
async fn every_status_has_all_headers() {
    let router = service(support::OUR_ORIGIN);
    for (method, path, status) in [
        (Method::GET, "/", 200),
        (Method::HEAD, "/", 200),
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/assets/0/base.css", 404),
        (Method::DELETE, "/", 405),
        (Method::POST, "/query", 405),
        (Method::OPTIONS, "/", 405),
        (Method::POST, "/foreign", 415),
        (Method::GET, "/query", 400),
        (Method::GET, "/panic", 500),
        (Method::GET, "/broken", 500),
        (Method::GET, "/slow", 503),
        (Method::GET, "/refused", 403),
        (Method::GET, "/limited", 429),
        (Method::GET, "/teapot", 418),
        (Method::GET, "/own", 200),
    ] {
        let what = format!("{method} {path}");
        let answer = send(&router, request(method, path).body(Body::empty()).expect("request")).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert_protected(&answer, &what);
    }
}

#[tokio::test]
async fn an_error_has_its_page_with_code_and_tracking_id() {
    let router = service(support::OUR_ORIGIN);
    for (path, code) in [
        ("/nowhere", "not-found"),
        ("/panic", "internal"),
        ("/broken", "internal"),
        ("/slow", "busy"),
        ("/refused", "foreign-page"),
        ("/teapot", "malformed"),
    ] {
        let answer = get_path(&router, path).await;
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.body.contains(&format!("<code>{code}</code>")), "{path}: {}", answer.body);
        assert!(answer.body.contains(answer.header("x-tracking-id")), "{path}");
        for secret in ["reason", "disk on fire", "a panic of the test"] {
            assert!(!answer.body.contains(secret), "{path} tells {secret}");
        }
    }
    assert_eq!(get_path(&router, "/limited").await.header("retry-after"), "7");
    assert!(!get_path(&router, "/slow").await.header("retry-after").is_empty());
}

#[tokio::test]
async fn scripts_get_errors_as_json() {
    let router = service(support::OUR_ORIGIN);
    let asked = request(Method::GET, "/refused").header("accept", "application/json");
    let answer = send(&router, asked.body(Body::empty()).expect("request")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let json: serde_json::Value = serde_json::from_str(&answer.body).expect("json");
    assert_eq!(json["error"]["code"], "foreign-page");
    assert_eq!(json["error"]["tracking"], answer.header("x-tracking-id"));
    assert_protected(&answer, "json");
}

#[tokio::test]
async fn tracking_ids_differ() {
    let router = service(support::OUR_ORIGIN);
    let (one, two) = (get_path(&router, "/").await, get_path(&router, "/").await);
    assert_ne!(one.header("x-tracking-id"), two.header("x-tracking-id"));
}

#[tokio::test]
async fn plain_http_on_localhost_gets_no_hsts() {
    let router = service("http://idp.localhost:8080");
    let mut asked = request(Method::GET, "/").body(Body::empty()).expect("request");
    asked.headers_mut().insert(HOST, "idp.localhost:8080".parse().expect("host"));
    let answer = send(&router, asked).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("strict-transport-security"), "");
}

#[tokio::test]
async fn another_host_is_misdirected() {
    let router = service(support::OUR_ORIGIN);
    for (host, status) in [
        ("sso.example.com", 200),
        ("SSO.example.com", 200),
        ("sso.example.com:443", 200),
        ("evil.example", 421),
        ("sso.example.com:8443", 421),
        ("sso.example.com.evil.example", 421),
        ("evil.example/sso.example.com", 421),
        ("user@sso.example.com", 421),
        ("", 421),
    ] {
        let mut asked = request(Method::GET, "/").body(Body::empty()).expect("request");
        asked.headers_mut().insert(HOST, host.parse().expect("host"));
        asked.headers_mut().insert("x-forwarded-host", "sso.example.com".parse().expect("host"));
        let answer = send(&router, asked).await;
        assert_eq!(answer.status, status, "{host}");
        assert_protected(&answer, host);
        assert!(status == 200 || !answer.body.contains("evil"), "{host}");
    }
    let mut none = request(Method::GET, "/").body(Body::empty()).expect("request");
    none.headers_mut().remove(HOST);
    assert_eq!(send(&router, none).await.status, StatusCode::MISDIRECTED_REQUEST);
    let mut two = request(Method::GET, "/").body(Body::empty()).expect("request");
    two.headers_mut().append(HOST, "evil.example".parse().expect("host"));
    assert_eq!(send(&router, two).await.status, StatusCode::MISDIRECTED_REQUEST);
    let target = request(Method::GET, "https://evil.example/").body(Body::empty()).expect("request");
    assert_eq!(send(&router, target).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn only_a_declared_proxy_is_believed() {
    let router = service(support::OUR_ORIGIN);
    let ask = async |connection: [u8; 4]| {
        let mut asked = request(Method::GET, "/peer").header("x-forwarded-for", "203.0.113.7");
        let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from((connection, 1)));
        asked = asked.extension(peer);
        send(&router, asked.body(Body::empty()).expect("request")).await.body
    };
    assert_eq!(ask([10, 0, 0, 1]).await, "203.0.113.7");
    assert_eq!(ask([10, 0, 0, 2]).await, "10.0.0.2");
}

#[tokio::test]
async fn too_many_at_once_are_turned_away_but_administrators_have_a_reserve() {
    let router = service(support::OUR_ORIGIN);
    let slow = || {
        let router = router.clone();
        tokio::spawn(async move { get_path(&router, "/slow").await.status })
    };
    let waiting = [slow(), slow()];
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    let started = std::time::Instant::now();
    let shed = get_path(&router, "/").await;
    assert_eq!((shed.status.as_u16(), shed.header("retry-after")), (503, "1"));
    assert!(started.elapsed() < std::time::Duration::from_millis(100));
    assert_protected(&shed, "shed");
    assert_eq!(get_path(&router, "/administrator").await.status, 503);
    assert_eq!(get_path(&router, "/admin/nothing").await.status, 404);
    for task in waiting {
        task.await.expect("ended");
    }
    assert_eq!(get_path(&router, "/").await.status, 200);
}

#[tokio::test]
async fn assets_are_cached_and_nothing_else_is_found() {
    let router = service(support::OUR_ORIGIN);
    let path = web::assets::path("base.css").expect("there");
    let answer = get_path(&router, &path).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(get_path(&router, "/favicon.ico").await.header("content-type"), "image/svg+xml");
    let folder = path.strip_suffix("/base.css").expect("suffix");
    let mut tried = 0;
    for up in
        ["..", "%2e%2e", ".%2e", "..%2f..", "%2e%2e%2f", "..%5c", "%5c..", "....//", "%c0%ae%c0%ae", "..%00"]
    {
        for file in [
            "Cargo.toml",
            "src/lib.rs",
            "etc/passwd",
            "messages/en.ftl",
            "templates/layout.html",
            "countersign.key",
            "BASE.CSS",
            "base.css%00.js",
            "base.css%20",
            "base.css.",
        ] {
            for path in [
                format!("{folder}/{up}/{file}"),
                format!("/assets/{up}/{file}"),
                format!("{folder}/{up}%2f{file}"),
            ] {
                let answer = get_path(&router, &path).await;
                assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {}", answer.status);
                assert!(!answer.body.contains("--ink") && !answer.body.contains("[package]"), "{path}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 200);
}
