//! The list, and *Add policy*.

use org::model::{Plan, Role};
use store::testing::{TestDatabase, databases};

use super::*;
use crate::admin::frida;
use crate::kit::account;

#[tokio::test]
async fn every_policy_stands_with_its_directory_and_what_it_says() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    for who in ["maya", "noah"] {
        account(&world.org, &world.acme.organization, (&format!("{who}@acme.example"), Role::Member)).await;
    }
    let page = browser.get("/admin/acme/policies").await;
    says(
        &page,
        &["Local directory", "2 members", "Nobody", "SSO enforced", "30 days", "default policy", "Edit"],
    );
    assert!(page.body.contains(&format!("{}/members\"", at(world.acme.made.policy))), "{page:?}");
    never_says(&page, &["No identity provider yet", "Set up SAML single sign-on"]);
}

#[tokio::test]
async fn a_policy_is_added_to_a_directory_and_opened() {
    for database in databases().await {
        let world = World::before_sso(&database).await;
        let (mut browser, _) = frida(&world).await;
        let page = browser.get("/admin/acme/policies").await;
        let csrf = page.csrf();
        let directory = world.acme.made.directory.to_string();
        let form = [("csrf", csrf.as_str()), ("name", "Test group"), ("directory", &directory)];
        let made = browser.post("/admin/acme/policies", &form).await;
        let path = made.location().unwrap_or_else(|| panic!("{made:?}"));
        says(&browser.get(&path).await, &["<h1>Test group</h1>", "Enforce single sign-on", "SSO off"]);
        says(&browser.get("/admin/acme/policies").await, &["Test group", &path]);
        assert_eq!(world.last("policy.created").await.data["directory"], directory);

        let members = browser.get(&format!("{path}/members")).await;
        says(&members, &["No members yet", "Add a test group first"]);
    }
}

#[tokio::test]
async fn bad_input_is_kept_with_its_fault_beside_it() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let csrf = browser.get("/admin/acme/policies").await.csrf();
    let long = "x".repeat(101);
    let directory = world.acme.made.directory.to_string();
    for (name, directory, text) in [
        ("  ", directory.as_str(), "Enter a name."),
        (&long, &directory, "Use at most 100 letters."),
        ("Test group", "nonsense", "Choose one of the directories"),
        ("Test group", "0190a3b4-0000-7000-8000-000000000001", "Choose one of the directories"),
    ] {
        let form = [("csrf", csrf.as_str()), ("name", name), ("directory", directory)];
        let answer = browser.post("/admin/acme/policies", &form).await;
        says(&answer, &[text, &format!("value=\"{name}\""), "aria-invalid"]);
    }
    assert_eq!(world.count("policy.created").await, 0);
}

#[tokio::test]
async fn a_plan_with_one_policy_says_so() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    let csrf = browser.get("/admin/acme/policies").await.csrf();
    let (of, now) = (world.acme.organization.id, world.now());
    world
        .act(async |tx, word| org::acts::organizations::set_plan(tx, word, (of, Plan::Free), now).await)
        .await;
    let page = browser.get("/admin/acme/policies").await;
    says(&page, &["one policy for everybody"]);
    never_says(&page, &["id=\"add\""]);
    let directory = world.acme.made.directory.to_string();
    let form = [("csrf", csrf.as_str()), ("name", "Second"), ("directory", &directory)];
    says(&browser.post("/admin/acme/policies", &form).await, &["one policy for everybody"]);
    assert_eq!(world.last("act.refused").await.data["code"], "plan-one-policy");
}
