//! A test sign-in ends in a verdict and in nothing else.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::Role;
use store::testing::{TestDatabase, databases};

use super::*;
use crate::kit::{Tenant, account, maya, noah};

#[tokio::test]
async fn a_good_test_shows_its_verdict_and_changes_nothing() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let before = browser.cookie("__Host-org-session").map(str::to_owned);
        let path = test_as(&world, &mut browser, world.acme.made.policy, &maya()).await;
        let page = browser.get(&path).await;
        assert!(page.body.contains("Would have signed in"), "{page:?}");
        assert!(page.body.contains("<code>wrong-audience</code>"), "{page:?}");
        assert!(!page.body.contains("Broken"), "{page:?}");
        assert_eq!(browser.cookie("__Host-org-session").map(str::to_owned), before);
        assert_eq!(browser.who().await.as_deref(), Some("frida@fallback.example"));
        for kind in ["account.linked", "sign_in.succeeded", "sign_in.refused"] {
            assert_eq!(world.count(kind).await, 0, "{kind}");
        }
        assert_eq!(world.count("session.opened").await, 1, "Frida's own");
        let known = world.org.find_account(&parsed("maya@acme.example")).await.unwrap().unwrap();
        assert_eq!(known.first_name, None, "no name was taken over");
        let event = world.last("test_sign_in.ended").await;
        assert_eq!(event.data["passed"], true);
        assert_eq!(event.subject, Some(known.id.to_string()));
        assert!(!event.data.to_string().contains("maya@"), "{:?}", event.data);
    }
}

#[tokio::test]
async fn a_new_person_would_be_made_and_is_not() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let path = test_as(&world, &mut browser, world.acme.made.policy, &noah()).await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("Would have been created"), "{page:?}");
    assert!(world.org.find_account(&parsed("noah@acme.example")).await.unwrap().is_none());
}

#[tokio::test]
async fn every_answer_ends_in_a_verdict_with_its_rule() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let acme = &world.acme.organization;
    let id = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
    let (default, other) = (world.acme.made.policy, policy(&world, "Other").await);
    let elsewhere = maya().at("maya@elsewhere.example");
    let path = test_as(&world, &mut browser, default, &elsewhere).await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("<code>domain-not-verified</code>"), "{page:?}");
    assert!(page.body.contains("elsewhere.example"), "what was received: {page:?}");

    let path = test_as(&world, &mut browser, other, &maya()).await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("<code>test-other-policy</code>"), "{page:?}");
    assign(&world, id, Some(other)).await;
    let path = test_as(&world, &mut browser, other, &maya()).await;
    assert!(browser.get(&path).await.body.contains("Would have signed in"));

    // The identity provider signs with a key that is not configured.
    let begin = format!("/admin/acme/policies/{default}/test");
    let csrf = browser.get(&begin).await.csrf();
    let target = browser.post(&begin, &[("csrf", &csrf)]).await.location().unwrap();
    let stranger = world.idp().with_another_key();
    let form = stranger.answer(&world.acme.us, &target, &maya(), world.now());
    let path = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
    let page = browser.get(&path).await;
    assert!(page.body.contains("<code>wrong-signature</code>") && page.body.contains("Broken"), "{page:?}");
    assert_eq!(world.last("test_sign_in.ended").await.data["code"], "wrong-signature");
}

#[tokio::test]
async fn a_test_belongs_to_its_browser_and_is_answered_once() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let begin = format!("/admin/acme/policies/{}/test", world.acme.made.policy);
        let csrf = browser.get(&begin).await.csrf();
        let target = browser.post(&begin, &[("csrf", &csrf)]).await.location().unwrap();
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let stolen = world.browser().post_answer(&world.acme.us, &form).await;
        assert_eq!(stolen.code(), "request-unknown");
        let posts: Vec<_> = (0..8)
            .map(|_| {
                let (mut browser, form, us) = (browser.clone(), form.clone(), world.acme.us.clone());
                tokio::spawn(async move { browser.post_answer(&us, &form).await })
            })
            .collect();
        let mut verdicts = Vec::new();
        for post in posts {
            verdicts.extend(post.await.unwrap().location());
        }
        assert_eq!(verdicts.len(), 1, "{}", database.engine());
        let mut real = world.browser();
        world.leave(&mut real, "maya@acme.example", "/").await;
        assert_eq!(real.post_answer(&world.acme.us, &form).await.code(), "replayed", "it is used up");
        assert_eq!(world.count("session.opened").await, 1, "Frida's own");
    }
}

#[tokio::test]
async fn tests_are_for_administrators_of_the_organisation() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let acme = &world.acme.organization;
    account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
    let path = test_as(&world, &mut browser, world.acme.made.policy, &maya()).await;
    let other = crate::kit::Idp::new("https://globex-idp.example/saml");
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
    let gina = account(&world.org, &globex.organization, ("gina@else.example", Role::Administrator)).await;
    let (mut hers, _) = with_passkey_in(&world, &globex, gina).await;
    assert_eq!(hers.get("/admin/globex").await.status, StatusCode::OK);
    for foreign in [path, format!("/admin/acme/policies/{}/test", world.acme.made.policy)] {
        assert_eq!(hers.get(&foreign).await.status, StatusCode::NOT_FOUND, "{foreign}");
        let nobody = world.browser().get(&foreign).await;
        assert!(nobody.location().unwrap().starts_with("/login"), "{foreign}");
    }
}

#[tokio::test]
async fn verdicts_are_forgotten() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, mut device) = frida(&world).await;
    let path = test_as(&world, &mut browser, world.acme.made.policy, &noah()).await;
    world.clock.advance(SignedDuration::from_hours(24 * 9));
    let mut later = world.browser();
    let none = testkit::authenticator::Forgery::none();
    crate::local_door::by_passkey(&mut later, "/login/passkey", &mut device, &none).await;
    assert_eq!(later.get(&path).await.status, StatusCode::NOT_FOUND);
}

fn parsed(address: &str) -> console::person::EmailAddress {
    console::person::EmailAddress::parse(address).unwrap()
}

/// The same in another organisation.
pub(crate) async fn with_passkey_in(
    world: &World,
    of: &Tenant,
    account: AccountId,
) -> (Browser, Authenticator) {
    let now = world.org.now();
    let draft = console::invitations::Draft::draw(now, world.org.entropy());
    let of = of.organization.id;
    let invited = world
        .act(async |tx, word| org::acts::invitations::invite(tx, word, (of, account, draft), now).await)
        .await;
    let (mut browser, mut device) = (world.browser(), Authenticator::new());
    let link = world.org.invitation_link(&invited).path().to_owned();
    crate::local_door::register(&mut browser, &link, &mut device).await;
    (browser, device)
}
