//! The members of a policy: listed, found, added, moved.

use org::model::Role;
use store::testing::{TestDatabase, databases};

use super::*;
use crate::admin::frida;
use crate::enforcing::{assign, policy, with_passkey};
use crate::kit::account;

async fn people(world: &World, names: &[&str]) {
    for name in names {
        let address = format!("{name}@acme.example");
        account(&world.org, &world.acme.organization, (&address, Role::Member)).await;
    }
}

#[tokio::test]
async fn members_are_added_by_address_all_or_nobody() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        people(&world, &["maya", "noah", "olga"]).await;
        let test = policy(&world, "Test group").await;
        let page = format!("{}/members", at(test));
        let typed = "maya@acme.example, nobody@acme.example\nfrida@fallback.example; bad";
        let refused = post(&mut browser, &page, "", &[("addresses", typed)]).await;
        says(
            &refused,
            &[
                "There is no account nobody@acme.example.",
                "frida@fallback.example is not managed by this organisation.",
                "bad is not an e-mail address.",
                "maya@acme.example, nobody@acme.example",
                "aria-invalid",
            ],
        );
        assert_eq!(policy_of(&world, "maya@acme.example").await, world.acme.made.policy, "nobody was added");
        let typed = "Maya@ACME.example noah@acme.example,maya@acme.example";
        let added = post(&mut browser, &page, "", &[("addresses", typed)]).await;
        says(&added, &["Added: 2.", "2 members", "named for this account"]);
        assert_eq!(policy_of(&world, "maya@acme.example").await, test);
        let default = browser.get(&format!("{}/members", at(world.acme.made.policy))).await;
        says(&default, &["olga@acme.example", "default of the directory"]);
        never_says(&default, &["maya@acme.example"]);
    }
}

#[tokio::test]
async fn what_is_typed_has_bounds_and_its_version() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    people(&world, &["maya"]).await;
    let page = format!("{}/members", at(policy(&world, "Test group").await));
    let many: Vec<String> = (0..21).map(|n| format!("u{n}@acme.example")).collect();
    let many = many.join(",");
    for (typed, text) in [(" ,; ", "Enter at least one address."), (&many, "More than 20 go by a CSV file.")]
    {
        says(&post(&mut browser, &page, "", &[("addresses", typed)]).await, &[text, "aria-invalid"]);
    }
    let told = post_stale(&mut browser, &page, "", &[("addresses", "maya@acme.example")]).await;
    says(&told, &[STALE, ">maya@acme.example</textarea>"]);
    assert_eq!(world.count("policy.members_moved").await, 0);
}

#[tokio::test]
async fn members_are_found_by_the_beginning_of_the_address() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        people(&world, &["maya", "maximilian", "noah"]).await;
        let page = format!("{}/members", at(world.acme.made.policy));
        let found = browser.get(&format!("{page}?q=MA")).await;
        says(&found, &["maya@acme.example", "maximilian@acme.example"]);
        never_says(&found, &["noah@acme.example"]);
        says(&browser.get(&format!("{page}?q=zoe")).await, &["Nothing found"]);
        let hostile = browser.get(&format!("{page}?q=%3Cb%3E%25")).await;
        never_says(&hostile, &["<b>"]);
    }
}

#[tokio::test]
async fn the_list_goes_on_page_by_page() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let names: Vec<String> = (0..60).map(|n| format!("p{n:02}")).collect();
        people(&world, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let first = browser.get(&format!("{}/members", at(world.acme.made.policy))).await;
        says(&first, &["60 members"]);
        let rest = first.body.split_once("rel=\"next\" href=\"").unwrap().1;
        let second = browser.get(rest.split_once('"').unwrap().0).await;
        for name in &names {
            let address = format!("{name}@acme.example");
            let shown = [&first, &second].map(|page| page.body.contains(&address));
            assert_eq!(shown.iter().filter(|shown| **shown).count(), 1, "{address}");
        }
    }
}

/// The value of the tick for an address.
fn tick(page: &Answer, address: &str) -> String {
    let (before, _) = page.body.split_once(&format!("aria-label=\"{address}\"")).unwrap();
    let (_, rest) = before.rsplit_once("value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn ticked_members_move_and_who_has_left_meanwhile_stops_it() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        people(&world, &["maya", "noah", "olga"]).await;
        let test = policy(&world, "Test group").await;
        let default = world.acme.made.policy;
        let page = format!("{}/members", at(default));
        let shown = browser.get(&page).await;
        says(&shown, &["to “Test group”", "to no policy by name"]);
        let (maya, noah) = (tick(&shown, "maya@acme.example"), tick(&shown, "noah@acme.example"));
        let to = test.to_string();
        let none = post(&mut browser, &page, "/move", &[("to", &to)]).await;
        says(&none, &["Tick somebody first"]);
        let moved = post(&mut browser, &page, "/move", &[("account", &maya), ("to", &to)]).await;
        says(&moved, &["Moved: 1."]);
        assert_eq!(policy_of(&world, "maya@acme.example").await, test);
        // Maya is elsewhere by now: neither moves.
        let both = [("account", maya.as_str()), ("account", &noah), ("to", &to)];
        says(&post(&mut browser, &page, "/move", &both).await, &[STALE]);
        assert_eq!(policy_of(&world, "noah@acme.example").await, default);
        says(&post_stale(&mut browser, &page, "/move", &[("account", &noah), ("to", &to)]).await, &[STALE]);
        let back = [("account", maya.as_str()), ("to", "none")];
        let there = format!("{}/members", at(test));
        says(&post(&mut browser, &there, "/move", &back).await, &["Moved: 1.", "No members yet"]);
        assert_eq!(policy_of(&world, "maya@acme.example").await, default);
    }
}

#[tokio::test]
async fn everybody_moves_at_once() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        people(&world, &["maya", "noah", "olga"]).await;
        let test = policy(&world, "Test group").await;
        let page = format!("{}/members", at(world.acme.made.policy));
        let all = [("everybody", "on"), ("to", &*test.to_string())];
        says(&post(&mut browser, &page, "/move", &all).await, &["Moved: 3."]);
        for name in ["maya", "noah", "olga"] {
            assert_eq!(policy_of(&world, &format!("{name}@acme.example")).await, test);
        }
    }
}

#[tokio::test]
async fn nobody_moves_over_the_last_way_back_or_to_another_directory() {
    for database in databases().await {
        let world = World::new(&database).await;
        let free = policy(&world, "Without SSO").await;
        let acme = &world.acme.organization;
        let ida = account(&world.org, acme, ("ida@acme.example", Role::Administrator)).await;
        assign(&world, ida, Some(free)).await;
        let (mut hers, _) = with_passkey(&world, ida).await;
        let page = format!("{}/members", at(free));
        let shown = hers.get(&page).await;
        let ida = tick(&shown, "ida@acme.example");
        let to = world.acme.made.policy.to_string();
        let refused = post(&mut hers, &page, "/move", &[("account", &ida), ("to", &to)]).await;
        says(
            &refused,
            &["make a passkey here (the page of the account gives the one-time link)", "Nothing was done"],
        );
        assert_eq!(policy_of(&world, "ida@acme.example").await, free);
        let added = format!("{}/members", at(world.acme.made.policy));
        let refused = post(&mut hers, &added, "", &[("addresses", "ida@acme.example")]).await;
        says(&refused, &["Nothing was done", ">ida@acme.example</textarea>"]);

        let now = world.now();
        let name = console::person::DisplayName::parse("Second").unwrap();
        let new = org::acts::directories::NewDirectory::draw((acme.id, name), now, world.org.entropy());
        let second =
            world.act(async |tx, word| org::acts::directories::create(tx, word, new, now).await).await;
        let other = format!("{}/members", at(second.policy));
        let refused = post(&mut hers, &other, "", &[("addresses", "ida@acme.example")]).await;
        says(&refused, &["The domain of ida@acme.example is not linked to the directory of this policy."]);
        let to = second.policy.to_string();
        let refused = post(&mut hers, &page, "/move", &[("account", &ida), ("to", &to)]).await;
        says(&refused, &["not linked to the directory of this policy"]);
        assert_eq!(policy_of(&world, "ida@acme.example").await, free);
    }
}
