//! Identity provider directories and the SAML wizard.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::{Plan, SamlConfiguration, Sso};
use serde_json::json;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::Authenticator;

use crate::admin::{frida, version};
use crate::kit::{Answer, Browser, Idp, ORIGIN, World, maya};

/// The address of Acme's directory, or of another one.
fn acme(world: &World) -> String {
    format!("/admin/acme/identity-providers/{}", world.acme.made.directory)
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
        ("then", "save"),
    ]
}

async fn stored(world: &World) -> Vec<SamlConfiguration> {
    world.org.list_saml_configurations(&world.acme.organization).await.unwrap()
}

/// Adds one more directory by hand, and gives its address.
async fn add(browser: &mut Browser, name: &str) -> String {
    let page = browser.get("/admin/acme/identity-providers").await;
    let csrf = page.csrf();
    let added = browser.post("/admin/acme/identity-providers", &[("csrf", &csrf), ("name", name)]).await;
    added.location().unwrap_or_else(|| panic!("{added:?}")).strip_suffix("/saml").unwrap().to_owned()
}

/// The value of a copy field.
fn copied(page: &Answer, id: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id}: {page:?}"));
    let (_, rest) = rest.split_once("value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn the_guide_s_order_from_an_empty_form_to_stop_and_save() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let at = add(&mut browser, "Second").await;
        let before = browser.get(&format!("{at}/saml")).await;
        for text in ["Before you begin", "frida@fallback.example", "acme.example", "Step 1 of 4"] {
            assert!(before.body.contains(text), "{text}: {before:?}");
        }

        // Step 2: copy, and Next with empty fields.
        let details = browser.get(&format!("{at}/saml/details")).await;
        let values = ["sp-entity-id", "acs-url", "unique-id"].map(|id| copied(&details, id));
        let place = |text: &str| details.body.find(text).unwrap_or_else(|| panic!("{text}: {details:?}"));
        assert!(place("id=\"unique-id\"") < place("id=\"sso_url\""), "above the three fields");
        assert_eq!(details.body.matches("data-copy=").count(), 3);
        assert!(values[0].ends_with(&values[2]) && values[1].ends_with(&values[2]), "{values:?}");
        let (csrf, shown) = (details.csrf(), version(&details.body).to_owned());
        let mut empty = fields(&csrf, &shown, "");
        (empty[3].1, empty[4].1, empty[7].1) = ("", "", "next");
        let next = browser.post(&format!("{at}/saml/details"), &empty).await;
        assert_eq!(next.location(), Some(format!("{at}/saml/urls")));
        let urls = browser.get(&format!("{at}/saml/urls")).await;
        assert_eq!(["sp-entity-id", "acs-url", "unique-id"].map(|id| copied(&urls, id)), values);
        assert_eq!(browser.get(&format!("/saml/{}", values[2])).await.status, StatusCode::OK, "the metadata");

        // Step 4: come back, paste, Save configuration.
        let page = browser.get(&at).await;
        assert!(page.body.contains("Resume") && page.body.contains("Draft"), "{page:?}");
        let details = browser.get(&format!("{at}/saml/details")).await;
        assert_eq!(["sp-entity-id", "acs-url", "unique-id"].map(|id| copied(&details, id)), values);
        let pem = Idp::new("https://new-idp.example/saml").certificate.pem();
        let shown = version(&details.body).to_owned();
        let saved = browser.post(&format!("{at}/saml/details"), &fields(&csrf, &shown, &pem)).await;
        assert_eq!(saved.location(), Some(format!("{at}/saml/domain")));
        let draft = stored(&world).await.into_iter().find(|c| c.unique_id.to_string() == values[2]).unwrap();
        assert!(draft.is_draft() && draft.identity_provider.is_complete());

        // Step 5: link, and Stop and save SAML.
        let link = browser.get(&format!("{at}/saml/domain")).await;
        assert!(link.body.contains("Linked to acme now, and moves here"), "{link:?}");
        let (shown, seen) = (version(&link.body).to_owned(), copied_seen(&link));
        let form =
            [("csrf", csrf.as_str()), ("version", &shown), ("domain", "acme.example"), ("seen", &seen)];
        let done = browser.post(&format!("{at}/saml/domain"), &form).await;
        assert!(done.body.contains("SAML is saved. Nobody has to use it yet"), "{done:?}");
        let saved = stored(&world).await.into_iter().find(|c| c.unique_id.to_string() == values[2]).unwrap();
        assert!(!saved.is_draft());
        assert!(done.body.contains("acme.example"), "linked: {done:?}");
        let way = world.browser().type_address("maya@acme.example", "/").await;
        assert_eq!(way.location().as_deref(), Some("/login/passkey?return_to=%2F"), "nobody is forced");
    }
}

fn copied_seen(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("name=\"seen\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn nobody_signs_in_by_a_draft() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let at = add(&mut browser, "Second").await;
        let details = browser.get(&format!("{at}/saml/details")).await;
        let (csrf, shown) = (details.csrf(), version(&details.body).to_owned());
        let pem = world.idp().certificate.pem();
        browser.post(&format!("{at}/saml/details"), &fields(&csrf, &shown, &pem)).await;
        let directory = at.rsplit('/').next().unwrap().parse().unwrap();
        let (of, now) = (world.acme.organization.id, world.now());
        let name = "acme.example".parse().unwrap();
        world
            .act(async |tx, word| org::acts::domains::link(tx, word, (of, &name, Some(directory)), now).await)
            .await;
        let way = world.browser().type_address("maya@acme.example", "/").await;
        assert_eq!(way.location().as_deref(), Some("/login/passkey?return_to=%2F"));
    }
}

#[tokio::test]
async fn stop_and_save_asks_for_what_is_missing() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let at = add(&mut browser, "Second").await;
    let link = browser.get(&format!("{at}/saml/domain")).await;
    let (csrf, shown) = (link.csrf(), version(&link.body).to_owned());
    let form = [("csrf", csrf.as_str()), ("version", &shown)];
    let answer = browser.post(&format!("{at}/saml/domain"), &form).await;
    assert!(answer.body.contains("Values of your identity provider are missing"), "{answer:?}");
    let mut missing = fields(&csrf, &shown, "");
    missing[3].1 = "";
    let answer = browser.post(&format!("{at}/saml/details"), &missing).await;
    for text in
        ["Enter the address where people are sent", "Paste the certificate", "https://new-idp.example/saml"]
    {
        assert!(answer.body.contains(text), "{text}: {answer:?}");
    }
    assert_eq!(world.count("saml.draft_saved").await, 0);
}

#[tokio::test]
async fn every_domain_is_listed_with_the_reason_where_it_cannot_be_linked() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let csrf = browser.get("/admin/acme/domains").await.csrf();
    browser.post("/admin/acme/domains", &[("csrf", &csrf), ("name", "later.example")]).await;
    let page = browser.get(&format!("{}/saml/domain", acme(&world))).await;
    assert!(page.body.contains("later.example") && page.body.contains("Not verified yet"), "{page:?}");
    assert_eq!(page.body.matches("name=\"seen\"").count(), 1, "only what can be linked");
    // Whoever posts it all the same is not obeyed.
    let shown = version(&page.body).to_owned();
    let form = [
        ("csrf", csrf.as_str()),
        ("version", &shown),
        ("domain", "acme.example"),
        ("domain", "later.example"),
        ("seen", "later.example=1"),
    ];
    let answer = browser.post(&format!("{}/saml/domain", acme(&world)), &form).await;
    assert!(answer.body.contains("Not verified yet, so it cannot be linked."), "{answer:?}");
}

#[tokio::test]
async fn two_administrators_are_told_and_nothing_is_overwritten() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let path = format!("{}/saml/details", acme(&world));
        let page = browser.get(&path).await;
        let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
        let pem = world.idp().certificate.pem();
        let mut first = fields(&csrf, &shown, &pem);
        first[3].1 = "https://first.example/sso";
        assert!(browser.post(&path, &first).await.body.contains("notice-success"));
        let stale = browser.post(&path, &fields(&csrf, &shown, &pem)).await;
        for text in [
            "Somebody else saved this meanwhile",
            "https://first.example/sso",
            "value=\"https://new-idp.example/sso\"",
        ] {
            assert!(stale.body.contains(text), "{text}: {stale:?}");
        }
        let sso = stored(&world).await[0].identity_provider.sso_url.clone().unwrap();
        assert_eq!(sso.as_str(), "https://first.example/sso");
        // Knowing it, the same may be saved again.
        let again = version(&stale.body).to_owned();
        assert!(browser.post(&path, &fields(&csrf, &again, &pem)).await.body.contains("notice-success"));

        // The same for links and settings.
        let link = format!("{}/saml/domain", acme(&world));
        let page = browser.get(&link).await;
        let (shown, seen) = (version(&page.body).to_owned(), copied_seen(&page));
        let none = [("csrf", csrf.as_str()), ("version", &shown), ("seen", &seen)];
        assert!(browser.post(&link, &none).await.body.contains("notice-success"));
        assert!(browser.post(&link, &none).await.body.contains("Somebody else changed this meanwhile"));
        let page = browser.get(&acme(&world)).await;
        let (_, settings) = page.body.split_once(&format!("{}/settings\">", acme(&world))).unwrap();
        let shown = version(settings).to_owned();
        let renamed = [("csrf", csrf.as_str()), ("version", &shown), ("name", "Renamed")];
        let settings = format!("{}/settings", acme(&world));
        assert!(browser.post(&settings, &renamed).await.body.contains("Saved."));
        let stale = [("csrf", csrf.as_str()), ("version", &shown), ("name", "Other")];
        let answer = browser.post(&settings, &stale).await;
        assert!(answer.body.contains("Somebody else changed") && answer.body.contains("value=\"Other\""));
    }
}

#[tokio::test]
async fn a_pasted_certificate_is_saved_in_every_shape() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let path = format!("{}/saml/details", acme(&world));
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
    let stored = stored(&world).await;
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
    let path = format!("{}/saml/details", acme(&world));
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
        assert!(shown.body.contains("value=\"https://new-idp.example/sso\""), "kept: {shown:?}");
    }
    let mut wrong = fields(&csrf, &version, &pem);
    wrong[3].1 = "javascript:alert(1)";
    let shown = browser.post(&path, &wrong).await;
    assert!(shown.body.contains("Enter an address that begins with https://"));
    let mut same = fields(&csrf, &version, &pem);
    same[6].1 = &pem;
    let shown = browser.post(&path, &same).await;
    assert!(shown.body.contains("This is the certificate above."), "{shown:?}");
    assert_eq!(world.count("saml.saved").await, 1, "only the set-up's");
}

#[tokio::test]
async fn saving_asks_for_the_passkey_again_and_keeps_what_was_typed() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, mut device) = frida(&world).await;
        world.clock.advance(SignedDuration::from_mins(6));
        let path = format!("{}/saml/details", acme(&world));
        let page = browser.get(&path).await;
        let (csrf, version) = (page.csrf(), version(&page.body).to_owned());
        let new = Idp::new("https://new-idp.example/saml");
        let pem = new.certificate.pem();
        let asked = browser.post(&path, &fields(&csrf, &version, &pem)).await;
        assert!(
            asked.body.contains("data-passkey-form") && asked.body.contains("https://new-idp.example/sso")
        );
        assert_eq!(world.count("saml.saved").await, 1);

        let credential = confirm(&mut browser, &mut device, &csrf).await;
        let mut confirmed = fields(&csrf, &version, &pem);
        confirmed[2].1 = &credential;
        let old = browser.cookie("__Host-org-session").unwrap().to_owned();
        let saved = browser.post(&path, &confirmed).await;
        assert!(saved.body.contains("notice-success"), "{saved:?}");
        assert_ne!(browser.cookie("__Host-org-session").unwrap(), old, "a new token with the privilege");
        assert_eq!(world.count("saml.saved").await, 2);

        world.clock.advance(SignedDuration::from_mins(6));
        let credential = confirm(&mut browser, &mut device, &csrf).await;
        let mut stale = fields(&csrf, &version, &pem);
        stale[2].1 = &credential;
        let told = browser.post(&path, &stale).await;
        assert!(told.body.contains("Somebody else saved this meanwhile"), "{told:?}");
        assert!(browser.who().await.is_some(), "the new token came with the refusal");
    }
}

/// What the device says to one more question.
async fn confirm(browser: &mut Browser, device: &mut Authenticator, csrf: &str) -> String {
    let options = browser.post_json("/step-up/begin", csrf, &json!({})).await;
    device.authenticate(ORIGIN, &options.body)
}

#[tokio::test]
async fn disconnecting_goes_in_order_and_nobody_is_lost() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let at = acme(&world);
        let page = browser.get(&at).await;
        let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
        let form = [("csrf", csrf.as_str()), ("version", &shown)];
        let refused = browser.post(&format!("{at}/disconnect"), &form).await;
        assert!(refused.body.contains("Delete the SAML configuration first."), "{refused:?}");
        let refused = browser.post(&format!("{at}/saml/delete"), &form).await;
        assert!(refused.body.contains("A policy of this directory enforces single sign-on"), "{refused:?}");

        let (of, policy, now) = (world.acme.organization.id, world.acme.made.policy, world.now());
        world
            .act(async |tx, word| org::acts::seeding::set_sso(tx, word, (of, policy, Sso::Off), now).await)
            .await;
        let deleted = browser.post(&format!("{at}/saml/delete"), &form).await;
        assert!(deleted.body.contains("The SAML configuration is deleted."), "{deleted:?}");
        assert!(stored(&world).await.is_empty());
        let gone = browser.get(&format!("/saml/{}", world.acme.made.unique_id)).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let done = browser.post(&format!("{at}/disconnect"), &form).await;
        assert_eq!(done.location().as_deref(), Some("/admin/acme/identity-providers"), "{done:?}");
        assert_eq!(browser.get(&at).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.last("directory.disconnected").await.data["domains"], 1);

        let domain = browser.get("/admin/acme/domains/acme.example").await;
        assert!(domain.body.contains("no directory") && domain.body.contains("Verified"), "{domain:?}");
        let accounts = browser.get("/admin/acme/accounts").await;
        assert!(accounts.body.contains("maya@acme.example"), "{accounts:?}");
        let way = world.browser().type_address("maya@acme.example", "/").await;
        assert_eq!(way.location().as_deref(), Some("/login/passkey?return_to=%2F"));
        // The place in the plan is free again.
        add(&mut browser, "Anew").await;
    }
}

#[tokio::test]
async fn a_deleted_configuration_is_begun_anew_with_other_addresses() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let at = add(&mut browser, "Second").await;
    let page = browser.get(&at).await;
    let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
    let old = copied(&page, "unique-id");
    let form = [("csrf", csrf.as_str()), ("version", &shown)];
    browser.post(&format!("{at}/saml/delete"), &form).await;
    let away = browser.get(&format!("{at}/saml/details")).await;
    assert_eq!(away.location(), Some(at.clone()), "there is no wizard without a configuration");
    let begun = browser.post(&format!("{at}/saml/begin"), &[("csrf", &csrf)]).await;
    assert_eq!(begun.location(), Some(format!("{at}/saml")));
    assert_ne!(copied(&browser.get(&at).await, "unique-id"), old);
}

#[tokio::test]
async fn the_plan_says_how_many_there_may_be() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let csrf = browser.get("/admin/acme/identity-providers").await.csrf();
    let empty = browser.post("/admin/acme/identity-providers", &[("csrf", &csrf), ("name", "  ")]).await;
    assert!(empty.body.contains("Enter a name."), "{empty:?}");
    assert_eq!(world.acme.organization.plan, Plan::Enterprise);
    for number in 0..3 {
        add(&mut browser, &format!("Number {number}")).await;
    }
    let page = browser.get("/admin/acme/identity-providers").await;
    assert_eq!(page.body.matches("/admin/acme/identity-providers/").count(), 4, "{page:?}");
}
