//! Another default policy; a policy deleted.

use http::StatusCode;
use org::model::Role;
use store::testing::databases;

use super::*;
use crate::admin::frida;
use crate::enforcing::{assign, policy, with_passkey};
use crate::kit::account;

#[tokio::test]
async fn another_policy_becomes_the_default_one_and_the_old_one_can_go() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let next = policy(&world, "Next").await;
        let was = world.acme.made.policy;
        never_says(&browser.get(&at(was)).await, &["Delete policy", "Make default policy"]);
        // Whoever posts it all the same is told.
        says(&post(&mut browser, &at(was), "/delete", &[]).await, &["A default policy is not deleted."]);
        says(&post_stale(&mut browser, &at(next), "/default", &[]).await, &[STALE]);
        let made = post(&mut browser, &at(next), "/default", &[]).await;
        says(&made, &["This is the default policy of its directory now."]);
        assert_eq!(policy_of(&world, "maya@acme.example").await, next);
        says(&post_stale(&mut browser, &at(was), "/delete", &[]).await, &[STALE]);
        // A test sign-in that never came back does not hold it.
        let test = format!("{}/test", at(was));
        let csrf = browser.get(&test).await.csrf();
        browser.post(&test, &[("csrf", &csrf)]).await;
        let gone = post(&mut browser, &at(was), "/delete", &[]).await;
        assert_eq!(gone.location().as_deref(), Some("/admin/acme/policies"), "{gone:?}");
        assert_eq!(browser.get(&at(was)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.last("policy.deleted").await.data["policy"], was.to_string());
    }
}

#[tokio::test]
async fn whose_policy_is_deleted_has_the_next_one_that_fits() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        let maya = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let test = policy(&world, "Test group").await;
        assign(&world, maya, Some(test)).await;
        post(&mut browser, &at(test), "/delete", &[]).await;
        assert_eq!(policy_of(&world, "maya@acme.example").await, world.acme.made.policy);
    }
}

#[tokio::test]
async fn neither_ends_the_last_way_back() {
    for database in databases().await {
        let world = World::new(&database).await;
        let acme = &world.acme.organization;
        let free = policy(&world, "Without SSO").await;
        let ida = account(&world.org, acme, ("ida@acme.example", Role::Administrator)).await;
        assign(&world, ida, Some(free)).await;
        let (mut hers, _) = with_passkey(&world, ida).await;
        let refused = post(&mut hers, &at(free), "/delete", &[]).await;
        says(&refused, &["This would leave nobody who gets in", "make a passkey here", "Nothing was done"]);
        let refused_event = world.last("act.refused").await;
        assert_eq!(refused_event.data["code"], "way-back-make-passkey");
        assert_eq!(policy_of(&world, "ida@acme.example").await, free);
    }
}
