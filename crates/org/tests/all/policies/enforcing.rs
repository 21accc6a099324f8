//! *Enforce single sign-on* with its evidence, and its probation.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::{PolicyId, Role, Sso, effective};
use serde_json::json;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::{Authenticator, Forgery};

use super::*;
use crate::admin::frida;
use crate::enforcing::{assign, leads_to_sso, policy, test_as, with_passkey};
use crate::kit::{ORIGIN, account, maya, noah};
use crate::local_door::by_passkey;

/// A test group with Maya in it, and Noah in the default policy.
async fn pilot(world: &World) -> PolicyId {
    let acme = &world.acme.organization;
    let maya = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
    account(&world.org, acme, ("noah@acme.example", Role::Member)).await;
    let test = policy(world, "Test group").await;
    assign(world, maya, Some(test)).await;
    test
}

/// Whether the local door is shut for an address: where SSO is offered, its
/// way leads to the identity provider too.
async fn requires_sso(world: &World, address: &str) -> bool {
    let address = console::person::EmailAddress::parse(address).unwrap();
    let account = world.org.find_account(&address).await.unwrap().unwrap();
    let read = world.org.store().read().await.unwrap();
    let policy = org::acts::policies::of_account(&read, account.id).await.unwrap().unwrap();
    effective(&policy, world.now()) == Sso::Enforced
}

async fn enforced(world: &World, browser: &mut Browser, policy: PolicyId) {
    let done = post(browser, &at(policy), "/enforce", &[("minutes", "60")]).await;
    let way = format!("{}/probation", at(policy));
    assert_eq!(done.location(), Some(way), "{:?}", world.last("act.refused").await.data);
}

#[tokio::test]
async fn the_evidence_is_listed_and_without_it_nothing_is_enforced() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let test = pilot(&world).await;
        let page = browser.get(&format!("{}/enforce", at(test))).await;
        says(
            &page,
            &[
                "frida@fallback.example",
                "Nobody has made a test sign-in",
                &format!("href=\"{}/test\"", at(test)),
                "Not seen yet: 1",
                "Members who are not proven and hold no passkey here: 1",
            ],
        );
        assert_eq!(page.body.matches("class=\"missing\"").count(), 1, "{page:?}");
        let refused = post(&mut browser, &at(test), "/enforce", &[("minutes", "60")]).await;
        says(&refused, &["Something is still missing. Nothing was enforced"]);
        assert_eq!(world.count("policy.enforced").await, 0);
        assert!(!leads_to_sso(&world, "maya@acme.example").await);
    }
}

#[tokio::test]
async fn a_test_group_is_enforced_and_kept() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let test = pilot(&world).await;
        test_as(&world, &mut browser, test, &maya()).await;
        let page = browser.get(&format!("{}/enforce", at(test))).await;
        assert_eq!(page.body.matches("class=\"missing\"").count(), 0, "{page:?}");
        assert_eq!(page.body.matches("class=\"there\"").count(), 7, "{page:?}");
        says(&browser.get(&at(test)).await, &["Nothing stands in the way"]);

        let stale = post_stale(&mut browser, &at(test), "/enforce", &[("minutes", "60")]).await;
        says(&stale, &[STALE]);
        enforced(&world, &mut browser, test).await;
        assert!(leads_to_sso(&world, "maya@acme.example").await);
        assert!(!leads_to_sso(&world, "noah@acme.example").await, "only the test group");
        let again = browser.get(&format!("{}/enforce", at(test))).await;
        assert_eq!(again.location(), Some(format!("{}/probation", at(test))));

        // Nobody came in: it is not kept yet.
        let page = format!("{}/probation", at(test));
        let shown = browser.get(&page).await;
        says(&shown, &["data-countdown=", "60 minutes", "nobody is locked out", "No member has signed in"]);
        let refused = post(&mut browser, &page, "/keep", &[]).await;
        says(&refused, &["notice-danger", "No member has signed in"]);
        let back = world.sign_in(&mut world.browser(), &maya()).await;
        assert!(back.location().unwrap().starts_with("/oidc"), "{back:?}");
        says(&browser.get(&page).await, &["maya@acme.example signed in"]);
        says(&post_stale(&mut browser, &page, "/keep", &[]).await, &[STALE]);
        let kept = post(&mut browser, &page, "/keep", &[]).await;
        says(&kept, &["Kept: single sign-on stays enforced.", "SSO enforced", "Stop enforcing"]);
        world.clock.advance(SignedDuration::from_hours(5));
        assert!(leads_to_sso(&world, "maya@acme.example").await, "it does not return any more");
        says(&browser.get("/admin/acme/policies").await, &["SSO enforced", "SSO off"]);
    }
}

#[tokio::test]
async fn whoever_does_nothing_goes_back_and_whoever_wants_at_once() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let test = pilot(&world).await;
        test_as(&world, &mut browser, test, &maya()).await;
        enforced(&world, &mut browser, test).await;
        let page = format!("{}/probation", at(test));
        says(&browser.get("/admin/acme/policies").await, &["On probation"]);
        assert!(requires_sso(&world, "maya@acme.example").await);
        let longer = post(&mut browser, &page, "/extend", &[("minutes", "240")]).await;
        says(&longer, &["Extended.", "240 minutes"]);
        says(
            &post(&mut browser, &page, "/extend", &[("minutes", "1")]).await,
            &["from five minutes to seven days"],
        );
        says(&post_stale(&mut browser, &page, "/extend", &[("minutes", "60")]).await, &[STALE]);
        world.clock.advance(SignedDuration::from_hours(5));
        assert!(!requires_sso(&world, "maya@acme.example").await);
        says(&browser.get(&page).await, &["Single sign-on has returned"]);
        says(
            &browser.get(&at(test)).await,
            &["Returned by itself", "has returned by itself", "Enforce single sign-on"],
        );

        test_as(&world, &mut browser, test, &maya()).await;
        let (mut browser, _) = frida(&world).await;
        enforced(&world, &mut browser, test).await;
        let back = post(&mut browser, &page, "/back", &[]).await;
        says(&back, &["is not enforced any more", "SSO offered"]);
        assert!(!requires_sso(&world, "maya@acme.example").await);
        assert_eq!(browser.get(&page).await.location(), Some(at(test)), "there is no probation");
    }
}

#[tokio::test]
async fn dangerous_acts_ask_for_the_passkey_and_keep_what_was_posted() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, mut device) = frida(&world).await;
    let test = pilot(&world).await;
    test_as(&world, &mut browser, test, &maya()).await;
    world.clock.advance(SignedDuration::from_mins(6));
    let page = browser.get(&format!("{}/enforce", at(test))).await;
    let (csrf, shown) = (page.csrf(), version(&page.body).to_owned());
    let form = [("csrf", csrf.as_str()), ("version", &shown), ("minutes", "240")];
    let asked = browser.post(&format!("{}/enforce", at(test)), &form).await;
    says(
        &asked,
        &["data-passkey-form", "name=\"minutes\" value=\"240\"", "Enforce single sign-on in “Test group”"],
    );
    assert_eq!(world.count("policy.enforced").await, 0);
    let options = browser.post_json("/step-up/begin", &csrf, &json!({})).await;
    let credential = device.authenticate(ORIGIN, &options.body);
    let form = [form.as_slice(), &[("credential", credential.as_str())]].concat();
    let done = browser.post(&format!("{}/enforce", at(test)), &form).await;
    assert_eq!(done.location(), Some(format!("{}/probation", at(test))), "{done:?}");
    world.clock.advance(SignedDuration::from_mins(6));
    let page = format!("{}/probation", at(test));
    for below in ["/keep", "/back"] {
        says(&post(&mut browser, &page, below, &[]).await, &["data-passkey-form"]);
    }
    for below in ["/default", "/delete"] {
        says(&post(&mut browser, &at(test), below, &[]).await, &["data-passkey-form"]);
    }
    let all = [("everybody", "on"), ("to", "none")];
    let members = format!("{}/members", at(test));
    says(&post(&mut browser, &members, "/move", &all).await, &["data-passkey-form"]);
    assert!(leads_to_sso(&world, "maya@acme.example").await, "nothing of it was done");
}

#[tokio::test]
async fn what_may_be_overridden_is_taken_by_name() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let test = pilot(&world).await;
    let page = browser.get(&format!("{}/enforce", at(test))).await;
    says(
        &page,
        &["name=\"override\" type=\"checkbox\" value=\"test-sign-in\"", "Your name stands in the event log"],
    );
    // What may not is not taken by naming it.
    let other = [("minutes", "60"), ("override", "way-back-fallback-administrator")];
    says(&post(&mut browser, &at(test), "/enforce", &other).await, &["Something is still missing"]);
    let taken = [("minutes", "60"), ("override", "test-sign-in")];
    let done = post(&mut browser, &at(test), "/enforce", &taken).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
    let event = world.last("policy.enforced").await;
    assert_eq!(event.data["overridden_by"], world.frida.to_string());
    assert_eq!(event.data["overridden"][0], "test-sign-in");
}

#[tokio::test]
async fn the_default_policy_cannot_be_enforced_over_the_last_way_back() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let acme = &world.acme.organization;
        let ida = account(&world.org, acme, ("ida@acme.example", Role::Administrator)).await;
        let (mut hers, mut device) = with_passkey(&world, ida).await;
        let default = world.acme.made.policy;
        test_as(&world, &mut hers, default, &noah()).await;
        // Frida has no passkey, so Ida alone gets in; she would be sent to SSO.
        let page = hers.get(&format!("{}/enforce", at(default))).await;
        says(
            &page,
            &["has a passkey here. Give one of them a one-time link", "as soon as everything above is there"],
        );
        never_says(&page, &["name=\"minutes\""]);
        let forced = post(&mut hers, &at(default), "/settings", &[]).await;
        assert_eq!(forced.status, StatusCode::BAD_REQUEST, "no field, no form");
        let csrf = hers.get("/admin/acme").await.csrf();
        let shown = hers.get(&at(default)).await;
        let shown = version(&shown.body).to_owned();
        let form = [("csrf", csrf.as_str()), ("version", &shown), ("minutes", "60")];
        says(&hers.post(&format!("{}/enforce", at(default)), &form).await, &["Something is still missing"]);
        assert!(!leads_to_sso(&world, "noah@acme.example").await);

        // With the fallback administrator's passkey it is possible, and Ida's own old session proves nothing.
        let (mut browser, _) = frida(&world).await;
        test_as(&world, &mut browser, default, &noah()).await;
        enforced(&world, &mut browser, default).await;
        assert!(leads_to_sso(&world, "ida@acme.example").await);
        let door = by_passkey(&mut world.browser(), "/login/passkey", &mut device, &Forgery::none()).await;
        assert_eq!(door.json()["error"]["code"], "sso-required");
        let mut someone = Authenticator::new();
        assert!(
            crate::local_door::enrol(&world, &mut world.browser(), &mut someone, world.frida)
                .await
                .status
                .is_success()
        );
    }
}

#[tokio::test]
async fn an_old_session_by_single_sign_on_does_not_keep() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let test = pilot(&world).await;
    let acme = &world.acme.organization;
    // Ida comes by single sign-on, offered, before it is enforced anywhere.
    let ida = account(&world.org, acme, ("ida@acme.example", Role::Administrator)).await;
    let mut device = Authenticator::new();
    crate::local_door::enrol(&world, &mut world.browser(), &mut device, ida).await;
    let offered = (acme.id, world.acme.made.policy, Sso::Offered);
    let now = world.now();
    world.act(async |tx, word| org::acts::seeding::set_sso(tx, word, offered, now).await).await;
    let mut hers = world.browser();
    let person = noah().at("ida@acme.example");
    world.sign_in(&mut hers, &person).await;
    assert_eq!(hers.who().await.as_deref(), Some("ida@acme.example"));
    test_as(&world, &mut browser, test, &maya()).await;
    enforced(&world, &mut browser, test).await;
    world.sign_in(&mut world.browser(), &maya()).await;
    let page = format!("{}/probation", at(test));
    says(&hers.get(&page).await, &["Your own session is older"]);
    let csrf = hers.get(&page).await.csrf();
    let options = hers.post_json("/step-up/begin", &csrf, &json!({})).await;
    let credential = device.authenticate(ORIGIN, &options.body);
    let refused = post(&mut hers, &page, "/keep", &[("credential", &credential)]).await;
    says(&refused, &["notice-danger", "Your own session is older"]);
    says(&browser.get(&page).await, &["newer, or was opened with a passkey kept here"]);
}
