//! `serve`, `migrate` and `doctor`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use store::{Migration, Store};

use crate::cli::ConfigArgs;
use crate::config::{Config, ConfigError, Environment, ServiceConfig};
use crate::listen::stop_signal;
use crate::services::{self, Services};
use crate::telemetry;

/// A command's result: an exit code, or what the operator must read.
pub type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// Runs what the configuration says until a signal stops it. Without a configuration it runs both
/// ends on this machine.
///
/// # Errors
/// What keeps it from starting, in the operator's words.
pub async fn serve(arguments: &ConfigArgs) -> Outcome {
    let config = load(arguments)?;
    telemetry::start(&config.log)?;
    let services = Services::open(&config).await?;
    let listeners = services::bind(services.routers(&config))?;
    announce(&config, &services).await?;
    services::run(services, listeners, stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Brings every database of the configuration to this version.
///
/// # Errors
/// What keeps it from that; a database is changed whole or not at all.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub async fn migrate(arguments: &ConfigArgs) -> Outcome {
    let config = load(arguments)?;
    for path in config.folders() {
        services::make_folder(path)?;
    }
    for (section, service, migrations) in databases(&config) {
        let applied = Store::migrate(&service.database, &migrations).await;
        let applied = applied.map_err(|error| format!("the database of [{section}]: {error}"))?;
        match applied.len() {
            0 => println!("{section}: up to date"),
            n => println!("{section}: applied {n}: {}", applied.join(", ")),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what is wrong with this deployment, a line each; exit code 1 when anything is.
///
/// # Errors
/// Only when the configuration itself cannot be read.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub async fn doctor(arguments: &ConfigArgs) -> Outcome {
    let config = load(arguments)?;
    let mut findings = Vec::new();
    if shares_file_system(&config.key_file, &config.data) {
        findings.push(format!(
            "the master key {} lies on the same file system as the data {}: whoever copies the one copies the other; \
             move it and set key_file",
            config.key_file.display(),
            config.data.display()
        ));
    }
    for (section, service, migrations) in databases(&config) {
        match Store::open(&service.database, &migrations).await {
            Ok(store) => {
                if let Err(error) = store.read().await {
                    findings.push(format!("[{section}] the database does not answer: {error}"));
                }
            }
            Err(error) => findings.push(format!("[{section}] the database: {error}")),
        }
        if !service.listen.ip().is_loopback() && !service.public_url.is_https() {
            findings.push(format!(
                "[{section}] listens on {} for everybody while its public URL is plain http",
                service.listen
            ));
        }
    }
    for finding in &findings {
        println!("- {finding}");
    }
    if findings.is_empty() {
        println!("nothing is wrong");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Where to go, and the one-time links of what is not set up yet.
#[expect(clippy::print_stdout, reason = "the links are for the terminal only, never for a log")]
async fn announce(config: &Config, services: &Services) -> Result<(), Box<dyn Error + Send + Sync>> {
    if let (Some(idp), Some(at)) = (&services.idp, &config.idp) {
        println!("identity provider  {}  (listening on {})", at.public_url.origin(), at.listen);
        println!("{}", way_in(idp.set_up_link().await?, at));
    }
    if let (Some(org), Some(at)) = (&services.org, &config.org) {
        println!("organisation       {}  (listening on {})", at.public_url.origin(), at.listen);
        println!("{}", way_in(org.set_up_link().await?, at));
    }
    println!("Stop with Ctrl-C.");
    Ok(())
}

/// The console is opened by a passkey; the first one is made by a link that works once.
fn way_in(link: Option<url::Url>, at: &ServiceConfig) -> String {
    match link {
        Some(link) => format!("  set it up within an hour, once: {link}"),
        None => format!("  console: {}/admin", at.public_url.origin()),
    }
}

fn load(arguments: &ConfigArgs) -> Result<Config, ConfigError> {
    let environment = Environment::of_process();
    let default = PathBuf::from("countersign.toml");
    match &arguments.config {
        Some(path) => Config::load(path, &environment),
        None if default.exists() => Config::load(&default, &environment),
        None => Config::bare(&environment),
    }
}

fn databases(config: &Config) -> Vec<(&'static str, &ServiceConfig, Vec<Migration>)> {
    let idp = config.idp.as_ref().map(|service| ("idp", service, idp::migrations()));
    let org = config.org.as_ref().map(|service| ("org", service, org::migrations()));
    idp.into_iter().chain(org).collect()
}

fn shares_file_system(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| std::fs::metadata(path).map(|m| m.dev()).ok();
    device(a).is_some() && device(a) == device(b)
}
