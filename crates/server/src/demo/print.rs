//! What the newcomer reads first: where to go, and the one-time links.

use std::error::Error;
use std::time::Duration;

use console::invitations::Draft;
use console::person::PersonId;
use idp::Idp;
use idp::acts::invitations::Device;
use org::Org;
use org::model::{AccountId, OrganizationId};
use url::Url;

use super::people::{Demo, JONAS, MAYA, Person, ROBIN};
use crate::config::Config;

/// The one-time links of this run. A run's links replace those of the run before.
#[derive(Debug, Clone)]
pub struct Links {
    /// For each person at the identity provider: this computer, the phone.
    pub people: Vec<(Person, [Url; 2])>,
    /// For the owner of the identity provider's console, while there is none.
    pub owner: Option<Url>,
    /// For the fallback administrator, at the organisation.
    pub fallback: Url,
}

impl Links {
    /// Makes them.
    ///
    /// # Errors
    /// Whatever an act refuses.
    pub async fn make(demo: &Demo, idp: &Idp, org: &Org) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut people = Vec::new();
        for (person, user) in [MAYA, JONAS].into_iter().zip(demo.users) {
            let user = PersonId::new(user);
            let [computer, phone] = Device::ALL.map(|device| invite(idp, user, device));
            people.push((person, [computer.await?, phone.await?]));
        }
        let owner = idp.set_up_link().await?;
        Ok(Self { people, owner, fallback: invite_fallback(demo, org).await? })
    }
}

async fn invite(idp: &Idp, user: PersonId, device: Device) -> Result<Url, Box<dyn Error + Send + Sync>> {
    let now = idp.now();
    let word = idp.host("demo");
    let draft = Draft::draw(now, idp.entropy());
    let tx = idp.store().begin().await?;
    let invited = idp::acts::invitations::invite_user(&tx, &word, (user, device, draft), now).await?;
    tx.commit().await?;
    Ok(idp.invitation_link(&invited.token))
}

async fn invite_fallback(demo: &Demo, org: &Org) -> Result<Url, Box<dyn Error + Send + Sync>> {
    let now = org.now();
    let word = org.host("demo");
    let draft = Draft::draw(now, org.entropy());
    let whom = (OrganizationId::new(demo.organization), AccountId::new(demo.fallback), draft);
    let tx = org.store().begin().await?;
    let invited = org::acts::invitations::invite(&tx, &word, whom, now).await?;
    tx.commit().await?;
    Ok(org.invitation_link(&invited))
}

/// Prints the page of the terminal.
#[expect(clippy::print_stdout, reason = "one-time links are for the terminal, never for a log")]
pub(super) fn print(demo: &Demo, links: &Links, (config, took): (&Config, Duration)) {
    let origin = |service: &Option<crate::config::ServiceConfig>| {
        service.as_ref().map(|at| at.public_url.origin().to_owned()).unwrap_or_default()
    };
    println!("\nCountersign demo: ready in {:.1} s\n", took.as_secs_f64());
    for (step, (person, [computer, phone])) in links.people.iter().enumerate() {
        println!("{}. Give {} a passkey (each link works once, for a day)", step + 1, person.first_name);
        println!("     on this computer  {computer}");
        println!("     on a phone        {phone}");
    }
    println!("\n{}. Open a product and sign in as {}", links.people.len() + 1, MAYA.address);
    for product in &demo.products {
        println!("     {:<17} {}", product.name, product.start);
    }
    println!("\nThe two ends, joined as the guide says");
    println!("     organisation      {}", origin(&config.org));
    println!("     identity provider {}", origin(&config.idp));
    match &links.owner {
        Some(link) => {
            println!("     set up its console, once, within an hour\n                       {link}")
        }
        None => println!("     its console       {}/admin", origin(&config.idp)),
    }
    println!(
        "\nThe fallback administrator, {} ({}), signs in at the organisation itself",
        ROBIN.first_name, ROBIN.address
    );
    println!("     passkey, once     {}", links.fallback);
    println!(
        "\nNo fingerprint reader, no phone: run with --browser. Stop with Ctrl-C; --fresh begins anew.\n"
    );
}
