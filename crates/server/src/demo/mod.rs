//! `countersign demo`: both ends and four sample products on this machine, joined as the guide
//! joins them, so that a newcomer signs in within a minute.
//!
//! - `people` who there is, and what is remembered of them between runs
//! - `seed` makes the two ends and joins them, by the same acts as the consoles
//! - [`products`] the sample products, which know the organisation by OpenID Connect only
//! - `browser` two windows of the installed Chromium, for machines without fingerprint reader

mod browser;
pub mod folder;
mod people;
mod print;
pub mod products;
mod seed;

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use net::Outside;
use url::Url;
use web::PublicUrl;
use web::peer::TrustedProxies;

use crate::cli::DemoArgs;
use crate::commands::Outcome;
use crate::config::{Config, Log, ServiceConfig};
use crate::listen::stop_signal;
use crate::services::{self, Services};
use crate::telemetry;

pub use people::Demo;
pub use print::Links;
pub use seed::seed;

/// Runs the demo until a signal stops it.
///
/// # Errors
/// What keeps it from starting, in the newcomer's words.
pub async fn run(arguments: &DemoArgs) -> Outcome {
    let began = Instant::now();
    let machine = arguments.browser.then(browser::Machine::find).transpose()?;
    let config = configuration(arguments)?;
    telemetry::start(&config.log)?;
    folder::prepare(arguments)?;
    let services = Services::open(&config).await?;
    let (idp, org) = both(&services)?;
    let demo = match Demo::load(&arguments.data)? {
        Some(demo) => demo,
        None => {
            let demo = seed::seed(&idp, &org, arguments.products_port).await?;
            demo.save(&arguments.data)?;
            demo
        }
    };
    let mut routers = services.routers(&config);
    let address = SocketAddr::new(arguments.address, arguments.products_port);
    routers.push((address, products::router(&demo.products, org.public_url())?));
    let listeners = services::bind(routers)?;
    let links = Links::make(&demo, &idp, &org).await?;
    print::print(&demo, &links, (&config, began.elapsed(), arguments.browser));
    let serving = tokio::spawn(services::run(services, listeners, stop_signal()));
    let windows = match machine {
        Some(machine) => windows(&machine, &arguments.data, (&demo, &links, &idp)).await?,
        None => None,
    };
    serving.await??;
    if let Some(windows) = windows {
        windows.close().await;
    }
    Ok(ExitCode::SUCCESS)
}

async fn windows(
    machine: &browser::Machine,
    folder: &Path,
    (demo, links, idp): (&Demo, &Links, &idp::Idp),
) -> Result<Option<browser::Windows>, browser::BrowserError> {
    let product = demo.products.first().and_then(|product| Url::parse(&product.start).ok());
    let Some((product, (_, enrol))) = product.as_ref().zip(links.people.first()) else {
        return Ok(None);
    };
    let first = browser::First { product, enrol, idp: &idp.settings().public_url };
    browser::open(machine, folder, &first).await.map(Some)
}

fn both(services: &Services) -> Result<(idp::Idp, org::Org), Box<dyn Error + Send + Sync>> {
    let both = services.idp.clone().zip(services.org.clone());
    both.ok_or_else(|| "the demo runs both ends".into())
}

/// What a `serve` with both ends on this machine would be, under the demo's names.
fn configuration(arguments: &DemoArgs) -> Result<Config, Box<dyn Error + Send + Sync>> {
    let service = |name: &str, url: &str| {
        let public_url = PublicUrl::parse(url).map_err(|error| format!("{url}: {error}"))?;
        let listen = SocketAddr::new(arguments.address, public_url.port());
        let database = store::StoreUrl::file(arguments.data.join(format!("{name}.sqlite")));
        Ok::<_, String>(ServiceConfig { public_url, listen, database, rp_id: None })
    };
    Ok(Config {
        data: arguments.data.clone(),
        key_file: arguments.key_file.clone(),
        idp: Some(service("idp", &arguments.idp_url)?),
        org: Some(service("org", &arguments.org_url)?),
        trusted_proxies: TrustedProxies::default(),
        outside: Outside::default(),
        log: Log { filter: LOG.to_owned(), json: false },
    })
}

/// Chromium is usually newer than what the library knows of its protocol: what it does not know it
/// passes over, which is no news for a newcomer.
const LOG: &str = "warn";
