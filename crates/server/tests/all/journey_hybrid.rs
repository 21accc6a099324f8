//! "Use your phone": the browser's own phone flow. The page asks for it by the hint, and an authenticator that is not
//! built into the desktop completes it.

use serde_json::json;
use testkit::browser::{Browser, Transport, VirtualAuthenticator};

use crate::demo::Demo;
use crate::two_screens::Screens;

#[tokio::test]
async fn journey_hybrid_by_the_hint_and_an_authenticator_outside_the_desktop() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();
    // The phone of the first enrolment, as the desktop's browser reaches it.
    let beside = VirtualAuthenticator::attach(&it.desktop, Transport::Hybrid).await;
    carry((&it.passkeys, &it.phone), (&beside, &it.desktop)).await;
    note_what_is_asked(&it.desktop).await;
    it.ask(&page).await;
    it.desktop.click_role("button", "Use your phone").await;
    it.desktop.wait_for_text("Signed in as Maya").await;
    assert_eq!(it.desktop.url().await.as_str(), page);

    it.desktop.goto(&format!("{}/phone", it.at.idp())).await;
    let asked = it.desktop.script("return JSON.parse(sessionStorage.getItem('asked'))", Vec::new()).await;
    let phone = json!({
        "rpId": "idp.localhost", "hints": ["hybrid"], "userVerification": "required", "allowCredentials": [],
    });
    assert_eq!(asked, json!([phone]));

    // The ceremony ran in this very browser, so from now on it knows Maya: her code needs no click.
    carry((&beside, &it.desktop), (&it.passkeys, &it.phone)).await;
    beside.detach(&it.desktop).await;
    it.end_sessions().await;
    let code = it.code().await;
    it.approved(&code).await;
    it.desktop.wait_for_text("Signed in as Maya").await;
    assert_eq!(it.desktop.url().await.as_str(), page);
    it.quit().await;
}

/// The one phone that there is, with its counters: what stayed behind would be a copy.
async fn carry(from: (&VirtualAuthenticator, &Browser), to: (&VirtualAuthenticator, &Browser)) {
    let passkeys = from.0.credentials(from.1).await;
    from.0.clear_credentials(from.1).await;
    for passkey in passkeys {
        to.0.add_credential(to.1, &passkey).await;
    }
}

/// From now on every page of this browser notes what it asks its authenticators.
async fn note_what_is_asked(browser: &Browser) {
    let source = "
        const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = (options) => {
            const { mediation, publicKey } = options;
            const { hints, userVerification, allowCredentials, rpId } = publicKey;
            const asked = JSON.parse(sessionStorage.getItem('asked') ?? '[]');
            asked.push({ mediation, hints, userVerification, allowCredentials, rpId });
            sessionStorage.setItem('asked', JSON.stringify(asked));
            return get(options);
        };";
    browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
}
