//! Two organisations, two identity providers: neither speaks for the other.

use org::model::Role;
use store::testing::databases;

use crate::kit::{Idp, Tenant, World, account, maya};

#[tokio::test]
async fn no_crossing_of_two_organisations_signs_anybody_in() {
    for database in databases().await {
        let world = World::new(&database).await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        let ours = maya();
        let theirs = maya().at("maya@globex.example");
        // (whose request, whose identity provider answers, whose ACS gets it, who, what comes of it)
        let acme = &world.acme;
        let cases = [
            (acme, acme, acme, &ours, None),
            (&globex, &globex, &globex, &theirs, None),
            (acme, acme, &globex, &ours, Some("request-unknown")),
            (&globex, &globex, acme, &theirs, Some("request-unknown")),
            (acme, &globex, acme, &ours, Some("wrong-signature")),
            (&globex, acme, &globex, &theirs, Some("wrong-signature")),
            (acme, acme, acme, &theirs, Some("domain-not-verified")),
            (&globex, &globex, &globex, &ours, Some("domain-not-verified")),
        ];
        for (number, (asks, answers, receives, person, code)) in cases.into_iter().enumerate() {
            let mut browser = world.browser();
            let typed = if std::ptr::eq(asks, acme) { "maya@acme.example" } else { "maya@globex.example" };
            let target = world.leave(&mut browser, typed, "/").await;
            let form = answers.idp.answer(&asks.us, &target, person, world.now());
            let page = browser.bring_home(&receives.us, &form).await;
            match code {
                None => assert_eq!(page.location().as_deref(), Some("/"), "{number}: {page:?}"),
                Some(code) => {
                    assert_eq!(page.code(), code, "{number}");
                    assert!(browser.cookie("__Host-org-session").is_none(), "{number}");
                }
            }
        }
    }
}

#[tokio::test]
async fn one_organisations_identity_provider_does_not_touch_anothers_account() {
    for database in databases().await {
        let world = World::new(&database).await;
        let other = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", "globex.example"), &other).await;
        let id = account(&world.org, &globex.organization, ("maya@globex.example", Role::Member)).await;
        world.sign_in(&mut world.browser(), &maya()).await;
        // Acme's identity provider says that its Maya now has Globex's address.
        let mut browser = world.browser();
        let target = world.leave(&mut browser, "maya@acme.example", "/").await;
        let moved = maya().at("maya@globex.example");
        let form = world.idp().answer(&world.acme.us, &target, &moved, world.now());
        assert_eq!(browser.bring_home(&world.acme.us, &form).await.code(), "domain-not-verified");
        let kept = world.org.find_account(&"maya@globex.example".parse_address()).await.unwrap();
        assert_eq!(kept.unwrap().id, id);
    }
}

trait ParseAddress {
    fn parse_address(&self) -> console::person::EmailAddress;
}

impl ParseAddress for str {
    fn parse_address(&self) -> console::person::EmailAddress {
        console::person::EmailAddress::parse(self).unwrap()
    }
}
