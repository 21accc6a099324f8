//! People and members of groups by CSV.

use store::testing::{TestDatabase, databases};

use super::groups::group;
use super::{At, by_address, member};
use crate::admin::frida;
use crate::kit::{Idp, Tenant, World, account};
use org::model::Role;

const HERE: &str = "/admin/acme/accounts/import";

const FILE: &str = "email,first,last\r\nana@acme.example,Ana,Ortiz\r\nnobody,,\r\nthere@acme.example,,\r\n\
    ana@ACME.example,,\r\ngus@globex.example,,\r\nben@fallback.example,Ben,\r\n";

#[tokio::test]
async fn a_dry_run_names_each_bad_row_and_changes_nothing() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        member(&world, "there@acme.example").await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        account(&world.org, &globex.organization, ("gus@globex.example", Role::Member)).await;
        let before = world.count("account.created").await;
        let mut at = At::new(&mut browser).await;
        let plan = at.post(HERE, &[("rows", FILE), ("then", "check")]).await;
        for (line, text) in [
            (3, "There is no e-mail address"),
            (4, "in this organisation already"),
            (5, "stands in an earlier row"),
            (6, "An account of another organisation"),
        ] {
            let row = plan.body.split_once(&format!("<th scope=\"row\">{line}</th>"));
            let (_, row) = row.unwrap_or_else(|| panic!("{line}: {plan:?}"));
            assert!(row.split_once("</tr>").unwrap().0.contains(text), "{line}: {plan:?}");
        }
        assert!(plan.body.contains("can be imported: 2.") && plan.body.contains("Bad rows: 4."), "{plan:?}");
        // Whoever asks for all of them is asked again: none is imported.
        let none = at.post(HERE, &[("rows", FILE), ("then", "all")]).await;
        assert!(none.body.contains("Nothing has changed yet"), "{none:?}");
        assert_eq!(world.count("account.created").await, before);
        let done = at.post(HERE, &[("rows", FILE), ("then", "others")]).await;
        assert!(done.body.contains("Accounts that were added: 2."), "{done:?}");
        let ana = by_address(&world, "ana@acme.example").await;
        assert_eq!((ana.shown(), ana.managed_by), ("Ana Ortiz".to_owned(), Some(world.acme.organization.id)));
        assert_eq!(by_address(&world, "ben@fallback.example").await.managed_by, None);
        assert_eq!(world.count("account.created").await, before + 2);
        let again = at.post(HERE, &[("rows", FILE), ("then", "check")]).await;
        assert!(again.body.contains("can be imported: 0."), "{again:?}");
        for (rows, text) in [("", "There are no rows in it"), ("email\n", "There are no rows in it")] {
            let refused = at.post(HERE, &[("rows", rows), ("then", "check")]).await;
            assert!(refused.body.contains(text), "{rows}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn many_are_added_in_several_turns() {
    for database in databases().await {
        let world = World::new(&database).await;
        let (mut browser, _) = frida(&world).await;
        let mut at = At::new(&mut browser).await;
        let rows: String = (0..130).map(|n| format!("p{n:03}@acme.example,P{n},Number\n")).collect();
        let done = at.post(HERE, &[("rows", &rows), ("then", "all")]).await;
        assert!(done.body.contains("Accounts that were added: 130."), "{done:?}");
        let found = at.get("/admin/acme/accounts?q=p129").await;
        assert!(found.body.contains("p129@acme.example"), "{found:?}");
        let many: String = (0..2_001).map(|n| format!("q{n}@acme.example\n")).collect();
        let refused = at.post(HERE, &[("rows", &many), ("then", "all")]).await;
        assert!(refused.body.contains("more than 2,000 rows"), "{refused:?}");
    }
}

#[tokio::test]
async fn members_join_a_group_by_csv() {
    let database = TestDatabase::sqlite();
    let world = World::new(&database).await;
    let (mut browser, _) = frida(&world).await;
    member(&world, "ana@acme.example").await;
    member(&world, "ben@acme.example").await;
    member(&world, "eve@fallback.example").await;
    let mut at = At::new(&mut browser).await;
    let pilots = group(&mut at, "Pilots").await;
    let here = format!("{pilots}/import");
    let rows = "ana@acme.example\nnobody@acme.example\neve@fallback.example\nben@acme.example\n";
    let plan = at.post(&here, &[("rows", rows), ("then", "check")]).await;
    for text in ["can be imported: 2.", "Nobody has this address", "does not manage the account", "Pilots"] {
        assert!(plan.body.contains(text), "{text}: {plan:?}");
    }
    assert_eq!(world.count("group.joined").await, 0);
    let none = at.post(&here, &[("rows", rows), ("then", "all")]).await;
    assert!(none.body.contains("Nothing has changed yet"), "{none:?}");
    let done = at.post(&here, &[("rows", rows), ("then", "others")]).await;
    assert!(done.body.contains("Added to the group: 2"), "{done:?}");
    assert!(done.body.contains("ana@acme.example") && done.body.contains("ben@acme.example"), "{done:?}");
}
