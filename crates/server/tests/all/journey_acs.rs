//! Arriving: lost answers, Refresh and Back on the way, and a service provider that sends people on.

use testkit::browser::{Options, Transport, VirtualAuthenticator};

use crate::demo::{Demo, enrolled, type_address};
use crate::nodes::Deployment;
use crate::proxy::Proxy;
use crate::service_provider::Place;
use crate::two_screens::Screens;

#[tokio::test]
async fn journey_acs_refresh_after_a_lost_answer_leads_to_the_product() {
    let demo = Demo::start();
    let before = Proxy::to(demo.org_port()).await;
    let options = Options::desktop().map_host(&demo.org_host(), &before.address());
    let (browser, _device) = enrolled(options, &demo.enrolment("Maya", "computer")).await;

    // The response arrives and the answer to it does not: the browser stands on the ACS page.
    let deep_link = demo.deep_link();
    before.lose_answer("/login/callback");
    browser.goto(&deep_link).await;
    type_address(&browser, "maya@acme.example").await;
    browser.wait_for_text("the proxy lost the answer").await;
    assert_eq!(browser.url().await.path(), "/login/callback");

    // Refresh posts the same message once more.
    browser.refresh().await;
    browser.wait_for_text("Signed in as Maya").await;
    assert_eq!(browser.url().await.as_str(), deep_link);
    browser.quit().await;

    let noted = demo.end().await;
    assert_eq!(noted("idp", "assertion.issued").await, 1);
    assert_eq!(noted("org", "sign_in.succeeded").await, 1);
    assert_eq!(noted("org", "sign_in.refused").await, 0);
}

#[tokio::test]
async fn journey_acs_back_and_refresh_on_the_answers_own_page() {
    let demo = Demo::start();
    let (browser, device) = enrolled(Options::desktop(), &demo.enrolment("Maya", "computer")).await;
    demo.enrol_robin(&browser).await;
    browser.clear_cookies().await;

    // Maya waits at the identity provider; in another tab Robin comes in by the local door meanwhile.
    let deep_link = demo.deep_link();
    let keys = device.credentials(&browser).await;
    device.clear_credentials(&browser).await;
    browser.goto(&deep_link).await;
    type_address(&browser, "maya@acme.example").await;
    browser.wait_for_text("Sign in with a passkey").await;
    let waiting = browser.tab().await;
    browser.open_tab(&format!("{}/login", demo.org())).await;
    let door = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    for key in &keys {
        door.add_credential(&browser, key).await;
    }
    type_address(&browser, "robin@fallback.example").await;
    browser.click_role("button", "Use a passkey").await;
    browser.wait_for_text("Robin").await;

    // Her answer finds Robin signed in: its page asks, as often as it is loaded, and changes nothing yet.
    browser.switch_to(&waiting).await;
    for key in &keys {
        device.add_credential(&browser, key).await;
    }
    browser.click_role("button", "Sign in with a passkey").await;
    browser.wait_for_text("robin@fallback.example").await;
    let arrival = browser.url().await;
    assert!(arrival.path().starts_with("/login/arrival/"), "{arrival}");
    browser.refresh().await;
    browser.wait_for_text("robin@fallback.example").await;

    // She goes on, and then back: the page has done its work and leads to the product.
    browser.click_role("button", "Continue as maya@acme.example").await;
    browser.wait_for_text("Signed in as Maya").await;
    assert_eq!(browser.url().await.as_str(), deep_link);
    for _ in 0..2 {
        browser.back().await;
        browser.wait_for_text("Signed in as Maya").await;
        assert_eq!(browser.url().await.as_str(), deep_link);
        browser.goto(arrival.as_str()).await;
        browser.wait_for_text("Signed in as Maya").await;
        assert_eq!(browser.url().await.as_str(), deep_link);
    }
    browser.quit().await;

    let noted = demo.end().await;
    assert_eq!(noted("idp", "assertion.issued").await, 1);
    assert_eq!(noted("org", "sign_in.succeeded").await, 1);
    assert_eq!(noted("org", "sign_in.refused").await, 0);
}

#[tokio::test]
async fn journey_acs_back_to_a_finished_sign_in_links_on() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let code = it.code().await;
    it.approved(&code).await;
    it.home_as_maya(&demo.deep_link()).await;

    it.desktop.back().await;
    it.desktop.wait_for_text("Already done").await;
    let there = it.desktop.url().await;
    assert!(there.as_str().starts_with(&demo.idp()), "{there}");
    it.desktop.refresh().await;
    it.desktop.click_role("link", "Open Acme").await;
    it.desktop.wait_for_text("Maya Okafor").await;
    assert!(it.desktop.url().await.as_str().starts_with(&demo.org()));
    it.close().await;

    let noted = demo.end().await;
    assert_eq!(noted("idp", "assertion.issued").await, 1);
    assert_eq!(noted("org", "sign_in.succeeded").await, 1);
}

#[tokio::test]
async fn journey_acs_redirects_to_a_third_host_and_a_fourth() {
    let place = Place::find();
    let deployment = Deployment::with_application(place.settings()).await;
    let _node = deployment.first_node("");
    let provider = place.open(deployment.identity());
    let (browser, _device) = enrolled(Options::desktop(), &deployment.enrolment()[0]).await;
    browser.clear_cookies().await;

    // By a ceremony first, then by the session: the answer leaves from two pages.
    for _ in 0..2 {
        browser.goto(&provider.start()).await;
        browser.wait_for_text("Welcome maya@acme.example").await;
        assert!(browser.url().await.as_str().starts_with(&provider.home()));
        assert_eq!(browser.console_errors().await, Vec::<String>::new());
    }
    browser.quit().await;
}
