//! Makes the two ends and joins them as the guide says, by the same acts as the consoles.

use std::error::Error;

use console::person::{DisplayName, EmailAddress};
use idp::Idp;
use idp::model::application::{AccessUrl, AcsUrls, ApplicationSettings, Audience, Instance, Signs};
use idp::model::claims::{ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute};
use idp::model::name_id::{Format, NameIdRule};
use org::Org;
use org::model::{
    Certificates, Claim, DomainName, IdentityProvider, OrganizationId, OrganizationKey, Plan, PolicyId, Role,
    ServiceProvider, Sso, UniqueId,
};
use store::Tx;
use uuid::Uuid;

use super::people::{Demo, JONAS, MAYA, Person, ROBIN};
use super::products;

/// Makes everything. A run that ends in the middle of it is begun anew by the next.
///
/// # Errors
/// Whatever an act refuses.
pub async fn seed(idp: &Idp, org: &Org, products_port: u16) -> Result<Demo, Box<dyn Error + Send + Sync>> {
    let tx = org.store().begin().await?;
    let (acme, fallback) = organization(&tx, org).await?;
    tx.commit().await?;
    // Apart, for a transaction that holds its turn too long is rolled back, and a busy machine is slow.
    let tx = org.store().begin().await?;
    let products = products::register(&tx, org, (acme, products_port)).await?;
    tx.commit().await?;
    // The directory's rule takes a lock, which comes first in its transaction.
    let tx = org.store().begin().await?;
    let (unique_id, policy) = directory(&tx, (idp, org), acme).await?;
    tx.commit().await?;
    // On the operator's word: nobody is here yet who could make a test sign-in.
    let tx = org.store().begin().await?;
    let enforced = (acme, policy, Sso::Enforced);
    org::acts::seeding::set_sso(&tx, &org.host("demo"), enforced, org.now()).await?;
    tx.commit().await?;
    let service_provider = ServiceProvider::new(org.public_url(), unique_id)?;
    let settings = application(org, &service_provider)?;
    let tx = idp.store().begin().await?;
    let users = identity_provider(&tx, idp, settings).await?;
    tx.commit().await?;
    Ok(Demo { users, organization: acme.uuid(), fallback, products })
}

/// Step 1 of the guide, the fallback administrator; and what the guide finds there already.
async fn organization(tx: &Tx, org: &Org) -> Result<(OrganizationId, Uuid), Box<dyn Error + Send + Sync>> {
    use org::acts::{accounts, domains, organizations};
    let (now, entropy) = (org.now(), org.entropy());
    let word = org.host("demo");
    let named = ("acme".parse::<OrganizationKey>()?, DisplayName::parse("Acme")?, Plan::GuardStandard);
    let new = organizations::NewOrganization::draw(named, now, entropy);
    let acme = organizations::create(tx, &word, new, now).await?.id;
    let draw = |role, person: Person| {
        let names = [DisplayName::parse(person.first_name)?, DisplayName::parse(person.last_name)?];
        let who = (EmailAddress::parse(person.address)?, names.map(Some));
        let account = accounts::NewAccount::draw((acme, role), who, now, entropy);
        Ok::<_, Box<dyn Error + Send + Sync>>(account)
    };
    let fallback = accounts::create(tx, &word, draw(Role::Administrator, ROBIN)?, now).await?;
    domains::add_verified(tx, &word, (acme, DOMAIN.parse()?, Claim::Automatic), now).await?;
    accounts::create(tx, &word, draw(Role::Administrator, MAYA)?, now).await?;
    accounts::create(tx, &word, draw(Role::Member, JONAS)?, now).await?;
    Ok((acme, fallback.id.uuid()))
}

/// Steps 2, 4 and 5 of the guide.
async fn directory(
    tx: &Tx,
    (idp, org): (&Idp, &Org),
    acme: OrganizationId,
) -> Result<(UniqueId, PolicyId), Box<dyn Error + Send + Sync>> {
    use org::acts::{directories, domains, saml_configurations};
    let (now, word) = (org.now(), org.host("demo"));
    let named = (acme, DisplayName::parse("Countersign")?);
    let new = directories::NewDirectory::draw(named, now, org.entropy());
    let directory = directories::create(tx, &word, new, now).await?;
    let save = saml_configurations::Save {
        organization: acme,
        unique_id: directory.unique_id,
        over: None,
        identity_provider: IdentityProvider {
            entity_id: Some(idp.entity_id().clone()),
            sso_url: Some(idp.sso_url().clone()),
            certificates: Certificates { current: Some(idp.certificate().clone()), next: None },
        },
    };
    saml_configurations::save(tx, &word, save, now).await?;
    let domain: DomainName = DOMAIN.parse()?;
    domains::link(tx, &word, (acme, &domain, Some(directory.directory)), now).await?;
    Ok((directory.unique_id, directory.policy))
}

/// Step 3 of the guide, as it is typed there.
fn application(
    org: &Org,
    service_provider: &ServiceProvider,
) -> Result<ApplicationSettings, Box<dyn Error + Send + Sync>> {
    let claim =
        |source, name| ClaimMapping::new(ClaimSource::User(source), name, ClaimNameFormat::Unspecified);
    Ok(ApplicationSettings {
        name: DisplayName::parse("Acme")?,
        instance: Instance::Production,
        access_url: AccessUrl::parse(org.public_url().origin())?,
        entity_id: service_provider.entity_id.clone(),
        acs_urls: AcsUrls::new(service_provider.acs_url.clone(), []),
        name_id: NameIdRule { format: Format::EmailAddress, source: UserAttribute::Email },
        claims: vec![
            claim(UserAttribute::Email, "email")?,
            claim(UserAttribute::FirstName, "firstname")?,
            claim(UserAttribute::LastName, "lastname")?,
        ],
        signs: Signs::Assertion,
        audience: Audience::Everyone,
    })
}

async fn identity_provider(
    tx: &Tx,
    idp: &Idp,
    settings: ApplicationSettings,
) -> Result<[Uuid; 2], Box<dyn Error + Send + Sync>> {
    use idp::acts::{applications, users};
    let now = idp.now();
    let word = idp.host("demo");
    let mut ids = [Uuid::nil(); 2];
    for (id, person) in ids.iter_mut().zip([MAYA, JONAS]) {
        let new = users::NewUser {
            id: idp.draw_person(now),
            email: EmailAddress::parse(person.address)?,
            first_name: DisplayName::parse(person.first_name)?,
            last_name: DisplayName::parse(person.last_name)?,
            username: None,
            role: None,
        };
        *id = users::create_user(tx, &word, new, now).await?.id.uuid();
    }
    let new = applications::NewApplication { id: idp.draw_application(now), settings };
    applications::create_application(tx, &word, new, now).await?;
    Ok(ids)
}

/// Acme's own domain, verified and claimed.
const DOMAIN: &str = "acme.example";
