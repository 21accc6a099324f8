//! Two organisations with an identity provider each, and a second directory of the first with a third: nothing of one
//! opens anything of another. The rows are generated from lists, and each list has its control, which passes.

mod console;
mod domains;
mod products;
mod responses;

use store::testing::TestDatabase;

use crate::kit::{Answer, Browser, Idp, Person, Tenant, World, maya};

/// Acme, Globex, and Acme's second directory.
struct Crossing {
    world: World,
    globex: Tenant,
    second: Tenant,
}

/// One of them.
#[derive(Clone, Copy)]
struct Side<'a> {
    tenant: &'a Tenant,
    domain: &'static str,
}

impl Crossing {
    async fn new(database: &TestDatabase) -> Self {
        let world = World::new(database).await;
        let globex = Idp::new("https://globex-idp.example/saml");
        let globex = Tenant::set_up(&world.org, ("globex", GLOBEX), &globex).await;
        let second = Idp::new("https://second-idp.example/saml");
        let acme = world.acme.organization.clone();
        let second = Tenant::directory(&world.org, acme, SECOND, &second).await;
        Self { world, globex, second }
    }

    fn acme(&self) -> Side<'_> {
        Side { tenant: &self.world.acme, domain: "acme.example" }
    }

    fn globex(&self) -> Side<'_> {
        Side { tenant: &self.globex, domain: GLOBEX }
    }

    fn second(&self) -> Side<'_> {
        Side { tenant: &self.second, domain: SECOND }
    }

    /// Somebody signs in by the identity provider of this side.
    async fn sign_in(&self, side: Side<'_>) -> Browser {
        let (mut browser, person) = (self.world.browser(), side.person());
        let target = self.world.leave(&mut browser, &person.address, "/").await;
        let form = side.tenant.idp.answer(&side.tenant.us, &target, &person, self.world.now());
        let home: Answer = browser.bring_home(&side.tenant.us, &form).await;
        assert_eq!(home.location().as_deref(), Some("/"), "{home:?}");
        browser
    }
}

impl Side<'_> {
    /// Each identity provider calls its Maya by the same stable id.
    fn person(&self) -> Person {
        maya().at(&format!("maya@{}", self.domain))
    }

    fn is_of_the_organization_of(&self, other: &Self) -> bool {
        self.tenant.organization.id == other.tenant.organization.id
    }
}

const GLOBEX: &str = "globex.example";
const SECOND: &str = "second.example";
