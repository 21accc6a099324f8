//! Members by group.

use org::acts::groups::{self, NewGroup};
use org::model::{GroupId, Many, Role};
use store::testing::databases;

use super::*;
use crate::admin::frida;
use crate::enforcing::policy;
use crate::kit::account;

async fn group(world: &World, called: &str, members: &[org::model::AccountId]) -> GroupId {
    let (of, now) = (world.acme.organization.id, world.org.now());
    let name = console::person::DisplayName::parse(called).unwrap();
    let new = NewGroup::draw((of, name), now, world.org.entropy());
    let group = world.act(async |tx, word| groups::create(tx, word, new, now).await).await;
    let many = Many::of(members.iter().copied());
    world.act(async |tx, word| groups::join(tx, word, (of, group, &many), now).await).await;
    group
}

/// Posts with what the page says that it saw.
async fn change(browser: &mut Browser, page: &str, how: &str, group: GroupId) -> Answer {
    let shown = browser.get(page).await;
    let csrf = shown.csrf();
    let seen = match shown.body.split_once("name=\"seen\" value=\"") {
        Some((_, rest)) => rest.split_once('"').unwrap().0.to_owned(),
        None => String::new(),
    };
    let group = group.to_string();
    browser.post(page, &[("csrf", &csrf), ("seen", &seen), ("how", how), ("group", &group)]).await
}

#[tokio::test]
async fn a_group_leads_to_a_policy_in_an_order_that_is_chosen() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        let maya = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let [first, second] = [policy(&world, "First").await, policy(&world, "Second").await];
        let [pages_first, pages_second] = [first, second].map(|one| format!("{}/members/groups", at(one)));
        says(
            &browser.get(&pages_first).await,
            &["No group leads to a policy yet.", "There is no group yet."],
        );
        let pilot = group(&world, "Pilot", &[maya]).await;
        let staff = group(&world, "Staff", &[maya]).await;
        says(&change(&mut browser, &pages_first, "add", pilot).await, &["Saved.", "this policy"]);
        assert_eq!(policy_of(&world, "maya@acme.example").await, first);
        says(&browser.get(&format!("{}/members", at(first))).await, &["member of Pilot"]);
        change(&mut browser, &pages_second, "add", staff).await;
        assert_eq!(policy_of(&world, "maya@acme.example").await, first, "the first that fits");
        change(&mut browser, &pages_second, "up", staff).await;
        assert_eq!(policy_of(&world, "maya@acme.example").await, second);
        says(&browser.get(&pages_second).await, &["Every group leads to a policy already."]);
        change(&mut browser, &pages_second, "remove", staff).await;
        change(&mut browser, &pages_first, "remove", pilot).await;
        assert_eq!(policy_of(&world, "maya@acme.example").await, world.acme.made.policy);
    }
}

#[tokio::test]
async fn rules_that_changed_meanwhile_are_not_overwritten() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let page = format!("{}/members/groups", at(policy(&world, "First").await));
        let [pilot, staff] = [group(&world, "Pilot", &[]).await, group(&world, "Staff", &[]).await];
        let shown = browser.get(&page).await;
        let csrf = shown.csrf();
        let (_, rest) = shown.body.split_once("name=\"seen\" value=\"").unwrap();
        let seen = rest.split_once('"').unwrap().0;
        change(&mut browser, &page, "add", pilot).await;
        let staff = staff.to_string();
        let form = [("csrf", csrf.as_str()), ("seen", seen), ("how", "add"), ("group", &staff)];
        says(&browser.post(&page, &form).await, &[STALE]);
        let form = [("csrf", csrf.as_str()), ("seen", seen), ("how", "add"), ("group", "x")];
        says(&browser.post(&page, &form).await, &["Choose a group."]);
        assert_eq!(world.count("group.rules_changed").await, 1);
    }
}
