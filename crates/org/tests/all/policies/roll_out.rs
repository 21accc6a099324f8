//! The roll-out view and its rehearsal.

use org::model::{PolicyId, Role};
use store::testing::{TestDatabase, databases};

use super::*;
use crate::admin::frida;
use crate::enforcing::test_as;
use crate::kit::{account, maya, noah};

/// The figure of a count.
fn count(page: &Answer, title: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("<dt>{title}</dt><dd>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

async fn shown(browser: &mut Browser, policy: PolicyId, part: &str) -> Answer {
    browser.get(&format!("{}/roll-out?show={part}", at(policy))).await
}

#[tokio::test]
async fn it_shows_who_is_proven_who_will_fail_and_of_whom_nobody_knows() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let acme = &world.acme.organization;
        for name in ["maya", "noah", "olga"] {
            account(&world.org, acme, (&format!("{name}@acme.example"), Role::Member)).await;
        }
        world.sign_in(&mut world.browser(), &maya()).await;
        // Noah came once, and then without his stable id: that is refused.
        world.sign_in(&mut world.browser(), &noah()).await;
        let refused = world.sign_in(&mut world.browser(), &noah().without("claims/name")).await;
        assert_eq!(refused.code(), "stable-id-missing");
        let default = world.acme.made.policy;
        let page = shown(&mut browser, default, "all").await;
        let figures = ["Proven", "Will fail", "Unknown"].map(|title| count(&page, title));
        assert_eq!(figures, ["1", "1", "1"], "{page:?}");
        says(&page, &["<code>stable-id-missing</code>", "since enforced", "Members who would be refused: 1"]);
        let parts = [("proven", "maya"), ("failing", "noah"), ("unknown", "olga")];
        for (part, name) in parts {
            let page = shown(&mut browser, default, part).await;
            let list = page.body.split_once("<tbody>").unwrap().1;
            for (_, other) in parts {
                let there = list.contains(&format!("{other}@acme.example"));
                assert_eq!(there, other == name, "{part} {other}: {page:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_rehearsal_says_at_any_time_what_is_missing() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let (mut browser, _) = frida(&world).await;
    account(&world.org, &world.acme.organization, ("maya@acme.example", Role::Member)).await;
    let default = world.acme.made.policy;
    let page = shown(&mut browser, default, "").await;
    says(&page, &["What if it were enforced now", "something is missing", "Nobody has made a test sign-in"]);
    test_as(&world, &mut browser, default, &maya()).await;
    let page = shown(&mut browser, default, "").await;
    says(&page, &["Everything that enforcing needs is there."]);
    assert_eq!(count(&page, "Not proven, and no passkey here"), "1");
    assert_eq!(world.count("policy.enforced").await, 0);
    says(&shown(&mut browser, default, "proven").await, &["Nobody here"]);
}
