//! What an administrator would have done at both ends, by the same acts as the consoles.

use std::path::Path;
use std::sync::Arc;

use console::invitations::Draft;
use console::person::{DisplayName, EmailAddress};
use idp::Idp;
use idp::acts::applications::NewApplication;
use idp::acts::invitations::Device;
use idp::acts::users::NewUser;
use idp::model::application::{AccessUrl, AcsUrls, ApplicationSettings, Audience, Instance, Signs};
use idp::model::claims::{ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute};
use idp::model::name_id::{Format, NameIdRule};
use org::Org;
use org::acts::directories::NewDirectory;
use org::acts::organizations::NewOrganization;
use org::acts::saml_configurations::Save;
use org::model::{Certificates, Claim, IdentityProvider, Plan, ServiceProvider, Sso};
use server::ambient::{SystemClock, SystemEntropy};
use store::secrets::MasterKey;
use store::testing::TestDatabase;
use web::PublicUrl;
use xmldsig::KeyKind;

/// What came of it.
pub(super) struct Seeded {
    /// Address and enrolment link of each person.
    pub(super) invitations: Vec<(String, String)>,
    pub(super) service_provider: ServiceProvider,
    pub(super) sso_url: saml::core::SsoUrl,
}

/// Seeds both ends and closes them again. The signing key is RSA-2048, beside which issuing is
/// measured.
pub(super) async fn seed(
    (idp, org): (&TestDatabase, &TestDatabase),
    (folder, ports): (&Path, [u16; 2]),
    people: usize,
) -> Seeded {
    let key = || MasterKey::load_or_create(&folder.join("master.key"), &rng()).unwrap();
    let settings =
        idp::Settings { signing_key: KeyKind::Rsa2048, ..idp::Settings::new(url(idp_origin(ports))) };
    let ambient = idp::Ambient { clock: clock(), entropy: entropy(), rng: Arc::new(rng()) };
    let store = idp.store(&idp::migrations()).await;
    let idp = Idp::open(settings, store, key(), ambient).await.unwrap();
    let ambient = org::Ambient { clock: clock(), entropy: entropy(), rng: Arc::new(rng()) };
    let store = org.store(&org::migrations()).await;
    let org = Org::open(org::Settings::new(url(org_origin(ports))), store, key(), ambient).await.unwrap();
    let service_provider = organization(&org, &idp).await;
    application(&idp, &org, &service_provider).await;
    let mut invitations = Vec::new();
    for number in 0..people {
        invitations.push(invited(&idp, number).await);
    }
    Seeded { invitations, service_provider, sso_url: idp.sso_url().clone() }
}

pub(super) fn idp_origin(ports: [u16; 2]) -> String {
    format!("http://idp.localhost:{}", ports[0])
}

pub(super) fn org_origin(ports: [u16; 2]) -> String {
    format!("http://acme.localhost:{}", ports[1])
}

/// Acme, its domain claimed, SSO enforced.
async fn organization(org: &Org, idp: &Idp) -> ServiceProvider {
    use org::acts::{directories, domains, organizations, saml_configurations, seeding};
    let (now, word, name) = (org.now(), org.host("test"), DisplayName::parse("Acme").unwrap());
    let named = ("acme".parse().unwrap(), name.clone(), Plan::GuardStandard);
    let new = NewOrganization::draw(named, now, org.entropy());
    let tx = org.store().begin().await.unwrap();
    let acme = organizations::create(&tx, &word, new, now).await.unwrap().id;
    tx.commit().await.unwrap();
    let new = NewDirectory::draw((acme, name), now, org.entropy());
    // The directory's rule takes a lock, which comes first in its transaction.
    let tx = org.store().begin().await.unwrap();
    let made = directories::create(&tx, &word, new, now).await.unwrap();
    let domain: org::model::DomainName = DOMAIN.parse().unwrap();
    domains::add_verified(&tx, &word, (acme, domain.clone(), Claim::Automatic), now).await.unwrap();
    let identity_provider = IdentityProvider {
        entity_id: Some(idp.entity_id().clone()),
        sso_url: Some(idp.sso_url().clone()),
        certificates: Certificates { current: Some(idp.certificate().clone()), next: None },
    };
    let save = Save { organization: acme, unique_id: made.unique_id, over: None, identity_provider };
    saml_configurations::save(&tx, &word, save, now).await.unwrap();
    tx.commit().await.unwrap();
    let tx = org.store().begin().await.unwrap();
    domains::link(&tx, &word, (acme, &domain, Some(made.directory)), now).await.unwrap();
    tx.commit().await.unwrap();
    let tx = org.store().begin().await.unwrap();
    seeding::set_sso(&tx, &word, (acme, made.policy, Sso::Enforced), now).await.unwrap();
    tx.commit().await.unwrap();
    ServiceProvider::new(org.public_url(), made.unique_id).unwrap()
}

/// The organisation, as the identity provider knows it.
async fn application(idp: &Idp, org: &Org, service_provider: &ServiceProvider) {
    let claim = |source, name| {
        ClaimMapping::new(ClaimSource::User(source), name, ClaimNameFormat::Unspecified).unwrap()
    };
    let settings = ApplicationSettings {
        name: DisplayName::parse("Acme").unwrap(),
        instance: Instance::Production,
        access_url: AccessUrl::parse(org.public_url().origin()).unwrap(),
        entity_id: service_provider.entity_id.clone(),
        acs_urls: AcsUrls::new(service_provider.acs_url.clone(), []),
        name_id: NameIdRule { format: Format::EmailAddress, source: UserAttribute::Email },
        claims: vec![
            claim(UserAttribute::Email, "email"),
            claim(UserAttribute::FirstName, "firstname"),
            claim(UserAttribute::LastName, "lastname"),
        ],
        signs: Signs::Assertion,
        audience: Audience::Everyone,
    };
    let now = idp.now();
    let new = NewApplication { id: idp.draw_application(now), settings };
    let tx = idp.store().begin().await.unwrap();
    idp::acts::applications::create_application(&tx, &idp.host("test"), new, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// Somebody, and the link by which they get a passkey.
async fn invited(idp: &Idp, number: usize) -> (String, String) {
    let (now, word, address) = (idp.now(), idp.host("test"), format!("person-{number}@{DOMAIN}"));
    let new = NewUser {
        id: idp.draw_person(now),
        email: EmailAddress::parse(&address).unwrap(),
        first_name: DisplayName::parse("Person").unwrap(),
        last_name: DisplayName::parse(&format!("Number {number}")).unwrap(),
        username: None,
        role: None,
    };
    let draft = Draft::draw(now, idp.entropy());
    let tx = idp.store().begin().await.unwrap();
    let user = idp::acts::users::create_user(&tx, &word, new, now).await.unwrap();
    let whom = (user.id, Device::Computer, draft);
    let invited = idp::acts::invitations::invite_user(&tx, &word, whom, now).await.unwrap();
    tx.commit().await.unwrap();
    (address, idp.invitation_link(&invited.token).to_string())
}

fn url(text: String) -> PublicUrl {
    PublicUrl::parse(&text).unwrap()
}

fn clock() -> Arc<SystemClock> {
    Arc::new(SystemClock::new())
}

fn entropy() -> Arc<SystemEntropy> {
    Arc::new(SystemEntropy::new())
}

#[expect(clippy::disallowed_methods, reason = "a test has nobody to give it chance")]
fn rng() -> aws_lc_rs::rand::SystemRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

const DOMAIN: &str = "acme.example";
