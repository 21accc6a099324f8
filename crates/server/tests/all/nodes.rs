//! A deployment as an operator runs it: `countersign serve`, a process a node, one file each.
//!
//! What stands in its databases is what `demo` puts there, by the same acts; the sample products run in the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use idp::model::application::ApplicationSettings;
use server::config::{Config, Environment};
use server::demo::{Demo, Links, products, seed};
use server::listen::Listener;
use server::services::Services;
use store::testing::TestDatabase;
use tokio::task::JoinHandle;
use url::Url;

use crate::addresses::Addresses;
use crate::served::{Process, free_ports};

/// Acme at both ends, on two databases of its own.
pub(crate) struct Deployment {
    folder: tempfile::TempDir,
    databases: [TestDatabase; 2],
    addresses: Addresses,
    links: Links,
    products: JoinHandle<()>,
    identity: Identity,
}

/// What service providers know of the identity provider.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) entity_id: saml::core::EntityId,
    pub(crate) sso_url: saml::core::SsoUrl,
    pub(crate) certificate: xmldsig::Certificate,
}

impl Deref for Deployment {
    type Target = Addresses;

    fn deref(&self) -> &Addresses {
        &self.addresses
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.products.abort();
    }
}

impl Deployment {
    /// On SQLite: one node.
    pub(crate) async fn on_sqlite() -> Self {
        Self::make([TestDatabase::sqlite(), TestDatabase::sqlite()], None).await
    }

    /// On SQLite, with one application more at the identity provider.
    pub(crate) async fn with_application(application: ApplicationSettings) -> Self {
        Self::make([TestDatabase::sqlite(), TestDatabase::sqlite()], Some(application)).await
    }

    /// On PostgreSQL, if the tests have one: as many nodes as one likes.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let databases = [TestDatabase::postgres().await?, TestDatabase::postgres().await?];
        Some(Self::make(databases, None).await)
    }

    async fn make(databases: [TestDatabase; 2], application: Option<ApplicationSettings>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let addresses = Addresses(free_ports());
        let [idp_port, org_port, products_port] = addresses.0;
        let file = folder.path().join("first.toml");
        let toml = toml(folder.path(), &databases, addresses, [idp_port, org_port]);
        std::fs::write(&file, &toml).unwrap();
        let migrated = Command::new(BINARY).arg("migrate").arg("--config").arg(&file).output().unwrap();
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        let config = Config::parse(&toml, &file, &Environment::default()).unwrap();
        let services = Services::open(&config).await.unwrap();
        let (idp, org) = (services.idp.unwrap(), services.org.unwrap());
        let demo = seed(&idp, &org, products_port).await.unwrap();
        if let Some(settings) = application {
            register(&idp, settings).await;
        }
        let links = Links::make(&demo, &idp, &org).await.unwrap();
        let identity = Identity {
            entity_id: idp.entity_id().clone(),
            sso_url: idp.sso_url().clone(),
            certificate: idp.certificate().clone(),
        };
        let products = open_shops(&demo, &org, products_port);
        Self { folder, databases, addresses, links, products, identity }
    }

    /// Starts the node that listens where the public URLs say.
    pub(crate) fn first_node(&self, more: &str) -> Node {
        let [idp, org, _] = self.addresses.0;
        self.start("first", [idp, org], more)
    }

    /// Starts one more, on ports of its own: it is reached through the browser's resolver, or a proxy.
    pub(crate) fn another_node(&self) -> Node {
        self.start("another", free_ports(), "")
    }

    fn start(&self, name: &str, listen: [u16; 2], more: &str) -> Node {
        let folder = self.folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let toml = toml(self.folder.path(), &self.databases, self.addresses, listen);
        std::fs::write(folder.join("countersign.toml"), toml + more).unwrap();
        let mut node = Node { process: None, folder, listen };
        node.restart();
        node
    }

    /// Maya's links: this computer, the phone.
    pub(crate) fn enrolment(&self) -> &[Url; 2] {
        let (person, links) = &self.links.people[0];
        assert_eq!(person.first_name, "Maya");
        links
    }

    /// What service providers are told of the identity provider.
    pub(crate) fn identity(&self) -> Identity {
        self.identity.clone()
    }
}

/// A `countersign serve` of its own. Dropping it kills it.
pub(crate) struct Node {
    process: Option<Process>,
    folder: PathBuf,
    listen: [u16; 2],
}

impl Node {
    /// The port on which its identity provider listens.
    pub(crate) fn idp_port(&self) -> u16 {
        self.listen[0]
    }

    /// `kill -9`, wherever it stands.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again on what it left, and waits until it is ready.
    pub(crate) fn restart(&mut self) {
        self.process = Some(Process::start((Path::new(BINARY), &[]), &self.folder, self.listen));
    }
}

fn toml(folder: &Path, [idp, org]: &[TestDatabase; 2], public: Addresses, listen: [u16; 2]) -> String {
    format!(
        "data = \"{folder}\"\nkey_file = \"{folder}/master.key\"\n\
         [idp]\npublic_url = \"{}\"\nlisten = \"127.0.0.1:{}\"\ndatabase = \"{}\"\n\
         [org]\npublic_url = \"{}\"\nlisten = \"127.0.0.1:{}\"\ndatabase = \"{}\"\n\
         [log]\nfilter = \"warn\"\n",
        public.idp(),
        listen[0],
        idp.url_text(),
        public.org(),
        listen[1],
        org.url_text(),
        folder = folder.display(),
    )
}

async fn register(idp: &idp::Idp, settings: ApplicationSettings) {
    use idp::acts::applications::{NewApplication, create_application};
    let now = idp.now();
    let new = NewApplication { id: idp.draw_application(now), settings };
    let tx = idp.store().begin().await.unwrap();
    create_application(&tx, &idp.host("test"), new, now).await.unwrap();
    tx.commit().await.unwrap();
}

fn open_shops(demo: &Demo, org: &org::Org, port: u16) -> JoinHandle<()> {
    let router = products::router(&demo.products, org.public_url()).unwrap();
    let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).unwrap();
    tokio::spawn(async move { listener.serve(router, axum_server::Handle::new()).await.unwrap() })
}

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");
