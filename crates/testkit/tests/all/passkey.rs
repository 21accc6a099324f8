//! Passkeys made and used in a real browser, judged by the relying party.

use serde_json::json;
use testkit::browser::{Browser, Options, Transport, VirtualAuthenticator};
use webauthn::Passkey;

use crate::site::{self, Site};

#[tokio::test]
async fn a_passkey_is_registered_and_signs_in() {
    let site = site::serve(PAGE).await;
    let browser = Browser::start(Options::desktop()).await;
    browser.goto(&site.url).await;
    let passkeys = VirtualAuthenticator::attach(&browser, Transport::Internal).await;

    register(&browser).await;
    let kept = passkeys.credentials(&browser).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].rp_id, "idp.localhost");
    let registered = passkey(&site);
    assert_eq!(registered.user_handle().as_bytes(), b"maya");
    assert_eq!(registered.transports(), [webauthn::Transport::Internal]);
    assert_eq!(registered.attestation_format(), "none");
    assert!(!registered.backup_eligible());

    outcome(&browser, "Sign in", "signed in").await;
    assert!(passkey(&site).sign_count() > registered.sign_count());

    // The authenticator answers though it verified nobody: the server refuses.
    passkeys.set_bad_user_verification(&browser, true).await;
    outcome(&browser, "Sign in", "user-not-verified").await;
    outcome(&browser, "Register", "user-not-verified").await;

    // An honest one that cannot verify does not answer at all.
    passkeys.set_bad_user_verification(&browser, false).await;
    passkeys.set_user_verified(&browser, false).await;
    outcome(&browser, "Sign in", "NotAllowedError").await;
    passkeys.set_user_verified(&browser, true).await;

    let refused = browser.console_errors().await;
    assert_eq!(refused.len(), 2, "the two 403: {refused:?}");
    browser.quit().await;
}

#[tokio::test]
async fn a_phone_beside_the_device_signs_in_by_a_carried_passkey() {
    let site = site::serve(PAGE).await;
    let desktop = Browser::start(Options::desktop()).await;
    desktop.goto(&site.url).await;
    let synced = json!({ "defaultBackupEligibility": true, "defaultBackupState": true });
    let internal = VirtualAuthenticator::attach_with(&desktop, Transport::Internal, synced).await;
    register(&desktop).await;
    let carried = internal.credentials(&desktop).await.remove(0);
    assert!(passkey(&site).backup_eligible() && passkey(&site).backed_up());

    let other = Browser::start(Options::phone().dark()).await;
    other.goto(&site.url).await;
    let hybrid = VirtualAuthenticator::attach(&other, Transport::Hybrid).await;
    hybrid.add_credential(&other, &carried).await;
    outcome(&other, "Sign in", "signed in").await;
    let message: serde_json::Value = serde_json::from_slice(&site.kept.lock().unwrap().message).unwrap();
    assert_eq!(message["authenticatorAttachment"], "cross-platform");

    // Now the desktop's copy has the smaller count.
    outcome(&desktop, "Sign in", "sign-count-not-greater").await;
    other.quit().await;
    desktop.quit().await;
}

#[tokio::test]
async fn conditional_mediation_signs_in_without_a_prompt() {
    let site = site::serve(PAGE).await;
    let browser = Browser::start(Options::desktop()).await;
    browser.goto(&site.url).await;
    let passkeys = VirtualAuthenticator::attach(&browser, Transport::Internal).await;
    register(&browser).await;
    passkeys.set_presence(&browser, false).await;
    browser.click_role("button", "Offer").await;
    browser.wait_for_text("outcome: waiting").await;

    browser.refresh().await;
    passkeys.set_presence(&browser, true).await;
    browser.click_role("button", "Offer").await;
    browser.wait_for_text("outcome: signed in").await;
    browser.quit().await;
}

async fn register(browser: &Browser) {
    outcome(browser, "Register", "registered").await;
}

async fn outcome(browser: &Browser, button: &str, outcome: &str) {
    browser.script("document.querySelector('output').textContent = ''", Vec::new()).await;
    browser.click_role("button", button).await;
    browser.wait_for_text(&format!("outcome: {outcome}")).await;
}

fn passkey(site: &Site) -> Passkey {
    Passkey::from_bytes(&site.kept.lock().unwrap().passkey).unwrap()
}

const PAGE: &str = r#"<!doctype html><title>Passkeys</title>
<button onclick="ceremony('register')">Register</button>
<button onclick="ceremony('sign-in', 'modal')">Sign in</button>
<button onclick="ceremony('sign-in', 'conditional')">Offer</button>
<input autocomplete="username webauthn">
<output></output>
<script>
async function send(path, body) {
  const headers = { 'content-type': 'application/json' };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
}
function show(text) { document.querySelector('output').textContent = 'outcome: ' + text; }
async function ceremony(name, body) {
  try {
    const options = await (await send(`/${name}/begin`, body)).json();
    let credential;
    if (name == 'register') {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
      credential = await navigator.credentials.create({ publicKey });
    } else {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
      if (options.mediation) show('waiting');
      credential = await navigator.credentials.get({ publicKey, mediation: options.mediation });
    }
    show(await (await send(`/${name}/finish`, credential.toJSON())).text());
  } catch (error) { show(error.name); }
}
</script>"#;
