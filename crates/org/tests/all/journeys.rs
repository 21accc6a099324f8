//! Whole sign-ins, on both engines.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::{Role, Sso};
use store::testing::databases;
use testkit::schema::{Schema, assert_valid};

use crate::kit::{Idp, ORIGIN, World, account, maya, noah};

const LINK: &str = "/oidc/acme/authorize?client_id=jira&state=a%2Fb&nonce=n";

#[tokio::test]
async fn a_person_comes_back_signed_in_to_the_page_asked_for() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        let target = world.leave(&mut browser, " Maya@ACME.example ", LINK).await;
        assert!(target.starts_with("https://idp.example/saml/sso?tenant=1&SAMLRequest="), "{target}");
        let line = browser.cookie_line("__Host-org-pending").to_owned();
        assert!(line.ends_with("; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=4200"), "{line}");
        assert_valid(&Idp::message(&target), Schema::Protocol);
        let (request, relay_state) = Idp::read(&target);
        assert_eq!(request.issuer, world.acme.us.entity_id);
        assert!(!request.force_authn);
        let relay_state = relay_state.unwrap();
        assert_eq!(relay_state.as_str().len(), 43, "an opaque handle");

        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let posted = browser.post_answer(&world.acme.us, &form).await;
        assert_eq!(posted.status, StatusCode::SEE_OTHER, "{posted:?}");
        assert!(browser.cookie("__Host-org-session").is_none(), "no session at a cross-site post");
        let arrival = posted.location().unwrap();
        assert!(arrival.starts_with("/login/arrival/"));
        let home = browser.get(&arrival).await;
        assert_eq!(home.status, StatusCode::SEE_OTHER, "{home:?}");
        assert_eq!(home.location().unwrap(), LINK);
        let line = browser.cookie_line("__Host-org-session");
        assert!(line.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{line}");
        assert_eq!(browser.who().await.as_deref(), Some("maya@acme.example"));
    }
}

#[tokio::test]
async fn the_first_sign_in_makes_the_account_and_the_second_knows_it() {
    for database in databases().await {
        let world = World::new(&database).await;
        for expected in ["created", "known"] {
            let mut browser = world.browser();
            world.sign_in(&mut browser, &maya()).await;
            let event = world.last("sign_in.succeeded").await;
            assert_eq!(event.data["entry"], expected);
            assert_eq!(event.data["organization"], world.acme.organization.id.to_string());
            let page = browser.get("/").await;
            assert!(page.body.contains("Signed in as Maya Lee"), "{page:?}");
        }
    }
}

#[tokio::test]
async fn an_account_is_linked_by_its_first_use_and_follows_its_address() {
    for database in databases().await {
        let world = World::new(&database).await;
        let id = account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let event = world.last("sign_in.succeeded").await;
        assert_eq!(
            (event.subject.as_deref(), &event.data["entry"]),
            (Some(id.to_string().as_str()), &"linked".into())
        );

        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let moved = maya().at("Maya.Lee@acme.example");
        let form = world.idp().answer(&world.acme.us, &target, &moved, world.now());
        browser.bring_home(&world.acme.us, &form).await;
        let event = world.last("sign_in.succeeded").await;
        assert_eq!(
            (event.subject.as_deref(), &event.data["entry"]),
            (Some(id.to_string().as_str()), &"address-changed".into())
        );
        assert_eq!(browser.who().await.as_deref(), Some("Maya.Lee@acme.example"));
    }
}

#[tokio::test]
async fn every_address_gets_the_same_page_and_words() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    account(&world.org, &world.acme.organization, ("known@fallback.example", Role::Member)).await;
    let mut seen = Vec::new();
    for address in ["known@fallback.example", "unknown@fallback.example", "frida@fallback.example"] {
        let mut browser = world.browser();
        let answer = browser.type_address(address, "/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        seen.push(answer.location().unwrap());
    }
    assert!(seen.iter().all(|to| to == "/login/passkey?return_to=%2F"), "{seen:?}");
    for address in ["maya@acme.example", "nobody@acme.example"] {
        let mut browser = world.browser();
        let to = world.leave(&mut browser, address, "/").await;
        assert!(to.starts_with("https://idp.example/"), "{to}");
        assert!(!to.contains("maya") && !to.contains("nobody"));
    }
}

#[tokio::test]
async fn the_form_names_the_identity_provider_it_may_lead_to() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let page = world.browser().get("/login").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://idp.example"), "{policy}");
}

#[tokio::test]
async fn a_wrong_address_is_shown_again_beside_its_field() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let page = world.browser().type_address("maya at acme", LINK).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Enter an address like name@example.com."), "{page:?}");
    assert!(page.body.contains("maya at acme") && page.body.contains("state=a%2Fb"));
    assert_eq!(page.body.matches("aria-invalid").count(), 1);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_afterwards() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    for bad in ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"] {
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", bad).await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let home = browser.bring_home(&world.acme.us, &form).await;
        assert_eq!(home.location().as_deref(), Some("/"), "{bad}");
    }
}

#[tokio::test]
async fn whoever_is_signed_in_is_not_asked_again() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    let page = browser.get("/login?return_to=%2Foidc%2Facme%2Fauthorize%3Fx%3D2").await;
    assert_eq!(page.location().as_deref(), Some("/oidc/acme/authorize?x=2"));
}

#[tokio::test]
async fn another_account_in_this_browser_is_asked_about() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        world.sign_in(&mut browser, &noah()).await;
        let csrf = browser.get("/").await.csrf();
        let fields = [("csrf", csrf.as_str()), ("address", "maya@acme.example"), ("return_to", LINK)];
        let target = browser.post("/login", &fields).await.location().unwrap();
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        let arrival = browser.post_answer(&world.acme.us, &form).await.location().unwrap();
        let page = browser.get(&arrival).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("noah@acme.example") && page.body.contains("maya@acme.example"));
        assert_eq!(browser.who().await.as_deref(), Some("noah@acme.example"), "nothing has changed yet");

        let without_token = browser.post(&arrival, &[]).await;
        assert_eq!(without_token.status, StatusCode::FORBIDDEN);
        let old = browser.cookie("__Host-org-session").unwrap().to_owned();
        let home = browser.post(&arrival, &[("csrf", &page.csrf())]).await;
        assert_eq!(home.location().as_deref(), Some(LINK), "{home:?}");
        assert_eq!(browser.who().await.as_deref(), Some("maya@acme.example"));
        assert_ne!(browser.cookie("__Host-org-session").unwrap(), old);
    }
}

#[tokio::test]
async fn a_session_ends_with_the_identity_providers() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut person = maya();
        person.session = Some(SignedDuration::from_mins(10));
        let mut browser = world.browser();
        world.sign_in(&mut browser, &person).await;
        world.clock.advance(SignedDuration::from_mins(9));
        assert!(browser.who().await.is_some());
        world.clock.advance(SignedDuration::from_mins(2));
        assert_eq!(browser.who().await, None);
    }
}

#[tokio::test]
async fn deactivation_ends_every_session_at_once() {
    for database in databases().await {
        let world = World::new(&database).await;
        let mut browser = world.browser();
        world.sign_in(&mut browser, &maya()).await;
        let event = world.last("sign_in.succeeded").await;
        let id = event.subject.unwrap().parse().unwrap();
        let of = world.acme.organization.id;
        let now = world.now();
        world.act(async |tx, word| org::acts::accounts::deactivate(tx, word, (of, id), now).await).await;
        assert_eq!(browser.who().await, None);
        let refused = world.sign_in(&mut world.browser(), &maya()).await;
        assert_eq!(refused.code(), "account-deactivated");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let mut browser = world.browser();
    world.sign_in(&mut browser, &maya()).await;
    let mut thief = browser.clone();
    let csrf = browser.get("/").await.csrf();
    let out = browser.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(out.location().as_deref(), Some("/login"));
    assert!(browser.cookie("__Host-org-session").is_none());
    assert_eq!(thief.who().await, None);
}

#[tokio::test]
async fn an_offered_policy_lets_in_by_sso_too() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
    let policy = (world.acme.organization.id, world.acme.made.policy, Sso::Offered);
    let now = world.now();
    world.act(async |tx, word| org::acts::seeding::set_sso(tx, word, policy, now).await).await;
    let home = world.sign_in(&mut world.browser(), &maya()).await;
    assert_eq!(home.status, StatusCode::SEE_OTHER, "{home:?}");
}

#[tokio::test]
async fn metadata_stands_at_the_entity_id() {
    let database = store::testing::TestDatabase::sqlite();
    let world = World::new(&database).await;
    let us = &world.acme.us;
    let path = us.entity_id.as_str().strip_prefix(ORIGIN).unwrap();
    let document = world.browser().get(path).await;
    assert_eq!(document.status, StatusCode::OK);
    assert_eq!(document.headers["content-type"], "application/samlmetadata+xml");
    assert_valid(document.body.as_bytes(), Schema::Metadata);
    assert!(document.body.contains(&format!(r#"entityID="{}""#, us.entity_id)));
    assert!(document.body.contains(&format!(r#"Location="{}""#, us.acs_url)));
    let unknown = world.browser().get("/saml/0190a3b4-0000-7000-8000-00000000beef").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
