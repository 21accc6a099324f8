//! The administrators' pages.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::Role;
use serde_json::{Value, json};
use store::testing::{TestDatabase, databases};
use testkit::authenticator::{Authenticator, Forgery};

use crate::kit::{Browser, Idp, ORIGIN, Tenant, World, account, maya};
use crate::local_door::{by_passkey, enrol};

/// Frida, signed in by her passkey.
async fn frida(world: &World) -> (Browser, Authenticator) {
    let (mut browser, mut device) = (world.browser(), Authenticator::new());
    enrol(world, &mut browser, &mut device, world.frida).await;
    (browser, device)
}

fn fields<'a>(csrf: &'a str, version: &'a str, certificate: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("csrf", csrf),
        ("version", version),
        ("credential", ""),
        ("sso_url", "https://new-idp.example/sso"),
        ("entity_id", "https://new-idp.example/saml"),
        ("certificate", certificate),
        ("next_certificate", ""),
    ]
}

fn version(page: &str) -> &str {
    let rest = page.split_once("name=\"version\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0
}

#[tokio::test]
async fn the_overview_shows_what_is_set_up() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let page = browser.get("/admin").await;
    for text in ["acme.example", "SSO enforced", "Verified", "automatically", "Enterprise", "default policy"]
    {
        assert!(page.body.contains(text), "{text}: {page:?}");
    }
    assert_eq!(page.body.matches("class=\"done\"").count(), 3);
}

#[tokio::test]
async fn the_configuration_shows_the_three_values_to_copy() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let path = browser.get("/admin/saml").await.location().unwrap();
    let page = browser.get(&path).await;
    let us = &world.acme.us;
    let id = world.acme.made.unique_id.to_string();
    for value in [us.entity_id.as_str(), us.acs_url.as_str(), &id] {
        assert!(page.body.contains(&format!("readonly value=\"{value}\"")), "{value}: {page:?}");
    }
    assert_eq!(page.body.matches("data-copy=").count(), 3);
    assert!(page.body.contains("https://idp.example/saml") && page.body.contains("BEGIN CERTIFICATE"));
}

#[tokio::test]
async fn a_pasted_certificate_is_saved_in_every_shape() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let path = format!("/admin/saml/{}", world.acme.made.unique_id);
    let new = Idp::new("https://new-idp.example/saml");
    let pem = new.certificate.pem();
    let bare: String = pem.lines().filter(|line| !line.contains("-----")).collect();
    let shapes = [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n"),
        format!("  \u{feff}{}", pem.replace('\n', "\n    ")),
        bare.clone(),
        pem.replace('\n', " "),
        format!("subject=CN=idp\n{pem}\n\u{b}"),
    ];
    for shape in &shapes {
        let page = browser.get(&path).await;
        let (csrf, version) = (page.csrf(), version(&page.body).to_owned());
        let saved = browser.post(&path, &fields(&csrf, &version, shape)).await;
        assert!(saved.body.contains("notice-success"), "{shape:?}: {saved:?}");
    }
    let stored = world.org.list_saml_configurations(&world.acme.organization).await.unwrap();
    let current = stored[0].identity_provider.certificates.current.as_ref().unwrap();
    assert_eq!(current.der(), new.certificate.der());
    let event = world.last("saml.saved").await;
    assert_eq!(event.data["certificate_sha256"], hex::encode(new.certificate.sha256_fingerprint()));
    assert_eq!(event.actor.as_deref(), Some(world.frida.to_string().as_str()));
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_is_saved() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let path = format!("/admin/saml/{}", world.acme.made.unique_id);
    let page = browser.get(&path).await;
    let (csrf, version) = (page.csrf(), version(&page.body).to_owned());
    let pem = world.idp().certificate.pem();
    let twice = format!("{pem}{pem}");
    for (bad, text) in [
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "This is a private key."),
        (twice.as_str(), "Paste one certificate here."),
        (&pem[..pem.len() - 30], "A part of the certificate is missing."),
        ("not a certificate!", "does not belong to a certificate"),
        ("AAAA", "not an X.509 certificate"),
    ] {
        let shown = browser.post(&path, &fields(&csrf, &version, bad)).await;
        assert!(shown.body.contains(text), "{bad}: {shown:?}");
    }
    let mut wrong = fields(&csrf, &version, &pem);
    wrong[3].1 = "javascript:alert(1)";
    let shown = browser.post(&path, &wrong).await;
    assert!(shown.body.contains("Enter an address that begins with https://"));
    assert_eq!(world.count("saml.saved").await, 1, "only the set-up's");
}

#[tokio::test]
async fn saving_asks_for_the_passkey_again_and_keeps_what_was_typed() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, mut device) = frida(&world).await;
        world.clock.advance(SignedDuration::from_mins(6));
        let path = format!("/admin/saml/{}", world.acme.made.unique_id);
        let page = browser.get(&path).await;
        let (csrf, version) = (page.csrf(), version(&page.body).to_owned());
        let new = Idp::new("https://new-idp.example/saml");
        let pem = new.certificate.pem();
        let asked = browser.post(&path, &fields(&csrf, &version, &pem)).await;
        assert!(
            asked.body.contains("data-passkey-form") && asked.body.contains("https://new-idp.example/sso")
        );
        assert_eq!(world.count("saml.saved").await, 1);

        let options = browser.post_json("/step-up/begin", &csrf, &json!({})).await;
        let credential = device.authenticate(ORIGIN, &options.body);
        let mut confirmed = fields(&csrf, &version, &pem);
        confirmed[2].1 = &credential;
        let old = browser.cookie("__Host-org-session").unwrap().to_owned();
        let saved = browser.post(&path, &confirmed).await;
        assert!(saved.body.contains("notice-success"), "{saved:?}");
        assert_ne!(browser.cookie("__Host-org-session").unwrap(), old, "a new token with the privilege");
        assert_eq!(world.count("saml.saved").await, 2);

        world.clock.advance(SignedDuration::from_mins(6));
        let options = browser.post_json("/step-up/begin", &csrf, &json!({})).await;
        let credential = device.authenticate(ORIGIN, &options.body);
        let mut stale = fields(&csrf, &version, &pem);
        stale[2].1 = &credential;
        assert_eq!(browser.post(&path, &stale).await.code(), "changed-meanwhile");
        assert!(browser.who().await.is_some(), "the new token came with the refusal");
    }
}

#[tokio::test]
async fn administration_asks_for_a_proof_of_today() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    enrol(&world, &mut world.browser(), &mut Authenticator::new(), world.frida).await;
    let (mut browser, mut device) = (world.browser(), Authenticator::new());
    enrol(&world, &mut browser, &mut device, world.frida).await;
    let answer = by_passkey(&mut browser, "/login/passkey", &mut device, &Forgery::none()).await;
    assert_eq!(answer.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_hours(11));
    assert_eq!(browser.get("/admin").await.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_hours(2));
    assert!(browser.who().await.is_some(), "the session itself lives by its policy");
    let asked = browser.get("/admin/accounts").await;
    assert_eq!(asked.location().as_deref(), Some("/step-up?return_to=%2Fadmin%2Faccounts"));
}

#[tokio::test]
async fn anothers_passkey_confirms_nothing() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let gina =
        account(&world.org, &world.acme.organization, ("gina@fallback.example", Role::Administrator)).await;
    let mut others = Authenticator::new();
    enrol(&world, &mut world.browser(), &mut others, gina).await;
    world.clock.advance(SignedDuration::from_mins(6));
    let page = browser.get("/step-up?return_to=%2Fadmin").await;
    let csrf = page.csrf();
    let options = browser.post_json("/step-up/begin", &csrf, &json!({})).await;
    let credential: Value = serde_json::from_str(&others.authenticate(ORIGIN, &options.body)).unwrap();
    let answer = browser.post_json("/step-up/finish", &csrf, &json!({ "credential": credential })).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.json()["error"]["code"], "not-you");
}

#[tokio::test]
async fn a_draft_may_be_empty_and_signs_nobody_in() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let path = format!("/admin/saml/{}", world.acme.made.unique_id);
    let page = browser.get(&path).await;
    let (csrf, version) = (page.csrf(), version(&page.body).to_owned());
    let mut empty = fields(&csrf, &version, "");
    empty[3].1 = "";
    empty[4].1 = "";
    let saved = browser.post(&path, &empty).await;
    assert!(saved.body.contains("The draft is saved."), "{saved:?}");
    let stale = browser.post(&path, &empty).await;
    assert_eq!(stale.code(), "changed-meanwhile", "two administrators do not overwrite each other");
    let way = world.browser().type_address("maya@acme.example", "/").await;
    assert_eq!(way.location().as_deref(), Some("/login/passkey?return_to=%2F"));
}

#[tokio::test]
async fn an_administrator_sees_only_the_own_organisation() {
    for database in databases().await {
        let world = World::new(&database).await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        account(&world.org, &globex.organization, ("secret@globex.example", Role::Administrator)).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let path = format!("/admin/saml/{}", globex.made.unique_id);
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
        let accounts = browser.get("/admin/accounts").await;
        assert!(
            accounts.body.contains("maya@acme.example") && accounts.body.contains("frida@fallback.example")
        );
        assert!(!accounts.body.contains("secret@globex.example"));
        let events = browser.get("/admin/events").await;
        assert!(events.body.contains("Signed in by single sign-on"), "{events:?}");
        assert!(!events.body.contains(&globex.organization.id.to_string()));
        assert!(!events.body.contains(&globex.made.unique_id.to_string()));
    }
}

#[tokio::test]
async fn the_event_log_finds_what_is_behind_a_tracking_id() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let mut failing = world.browser();
    let target = world.leave(&mut failing, "maya@acme.example", "/").await;
    let impostor = world.idp().with_another_key();
    let form = impostor.answer(&world.acme.us, &target, &maya(), world.now());
    failing.post_answer(&world.acme.us, &form).await;
    let tracking = world.last("sign_in.refused").await.trace.unwrap();
    let page = browser.get(&format!("/admin/events?find={tracking}")).await;
    assert!(page.body.contains("wrong-signature") && page.body.contains(&tracking), "{page:?}");
    assert!(page.body.contains("does not belong to the certificate that this organisation trusts"));
    assert_eq!(page.body.matches("Sign-in refused").count(), 1);
    let nothing = browser.get("/admin/events?find=nothing").await;
    assert!(nothing.body.contains("Nothing found"), "{nothing:?}");
}

#[tokio::test]
async fn accounts_are_listed_page_by_page() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    for number in 0..60 {
        let address = format!("p{number:02}@acme.example");
        account(&world.org, &world.acme.organization, (&address, Role::Member)).await;
    }
    let (mut browser, _) = frida(&world).await;
    let first = browser.get("/admin/accounts").await;
    let rest = first.body.split_once("rel=\"next\" href=\"").unwrap().1;
    let next = rest.split_once('"').unwrap().0.to_owned();
    let second = browser.get(&next).await;
    for number in 0..60 {
        let address = format!("p{number:02}@acme.example");
        let shown = [&first, &second].map(|page| page.body.matches(&address).count() > 0);
        assert_eq!(shown.iter().filter(|shown| **shown).count(), 1, "{address}");
    }
}

#[tokio::test]
async fn reasons_that_name_a_person_are_shown_and_can_be_erased() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let mut failing = world.browser();
        let target = world.leave(&mut failing, "noah@acme.example", "/").await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        assert_eq!(failing.bring_home(&world.acme.us, &form).await.code(), "name-id-mismatch");
        let event = world.last("sign_in.refused").await;
        assert!(!event.data.to_string().contains("acme.example"), "the chain names nobody: {}", event.data);
        let subject = event.subject.expect("Maya");
        let path = format!("/admin/events?find={}", event.trace.unwrap());
        let page = browser.get(&path).await;
        assert!(
            page.body.contains("noah@acme.example") && page.body.contains("name-id-mismatch"),
            "{page:?}"
        );
        let tx = world.org.store().begin().await.unwrap();
        store::events::erase(&tx, &subject).await.unwrap();
        tx.commit().await.unwrap();
        let page = browser.get(&path).await;
        assert!(
            !page.body.contains("noah@acme.example") && page.body.contains("name-id-mismatch"),
            "{page:?}"
        );
        let by_address = browser.get("/admin/events?find=Maya%40acme.example").await;
        assert!(by_address.body.contains("Signed in by single sign-on"), "{by_address:?}");
    }
}
