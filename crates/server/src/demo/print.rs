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
pub(super) fn print(demo: &Demo, links: &Links, (config, took, windows): (&Config, Duration, bool)) {
    let origin = |service: &Option<crate::config::ServiceConfig>| {
        service.as_ref().map(|at| at.public_url.origin().to_owned()).unwrap_or_default()
    };
    let ends = [origin(&config.org), origin(&config.idp)];
    println!("\nCountersign demo: ready in {:.1} s\n", took.as_secs_f64());
    if windows {
        print_windows(demo, &ends);
    } else {
        print_steps(demo, links);
    }
    let [org, idp] = ends;
    println!("\nThe two ends, joined as the guide says");
    println!("     organisation      {org}");
    println!("     identity provider {idp}");
    match &links.owner {
        Some(link) => {
            println!("     set up its console, once, within an hour\n                       {link}")
        }
        None => println!("     its console       {idp}/admin"),
    }
    println!(
        "\nThe fallback administrator, {} ({}), signs in at the organisation itself",
        ROBIN.first_name, ROBIN.address
    );
    println!("     passkey, once     {}", links.fallback);
    let hint = if windows { "" } else { "No fingerprint reader, no phone: run with --browser. " };
    println!("\n{hint}Stop with Ctrl-C; --fresh begins anew.\n");
}

/// What to do in the person's own browser and on the person's own phone.
#[expect(clippy::print_stdout, reason = "as above")]
fn print_steps(demo: &Demo, links: &Links) {
    for (step, (person, [computer, phone])) in links.people.iter().enumerate() {
        println!("{}. Give {} a passkey (each link works once, for a day)", step + 1, person.first_name);
        println!("     on this computer  {computer}");
        println!("     on a phone        {phone}");
    }
    println!("\n{}. Open a product and sign in as {}", links.people.len() + 1, MAYA.address);
    for product in &demo.products {
        println!("     {:<17} {}", product.name, product.start);
    }
}

/// What to do in the two windows of `--browser`.
#[expect(clippy::print_stdout, reason = "as above")]
fn print_windows(demo: &Demo, [org, idp]: &[String; 2]) {
    let (name, address) = (MAYA.first_name, MAYA.address);
    println!("Two windows open: a desktop at a product, and {name}\u{2019}s phone. Both have virtual");
    println!("fingerprint readers that always say yes.\n");
    println!("1. Phone       press \u{201c}Create a passkey\u{201d}");
    println!(
        "2. Desktop     type {address}, press \u{201c}Continue\u{201d}, then \u{201c}Scan with your phone\u{201d}"
    );
    println!(
        "3. Phone       it sees the code by itself: \u{201c}Show me\u{201d}, type the two digits, confirm"
    );
    println!("               \u{2192} the desktop is signed in as {name}, by QR");
    println!("4. Desktop     in the second tab press \u{201c}Create a passkey\u{201d}; sign out at");
    println!("               {org} and {idp}/me");
    println!("5. Desktop     open a product again: {address}, \u{201c}Sign in with a passkey\u{201d}");
    println!("               \u{2192} signed in as {name}, by passkey\n");
    for product in &demo.products {
        println!("     {:<17} {}", product.name, product.start);
    }
}
