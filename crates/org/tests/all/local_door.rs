//! The local door: for whoever no policy sends to an identity provider, and
//! for nobody else.

use console::invitations::Draft;
use http::StatusCode;
use jiff::SignedDuration;
use org::model::{AccountId, OrganizationId, Role, Sso};
use serde_json::{Value, json};
use store::testing::{TestDatabase, databases};
use testkit::authenticator::{Authenticator, Forgery, flag};

use crate::kit::{Answer, Browser, ORIGIN, World, account, maya};

#[tokio::test]
async fn the_fallback_administrator_gets_in_while_the_identity_provider_is_down() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut device = Authenticator::new();
        let mut browser = world.browser();
        let done = enrol(&world, &mut browser, &mut device, world.frida).await;
        assert_eq!(done.json()["go"], "/invitation/done");
        let page = browser.get("/invitation/done").await;
        assert!(page.body.contains("frida@fallback.example"), "{page:?}");

        let mut browser = world.browser();
        let way = browser.type_address("frida@fallback.example", "/admin").await.location().unwrap();
        assert_eq!(way, "/login/passkey?return_to=%2Fadmin");
        let answer = by_passkey(&mut browser, &way, &mut device, &Forgery::none()).await;
        assert_eq!(answer.json(), json!({ "go": "/admin" }));
        let admin = browser.get("/admin/acme").await;
        assert_eq!(admin.status, StatusCode::OK, "{admin:?}");
        assert!(browser.get("/").await.body.contains("/admin"));
    }
}

#[tokio::test]
async fn an_invitation_works_once_and_looking_changes_nothing() {
    for database in databases().await {
        let world = World::new(&database).await;
        let link = invite(&world, world.frida).await;
        for _ in 0..3 {
            let page = world.browser().get(&link).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains("frida@fallback.example"));
        }
        let mut first = world.browser();
        let done = register(&mut first, &link, &mut Authenticator::new()).await;
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
        let again = world.browser().get(&link).await;
        assert_eq!((again.status, again.code().as_str()), (StatusCode::GONE, "invitation-used"));

        let link = invite(&world, world.frida).await;
        world.clock.advance(SignedDuration::from_hours(25));
        assert_eq!(world.browser().get(&link).await.code(), "invitation-expired");
        assert_eq!(world.browser().get("/invitation/x").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_authenticator_that_did_not_verify_the_user_is_refused_by_the_server() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut device = Authenticator::new();
    enrol(&world, &mut world.browser(), &mut device, world.frida).await;
    let mut browser = world.browser();
    let unverified = Forgery::flags(flag::USER_VERIFIED, 0);
    let answer = by_passkey(&mut browser, "/login/passkey", &mut device, &unverified).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
    assert!(browser.cookie("__Host-org-session").is_none());
    assert_eq!(world.last("door.refused").await.data["code"], "user-not-verified");
}

#[tokio::test]
async fn whoever_must_come_by_sso_is_sent_there_also_in_the_middle_of_a_ceremony() {
    for database in databases().await {
        let world = World::new(&database).await;
        let id = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        let mut device = Authenticator::new();
        let done = enrol(&world, &mut world.browser(), &mut device, id).await;
        assert_eq!(done.json()["go"], "/invitation/done", "the passkey is kept for confirming");
        let mut browser = world.browser();
        let answer = by_passkey(&mut browser, "/login/passkey", &mut device, &Forgery::none()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(answer.json()["error"]["code"], "sso-required");
        assert_eq!(world.last("sign_in.refused").await.data["code"], "sso-required");

        sso(&world, Sso::Offered).await;
        let answer = by_passkey(&mut browser, "/login/passkey", &mut device, &Forgery::none()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let mut late = world.browser();
        let (page, options) = begin(&mut late, "/login/passkey").await;
        sso(&world, Sso::Enforced).await;
        let credential = device.authenticate(ORIGIN, &options);
        let answer = finish(&mut late, &page, &credential).await;
        assert_eq!(answer.json()["error"]["code"], "sso-required");
        assert_eq!(late.who().await, None);
    }
}

#[tokio::test]
async fn a_deactivated_account_never_gets_in() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let id = account(&world.org, &world.acme.organization, ("eve@fallback.example", Role::Member)).await;
    let mut device = Authenticator::new();
    enrol(&world, &mut world.browser(), &mut device, id).await;
    let of = (world.acme.organization.id, id);
    let now = world.now();
    world.act(async |tx, word| org::acts::accounts::deactivate(tx, word, of, now).await).await;
    let mut browser = world.browser();
    let answer = by_passkey(&mut browser, "/login/passkey", &mut device, &Forgery::none()).await;
    assert_eq!(answer.json()["error"]["code"], "account-deactivated");
}

#[tokio::test]
async fn a_ceremony_belongs_to_its_browser_and_is_taken_once() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut device = Authenticator::new();
    enrol(&world, &mut world.browser(), &mut device, world.frida).await;
    let mut browser = world.browser();
    let (page, options) = begin(&mut browser, "/login/passkey").await;
    let credential = device.authenticate(ORIGIN, &options);
    let mut other = world.browser();
    let others_page = other.get("/login/passkey").await;
    let stolen = finish(&mut other, &others_page, &credential).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
    assert_eq!(finish(&mut browser, &page, &credential).await.status, StatusCode::OK);
    let replayed = finish(&mut browser, &page, &credential).await;
    assert_eq!(replayed.status, StatusCode::FORBIDDEN);
    assert_eq!(world.count("session.opened").await, 2, "at enrolment and at the door");
}

#[tokio::test]
async fn the_set_up_link_leads_the_first_administrator_in() {
    for database in databases().await {
        let world = World::new(&database).await;
        let link = world.org.set_up_link().await.unwrap().expect("nobody has a passkey yet");
        assert_eq!(link.origin().ascii_serialization(), ORIGIN);
        let done = register(&mut world.browser(), link.path(), &mut Authenticator::new()).await;
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
        assert!(world.org.set_up_link().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn signing_in_by_sso_gives_no_fresh_proof() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    let who = browser.get("/step-up").await;
    assert_eq!(who.status, StatusCode::OK);
}

async fn sso(world: &World, sso: Sso) {
    let policy = (world.acme.organization.id, world.acme.made.policy, sso);
    let now = world.now();
    world.act(async |tx, word| org::acts::seeding::set_sso(tx, word, policy, now).await).await;
}

/// A one-time link for an account, as a path.
pub(crate) async fn invite(world: &World, account: AccountId) -> String {
    invite_in(world, world.acme.organization.id, account).await
}

/// The same for an account of another organisation.
pub(crate) async fn invite_in(world: &World, of: OrganizationId, account: AccountId) -> String {
    let now = world.now();
    let draft = Draft::draw(now, world.org.entropy());
    let invited = world
        .act(async |tx, word| org::acts::invitations::invite(tx, word, (of, account, draft), now).await)
        .await;
    world.org.invitation_link(&invited).path().to_owned()
}

pub(crate) async fn enrol(
    world: &World,
    browser: &mut Browser,
    device: &mut Authenticator,
    account: AccountId,
) -> Answer {
    let link = invite(world, account).await;
    register(browser, &link, device).await
}

pub(crate) async fn register(browser: &mut Browser, link: &str, device: &mut Authenticator) -> Answer {
    let page = browser.get(link).await;
    let csrf = page.csrf();
    let options = browser.post_json(&format!("{link}/passkey/begin"), &csrf, &json!({})).await;
    assert_eq!(options.status, StatusCode::OK, "{options:?}");
    let credential: Value = serde_json::from_str(&device.register(ORIGIN, &options.body)).unwrap();
    let body = json!({ "credential": credential, "label": "Laptop" });
    browser.post_json(&format!("{link}/passkey/finish"), &csrf, &body).await
}

async fn begin(browser: &mut Browser, path: &str) -> (Answer, String) {
    let page = browser.get(path).await;
    let begin = browser.post_json("/login/passkey/begin", &page.csrf(), &json!({ "hint": null })).await;
    assert_eq!(begin.status, StatusCode::OK, "{begin:?}");
    assert!(begin.json()["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty));
    (page, begin.body)
}

async fn finish(browser: &mut Browser, page: &Answer, credential: &str) -> Answer {
    let back = page.body.split_once("name=\"back\" value=\"").unwrap().1;
    let back = back.split_once('"').unwrap().0;
    let credential: Value = serde_json::from_str(credential).unwrap();
    let body = json!({ "credential": credential, "back": back });
    browser.post_json("/login/passkey/finish", &page.csrf(), &body).await
}

pub(crate) async fn by_passkey(
    browser: &mut Browser,
    path: &str,
    device: &mut Authenticator,
    forgery: &Forgery,
) -> Answer {
    let (page, options) = begin(browser, path).await;
    let credential = device.authenticate_forged(ORIGIN, &options, forgery);
    finish(browser, &page, &credential).await
}
