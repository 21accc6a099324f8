//! Makes the two ends and joins them as the guide says, by the same acts as the consoles.

use std::error::Error;

use console::person::{DisplayName, EmailAddress};
use idp::Idp;
use idp::model::application::{AccessUrl, AcsUrls, ApplicationSettings, Audience, Instance, Signs};
use idp::model::claims::{ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute};
use idp::model::name_id::{Format, NameIdRule};
use org::Org;
use org::acts::directories::NewlyMade;
use org::model::{
    Certificates, Claim, DomainName, IdentityProvider, OrganizationId, OrganizationKey, Plan, Role,
    ServiceProvider, Sso, UniqueId,
};
use store::{Store, StoreError, Tx};
use uuid::Uuid;

use super::people::{Demo, JONAS, MAYA, Person, ROBIN};
use super::products;

/// Makes everything. A run that ends in the middle of it is begun anew by the next.
///
/// # Errors
/// Whatever an act refuses.
pub async fn seed(idp: &Idp, org: &Org, products_port: u16) -> Result<Demo, Failure> {
    let (acme, fallback) = in_turn(org.store(), async |tx| organization(tx, org).await).await?;
    // Apart, for a transaction that holds its turn too long is rolled back, and a busy machine is slow.
    let registering = async |tx: &Tx| products::register(tx, org, (acme, products_port)).await;
    let products = in_turn(org.store(), registering).await?;
    // The rules of directories and of linking take a lock each, which comes first in its transaction.
    let (unique_id, made) = in_turn(org.store(), async |tx| directory(tx, (idp, org), acme).await).await?;
    let policy = made.policy;
    let linking = async |tx: &Tx| {
        let (domain, word): (DomainName, _) = (DOMAIN.parse()?, org.host("demo"));
        Ok(org::acts::domains::link(tx, &word, (acme, &domain, Some(made.directory)), org.now()).await?)
    };
    in_turn(org.store(), linking).await?;
    // On the operator's word: nobody is here yet who could make a test sign-in.
    let enforcing = async |tx: &Tx| {
        let enforced = (acme, policy, Sso::Enforced);
        Ok(org::acts::seeding::set_sso(tx, &org.host("demo"), enforced, org.now()).await?)
    };
    in_turn(org.store(), enforcing).await?;
    let service_provider = ServiceProvider::new(org.public_url(), unique_id)?;
    let settings = application(org, &service_provider)?;
    let users = in_turn(idp.store(), async |tx| identity_provider(tx, idp, settings.clone()).await).await?;
    Ok(Demo { users, organization: acme.uuid(), fallback, products })
}

/// Acts in a transaction of its own, and anew when a machine that is too busy took the turn away:
/// nothing of it is left then, and every act here draws its ids by itself.
async fn in_turn<T>(store: &Store, act: impl AsyncFn(&Tx) -> Result<T, Failure>) -> Result<T, Failure> {
    let once = async || -> Result<T, Failure> {
        let tx = store.begin().await?;
        let done = act(&tx).await?;
        tx.commit().await?;
        Ok(done)
    };
    for _ in 1..TURNS {
        match once().await {
            Err(error) if was_too_slow(error.as_ref()) => {}
            done => return done,
        }
    }
    once().await
}

/// The acts of both ends pass on what the store said.
fn was_too_slow(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    let told = match (error.downcast_ref(), error.downcast_ref()) {
        (Some(org::acts::ActError::Store(told)), _) | (_, Some(idp::acts::ActError::Store(told))) => {
            Some(told)
        }
        _ => error.downcast_ref(),
    };
    matches!(told, Some(StoreError::Expired))
}

/// Step 1 of the guide, the fallback administrator; and what the guide finds there already.
async fn organization(tx: &Tx, org: &Org) -> Result<(OrganizationId, Uuid), Failure> {
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
        Ok::<_, Failure>(account)
    };
    let fallback = accounts::create(tx, &word, draw(Role::Administrator, ROBIN)?, now).await?;
    domains::add_verified(tx, &word, (acme, DOMAIN.parse()?, Claim::Automatic), now).await?;
    accounts::create(tx, &word, draw(Role::Administrator, MAYA)?, now).await?;
    accounts::create(tx, &word, draw(Role::Member, JONAS)?, now).await?;
    Ok((acme, fallback.id.uuid()))
}

/// Steps 2 and 4 of the guide.
async fn directory(
    tx: &Tx,
    (idp, org): (&Idp, &Org),
    acme: OrganizationId,
) -> Result<(UniqueId, NewlyMade), Failure> {
    use org::acts::{directories, saml_configurations};
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
    Ok((directory.unique_id, directory))
}

/// Step 3 of the guide, as it is typed there.
fn application(org: &Org, service_provider: &ServiceProvider) -> Result<ApplicationSettings, Failure> {
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

async fn identity_provider(tx: &Tx, idp: &Idp, settings: ApplicationSettings) -> Result<[Uuid; 2], Failure> {
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

type Failure = Box<dyn Error + Send + Sync>;

/// Acme's own domain, verified and claimed.
const DOMAIN: &str = "acme.example";

/// So often is an act begun at most.
const TURNS: usize = 5;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use store::TURN;
    use store::testing::TestDatabase;

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::demo::{both, configuration};
    use crate::services::Services;

    async fn both_ends(folder: &std::path::Path) -> (Idp, Org) {
        use clap::Parser as _;
        let data = folder.join("demo");
        std::fs::create_dir(&data).unwrap();
        let words = ["countersign", "demo", "--data", data.to_str().unwrap(), "--key-file"];
        let key = folder.join("demo.key");
        let words = words.into_iter().chain([key.to_str().unwrap()]);
        let Command::Demo(arguments) = Cli::try_parse_from(words).unwrap().command else { unreachable!() };
        both(&Services::open(&configuration(&arguments).unwrap()).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn an_act_whose_turn_ran_out_is_begun_anew_at_either_end() {
        let folder = tempfile::tempdir().unwrap();
        let (idp, org) = both_ends(folder.path()).await;
        let begun = Cell::new(0);
        let first_is_slow = async || {
            begun.set(begun.get() + 1);
            if begun.get() == 1 {
                tokio::time::sleep(TURN * 2).await;
            }
        };
        let late = async |tx: &Tx| {
            // What the first one made would stand in the way of the next, were it still there.
            let made = organization(tx, &org).await;
            first_is_slow().await;
            made
        };
        in_turn(org.store(), late).await.unwrap();
        assert!(begun.replace(0) > 1);
        // The act itself meets it too, and then its refusal of a second Acme, which is final.
        let early = async |tx: &Tx| {
            first_is_slow().await;
            organization(tx, &org).await
        };
        let told = in_turn(org.store(), early).await.unwrap_err();
        assert!(begun.replace(0) > 1 && !was_too_slow(told.as_ref()), "{told}");
        let unique_id: UniqueId = "0190a3b4-0000-7000-8000-00000000beef".parse().unwrap();
        let sp = ServiceProvider::new(org.public_url(), unique_id).unwrap();
        let settings = application(&org, &sp).unwrap();
        let early = async |tx: &Tx| {
            first_is_slow().await;
            identity_provider(tx, &idp, settings.clone()).await
        };
        in_turn(idp.store(), early).await.unwrap();
        assert!(begun.get() > 1);
    }

    #[tokio::test]
    async fn an_act_is_not_begun_for_ever_nor_anew_for_another_reason() {
        let store = TestDatabase::sqlite().store(&org::migrations()).await;
        let cases: [(fn() -> StoreError, usize); 3] =
            [(|| StoreError::Expired, TURNS), (|| StoreError::Lost, 1), (|| StoreError::Failed, 1)];
        for (told, times) in cases {
            let begun = Cell::new(0);
            let act = async |_: &Tx| {
                begun.set(begun.get() + 1);
                Err::<(), Failure>(told().into())
            };
            in_turn(&store, act).await.unwrap_err();
            assert_eq!(begun.get(), times, "{}", told());
        }
    }
}
