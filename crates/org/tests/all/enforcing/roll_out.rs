//! The roll-out as the guide says it: a test group first.

use jiff::SignedDuration;
use org::acts::groups::{self, NewGroup};
use org::acts::{Refusal, enforcement};
use org::model::enforce::{NotYet, OwnSession, ProbationError};
use org::model::{GroupId, Many, Role};
use store::testing::{TestDatabase, databases};
use testkit::authenticator::Forgery;

use super::*;
use crate::kit::{account, maya, noah};
use crate::local_door::by_passkey;

/// A group that leads to a policy.
async fn group(world: &World, (called, policy): (&str, PolicyId)) -> GroupId {
    let (of, now) = (world.acme.organization.id, world.org.now());
    let new = NewGroup::draw((of, name(called)), now, world.org.entropy());
    let group = world.act(async |tx, word| groups::create(tx, word, new, now).await).await;
    let rules = [(group, policy)];
    world.act(async |tx, word| groups::set_rules(tx, word, (of, &rules), now).await).await;
    group
}

#[tokio::test]
async fn a_pilot_group_is_tried_enforced_and_confirmed() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _device) = frida(&world).await;
        let acme = &world.acme.organization;
        let maya_id = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        account(&world.org, acme, ("noah@acme.example", Role::Member)).await;
        let pilot = policy(&world, "Test group").await;
        let group = group(&world, ("Pilot", pilot)).await;
        let (of, now) = (acme.id, world.org.now());
        let joined = Many::of([maya_id]);
        world.act(async |tx, word| groups::join(tx, word, (of, group, &joined), now).await).await;

        assert_eq!(missing(&world, pilot).await, ["test-sign-in"]);
        assert!(!leads_to_sso(&world, "maya@acme.example").await, "nothing is enforced yet");
        test_as(&world, &mut browser, pilot, &maya()).await;
        let evidence = evidence(&world, pilot).await;
        assert_eq!(evidence.way_back().administrators(), [world.frida]);
        assert_eq!((evidence.members().unknown, evidence.members().without_any_way), (1, 1));
        enforce(&world, &evidence).await.unwrap();
        assert_eq!(world.last("policy.enforced").await.data["way_back"][0], world.frida.to_string());

        assert!(leads_to_sso(&world, "maya@acme.example").await);
        assert!(!leads_to_sso(&world, "noah@acme.example").await, "only the test group");
        let own = OwnSession { opened_at: world.now(), by_local_door: true };
        assert_eq!(confirm(&world, pilot, own).await, Err(Refusal::NotYet(NotYet::NobodyCameIn)));
        let back = world.sign_in(&mut world.browser(), &maya()).await;
        assert!(back.location().unwrap().starts_with("/oidc"), "{back:?}");
        confirm(&world, pilot, own).await.unwrap();
        assert_eq!(world.last("policy.confirmed").await.data["witness"], maya_id.to_string());
        world.clock.advance(SignedDuration::from_hours(24 * 30));
        assert!(leads_to_sso(&world, "maya@acme.example").await, "confirmed is for good");
        assert_eq!(rehearsed(&world, pilot).await.members.proven, 1);
    }
}

#[tokio::test]
async fn probation_returns_by_itself_also_while_nothing_ran() {
    for database in databases().await {
        let mut world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        let id = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let (_, mut device) = with_passkey(&world, id).await;
        let default = world.acme.made.policy;
        test_as(&world, &mut browser, default, &maya()).await;
        let enforced = enforce(&world, &evidence(&world, default).await).await.unwrap();
        let door = by_passkey(&mut world.browser(), "/login/passkey", &mut device, &Forgery::none()).await;
        assert_eq!(door.json()["error"]["code"], "sso-required");
        drop(browser);
        world.clock.set(enforced.returns_at);
        world = world.restarted(&database).await;
        let door = by_passkey(&mut world.browser(), "/login/passkey", &mut device, &Forgery::none()).await;
        assert_eq!(door.json()["go"], "/", "the local door has opened by itself");
        assert!(leads_to_sso(&world, "maya@acme.example").await, "and SSO is still offered");
        let (of, now) = (world.acme.organization.id, world.org.now());
        let more = (of, default, SignedDuration::from_mins(30));
        let word = word_of(&world.org, world.frida);
        let late = tried(&world.org, async |tx| enforcement::extend(tx, &word, more, now).await).await;
        assert_eq!(late, Err(Refusal::Probation(ProbationError::NotOnProbation)));
    }
}

#[tokio::test]
async fn probation_is_extended_and_returned_by_hand() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let acme = &world.acme.organization;
    account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
    let (of, default) = (acme.id, world.acme.made.policy);
    test_as(&world, &mut browser, default, &maya()).await;
    enforce(&world, &evidence(&world, default).await).await.unwrap();
    let again = missing(&world, default).await;
    assert_eq!(again, ["already-enforced"]);
    let now = world.org.now();
    let more = (of, default, SignedDuration::from_mins(180));
    world.act(async |tx, word| enforcement::extend(tx, word, more, now).await).await;
    world.clock.advance(SignedDuration::from_mins(120));
    let jit = world.sign_in(&mut world.browser(), &noah()).await;
    assert!(jit.location().is_some(), "still enforced, so a new person is made: {jit:?}");
    let now = world.org.now();
    world.act(async |tx, word| enforcement::return_now(tx, word, (of, default), now).await).await;
    let (_, device) = with_passkey(&world, world.frida).await;
    drop(device);
    let stranger = crate::kit::maya().at("new@acme.example").without("name").with("name", "u-new");
    let refused = world.sign_in(&mut world.browser(), &stranger).await;
    assert_eq!(refused.code(), "jit-sso-not-enforced");
}

#[tokio::test]
async fn evidence_that_was_overtaken_is_refused() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let acme = &world.acme.organization;
    account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
    let default = world.acme.made.policy;
    test_as(&world, &mut browser, default, &maya()).await;
    let before = evidence(&world, default).await;
    // The identity provider's key is changed.
    let now = world.org.now();
    let save = org::acts::saml_configurations::Save {
        organization: acme.id,
        unique_id: world.acme.made.unique_id,
        over: None,
        identity_provider: world.idp().with_another_key().as_configured(),
    };
    world.act(async |tx, word| org::acts::saml_configurations::save(tx, word, save, now).await).await;
    assert_eq!(enforce(&world, &before).await, Err(Refusal::EvidenceGone));
    assert_eq!(missing(&world, default).await, ["test-void-changed"]);
    assert_eq!(world.count("policy.enforced").await, 0);
}

#[tokio::test]
async fn what_is_missing_can_be_taken_upon_oneself_by_name() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (_browser, _) = frida(&world).await;
    let (of, default) = (world.acme.organization.id, world.acme.made.policy);
    let over = std::collections::BTreeSet::from(["test-sign-in"]);
    let named = org::model::enforce::Override { by: world.frida, over };
    let read = world.org.store().read().await.unwrap();
    let found = rehearse(&read, (of, default), Some(&named), world.org.now()).await.unwrap().unwrap();
    drop(read);
    let evidence = found.answer.unwrap();
    let host = world.org.host("test");
    let now = world.org.now();
    let what = (of, &evidence, SignedDuration::from_mins(60));
    let by_another = tried(&world.org, async |tx| enforcement::enforce(tx, &host, what, now).await).await;
    assert_eq!(by_another, Err(Refusal::EvidenceGone), "only whoever took it upon themselves");
    enforce(&world, &evidence).await.unwrap();
    let event = world.last("policy.enforced").await;
    assert_eq!(event.data["overridden"][0], "test-sign-in");
    assert_eq!(event.data["overridden_by"], world.frida.to_string());
}
