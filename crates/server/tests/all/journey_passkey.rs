//! A newcomer's first minute: from the demo's first printed line to a product's page, by passkey.
//!
//! The sign-in page asks with conditional mediation as soon as it is there, and the virtual
//! authenticator accepts at once: the one tap of a person who picks the passkey offered.

use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};

use crate::demo::{Demo, enrolled, type_address};

#[tokio::test]
async fn journey_passkey_from_a_deep_link_and_back_to_it() {
    let demo = Demo::start();
    let (browser, _device) = enrolled(Options::desktop(), &demo.enrolment("Maya", "computer")).await;
    browser.clear_cookies().await;

    let deep_link = demo.deep_link();
    browser.goto(&deep_link).await;
    browser.wait_for_url("the organisation", |url| url.as_str().starts_with(&demo.org())).await;
    browser.requests().await;
    type_address(&browser, "maya@acme.example").await;
    browser.wait_for_text("Signed in as Maya").await;
    assert_eq!(browser.url().await.as_str(), deep_link);
    let passed = browser.requests().await;
    assert!(passed.iter().any(|request| request.url.starts_with(&demo.idp())), "{passed:?}");

    // One session for all products: the next one asks nothing.
    browser.goto(&demo.product("confluence")).await;
    browser.wait_for_text("Signed in as Maya").await;

    // The start page says who is signed in, and to what.
    browser.goto(&demo.org()).await;
    browser.wait_for_text("Maya").await;
    for product in ["Jira", "Confluence", "Bitbucket", "Statuspage"] {
        browser.wait_for_text(product).await;
    }
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
    browser.quit().await;
}

#[tokio::test]
async fn journey_passkey_not_verified_is_refused_by_the_server() {
    let demo = Demo::start();
    let (browser, device) = enrolled(Options::desktop(), &demo.enrolment("Maya", "computer")).await;

    device.set_bad_user_verification(&browser, true).await;
    browser.goto(&demo.product("jira")).await;
    type_address(&browser, "maya@acme.example").await;
    browser.wait_for_url("the identity provider", |url| url.as_str().starts_with(&demo.idp())).await;
    browser.wait_for_text("did not check that it is you").await;
    assert!(browser.url().await.as_str().starts_with(&demo.idp()), "nothing was issued");

    device.set_bad_user_verification(&browser, false).await;
    browser.refresh().await;
    browser.wait_for_text("Signed in as Maya").await;
    browser.quit().await;
}

#[tokio::test]
async fn journey_fallback_administrator_enters_by_the_local_door() {
    let mut demo = Demo::start();
    let browser = Browser::start(Options::desktop()).await;
    let _device = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    demo.enrol_robin(&browser).await;
    browser.clear_cookies().await;
    demo.kill_and_restart();

    browser.goto(&format!("{}/login", demo.org())).await;
    type_address(&browser, "robin@fallback.example").await;
    browser.click_role("button", "Use a passkey").await;
    browser.wait_for_text("Robin").await;
    browser.goto(&format!("{}/admin", demo.org())).await;
    browser.wait_for_text("SAML single sign-on").await;
    browser.quit().await;
}
