//! A browser that was closed with ten tabs open: each waits for the same person on its way to another page.

use testkit::browser::{Browser, Options};

use crate::demo::{Demo, enrolled, type_address};

#[tokio::test]
async fn journey_tabs_ten_restored_ones_all_come_home() {
    let demo = Demo::start();
    let (browser, _device) = enrolled(Options::desktop(), &demo.enrolment("Maya", "computer")).await;
    browser.clear_cookies().await;
    let here = browser.tab().await;

    // Nine tabs without a passkey at hand. Every other one has gone on to the identity provider.
    let links: Vec<String> =
        PAGES.iter().map(|(product, path)| format!("{}{path}", demo.product(product))).collect();
    let mut tabs = Vec::new();
    for (number, link) in links.iter().enumerate().skip(1) {
        tabs.push((browser.open_tab(link).await, link));
        browser.wait_for_url("the organisation", |url| url.as_str().starts_with(&demo.org())).await;
        if number % 2 == 0 {
            to_identity_provider(&browser, &demo).await;
        }
    }

    // In the tenth the person signs in.
    browser.switch_to(&here).await;
    browser.goto(&links[0]).await;
    type_address(&browser, "maya@acme.example").await;
    browser.wait_for_text("Signed in as Maya").await;
    assert_eq!(browser.url().await.as_str(), links[0]);

    // All the others are loaded at once, as when the browser restores them.
    let now = browser.script("return Date.now()", Vec::new()).await.as_f64().unwrap();
    for (tab, _) in &tabs {
        browser.switch_to(tab).await;
        let script = "setTimeout(() => location.reload(), arguments[0] - Date.now())";
        browser.script(script, vec![(now + 2500.0).into()]).await;
    }
    for (tab, link) in &tabs {
        browser.switch_to(tab).await;
        browser.wait_for_text("Signed in as Maya").await;
        assert_eq!(browser.url().await.as_str(), *link);
    }
    browser.quit().await;

    // Five had gone on to the identity provider. All ten share the session of the first.
    let noted = demo.end().await;
    assert_eq!(noted("org", "sign_in.succeeded").await, 5);
    assert_eq!(noted("org", "session.opened").await, 1);
}

async fn to_identity_provider(browser: &Browser, demo: &Demo) {
    type_address(browser, "maya@acme.example").await;
    browser.wait_for_url("the identity provider", |url| url.as_str().starts_with(&demo.idp())).await;
}

const PAGES: [(&str, &str); 10] = [
    ("jira", "/browse/ACME-42"),
    ("jira", "/browse/ACME-45"),
    ("jira", "/browse/ACME-48"),
    ("jira", "/browse/ACME-51?focus=comments"),
    ("jira", "/boards/ACME"),
    ("confluence", "/wiki/ACME/rollout-plan"),
    ("confluence", "/wiki/ACME/questions"),
    ("bitbucket", "/acme/storefront"),
    ("bitbucket", "/acme/storefront/pull-requests/17"),
    ("statuspage", "/incidents/slow-checkout"),
];
