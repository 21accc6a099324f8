//! Every address of the policies' pages × every role × the own and a foreign
//! organisation.

use http::StatusCode;
use org::model::Role;
use store::testing::TestDatabase;
use testkit::authenticator::Authenticator;

use super::*;
use crate::enforcing::test_sign_in::with_passkey_in;
use crate::kit::{Idp, Tenant, account};
use crate::local_door::enrol;

#[tokio::test]
async fn only_administrators_of_the_organisation_see_or_do_anything() {
    let database = TestDatabase::sqlite();
    let world = World::before_sso(&database).await;
    let other = Idp::new("https://globex-idp.example/saml");
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
    let gina = account(&world.org, &globex.organization, ("gina@else.example", Role::Administrator)).await;
    let (mut foreign, _) = with_passkey_in(&world, &globex, gina).await;
    assert_eq!(foreign.get("/admin/globex/policies").await.status, StatusCode::OK);
    let eve = account(&world.org, &world.acme.organization, ("eve@fallback.example", Role::Member)).await;
    let mut member = world.browser();
    enrol(&world, &mut member, &mut Authenticator::new(), eve).await;
    let before = acted(&world).await;

    let own = world.acme.made.policy.to_string();
    let addresses = org::addresses().into_iter().filter(|path| path.contains("/policies"));
    let mut seen = 0;
    for address in addresses {
        let path = address.replace("{organization}", "acme").replace("{policy}", &own);
        // Through the own organisation's address a foreign policy is not there either.
        let through = address.replace("{organization}", "globex").replace("{policy}", &own);
        for (browser, path, refused) in [
            (&foreign, &path, StatusCode::NOT_FOUND),
            (&foreign, &through, StatusCode::NOT_FOUND),
            (&member, &path, StatusCode::FORBIDDEN),
            (&world.browser(), &path, StatusCode::SEE_OTHER),
        ] {
            let mut browser = browser.clone();
            if path == "/admin/globex/policies" {
                continue;
            }
            let shown = browser.get(path).await.status;
            assert!(shown == refused || shown == StatusCode::METHOD_NOT_ALLOWED, "GET {path}: {shown}");
            let csrf = browser.get("/login").await;
            let csrf = if csrf.body.contains("csrf") { csrf.csrf() } else { browser.get("/").await.csrf() };
            let fields = EVERYTHING.iter().copied().chain([("csrf", csrf.as_str())]);
            let fields: Vec<(&str, &str)> = fields.collect();
            let done = browser.post(path, &fields).await.status;
            assert!(done == refused || done == StatusCode::METHOD_NOT_ALLOWED, "POST {path}: {done}");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
    assert_eq!(acted(&world).await, before, "nothing was done, and no act was begun");
}

/// What was done or refused, but for sessions that came and went.
async fn acted(world: &World) -> Vec<String> {
    let kinds = world.events().await.into_iter().map(|event| event.kind);
    kinds.filter(|kind| !kind.starts_with("session.")).collect()
}

/// Every field of every form.
const EVERYTHING: &[(&str, &str)] = &[
    ("version", "1"),
    ("name", "x"),
    ("directory", "0190a3b4-0000-7000-8000-000000000001"),
    ("idle", "1"),
    ("idle_unit", "days"),
    ("absolute", "2"),
    ("absolute_unit", "days"),
    ("minutes", "60"),
    ("addresses", "frida@fallback.example"),
    ("to", "none"),
    ("everybody", "on"),
    ("rows", "frida@fallback.example"),
    ("step", "all"),
    ("how", "add"),
    ("group", "0190a3b4-0000-7000-8000-000000000001"),
    ("seen", ""),
];
