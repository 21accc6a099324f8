//! Accounts: the list, one more, one's page and what is done there.

use http::StatusCode;
use jiff::SignedDuration;
use org::model::{Role, Standing};
use store::testing::{TestDatabase, databases};
use testkit::authenticator::{Authenticator, Forgery};

use super::{At, by_address, hidden, member};
use crate::admin::frida;
use crate::kit::{Idp, Tenant, World, account, maya};
use crate::local_door::{by_passkey, enrol, invite_in, register};

#[tokio::test]
async fn people_are_found_by_the_beginning_of_any_word() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        member(&world, "noah.okafor@acme.example").await;
        let mut at = At::new(&mut browser).await;
        for (asked, found, not) in [
            ("okaf", "noah.okafor@acme.example", "maya@acme.example"),
            ("MAYA", "maya@acme.example", "noah.okafor@acme.example"),
            ("lee", "maya@acme.example", "noah.okafor@acme.example"),
            ("fallback.example", "frida@fallback.example", "maya@acme.example"),
            ("noah+okafor", "noah.okafor@acme.example", "maya@acme.example"),
            ("noah.okafor@acme.example", "noah.okafor@acme.example", "maya@acme.example"),
        ] {
            let page = at.get(&format!("/admin/acme/accounts?q={asked}")).await;
            let table = page.body.split_once("<tbody>").unwrap_or_else(|| panic!("{asked}: {page:?}")).1;
            assert!(table.contains(found) && !table.contains(not), "{asked}: {page:?}");
        }
        let none = at.get("/admin/acme/accounts?q=kafor").await;
        assert!(none.body.contains("Nobody found"), "inside of a word: {none:?}");
    }
}

#[tokio::test]
async fn an_account_is_added_and_what_is_wrong_stays_typed() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let mut at = At::new(&mut browser).await;
    let path = "/admin/acme/accounts/new";
    member(&world, "there@acme.example").await;
    for (address, first, text) in [
        ("nobody", "Ana", "Enter an address like"),
        ("there@acme.example", "Ana", "An account has this address already"),
        ("THERE@acme.example", "Ana", "An account has this address already"),
        ("ana@acme.example", "A\u{200b}na", "invisible character"),
    ] {
        let fields = [("address", address), ("first_name", first), ("last_name", "")];
        let answer = at.post(path, &fields).await;
        assert!(answer.body.contains(text), "{address}: {answer:?}");
        assert!(answer.body.contains(&format!("value=\"{address}\"")), "kept: {answer:?}");
        assert!(answer.body.contains(&format!("value=\"{first}\"")), "kept: {answer:?}");
    }
    let fields = [("address", " Ana@acme.example "), ("first_name", "Ana"), ("last_name", "Ortiz")];
    let done = at.post(path, &fields).await;
    let page = at.get(&done.location().unwrap_or_else(|| panic!("{done:?}"))).await;
    assert!(page.body.contains("Ana Ortiz") && page.body.contains("Ana@acme.example"), "{page:?}");
    assert_eq!(by_address(&world, "ana@acme.example").await.managed_by, Some(world.acme.organization.id));
    assert!(page.body.contains("Coming back from there, the account is linked"), "{page:?}");
}

#[tokio::test]
async fn a_one_time_link_lets_somebody_in_whom_no_policy_sends_away() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let eve = member(&world, "eve@fallback.example").await;
        let mut at = At::new(&mut browser).await;
        let here = format!("/admin/acme/accounts/{eve}");
        let page = at.get(&here).await;
        assert!(page.body.contains("has no passkey here. A one-time link lets it make one"), "{page:?}");
        let made = at.post(&format!("{here}/invite"), &[]).await;
        let link = made.body.split_once("id=\"link\"").unwrap_or_else(|| panic!("{made:?}")).1;
        let link = link.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        let path = link.strip_prefix(crate::kit::ORIGIN).unwrap_or_else(|| panic!("{link}"));
        let mut theirs = world.browser();
        register(&mut theirs, path, &mut Authenticator::new()).await;
        assert_eq!(theirs.who().await.as_deref(), Some("eve@fallback.example"));
        let page = at.get(&here).await;
        assert!(page.body.contains("A passkey kept here signs this account in"), "{page:?}");
        assert!(page.body.contains("Laptop"), "{page:?}");
    }
}

/// Whoever holds a link signs in as the account: nobody makes one for somebody
/// of another organisation.
#[tokio::test]
async fn no_link_is_made_for_an_account_that_others_know_too() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    let other = Idp::new("https://globex-idp.example/saml");
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
    let gina =
        account(&world.org, &globex.organization, ("gina@fallback.example", Role::Administrator)).await;
    let gus = account(&world.org, &globex.organization, ("gus@globex.example", Role::Member)).await;
    let (of, now) = (world.acme.organization.id, world.now());
    for id in [gina, gus] {
        world.act(async |tx, word| org::acts::accounts::add_member(tx, word, (of, id), now).await).await;
    }
    let mut at = At::new(&mut browser).await;
    for id in [gina, gus] {
        let here = format!("/admin/acme/accounts/{id}");
        let page = at.get(&here).await;
        assert!(!page.body.contains("Make a one-time link"), "{page:?}");
        let refused = at.post(&format!("{here}/invite"), &[]).await;
        assert!(refused.body.contains("belongs to another organisation, too"), "{refused:?}");
        assert!(!refused.body.contains("/invitation/"), "{refused:?}");
        // Nor does anybody else than its manager switch it off.
        let refused = at.post(&format!("{here}/deactivate"), &[]).await;
        assert!(refused.body.contains("does not manage the account"), "{refused:?}");
    }
    assert_eq!(world.last("act.refused").await.data["code"], "account-unknown");
    assert_eq!(by_address(&world, "gus@globex.example").await.standing, Standing::Active);
    // Somebody who is no member is not there at all.
    let stranger = account(&world.org, &globex.organization, ("x@globex.example", Role::Member)).await;
    for act in ["", "/invite", "/deactivate", "/remove", "/sessions", "/unlink", "/address"] {
        let path = format!("/admin/acme/accounts/{stranger}{act}");
        let answer = match act {
            "" => at.get(&path).await,
            _ => {
                let fields = [("directory", "x"), ("stable_id", "x"), ("from", "x"), ("address", "x")];
                at.post(&path, &fields).await
            }
        };
        assert!(!answer.body.contains("x@globex.example"), "{act}: {answer:?}");
    }
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_at_once_and_back_by_a_word() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut theirs = world.browser();
        world.sign_in(&mut theirs, &maya()).await;
        assert!(theirs.who().await.is_some());
        let id = by_address(&world, "maya@acme.example").await.id;
        let here = format!("/admin/acme/accounts/{id}");
        let mut at = At::new(&mut browser).await;
        let page = at.get(&here).await;
        assert!(page.body.contains("Coming back from there, the account is signed in"), "{page:?}");
        assert!(page.body.contains("Signed in by single sign-on"), "its last sign-ins: {page:?}");
        let off = at.post(&format!("{here}/deactivate"), &[]).await;
        assert!(off.body.contains("it signs in by no way"), "{off:?}");
        assert!(theirs.who().await.is_none());
        assert_eq!(world.sign_in(&mut world.browser(), &maya()).await.code(), "account-deactivated");
        let on = at.post(&format!("{here}/reactivate"), &[]).await;
        assert!(on.body.contains("The account is active again"), "{on:?}");
        world.sign_in(&mut theirs, &maya()).await;
        assert!(theirs.who().await.is_some());
        let ended = at.post(&format!("{here}/sessions"), &[]).await;
        assert!(ended.body.contains("All sessions are ended"), "{ended:?}");
        assert!(theirs.who().await.is_none());
    }
}

#[tokio::test]
async fn the_only_way_back_is_not_taken_away() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        // Another administrator, whom single sign-on is enforced for.
        let ada =
            account(&world.org, &world.acme.organization, ("ada@acme.example", Role::Administrator)).await;
        let mut at = At::new(&mut browser).await;
        // Frida cannot remove herself; and nobody else could, as long as she is the only way back.
        let own = at.get(&format!("/admin/acme/accounts/{}", world.frida)).await;
        assert!(!own.body.contains("Remove from the organisation"), "{own:?}");
        let refused = at.post(&format!("/admin/acme/accounts/{}/remove", world.frida), &[]).await;
        assert!(refused.body.contains("Make a fallback administrator first"), "{refused:?}");
        assert_eq!(at.get("/admin/acme/accounts").await.status, StatusCode::OK);
        // An administrator who is no way back may go.
        let gone = at.post(&format!("/admin/acme/accounts/{ada}/deactivate"), &[]).await;
        assert!(gone.body.contains("The account is deactivated"), "{gone:?}");
    }
}

#[tokio::test]
async fn a_link_is_cleared_only_as_it_was_shown() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let id = by_address(&world, "maya@acme.example").await.id;
        let here = format!("/admin/acme/accounts/{id}");
        let mut at = At::new(&mut browser).await;
        let page = at.get(&here).await;
        let (directory, stable_id) =
            (hidden(&page, "directory").to_owned(), hidden(&page, "stable_id").to_owned());
        let other = [("directory", directory.as_str()), ("stable_id", "somebody-else")];
        let stale = at.post(&format!("{here}/unlink"), &other).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
        assert!(stale.body.contains(&stable_id), "still linked: {stale:?}");
        let shown = [("directory", directory.as_str()), ("stable_id", &stable_id)];
        let done = at.post(&format!("{here}/unlink"), &shown).await;
        assert!(done.body.contains("The link is cleared"), "{done:?}");
        assert!(done.body.contains("Not linked. The next sign-in links it."), "{done:?}");
        let claim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
        let renamed = maya().without("claims/name").with(claim, "u-new");
        world.sign_in(&mut world.browser(), &renamed).await;
        let page = at.get(&here).await;
        assert_eq!(hidden(&page, "stable_id"), "u-new");
    }
}

#[tokio::test]
async fn an_address_is_changed_within_the_domains_of_its_directory() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        member(&world, "taken@acme.example").await;
        let id = by_address(&world, "maya@acme.example").await.id;
        let here = format!("/admin/acme/accounts/{id}/address");
        let mut at = At::new(&mut browser).await;
        for (to, text) in [
            ("x", "Enter an address like"),
            ("taken@acme.example", "An account has this address already"),
            ("maya@elsewhere.example", "This domain is not verified here"),
        ] {
            let answer = at.post(&here, &[("from", "maya@acme.example"), ("address", to)]).await;
            assert!(answer.body.contains(text), "{to}: {answer:?}");
            assert!(answer.body.contains(&format!("value=\"{to}\"")), "kept: {answer:?}");
        }
        let stale = at.post(&here, &[("from", "m@acme.example"), ("address", "ml@acme.example")]).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
        let done = at.post(&here, &[("from", "maya@acme.example"), ("address", "ml@acme.example")]).await;
        assert!(done.body.contains("The address is changed"), "{done:?}");
        let event = world.last("account.address_set").await;
        assert!(!event.data.to_string().contains("acme.example"), "{}", event.data);
        let found = at.get("/admin/acme/accounts?q=ml").await;
        assert!(found.body.contains("ml@acme.example"), "found by the new one: {found:?}");
        let gone = at.get("/admin/acme/accounts?q=maya@acme.example").await;
        assert!(gone.body.contains("Nobody found"), "{gone:?}");
        let own = format!("/admin/acme/accounts/{}/address", world.frida);
        let refused =
            at.post(&own, &[("from", "frida@fallback.example"), ("address", "f@acme.example")]).await;
        assert!(refused.body.contains("changed by another administrator"), "{refused:?}");
    }
}

#[tokio::test]
async fn dangerous_acts_on_accounts_ask_for_the_passkey() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    world.sign_in(&mut world.browser(), &maya()).await;
    let id = by_address(&world, "maya@acme.example").await.id;
    let mut at = At::new(&mut browser).await;
    world.clock.advance(SignedDuration::from_mins(6));
    let directory = world.acme.made.directory.to_string();
    let fields = [
        ("directory", directory.as_str()),
        ("stable_id", "u-1"),
        ("from", "maya@acme.example"),
        ("address", "m@acme.example"),
    ];
    for act in ["invite", "deactivate", "unlink", "address", "remove"] {
        let asked = at.post(&format!("/admin/acme/accounts/{id}/{act}"), &fields).await;
        assert!(asked.body.contains("Confirm with your passkey"), "{act}: {asked:?}");
    }
    assert_eq!(by_address(&world, "maya@acme.example").await.standing, Standing::Active);
}

#[tokio::test]
async fn only_administrators_of_the_very_organisation_see_its_accounts() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let eve = member(&world, "eve@fallback.example").await;
    let other = Idp::new("https://globex-idp.example/saml");
    let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
    let gina =
        account(&world.org, &globex.organization, ("gina@fallback.example", Role::Administrator)).await;
    let (mut member_browser, mut elsewhere) = (world.browser(), world.browser());
    enrol(&world, &mut member_browser, &mut Authenticator::new(), eve).await;
    let link = invite_in(&world, globex.organization.id, gina).await;
    register(&mut elsewhere, &link, &mut Authenticator::new()).await;
    let paths = ["accounts", "accounts/new", "groups", "products", "products/new"];
    for path in paths.map(|path| format!("/admin/acme/{path}")) {
        assert_eq!(member_browser.get(&path).await.code(), "not-an-administrator", "{path}");
        assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert!(world.browser().get(&path).await.location().unwrap().starts_with("/login"), "{path}");
    }
    let csrf = elsewhere.get("/admin/globex/accounts").await.csrf();
    let here = format!("/admin/acme/accounts/{eve}/deactivate");
    assert_eq!(elsewhere.post(&here, &[("csrf", &csrf)]).await.status, StatusCode::NOT_FOUND);
    let crossed = format!("/admin/globex/accounts/{eve}/deactivate");
    assert_eq!(elsewhere.post(&crossed, &[("csrf", &csrf)]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_device_is_named_after_its_browser() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let link = crate::local_door::invite(&world, world.frida).await;
    let mut browser = world.browser();
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1";
    let request = http::Request::get(&link).header("user-agent", agent);
    let page = browser.send(request, axum::body::Body::empty(), true).await;
    assert!(page.body.contains("value=\"Safari on iPhone\""), "{page:?}");
}

#[tokio::test]
async fn the_trace_of_a_refusal_is_found_by_its_reference() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, mut device) = frida(&world).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        let mut failing = world.browser();
        let target = world.leave(&mut failing, "noah@acme.example", "/").await;
        let form = world.idp().answer(&world.acme.us, &target, &maya(), world.now());
        assert_eq!(failing.bring_home(&world.acme.us, &form).await.code(), "name-id-mismatch");
        let trace = world.last("sign_in.refused").await.trace.unwrap();
        let path = format!("/admin/acme/traces/{trace}");
        let page = browser.get(&path).await;
        for text in
            ["name-id-mismatch", "noah@acme.example", "maya@acme.example", &trace, "Expected", "Received"]
        {
            assert!(page.body.contains(text), "{text}: {page:?}");
        }
        assert!(page.body.contains("expected: noah@acme.example"), "as text: {page:?}");
        let found = browser.get(&format!("/admin/acme/search?q={trace}")).await;
        assert!(found.body.contains(&path), "{found:?}");
        let log = browser.get("/admin/acme/events").await;
        assert!(log.body.contains(&path), "{log:?}");
        assert_eq!(browser.get("/admin/acme/traces/nothing").await.status, StatusCode::NOT_FOUND);
        // Another organisation's trace is not there.
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        let (of, frida, now) = (globex.organization.id, world.frida, world.now());
        world.act(async |tx, word| org::acts::accounts::add_member(tx, word, (of, frida), now).await).await;
        let role = (of, frida, Role::Administrator);
        world.act(async |tx, word| org::acts::accounts::set_role(tx, word, role, now).await).await;
        let crossed = browser.get(&format!("/admin/globex/traces/{trace}")).await;
        assert_eq!(crossed.status, StatusCode::NOT_FOUND);
        let none = browser.get(&format!("/admin/globex/search?q={trace}")).await;
        assert!(!none.body.contains("/traces/"), "{none:?}");
        by_passkey(&mut world.browser(), "/login/passkey", &mut device, &Forgery::none()).await;
    }
}
