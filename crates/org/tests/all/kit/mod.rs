//! A deployment with one organisation that is set up as the guide says, a
//! browser, and an identity provider.

mod browser;
mod idp;

use std::sync::Arc;

use axum::Router;
use console::events::Actor;
use console::person::{DisplayName, EmailAddress};
use jiff::{SignedDuration, Timestamp};
use net::Outside;
use org::acts::accounts::NewAccount;
use org::acts::directories::{NewDirectory, NewlyMade};
use org::acts::organizations::NewOrganization;
use org::acts::saml_configurations::Save;
use org::acts::{ActError, Word, settle};
use org::model::{
    AccountId, Certificates, Claim, IdentityProvider, Organization, Plan, Role, ServiceProvider, Sso,
};
use org::{Ambient, Org, Settings};
use saml::core::SsoUrl;
use store::testing::TestDatabase;
use store::{Store, Tx};
use tempfile::TempDir;
use testkit::{FixedClock, OsEntropy};
use web::PublicUrl;

pub(crate) use browser::{Answer, Browser};
pub(crate) use idp::{Form, Idp, Person, maya, noah};

pub(crate) const ORIGIN: &str = "http://acme.localhost:8090";
pub(crate) const START: &str = "2026-11-23T09:30:00Z";

/// One deployment.
pub(crate) struct World {
    pub(crate) org: Org,
    pub(crate) router: Router,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) acme: Tenant,
    pub(crate) frida: AccountId,
    folder: Arc<TempDir>,
}

/// One organisation of it.
pub(crate) struct Tenant {
    pub(crate) organization: Organization,
    pub(crate) made: NewlyMade,
    pub(crate) us: ServiceProvider,
    pub(crate) idp: Idp,
}

impl World {
    /// Opens a deployment on a fresh database and sets Acme up: a directory
    /// that is complete, a domain that is verified, claimed and linked, SSO
    /// enforced; and Frida, who administers it from an unverified domain.
    pub(crate) async fn new(database: &TestDatabase) -> Self {
        Self::with_outside(database, Outside::default()).await
    }

    /// The same, with an outside of its own.
    pub(crate) async fn with_outside(database: &TestDatabase, outside: Outside) -> Self {
        let clock = Arc::new(FixedClock::at(START));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let org = open_as(database, (&clock, &folder), (ORIGIN, outside)).await.unwrap();
        let acme = Tenant::set_up(&org, ("acme", "acme.example"), &idp::ACME).await;
        let frida = account(&org, &acme.organization, ("frida@fallback.example", Role::Administrator)).await;
        let router = org::router(org.clone());
        Self { org, router, clock, acme, frida, folder }
    }

    /// The same, and no policy says anything about SSO yet.
    pub(crate) async fn before_sso(database: &TestDatabase) -> Self {
        let world = Self::new(database).await;
        let off = (world.acme.organization.id, world.acme.made.policy, Sso::Off);
        let now = world.now();
        world.act(async |tx, word| org::acts::seeding::set_sso(tx, word, off, now).await).await;
        world
    }

    /// The same deployment after a restart.
    pub(crate) async fn restarted(self, database: &TestDatabase) -> Self {
        let Self { org, router, clock, acme, frida, folder } = self;
        drop((org, router));
        let org = open(database, &clock, &folder).await;
        let router = org::router(org.clone());
        Self { org, router, clock, acme, frida, folder }
    }

    /// The same database, started under another public address.
    pub(crate) async fn restarted_at(
        self,
        database: &TestDatabase,
        url: &str,
    ) -> Result<Org, org::OpenError> {
        let Self { org, router, clock, folder, .. } = self;
        drop((org, router));
        open_as(database, (&clock, &folder), (url, Outside::default())).await
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.router)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn idp(&self) -> &Idp {
        &self.acme.idp
    }

    /// Does an act on the operator's word.
    pub(crate) async fn act<T>(&self, act: impl AsyncFnOnce(&Tx, &Word) -> Result<T, ActError>) -> T {
        act_on(&self.org, act).await
    }

    /// Hop 1, up to the identity provider's address.
    pub(crate) async fn leave(&self, browser: &mut Browser, address: &str, return_to: &str) -> String {
        let left = browser.type_address(address, return_to).await;
        left.location().unwrap_or_else(|| panic!("no redirect: {left:?}"))
    }

    /// All eight hops.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, person: &Person) -> Answer {
        let target = self.leave(browser, &person.address, "/oidc/acme/authorize?x=1").await;
        let form = self.idp().answer(&self.acme.us, &target, person, self.now());
        browser.bring_home(&self.acme.us, &form).await
    }

    /// The kinds of all events, oldest first, with their data.
    pub(crate) async fn events(&self) -> Vec<store::events::Event> {
        let read = self.org.store().read().await.unwrap();
        let mut all = store::events::list(&read, store::events::Filter::All, None, 1000).await.unwrap();
        all.reverse();
        all
    }

    /// The last event of a kind.
    pub(crate) async fn last(&self, kind: &str) -> store::events::Event {
        let events = self.events().await;
        let found = events.into_iter().rev().find(|event| event.kind == kind);
        found.unwrap_or_else(|| panic!("no event {kind}"))
    }

    pub(crate) async fn count(&self, kind: &str) -> usize {
        self.events().await.iter().filter(|event| event.kind == kind).count()
    }
}

impl Tenant {
    pub(crate) async fn set_up(org: &Org, (key, domain): (&str, &str), idp: &Idp) -> Self {
        let (now, entropy) = (org.now(), org.entropy());
        let name = DisplayName::parse(key).unwrap();
        let new = (key.parse().unwrap(), name, Plan::Enterprise);
        let new = NewOrganization::draw(new, now, entropy);
        let organization =
            act_on(org, async |tx, word| org::acts::organizations::create(tx, word, new, now).await).await;
        Self::directory(org, organization, domain, idp).await
    }

    /// A directory more, with an identity provider, a domain and a policy of its own.
    pub(crate) async fn directory(org: &Org, organization: Organization, domain: &str, idp: &Idp) -> Self {
        let (now, entropy) = (org.now(), org.entropy());
        let id = organization.id;
        let domain: org::model::DomainName = domain.parse().unwrap();
        let new = NewDirectory::draw((id, organization.name.clone()), now, entropy);
        let made =
            act_on(org, async |tx, word| org::acts::directories::create(tx, word, new, now).await).await;
        act_on(org, async |tx, word| {
            let claim = (id, domain.clone(), Claim::Automatic);
            org::acts::domains::add_verified(tx, word, claim, now).await?;
            let save = Save {
                organization: id,
                unique_id: made.unique_id,
                over: None,
                identity_provider: idp.as_configured(),
            };
            org::acts::saml_configurations::save(tx, word, save, now).await
        })
        .await;
        act_on(org, async |tx, word| {
            org::acts::domains::link(tx, word, (id, &domain, Some(made.directory)), now).await
        })
        .await;
        let enforced = (id, made.policy, Sso::Enforced);
        act_on(org, async |tx, word| org::acts::seeding::set_sso(tx, word, enforced, now).await).await;
        let us = ServiceProvider::new(org.public_url(), made.unique_id).unwrap();
        Self { organization, made, us, idp: idp.clone() }
    }
}

impl Idp {
    /// The three fields.
    pub(crate) fn as_configured(&self) -> IdentityProvider {
        IdentityProvider {
            entity_id: Some(self.entity_id.clone()),
            sso_url: Some(SsoUrl::parse(idp::SSO).unwrap()),
            certificates: Certificates { current: Some(self.certificate.clone()), next: None },
        }
    }
}

/// Makes an account as a member.
pub(crate) async fn account(org: &Org, of: &Organization, (address, role): (&str, Role)) -> AccountId {
    let (now, entropy) = (org.now(), org.entropy());
    let address = EmailAddress::parse(address).unwrap();
    let new = NewAccount::draw((of.id, role), (address, [None, None]), now, entropy);
    let made = act_on(org, async |tx, word| org::acts::accounts::create(tx, word, new, now).await).await;
    made.id
}

/// Does an act on the operator's word.
pub(crate) async fn act_on<T>(org: &Org, act: impl AsyncFnOnce(&Tx, &Word) -> Result<T, ActError>) -> T {
    let word = org.host("test");
    let tx = org.store().begin().await.unwrap();
    let done = act(&tx, &word).await;
    settle(tx, done).await.unwrap().unwrap()
}

/// Tries an act; a refusal is written as in a handler.
pub(crate) async fn tried<T>(
    org: &Org,
    act: impl AsyncFnOnce(&Tx) -> Result<T, ActError>,
) -> Result<T, org::acts::Refusal> {
    let tx = org.store().begin().await.unwrap();
    let done = act(&tx).await;
    settle(tx, done).await.unwrap()
}

/// The word of somebody who is signed in.
pub(crate) fn word_of(org: &Org, account: AccountId) -> Word {
    let actor: Actor = org.machine("test");
    Word::account(actor.known_as(account.person()), account)
}

async fn open(database: &TestDatabase, clock: &Arc<FixedClock>, folder: &TempDir) -> Org {
    open_as(database, (clock, folder), (ORIGIN, Outside::default())).await.unwrap()
}

async fn open_as(
    database: &TestDatabase,
    (clock, folder): (&Arc<FixedClock>, &TempDir),
    (url, outside): (&str, Outside),
) -> Result<Org, org::OpenError> {
    let store: Store = database.store(&org::migrations()).await;
    let rng = Arc::new(idp::chance());
    let key = store::secrets::MasterKey::load_or_create(&folder.path().join("key"), &*rng).unwrap();
    let time = clock.clone();
    let ambient = Ambient {
        // Time goes on, so that what comes later is written later.
        clock: Arc::new(move || {
            time.advance(SignedDuration::from_millis(1));
            time.now()
        }),
        entropy: Arc::new(|bytes: &mut [u8]| OsEntropy.fill(bytes)),
        rng,
    };
    let settings = Settings { outside, ..Settings::new(PublicUrl::parse(url).unwrap()) };
    Org::open(settings, store, key, ambient).await
}
