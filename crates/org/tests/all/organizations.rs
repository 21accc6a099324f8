//! Two organisations, two identity providers: neither speaks for the other.

use org::model::Role;
use store::testing::databases;

use crate::kit::{Idp, Tenant, World, account, maya};

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
