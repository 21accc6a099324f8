//! Administrators, what keeps a way back, and conflicts for them to settle.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::Role;
use store::testing::{TestDatabase, databases};
use testkit::authenticator::Authenticator;

use super::{At, by_address, hidden, member};
use crate::admin::frida;
use crate::kit::{World, account, maya, noah};
use crate::local_door::{enrol, invite, register};

const HERE: &str = "/admin/acme/administrators";

#[tokio::test]
async fn an_administrator_is_added_makes_a_passkey_and_counts_as_a_way_back() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let wrong = at.post(HERE, &[("address", "nobody")]).await;
        assert!(wrong.body.contains("Enter an address like") && wrong.body.contains("value=\"nobody\""));
        let added = at.post(HERE, &[("address", "Robin@fallback.example")]).await;
        assert!(added.body.contains("Robin@fallback.example is an administrator now"), "{added:?}");
        assert!(added.body.contains("No passkey here yet") && added.body.contains("Gets in"), "{added:?}");
        let robin = by_address(&world, "robin@fallback.example").await;
        assert_eq!(robin.managed_by, None);
        let mut theirs = world.browser();
        let link = invite(&world, robin.id).await;
        register(&mut theirs, &link, &mut Authenticator::new()).await;
        assert_eq!(theirs.get("/admin/acme").await.status, StatusCode::OK);
        let page = at.get(HERE).await;
        assert_eq!(page.body.matches("Gets in").count(), 2, "{page:?}");
        // A member becomes one, and stops being one; whoever is sent to SSO is no way back.
        member(&world, "ada@acme.example").await;
        let added = at.post(HERE, &[("address", "ada@acme.example")]).await;
        assert!(added.body.contains("Sent to single sign-on"), "{added:?}");
        let ada = by_address(&world, "ada@acme.example").await;
        let removed = at.post(&format!("{HERE}/{}/remove", ada.id), &[]).await;
        assert!(removed.body.contains("administers this organisation no longer"), "{removed:?}");
        assert_eq!(at.post(&format!("{HERE}/{}/remove", ada.id), &[]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_last_way_back_is_not_taken_from_the_administrators() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let ada =
            account(&world.org, &world.acme.organization, ("ada@acme.example", Role::Administrator)).await;
        let mut at = At::new(&mut browser).await;
        let own = format!("{HERE}/{}/remove", world.frida);
        let refused = at.post(&own, &[]).await;
        assert!(refused.body.contains("Make a fallback administrator first"), "{refused:?}");
        assert_eq!(world.last("act.refused").await.data["act"], "member.role_changed");
        let gone = at.post(&format!("{HERE}/{ada}/remove"), &[]).await;
        assert!(gone.body.contains("administers this organisation no longer"), "{gone:?}");
        // Of two ways back one may go.
        let gina =
            account(&world.org, &world.acme.organization, ("gina@fallback.example", Role::Administrator))
                .await;
        enrol(&world, &mut world.browser(), &mut Authenticator::new(), gina).await;
        let gone = at.post(&own, &[]).await;
        assert!(gone.status == StatusCode::OK, "{gone:?}");
        assert_eq!(at.get(HERE).await.code(), "not-an-administrator");
    }
}

#[tokio::test]
async fn roles_are_given_and_taken_with_the_passkey() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let mut at = At::new(&mut browser).await;
    world.clock.advance(SignedDuration::from_mins(6));
    let asked = at.post(HERE, &[("address", "eve@fallback.example")]).await;
    assert!(asked.body.contains("Confirm with your passkey"), "{asked:?}");
    assert!(asked.body.contains("name=\"address\" value=\"eve@fallback.example\""), "kept: {asked:?}");
    let asked = at.post(&format!("{HERE}/{}/remove", world.frida), &[]).await;
    assert!(asked.body.contains("Confirm with your passkey"), "{asked:?}");
    assert_eq!(world.count("member.role_changed").await, 0);
}

#[tokio::test]
async fn the_settings_say_what_each_plan_allows() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let page = browser.get("/admin/acme/settings").await;
    for text in [
        "Free",
        "Guard Standard",
        "Enterprise",
        "no single sign-on",
        "one identity provider directory",
        "several identity provider directories",
    ] {
        assert!(page.body.contains(text), "{text}: {page:?}");
    }
    let (_, own) = page.body.split_once("<strong>Enterprise</strong>").unwrap();
    assert!(own.contains("your plan") && page.body.matches("your plan").count() == 1, "{page:?}");
}

/// Somebody comes back with the address of somebody who is linked already.
#[tokio::test]
async fn an_address_that_is_linked_already_is_settled_by_clearing_the_link() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let claim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
        let renewed = maya().without("claims/name").with(claim, "u-maya-2");
        let refused = world.sign_in(&mut world.browser(), &renewed).await;
        assert_eq!(refused.code(), "linked-to-another-id");
        let mut at = At::new(&mut browser).await;
        let page = at.get("/admin/acme/conflicts").await;
        for text in ["linked-to-another-id", "maya@acme.example", "u-maya", "u-maya-2", "/traces/"] {
            assert!(page.body.contains(text), "{text}: {page:?}");
        }
        let id = by_address(&world, "maya@acme.example").await.id;
        let why = at.get(&format!("/admin/acme/accounts/{id}")).await;
        assert!(why.body.contains("The last sign-in was refused (linked-to-another-id)"), "{why:?}");
        let (directory, stable_id) =
            (hidden(&page, "directory").to_owned(), hidden(&page, "stable_id").to_owned());
        let shown = [("directory", directory.as_str()), ("stable_id", &stable_id)];
        at.post(&format!("/admin/acme/accounts/{id}/unlink"), &shown).await;
        let page = at.get("/admin/acme/conflicts").await;
        assert!(page.body.contains("Nothing to settle"), "{page:?}");
        let mut theirs = world.browser();
        world.sign_in(&mut theirs, &renewed).await;
        assert_eq!(theirs.who().await.as_deref(), Some("maya@acme.example"));
    }
}

#[tokio::test]
async fn two_accounts_for_one_address_are_settled_by_giving_one_another() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        world.sign_in(&mut world.browser(), &noah()).await;
        // Maya's address at the identity provider is Noah's now.
        let moved = maya().at("noah@acme.example");
        let target = world.leave(&mut world.browser(), "noah@acme.example", "/").await;
        drop(target);
        assert_eq!(world.sign_in(&mut world.browser(), &moved).await.code(), "address-conflict");
        let mut at = At::new(&mut browser).await;
        let page = at.get("/admin/acme/conflicts").await;
        let noahs = by_address(&world, "noah@acme.example").await.id;
        for text in ["address-conflict", "maya@acme.example", &format!("/accounts/{noahs}\"")] {
            assert!(page.body.contains(text), "{text}: {page:?}");
        }
        let to = [("from", "noah@acme.example"), ("address", "noah.okafor@acme.example")];
        let done = at.post(&format!("/admin/acme/accounts/{noahs}/address"), &to).await;
        assert!(done.body.contains("The address is changed"), "{done:?}");
        let mut theirs = world.browser();
        world.sign_in(&mut theirs, &moved).await;
        assert_eq!(theirs.who().await.as_deref(), Some("noah@acme.example"), "Maya, by her new address");
        let page = at.get("/admin/acme/conflicts").await;
        assert!(page.body.contains("Nothing to settle"), "a sign-in settles it: {page:?}");
    }
}

#[tokio::test]
async fn an_administrators_new_address_waits_for_another_administrators_word() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let id = by_address(&world, "maya@acme.example").await.id;
        let role = (world.acme.organization.id, id, Role::Administrator);
        let now = world.now();
        world.act(async |tx, word| org::acts::accounts::set_role(tx, word, role, now).await).await;
        let moved = maya().at("maya.lee@acme.example");
        assert_eq!(world.sign_in(&mut world.browser(), &moved).await.code(), "administrator-address-change");
        let mut at = At::new(&mut browser).await;
        let page = at.get("/admin/acme/conflicts").await;
        assert_eq!(hidden(&page, "address"), "maya.lee@acme.example");
        let from = hidden(&page, "from").to_owned();
        let to = [("from", from.as_str()), ("address", "maya.lee@acme.example")];
        at.post(&format!("/admin/acme/accounts/{id}/address"), &to).await;
        let mut theirs = world.browser();
        world.sign_in(&mut theirs, &moved).await;
        assert_eq!(theirs.who().await.as_deref(), Some("maya.lee@acme.example"));
        // What is settled otherwise is shown no more.
        let again = maya().at("maya.other@acme.example");
        world.sign_in(&mut world.browser(), &again).await;
        let page = at.get("/admin/acme/conflicts").await;
        let which = [("directory", hidden(&page, "directory")), ("account", &id.to_string())]
            .map(|(name, value)| (name, value.to_owned()));
        let which: Vec<(&str, &str)> = which.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = at.post("/admin/acme/conflicts", &which).await;
        assert_eq!(done.location().as_deref(), Some("/admin/acme/conflicts"));
        assert!(at.get("/admin/acme/conflicts").await.body.contains("Nothing to settle"));
        assert_eq!(at.post("/admin/acme/conflicts", &which).await.status, StatusCode::NOT_FOUND, "twice");
    }
}
