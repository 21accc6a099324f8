//! The console in a real browser: what is typed is judged while it is typed, and the guided form needs no page twice.

use idp::Settings;
use store::testing::TestDatabase;
use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use tokio::net::TcpListener;
use web::PublicUrl;

use crate::house::{House, settings};

/// An identity provider on a real port, and its first owner's browser in the console.
async fn set_up() -> (House, Browser, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let origin = format!("http://idp.localhost:{port}");
    let settings = Settings { public_url: PublicUrl::parse(&origin).expect("a URL"), ..settings() };
    let house = House::with(TestDatabase::sqlite(), settings).await;
    let router = house.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let browser = Browser::start(Options::desktop()).await;
    // Kept by the browser: the value here is only its name.
    let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    let link = house.idp.set_up_link().await.expect("reads").expect("no owner yet");
    browser.goto(link.as_str()).await;
    for (label, text) in
        [("First name", "Olga"), ("Last name", "Lind"), ("Email address", "olga@acme.example")]
    {
        browser.fill_label(label, text).await;
    }
    browser.click_role("button", "Next: make a passkey").await;
    browser.click("[data-passkey-start]").await;
    browser.wait_for_url("the console", |url| url.path() == "/admin").await;
    (house, browser, origin)
}

#[tokio::test]
async fn atlassian_is_added_with_every_value_judged_as_it_is_typed() {
    let (_house, browser, origin) = set_up().await;
    browser.goto(&format!("{origin}/admin/applications/add")).await;
    browser.click_role("button", "Add integration Atlassian Cloud").await;
    browser.fill_label("Address of the fallback administrator", "robin@acme.example").await;
    browser.wait_for_text("Use an address on a domain that is not verified there").await;
    browser.fill_label("Address of the fallback administrator", "robin@fallback.example").await;
    browser.wait_until_gone("Use an address on a domain that is not verified there").await;
    browser.click_role("button", "Next").await;

    browser.fill("#entity_id", "https://auth.atlassian.com/saml/a1b2c3d4").await;
    browser.wait_for_text("Unique ID: a1b2c3d4").await;
    browser.fill("#acs_urls", "https://auth.atlassian.com/login/callback").await;
    browser.wait_for_text("The part “?connection=saml-…” is missing").await;
    let acs = "https://auth.atlassian.com/login/callback?connection=saml-a1b2c3d4";
    browser.fill("#acs_urls", acs).await;
    browser.wait_until_gone("The part “?connection=saml-…” is missing").await;
    browser.click_role("button", "Next").await;
    browser.fill_label("Application access URL", "https://acme.atlassian.net").await;
    browser.click_role("button", "Next").await;

    // The preview follows the mappings; a name given twice is said beside its row.
    browser.wait_for_text("olga@acme.example").await;
    browser.fill("#claim_name-1", "given").await;
    browser.wait_for_text("given").await;
    // In one step: the rows are made anew with every answer.
    let names =
        "return [...document.querySelectorAll('[data-check-list=attributes] th')].map(th => th.textContent)";
    let previewed = async |name: &str| {
        let rows = browser.script(names, Vec::new()).await;
        rows.as_array().is_some_and(|rows| rows.iter().any(|row| row == name)).then_some(())
    };
    browser.wait_until("the preview", async || previewed("given").await).await;
    browser.fill("#claim_name-2", "given").await;
    browser.wait_for_text("Two claims have the same name").await;
    browser.fill("#claim_name-2", "lastname").await;
    browser.wait_until_gone("Two claims have the same name").await;
    browser.click_role("button", "Save").await;
    browser.wait_for_text("The seven steps").await;
    browser.wait_for_text("robin@fallback.example").await;
    assert_eq!(browser.find("#acs-1").await.prop("value").await.expect("reads").as_deref(), Some(acs));
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
    browser.quit().await;
}

#[tokio::test]
async fn the_search_box_stands_on_every_page_of_the_console() {
    let (_house, browser, origin) = set_up().await;
    browser.goto(&format!("{origin}/admin/people")).await;
    browser.fill("#console-search", "Core Configuration").await;
    browser.find("#console-search").await.send_keys(ENTER).await.expect("typed");
    browser.wait_for_text("IdP Configuration").await;
    browser.wait_for_url("the results", |url| url.path() == "/admin/search").await;
    browser.click(".panel a[href='/admin/settings/idp']").await;
    browser.wait_for_text("IdP Entity ID").await;
    browser.quit().await;
}

/// The key, as WebDriver names it.
const ENTER: &str = "\u{E007}";
