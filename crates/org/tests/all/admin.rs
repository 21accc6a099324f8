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
pub(crate) async fn frida(world: &World) -> (Browser, Authenticator) {
    let (mut browser, mut device) = (world.browser(), Authenticator::new());
    enrol(world, &mut browser, &mut device, world.frida).await;
    (browser, device)
}

/// What a page says for a hidden version.
pub(crate) fn version(page: &str) -> &str {
    let rest = page.split_once("name=\"version\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0
}

#[tokio::test]
async fn the_overview_shows_what_is_set_up() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let page = browser.get("/admin/acme").await;
    for text in ["acme.example", "SSO enforced", "Verified", "automatically", "Enterprise", "default policy"]
    {
        assert!(page.body.contains(text), "{text}: {page:?}");
    }
    assert_eq!(page.body.matches("class=\"done\"").count(), 5, "{page:?}");
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
    assert_eq!(browser.get("/admin/acme").await.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_hours(2));
    assert!(browser.who().await.is_some(), "the session itself lives by its policy");
    let asked = browser.get("/admin/acme/accounts").await;
    assert_eq!(asked.location().as_deref(), Some("/step-up?return_to=%2Fadmin%2Facme%2Faccounts"));
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
async fn an_administrator_sees_only_the_own_organisation() {
    for database in databases().await {
        let world = World::new(&database).await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        account(&world.org, &globex.organization, ("secret@globex.example", Role::Administrator)).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        for path in [
            "/admin/globex".to_owned(),
            "/admin/globex/domains/globex.example".to_owned(),
            format!("/admin/globex/identity-providers/{}", globex.made.directory),
            format!("/admin/acme/identity-providers/{}", globex.made.directory),
            format!("/admin/acme/identity-providers/{}/saml/details", globex.made.directory),
            "/admin/acme/domains/globex.example".to_owned(),
        ] {
            assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let accounts = browser.get("/admin/acme/accounts").await;
        assert!(
            accounts.body.contains("maya@acme.example") && accounts.body.contains("frida@fallback.example")
        );
        assert!(!accounts.body.contains("secret@globex.example"));
        let events = browser.get("/admin/acme/events").await;
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
    let page = browser.get(&format!("/admin/acme/events?find={tracking}")).await;
    assert!(page.body.contains("wrong-signature") && page.body.contains(&tracking), "{page:?}");
    assert!(page.body.contains("does not belong to the certificate that this organisation trusts"));
    assert_eq!(page.body.matches("Sign-in refused").count(), 1);
    let nothing = browser.get("/admin/acme/events?find=nothing").await;
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
    let first = browser.get("/admin/acme/accounts").await;
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
        let path = format!("/admin/acme/events?find={}", event.trace.unwrap());
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
        let by_address = browser.get("/admin/acme/events?find=Maya%40acme.example").await;
        assert!(by_address.body.contains("Signed in by single sign-on"), "{by_address:?}");
    }
}

#[tokio::test]
async fn who_administers_several_organisations_chooses_one() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let way = browser.get("/admin").await.location();
        assert_eq!(way.as_deref(), Some("/admin/acme"), "there is only one");
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        let (of, frida, now) = (globex.organization.id, world.frida, world.now());
        world.act(async |tx, word| org::acts::accounts::add_member(tx, word, (of, frida), now).await).await;
        let role = (of, frida, Role::Administrator);
        world.act(async |tx, word| org::acts::accounts::set_role(tx, word, role, now).await).await;
        let list = browser.get("/admin").await;
        assert!(list.body.contains("/admin/acme\"") && list.body.contains("/admin/globex\""), "{list:?}");
        let page = browser.get("/admin/globex").await;
        assert!(page.body.contains("globex.example") && page.body.contains("All organisations"), "{page:?}");
        assert!(!page.body.contains("acme.example"), "{page:?}");
        // One tab's organisation says nothing about the other's.
        let page = browser.get("/admin/acme/domains").await;
        assert!(page.body.contains("acme.example") && !page.body.contains("globex.example"), "{page:?}");
    }
}

#[tokio::test]
async fn whoever_administers_nothing_gets_a_page() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let eve = account(&world.org, &world.acme.organization, ("eve@fallback.example", Role::Member)).await;
    let mut browser = world.browser();
    enrol(&world, &mut browser, &mut Authenticator::new(), eve).await;
    for path in ["/admin", "/admin/acme", "/admin/acme/domains", "/admin/nowhere"] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "not-an-administrator"));
    }
}

#[tokio::test]
async fn the_search_finds_the_words_of_the_guide() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    for (asked, found) in [
        ("set up saml", "/admin/acme/identity-providers"),
        ("ACS URL", "/admin/acme/identity-providers"),
        ("SP+Entity+ID", "/admin/acme/identity-providers"),
        ("x.509", "/admin/acme/identity-providers"),
        ("User security", "/admin/acme/policies"),
        ("enforce single sign-on", "/admin/acme/policies"),
        ("verified domain", "/admin/acme/domains"),
        ("txt", "/admin/acme/domains"),
        ("Jira", "/admin/acme/products"),
        ("fallback", "/admin/acme/settings"),
        ("audit log", "/admin/acme/events"),
        ("managed accounts", "/admin/acme/accounts"),
        ("JIT", "/admin/acme/identity-providers"),
        ("Guard Standard", "/admin/acme/settings"),
    ] {
        let page = browser.get(&format!("/admin/acme/search?q={}", asked.replace(' ', "+"))).await;
        let tiles = page.body.split_once("class=\"tiles\"").unwrap_or_else(|| panic!("{asked}: {page:?}")).1;
        assert!(tiles.contains(&format!("href=\"{found}\"")), "{asked}: {page:?}");
    }
    let nothing = browser.get("/admin/acme/search?q=%3Cb%3Expatl%22").await;
    assert!(nothing.body.contains("No such setting") && !nothing.body.contains("<b>x"), "{nothing:?}");
    assert!(browser.get("/admin/acme/search?q=").await.body.contains("No such setting"));
}
