//! Groups: made, renamed, deleted; who is in them.

use jiff::SignedDuration;
use org::acts::seeding::set_sso;
use org::model::{Role, Sso};
use store::testing::{TestDatabase, databases};

use super::{At, hidden, member};
use crate::admin::frida;
use crate::kit::{Idp, Tenant, World, account};

/// Makes a group by its page, and gives its path.
pub(super) async fn group(at: &mut At<'_>, name: &str) -> String {
    let made = at.post("/admin/acme/groups", &[("name", name)]).await;
    made.location().unwrap_or_else(|| panic!("{made:?}"))
}

#[tokio::test]
async fn groups_are_made_and_renamed_and_names_are_one_each() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let pilots = group(&mut at, " Pilots ").await;
        group(&mut at, "Everyone else").await;
        for (name, text) in [("pilots", "Another group has this name"), ("", "Enter a name")] {
            let refused = at.post("/admin/acme/groups", &[("name", name)]).await;
            assert!(refused.body.contains(text), "{name}: {refused:?}");
            assert!(refused.body.contains(&format!("value=\"{name}\"")), "kept: {refused:?}");
        }
        let page = at.get(&pilots).await;
        assert!(page.body.contains("value=\"Pilots\""), "the name as it is: {page:?}");
        let version = hidden(&page, "version").to_owned();
        let to = format!("{pilots}/name");
        let taken = at.post(&to, &[("version", &version), ("name", "everyone ELSE")]).await;
        assert!(taken.body.contains("Another group has this name"), "{taken:?}");
        assert!(taken.body.contains("value=\"everyone ELSE\""), "kept: {taken:?}");
        let done = at.post(&to, &[("version", &version), ("name", "Test group")]).await;
        assert_eq!(done.location().as_deref(), Some(pilots.as_str()));
        let stale = at.post(&to, &[("version", &version), ("name", "Mine")]).await;
        assert!(stale.body.contains("Somebody else changed this meanwhile"), "{stale:?}");
        let list = at.get("/admin/acme/groups").await;
        assert!(list.body.contains("Test group") && !list.body.contains("Pilots"), "{list:?}");
        let event = world.last("group.renamed").await;
        assert_eq!((&event.data["from"], &event.data["to"]), (&"Pilots".into(), &"Test group".into()));
    }
}

#[tokio::test]
async fn members_are_typed_all_or_none() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let ana = member(&world, "ana@acme.example").await;
        member(&world, "ben@acme.example").await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        account(&world.org, &globex.organization, ("gus@globex.example", Role::Member)).await;
        let mut at = At::new(&mut browser).await;
        let pilots = group(&mut at, "Pilots").await;
        let join = format!("{pilots}/members");
        for (typed, text) in [
            ("", "Enter at least one address"),
            ("ana@acme.example, nobody", "“nobody” is not an e-mail address"),
            ("ana@acme.example; eve@acme.example", "Nobody in this organisation has the address eve@"),
            ("ana@acme.example gus@globex.example", "Nobody in this organisation has the address gus@"),
        ] {
            let refused = at.post(&join, &[("addresses", typed)]).await;
            assert!(refused.body.contains(text), "{typed}: {refused:?}");
            assert!(refused.body.contains(&format!("value=\"{typed}\"")), "kept: {refused:?}");
            assert!(refused.body.contains("Nobody is in this group yet"), "none of them: {refused:?}");
        }
        let many = (0..21).map(|n| format!("p{n}@acme.example")).collect::<Vec<_>>().join(",");
        let refused = at.post(&join, &[("addresses", &many)]).await;
        assert!(refused.body.contains("more than 20"), "{refused:?}");
        let done = at.post(&join, &[("addresses", "ANA@acme.example,ben@acme.example")]).await;
        assert!(done.body.contains("Added to the group: 2"), "{done:?}");
        let again = at.post(&join, &[("addresses", "ana@acme.example")]).await;
        assert!(again.body.contains("Added to the group: 0"), "{again:?}");
        let page = at.get(&format!("/admin/acme/accounts/{ana}")).await;
        assert!(page.body.contains(&format!("href=\"{pilots}\"")), "on the account's page: {page:?}");
        let left = at.post(&format!("{join}/remove"), &[("account", &ana.to_string())]).await;
        assert_eq!(left.location().as_deref(), Some(pilots.as_str()));
        let page = at.get(&pilots).await;
        assert!(
            !page.body.contains("ana@acme.example") && page.body.contains("ben@acme.example"),
            "{page:?}"
        );
        // One organisation's group is not there for another's administrators.
        let crossed = pilots.replace("/acme/", "/globex/");
        assert_eq!(at.get(&crossed).await.status, http::StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn deleting_says_what_it_breaks_and_asks_for_the_passkey() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    member(&world, "ana@acme.example").await;
    let mut at = At::new(&mut browser).await;
    let pilots = group(&mut at, "Pilots").await;
    let id = pilots.rsplit('/').next().unwrap().to_owned();
    at.post(&format!("{pilots}/members"), &[("addresses", "ana@acme.example")]).await;
    let jira = super::products::add(&mut at, "Jira").await;
    let version = hidden(&at.get(&jira).await, "version").to_owned();
    let access = [("version", version.as_str()), ("access", "groups"), ("group", &id)];
    at.post(&format!("{jira}/access"), &access).await;
    let rules = [(id.parse().unwrap(), world.acme.made.policy)];
    let (of, now) = (world.acme.organization.id, world.now());
    world.act(async |tx, word| org::acts::groups::set_rules(tx, word, (of, &rules), now).await).await;
    let page = at.get(&format!("{pilots}/delete")).await;
    for text in
        ["Its members leave it: 1", "Jira: nobody opens it any longer", "Its members leave the policy"]
    {
        assert!(page.body.contains(text), "{text}: {page:?}");
    }
    world.clock.advance(SignedDuration::from_mins(6));
    let asked = at.post(&format!("{pilots}/delete"), &[]).await;
    assert!(asked.body.contains("Confirm with your passkey"), "{asked:?}");
    assert_eq!(world.count("group.deleted").await, 0);
    let (mut fresh, _) = frida(&world).await;
    let mut at = At::new(&mut fresh).await;
    let done = at.post(&format!("{pilots}/delete"), &[]).await;
    assert_eq!(done.location().as_deref(), Some("/admin/acme/groups"));
    let page = at.get(&jira).await;
    assert!(page.body.contains("There are no groups yet"), "{page:?}");
}

/// A group rule may be all that keeps an administrator out of single sign-on.
#[tokio::test]
async fn a_group_that_holds_the_way_back_stays() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let (of, now, entropy) = (world.acme.organization.id, world.now(), world.org.entropy());
        let ada =
            account(&world.org, &world.acme.organization, ("ada@acme.example", Role::Administrator)).await;
        crate::local_door::enrol(
            &world,
            &mut world.browser(),
            &mut testkit::authenticator::Authenticator::new(),
            ada,
        )
        .await;
        let mut at = At::new(&mut browser).await;
        let door = group(&mut at, "Local door").await;
        let id = door.rsplit('/').next().unwrap().parse().unwrap();
        at.post(&format!("{door}/members"), &[("addresses", "ada@acme.example")]).await;
        let name = console::person::DisplayName::parse("Without SSO").unwrap();
        let of_directory = (of, world.acme.made.directory);
        let new = org::acts::policies::NewPolicy::draw(of_directory, (name, false), now, entropy);
        let free = world.act(async |tx, word| org::acts::policies::create(tx, word, new, now).await).await;
        let rules = [(id, free)];
        world.act(async |tx, word| org::acts::groups::set_rules(tx, word, (of, &rules), now).await).await;
        // Frida is no administrator any more: Ada is the way back now, by this group.
        let role = (of, world.frida, Role::Member);
        let (mut adas, frida_id) = (world.browser(), world.frida);
        world.act(async |tx, word| org::acts::accounts::set_role(tx, word, role, now).await).await;
        assert_eq!(at.get("/admin/acme/groups").await.code(), "not-an-administrator");
        let link = crate::local_door::invite(&world, ada).await;
        crate::local_door::register(&mut adas, &link, &mut testkit::authenticator::Authenticator::new())
            .await;
        let mut at = At::new(&mut adas).await;
        let refused = at.post(&format!("{door}/delete"), &[]).await;
        assert!(refused.body.contains("Make a fallback administrator first"), "{refused:?}");
        let left = at.post(&format!("{door}/members/remove"), &[("account", &ada.to_string())]).await;
        assert!(left.body.contains("Make a fallback administrator first"), "{left:?}");
        assert_eq!(world.count("group.deleted").await, 0);
        // Frida again, and the group may go.
        let role = (of, frida_id, Role::Administrator);
        world.act(async |tx, word| org::acts::accounts::set_role(tx, word, role, now).await).await;
        let off = (of, free, Sso::Off);
        world.act(async |tx, word| set_sso(tx, word, off, now).await).await;
        let done = at.post(&format!("{door}/delete"), &[]).await;
        assert_eq!(done.location().as_deref(), Some("/admin/acme/groups"), "{done:?}");
    }
}
