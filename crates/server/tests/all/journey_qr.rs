//! The sign-in by our QR code: two browsers, and a code that is read from the pixels of the one and opened in the other.

use serde_json::Value;

use crate::demo::Demo;
use crate::two_screens::{MAYA, Screens};

#[tokio::test]
async fn journey_qr_from_the_phones_link_to_the_very_page_asked_for() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();
    let code = it.code().await;

    // Opening the link changes nothing: programs that preview links open it too.
    it.phone.goto(&code).await;
    it.phone.wait_for_text("Sign in on another screen?").await;
    assert_eq!(it.read_state().await, "waiting");

    it.phone.click_role("button", "Show me").await;
    it.phone.wait_for_text("Is this your sign-in?").await;
    assert_shows_the_desktop_and_nobody(&it).await;
    let digits = it.digits().await;
    assert!(!it.desktop.has("img.qr-code:not([hidden] *)").await, "the digits take the place of the code");
    it.type_digits(&digits).await;
    it.phone.wait_for_text("Confirm it’s you").await;
    assert_shows_the_desktop_and_nobody(&it).await;
    it.desktop.wait_for_text("Now confirm on your phone").await;
    it.confirm().await;

    it.phone.wait_for_text("Nothing was signed in on this phone").await;
    it.home_as_maya(&page).await;
    assert_is_a_stranger(&it).await;
    it.quit().await;
}

/// What the phone's person judges by, and no name before the ceremony.
async fn assert_shows_the_desktop_and_nobody(it: &Screens) {
    let seen = it.phone.text().await;
    let application = it.at.org().replace("http://", "");
    for fact in ["Acme", &application, "Chrome on Linux", "127.0.0.1", "Same as this phone", "Asked"] {
        assert!(seen.contains(fact), "no {fact} in\n{seen}");
    }
    for name in ["Maya", "maya", "Okafor"] {
        assert!(!seen.contains(name), "{name} in\n{seen}");
    }
}

/// Approving opened no session on the phone.
async fn assert_is_a_stranger(it: &Screens) {
    let cookies = it.phone.cookies().await;
    assert!(cookies.iter().all(|cookie| !cookie.name.contains("session")), "{cookies:?}");
    // Without its passkey, which the page would use at once, it is asked who is there.
    it.passkeys.clear_credentials(&it.phone).await;
    it.phone.goto(&format!("{}/me", it.at.idp())).await;
    it.phone.by_role("button", "Sign in with a passkey").await;
}

#[tokio::test]
async fn journey_qr_survives_kills_of_the_server_at_any_step() {
    let mut demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();
    let code = it.code().await;
    it.desktop.script("window.sameDocument = true", Vec::new()).await;

    // While the code waits: the very code that was on the screen leads on.
    demo.kill_and_restart();
    it.open(&code).await;
    let digits = it.digits().await;

    // While the digits are shown.
    demo.kill_and_restart();
    it.type_digits(&digits).await;
    it.phone.wait_for_text("Confirm it’s you").await;
    it.desktop.wait_for_text("Now confirm on your phone").await;
    let same = it.desktop.script("return window.sameDocument", Vec::new()).await;
    assert_eq!(same, Value::Bool(true), "the page went on by itself");

    // While the phone is asked, and once more while the desktop names the account.
    demo.kill_and_restart();
    it.confirm().await;
    it.phone.wait_for_text("Confirmed").await;
    it.desktop.wait_for_text(MAYA).await;
    demo.kill_and_restart();
    it.home_as_maya(&page).await;
    it.close().await;
}
