//! The browser itself.

use axum::{Router, http::header, response::Redirect, routing::get};
use testkit::browser::{Browser, ColorScheme, Options};

use crate::site;

#[tokio::test]
async fn a_qr_code_is_read_from_its_pixels() {
    let text = "https://idp.example/q/4fzzzxjylrxMMBVpKfSxBg";
    let url = serve_pages(qr_page(text)).await;
    let browser = Browser::start(Options::desktop()).await;
    browser.goto(&url).await;
    assert_eq!(browser.qr().await, text);
    let picture = browser.profile().join("page.png");
    browser.screenshot_to(&picture).await;
    assert_eq!(testkit::qr::read(&std::fs::read(picture).unwrap()).as_deref(), Some(text));

    browser.goto("about:blank").await;
    assert_eq!(testkit::qr::read(&browser.screenshot().await), None);
    browser.quit().await;
}

#[tokio::test]
async fn cookies_requests_tabs_and_history_are_seen() {
    let url = serve_pages("<h1>Home</h1>".to_owned()).await;
    let mapped = url.replace("idp.localhost", "node.example");
    let target = url.strip_prefix("http://idp.localhost").unwrap();
    let options = Options::desktop().map_host("node.example", &format!("127.0.0.1{target}"));
    let browser = Browser::start(options).await;
    browser.goto(&format!("{mapped}/moved")).await;
    browser.by_role("heading", "Home").await;
    let requests = browser.requests().await;
    let seen: Vec<_> = requests
        .iter()
        .filter(|request| !request.url.ends_with("/favicon.ico"))
        .map(|request| (request.method.as_str(), request.status))
        .collect();
    assert_eq!(seen, [("GET", Some(303)), ("GET", Some(200))]);

    let cookie = browser.cookie("secret").await.unwrap();
    assert!(cookie.http_only && !cookie.secure);
    assert_eq!(cookie.same_site.as_deref(), Some("Lax"));
    browser.clear_cookies().await;
    assert_eq!(browser.cookies().await, []);

    let first = browser.tab().await;
    browser.open_tab("about:blank").await;
    assert_eq!(browser.tabs().await.len(), 2);
    browser.close_tab().await;
    browser.switch_to(&first).await;
    browser.goto("about:blank").await;
    browser.back().await;
    browser.refresh().await;
    assert_eq!(browser.wait_for_url("home", |url| url.path() == "/").await.host_str(), Some("node.example"));
    browser.quit().await;
}

#[tokio::test]
async fn a_phone_is_narrow_and_may_prefer_the_dark() {
    let page = "<!doctype html><meta name=viewport content='width=device-width'>\
        <label>Name <input></label><p hidden>never</p>";
    let url = serve_pages(page.to_owned()).await;
    let browser = Browser::start(Options::phone().dark()).await;
    browser.goto(&url).await;
    let seen = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, \
        navigator.userAgent.includes('Android')]";
    assert_eq!(browser.script(seen, Vec::new()).await.to_string(), "[390,true,true]");
    browser.set_color_scheme(ColorScheme::Light).await;
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(browser.script(dark, Vec::new()).await, false);
    browser.fill_label("Name", "Maya").await;
    assert_eq!(browser.find("input").await.prop("value").await.unwrap().as_deref(), Some("Maya"));
    assert!(browser.has("p").await);
    assert!(!browser.text().await.contains("never"));
    assert_eq!(browser.script_async("return await Promise.resolve(3)").await, 3);
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_browser_dies_with_the_test_that_panics() {
    let (said, process) = tokio::sync::oneshot::channel();
    let test = tokio::spawn(async move {
        let browser = Browser::start(Options::desktop()).await;
        let process = browser.session().capabilities().get("goog:processID").unwrap().clone();
        said.send((process, browser.profile().to_owned())).unwrap();
        panic!("as a test that fails");
    });
    let (process, profile) = process.await.unwrap();
    assert!(test.await.unwrap_err().is_panic());
    let running = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    assert_eq!(running, b"");
    assert!(!profile.exists());
}

/// Serves a page at `/` with a cookie, and a redirect to it.
async fn serve_pages(body: String) -> String {
    let page = move || async move {
        (
            [
                (header::SET_COOKIE, "secret=1; HttpOnly; SameSite=Lax; Path=/"),
                // As strict as the pages of the services: the driver's scripts run all the same.
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'"),
            ],
            axum::response::Html(body),
        )
    };
    let router = Router::new()
        .route("/", get(page))
        .route("/favicon.ico", get(|| async {}))
        .route("/moved", get(|| async { Redirect::to("/") }));
    site::listen(router).await
}

fn qr_page(text: &str) -> String {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
    let size = code.size();
    let squares: String = (0..size)
        .flat_map(|y| (0..size).map(move |x| (x, y)))
        .filter(|&(x, y)| code.get_module(x, y))
        .map(|(x, y)| format!("<rect x='{x}' y='{y}' width='1' height='1'/>"))
        .collect();
    format!("<svg width='240' viewBox='-4 -4 {0} {0}' shape-rendering='crispEdges'>{squares}</svg>", size + 8)
}
