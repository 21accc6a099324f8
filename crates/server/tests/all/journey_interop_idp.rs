//! An identity provider that others wrote, set up in the organisation's console: `org` accepts its
//! sign-ins, and believes no other key than the one that stands there.

use serde_json::json;
use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use testkit::schema::{Schema, assert_valid};

use crate::demo::{Demo, type_address};
use crate::interop::{Program, Software, another_certificate, get};

#[tokio::test]
async fn journey_interop_identity_provider_signs_people_in() {
    let Some(software) = Software::installed() else {
        return;
    };
    let demo = Demo::start();
    let folder = tempfile::tempdir().unwrap();
    let robin = Robin::at_the_console(&demo).await;
    let theirs = software.python("idp.py", &[folder.path().as_os_str()]);
    let metadata = get(&robin.sp_entity_id().await);
    assert_valid(metadata.as_bytes(), Schema::Metadata);
    std::fs::write(folder.path().join("sp.xml"), &metadata).unwrap();
    let person = json!({
        "name_id": "maya@acme.example",
        "attributes": { "firstname": ["Maja"], "lastname": ["Okafor"] },
    });
    std::fs::write(folder.path().join("person.json"), person.to_string()).unwrap();
    let pem = std::fs::read_to_string(folder.path().join("idp.pem")).unwrap();
    robin.save(&theirs, &pem, "").await;

    let maya = Browser::start(Options::desktop()).await;
    let deep_link = demo.deep_link();
    sign_in(&maya, &deep_link).await;
    maya.wait_for_text("Signed in as Maja").await;
    assert_eq!(maya.url().await.as_str(), deep_link);
    assert_valid(get(&theirs.at("/last")).as_bytes(), Schema::Protocol);
    let visited: Vec<_> = maya.requests().await.into_iter().map(|request| request.url).collect();
    assert!(visited.iter().any(|url| url.starts_with(&theirs.at("/sso"))), "{visited:?}");
    assert!(!visited.iter().any(|url| url.starts_with(&demo.idp())), "{visited:?}");

    // Another key under the same name signs nobody in.
    let other = std::fs::read_to_string(another_certificate(folder.path())).unwrap();
    robin.save(&theirs, &other, "").await;
    sign_in(&maya, &deep_link).await;
    maya.wait_for_text("wrong-signature").await;
    let at = maya.url().await;
    assert!(at.as_str().starts_with(&demo.org()), "{at}");
    maya.goto(&demo.org()).await;
    maya.wait_for_url("the sign-in page", |url| url.path() == "/login").await;

    // Until it stands there as the next one.
    robin.save(&theirs, &other, &pem).await;
    sign_in(&maya, &deep_link).await;
    maya.wait_for_text("Signed in as Maja").await;
    maya.quit().await;
    robin.browser.quit().await;
}

/// A person opens a product's page in a browser that knows nobody, and types an address.
async fn sign_in(browser: &Browser, deep_link: &str) {
    browser.clear_cookies().await;
    browser.goto(deep_link).await;
    type_address(browser, "maya@acme.example").await;
}

/// The fallback administrator's browser, at the organisation's console.
struct Robin {
    browser: Browser,
    console: String,
}

impl Robin {
    async fn at_the_console(demo: &Demo) -> Self {
        let browser = Browser::start(Options::desktop()).await;
        let _passkey = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
        demo.enrol_robin(&browser).await;
        browser.goto(&format!("{}/admin/acme/identity-providers", demo.org())).await;
        let directory = "return document.querySelector('main tbody a').getAttribute('href')";
        let directory = browser.script(directory, Vec::new()).await;
        let console = format!("{}{}/saml/details", demo.org(), directory.as_str().unwrap());
        browser.goto(&console).await;
        Self { browser, console }
    }

    async fn sp_entity_id(&self) -> String {
        self.browser.find("#sp-entity-id").await.prop("value").await.unwrap().unwrap()
    }

    /// Types what is taken from the identity provider, and saves.
    async fn save(&self, theirs: &Program, certificate: &str, next: &str) {
        let browser = &self.browser;
        browser.goto(&self.console).await;
        browser.fill("#sso_url", &theirs.at("/sso")).await;
        browser.fill("#entity_id", &theirs.at("/metadata")).await;
        browser.fill("#certificate", certificate).await;
        if !next.is_empty() {
            browser.click("details.more summary").await;
            browser.fill("#next_certificate", next).await;
        }
        browser.click_role("button", "Save configuration").await;
        browser.wait_for_text("Saved.").await;
    }
}
