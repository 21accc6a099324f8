//! Both services, opened from the configuration: databases, master key, jobs, listeners.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use axum::Router;
use axum_server::Handle;
use idp::Idp;
use org::Org;
use store::secrets::{KeyFileError, MasterKey};
use store::{Migration, Store};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ambient::{SystemClock, SystemEntropy};
use crate::config::{Config, ServiceConfig};
use crate::health;
use crate::listen::{BindError, DRAIN, Listener};

/// What runs in this process.
#[derive(Debug)]
pub struct Services {
    /// The identity provider.
    pub idp: Option<Idp>,
    /// The organisation.
    pub org: Option<Org>,
}

/// Why the program does not start, in the operator's words.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder cannot be made.
    #[error("cannot make the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of the master key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A database.
    #[error("the database of [{section}]: {source}")]
    Database {
        /// The table of the configuration.
        section: &'static str,
        /// Why.
        source: store::OpenError,
    },
    /// The identity provider.
    #[error("the identity provider: {0}")]
    Idp(#[from] idp::OpenError),
    /// The organisation.
    #[error("the organisation: {0}")]
    Org(#[from] org::OpenError),
    /// A port.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A listener failed while it ran.
    #[error("a listener stopped: {0}")]
    Listener(#[from] std::io::Error),
}

impl Services {
    /// Opens what the configuration says. SQLite files are made and migrated here; a PostgreSQL
    /// database must have been migrated.
    ///
    /// # Errors
    /// [`StartError`]; nothing listens yet.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        for path in config.folders() {
            make_folder(path)?;
        }
        let mut services = Self { idp: None, org: None };
        if let Some(service) = &config.idp {
            let store = open_store("idp", service, &idp::migrations()).await?;
            let settings = idp::Settings {
                rp_id: service.rp_id.clone(),
                trusted_proxies: config.trusted_proxies.clone(),
                ..idp::Settings::new(service.public_url.clone())
            };
            let ambient = idp::Ambient { clock: clock(), entropy: entropy(), rng: Arc::new(system_random()) };
            services.idp = Some(Idp::open(settings, store, master_key(&config.key_file)?, ambient).await?);
        }
        if let Some(service) = &config.org {
            let store = open_store("org", service, &org::migrations()).await?;
            let settings = org::Settings {
                rp_id: service.rp_id.clone(),
                trusted_proxies: config.trusted_proxies.clone(),
                outside: config.outside.clone(),
                ..org::Settings::new(service.public_url.clone())
            };
            let ambient = org::Ambient { clock: clock(), entropy: entropy(), rng: Arc::new(system_random()) };
            services.org = Some(Org::open(settings, store, master_key(&config.key_file)?, ambient).await?);
        }
        Ok(services)
    }

    /// What answers for each service, health endpoints beside it, where the configuration says.
    pub fn routers(&self, config: &Config) -> Vec<(SocketAddr, Router)> {
        let idp = self.idp.as_ref().zip(config.idp.as_ref()).map(|(idp, at)| {
            (at.listen, health::router(idp.store().clone()).fallback_service(idp::router(idp.clone())))
        });
        let org = self.org.as_ref().zip(config.org.as_ref()).map(|(org, at)| {
            (at.listen, health::router(org.store().clone()).fallback_service(org::router(org.clone())))
        });
        idp.into_iter().chain(org).collect()
    }
}

/// Binds every address before the first request is answered.
///
/// # Errors
/// The first address that cannot be listened on.
pub fn bind(routers: Vec<(SocketAddr, Router)>) -> Result<Vec<(Listener, Router)>, BindError> {
    routers.into_iter().map(|(address, router)| Ok((Listener::bind(address)?, router))).collect()
}

/// Answers and works until `stop`; then lets requests under way end.
///
/// # Errors
/// When a listener fails as a whole; everything else is stopped then.
pub async fn run(
    services: Services,
    listeners: Vec<(Listener, Router)>,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let (stopping, stopped) = watch::channel(false);
    let mut jobs = JoinSet::new();
    if let Some(idp) = services.idp {
        jobs.spawn(idp::run_jobs(idp, told(stopped.clone())));
    }
    if let Some(org) = services.org {
        jobs.spawn(org::run_jobs(org, told(stopped)));
    }
    let handle = Handle::new();
    let mut serving = JoinSet::new();
    for (listener, router) in listeners {
        serving.spawn(listener.serve(router, handle.clone()));
    }
    let ended = tokio::select! {
        () = stop => None,
        ended = serving.join_next() => ended,
    };
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(DRAIN));
    while serving.join_next().await.is_some() {}
    // Jobs go last: what the final requests wrote is sealed too.
    stopping.send_replace(true);
    while jobs.join_next().await.is_some() {}
    match ended {
        Some(Ok(result)) => Ok(result?),
        Some(Err(panic)) => Err(StartError::Listener(std::io::Error::other(panic))),
        None => Ok(()),
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _stopped = stopped.wait_for(|stop| *stop).await;
}

async fn open_store(
    section: &'static str,
    service: &ServiceConfig,
    migrations: &[Migration],
) -> Result<Store, StartError> {
    let opened = Store::open(&service.database, migrations).await;
    opened.map_err(|source| StartError::Database { section, source })
}

/// The master key, made at first start.
///
/// # Errors
/// When the file cannot be read or others may read it.
pub fn master_key(path: &Path) -> Result<MasterKey, KeyFileError> {
    MasterKey::load_or_create(path, &system_random())
}

pub(crate) fn make_folder(path: &Path) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| StartError::Folder { path: path.to_owned(), source })
}

fn clock() -> Arc<SystemClock> {
    Arc::new(SystemClock::new())
}

fn entropy() -> Arc<SystemEntropy> {
    Arc::new(SystemEntropy::new())
}

#[expect(clippy::disallowed_methods, reason = "the binary gives the services their randomness")]
fn system_random() -> SystemRandom {
    SystemRandom::new()
}
