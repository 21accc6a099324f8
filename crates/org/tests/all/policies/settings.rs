//! The settings of a policy.

use std::time::Duration;

use org::model::Role;
use store::testing::{TestDatabase, databases};

use super::*;
use crate::admin::frida;
use crate::enforcing::{leads_to_sso, policy};
use crate::kit::account;

fn form<'a>(name: &'a str, idle: &'a str, absolute: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("idle", idle),
        ("idle_unit", "hours"),
        ("absolute", absolute),
        ("absolute_unit", "days"),
        ("again", ""),
        ("again_unit", "hours"),
    ]
}

#[tokio::test]
async fn what_is_saved_is_what_members_meet() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let page = at(world.acme.made.policy);
        let mut fields = form("Everybody", "8", "2");
        fields[5].1 = "3";
        fields.push(("offered", "on"));
        let saved = post(&mut browser, &page, "/settings", &fields).await;
        says(
            &saved,
            &[
                "Saved. New durations hold",
                "<h1>Everybody</h1>",
                "SSO offered",
                "2 days at most, and ends after 8 hours without use",
                "older than 3 hours",
                "with a passkey kept here, as they like",
            ],
        );
        let acme = &world.acme.organization;
        let maya = account(&world.org, acme, ("maya@acme.example", Role::Member)).await;
        let read = world.org.store().read().await.unwrap();
        let policy = org::acts::policies::of_account(&read, maya).await.unwrap().unwrap();
        assert_eq!(policy.sessions.idle, Duration::from_secs(8 * 3600));
        assert_eq!(policy.reverification.unwrap().age(), Duration::from_secs(3 * 3600));
        assert_eq!(world.last("policy.edited").await.data["to"], "offered");
    }
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_is_kept() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let page = at(world.acme.made.policy);
    for (fields, text, kept) in [
        (form("", "8", "2"), "Enter a name.", "value=\"8\""),
        (form("Mine", "eight", "2"), "Enter a whole number.", "value=\"eight\""),
        (form("Mine", "8", "-2"), "Enter a whole number.", "value=\"-2\""),
        (form("Mine", "0", "2"), "Between 5 minutes and 365 days.", "value=\"Mine\""),
        (form("Mine", "8", "400"), "Between 5 minutes and 365 days.", "value=\"400\""),
        (form("Mine", "72", "2"), "cannot be longer than the whole session", "value=\"72\""),
    ] {
        let answer = post(&mut browser, &page, "/settings", &fields).await;
        says(&answer, &[text, kept, "aria-invalid"]);
    }
    let mut again = form("Mine", "8", "2");
    again[5].1 = "9999999";
    says(&post(&mut browser, &page, "/settings", &again).await, &["Between 5 minutes", "value=\"9999999\""]);
    assert_eq!(world.count("policy.edited").await, 0);
}

#[tokio::test]
async fn two_administrators_who_edit_a_policy_are_told() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let page = at(world.acme.made.policy);
        let told = post_stale(&mut browser, &page, "/settings", &form("Stale", "8", "2")).await;
        says(&told, &[STALE, "value=\"Stale\""]);
        assert_eq!(world.last("act.refused").await.data["code"], "changed-meanwhile");
        // The page shows the version that is there now: knowing it, it is saved.
        let saved = post(&mut browser, &page, "/settings", &form("Stale", "8", "2")).await;
        says(&saved, &["Saved."]);
    }
}

#[tokio::test]
async fn an_enforced_policy_is_never_relaxed_by_its_settings() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let page = at(world.acme.made.policy);
    never_says(&browser.get(&page).await, &["name=\"offered\""]);
    let mut fields = form("Everybody", "8", "2");
    fields.push(("offered", "on"));
    says(&post(&mut browser, &page, "/settings", &fields).await, &["Saved.", "SSO enforced"]);
    assert!(leads_to_sso(&world, "maya@acme.example").await);
}

#[tokio::test]
async fn the_way_to_saml_stands_where_the_guide_looks_for_it() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let directory = format!("/admin/acme/identity-providers/{}/saml", world.acme.made.directory);
    let page = browser.get(&at(world.acme.made.policy)).await;
    says(&page, &["Use SAML single sign-on", &format!("href=\"{directory}/details\"")]);
    let (of, now) = (world.acme.organization.id, world.now());
    let new = org::acts::directories::NewDirectory::draw(
        (of, console::person::DisplayName::parse("Second").unwrap()),
        now,
        world.org.entropy(),
    );
    let made = world.act(async |tx, word| org::acts::directories::create(tx, word, new, now).await).await;
    let page = browser.get(&at(made.policy)).await;
    let wizard = format!("href=\"/admin/acme/identity-providers/{}/saml\"", made.directory);
    says(&page, &["Set up SAML single sign-on", &wizard]);
    says(&browser.get("/admin/acme/policies").await, &["Set up SAML single sign-on", &wizard]);
    let enforce = browser.get(&format!("{}/enforce", at(made.policy))).await;
    says(&enforce, &["A saved SAML configuration", "still a draft"]);

    let local = browser.get("/admin/acme/policies").await.body;
    let (_, rest) = local.split_once("Local directory").unwrap();
    let (_, rest) = rest.split_once("href=\"/admin/acme/policies/").unwrap();
    let id = rest.split(['"', '/']).next().unwrap().to_owned();
    let page = browser.get(&format!("/admin/acme/policies/{id}")).await;
    says(&page, &["Accounts of the local directory sign in with passkeys", "Set up SAML single sign-on"]);
    let enforce = browser.get(&format!("/admin/acme/policies/{id}/enforce")).await;
    says(&enforce, &["belongs to the local directory"]);
    never_says(&enforce, &["name=\"minutes\""]);
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_beside_the_switch() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let test = policy(&world, "Test group").await;
    let page = browser.get(&at(test)).await;
    says(&page, &["Still needed before it can be enforced", "A passing test sign-in"]);
    never_says(&page, &["A fallback administrator with a passkey"]);
}
