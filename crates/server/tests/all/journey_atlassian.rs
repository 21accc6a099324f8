//! The guided Atlassian application against a service provider in Atlassian's shapes, on Atlassian's host names: the guide
//! is followed in the console, and nothing is typed that it does not name.

use serde_json::{Value, json};
use testkit::browser::{Browser, Options};

use crate::demo::{Demo, enrolled, type_address};
use crate::idp_console::Owner;
use crate::interop::{Program, Software, another_key, result};

#[tokio::test]
async fn journey_atlassian_accepts_the_guided_application() {
    let Some(software) = Software::installed() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = another_key(folder.path());
    let atlassian = Program::start(software.node("atlassian.mjs").arg(&key).arg(&certificate));
    let demo = Demo::start();
    let owner = Owner::set_up_in(on(&atlassian), &demo).await;
    let (maya, _device) = enrolled(on(&atlassian), &demo.enrolment("Maya", "computer")).await;

    let ours = follow_the_guide(&owner).await;
    add_saml_details(&owner.browser, &ours).await;
    let arrived = |email: &str, first_name: &str| {
        let (number, last_name) = (1, "Okafor");
        json!({ "accepted": true, "number": number, "email": email, "first_name": first_name, "last_name": last_name })
    };
    assert_eq!(sign_in(&maya, "maya@acme.example").await, arrived("maya@acme.example", "Maya"));
    // The page beside the steps has seen it.
    owner.browser.goto(&ours.page).await;
    owner.browser.wait_for_text("We answered for Maya Okafor").await;
    owner.browser.click_role("button", "They arrived in the product").await;
    owner.browser.wait_for_text("All seven steps are done").await;

    // Her address changes and she stays the same account: that is what the stable id is for.
    rename(&owner, "maya@acme.example", "maya.okafor@acme.example").await;
    let again = sign_in(&maya, "maya.okafor@acme.example").await;
    assert_eq!(again, arrived("maya.okafor@acme.example", "Maya"));

    // The one certificate that it has is what it believes.
    let pem = std::fs::read_to_string(&certificate).unwrap();
    add_saml_details(&owner.browser, &Ours { certificate: pem, ..ours }).await;
    let refused = sign_in(&maya, "maya.okafor@acme.example").await;
    assert_eq!(refused, json!({ "accepted": false, "error": "Invalid signature" }));
    owner.quit().await;
    maya.quit().await;
}

/// What the guide carries from our pages to Atlassian's, and where it stands.
struct Ours {
    page: String,
    sso_url: String,
    entity_id: String,
    certificate: String,
}

/// The guide's steps 1 to 6 at our side. What is filled in already stays as it is.
async fn follow_the_guide(owner: &Owner) -> Ours {
    let browser = &owner.browser;
    browser.goto("https://admin.atlassian.com/").await;
    let theirs = async |css| browser.find(css).await.text().await.unwrap();
    let (entity_id, acs_url) = (theirs("#sp-entity").await, theirs("#sp-acs").await);
    assert!(acs_url.contains("/login/callback?connection=saml-"), "{acs_url}");

    browser.goto(&format!("{}/admin/applications", owner.idp)).await;
    browser.click_role("link", "Add application").await;
    browser.click_role("button", "Add integration Atlassian Cloud").await;
    browser.fill_label("Address of the fallback administrator", "robin@fallback.example").await;
    browser.click_role("button", "Next").await;
    browser.fill_label("Entity ID", &entity_id).await;
    browser.fill_label("Assertion Consumer Service URL", &acs_url).await;
    let (_, unique_id) = entity_id.rsplit_once('/').unwrap();
    browser.wait_for_text(unique_id).await;
    browser.click_role("button", "Next").await;
    browser.fill_label("Application name", "Atlassian").await;
    browser.fill_label("Application access URL", "https://acme.atlassian.net").await;
    browser.click_role("button", "Next").await;
    // Its NameID and claims are there.
    let page = owner.save().await;
    for done in ["The values are saved there", "The domain is linked", "It is enforced for the test group"] {
        browser.click_role("button", done).await;
        browser.by_role("button", &format!("Not yet {done}")).await;
    }
    let value = async |css| browser.find(css).await.prop("value").await.unwrap().unwrap();
    Ours {
        page,
        sso_url: value("#guide-sso-url").await,
        entity_id: value("#guide-entity-id").await,
        certificate: browser.find("#guide-certificate").await.text().await.unwrap(),
    }
}

/// Atlassian's three fields.
async fn add_saml_details(browser: &Browser, ours: &Ours) {
    browser.goto("https://admin.atlassian.com/").await;
    browser.fill_label("Identity provider Entity ID", &ours.entity_id).await;
    browser.fill_label("Identity provider SSO URL", &ours.sso_url).await;
    browser.fill_label("Public x509 certificate", &ours.certificate).await;
    browser.click_role("button", "Save configuration").await;
    browser.wait_for_text("The configuration is saved").await;
}

/// A private window opens the product, types the address at the log-in page and proves itself with her passkey. What the
/// product, or the error page, says then.
async fn sign_in(browser: &Browser, address: &str) -> Value {
    browser.clear_cookies().await;
    browser.goto("https://acme.atlassian.net/browse/ACME-42").await;
    browser.wait_for_url("its log-in page", |url| url.host_str() == Some("id.atlassian.com")).await;
    type_address(browser, address).await;
    let said = result(browser).await;
    let (host, accepted) = (browser.url().await, said["accepted"] == true);
    let end = if accepted { "acme.atlassian.net" } else { "id.atlassian.com" };
    assert_eq!(host.host_str(), Some(end), "{host}");
    let asked = browser.requests().await;
    let asked: Vec<_> = asked.iter().filter(|request| request.url.contains("SAMLRequest=")).collect();
    assert!(
        matches!(&asked[..], [one] if one.method == "GET" && !one.url.contains("Signature=")),
        "{asked:?}"
    );
    said
}

/// Changes the address of a person in the console.
async fn rename(owner: &Owner, from: &str, to: &str) {
    let browser = &owner.browser;
    browser.goto(&format!("{}/admin/people?q={from}", owner.idp)).await;
    browser.click("a.who").await;
    browser.click("main a[href$='/edit']").await;
    browser.fill("input[name=email]", to).await;
    browser.click("form[action$='/edit'] button.primary").await;
    browser.wait_for_text(to).await;
}

/// A desktop for which Atlassian's hosts are this program.
fn on(atlassian: &Program) -> Options {
    let here = format!("127.0.0.1:{}", atlassian.port());
    Options::desktop()
        .map_host("*.atlassian.com", &here)
        .map_host("*.atlassian.net", &here)
        .argument("--ignore-certificate-errors")
}
