//! Both ends as they are run: seeded by the acts, joined as the guide says, then the binary itself
//! as a process of its own, on either engine, to be signed in to over HTTP and to be killed.

mod browser;
mod process;
mod seed;

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use store::testing::TestDatabase;
use testkit::authenticator::Authenticator;

pub(crate) use browser::{Browser, Form, Gone};
pub(crate) use process::{Process, Running};

/// A deployment of both ends, with people who have a passkey each.
pub(crate) struct Deployment {
    pub(crate) idp: TestDatabase,
    pub(crate) org: TestDatabase,
    pub(crate) people: Vec<Person>,
    /// What a request to the identity provider needs, for clients that make their own.
    pub(crate) service_provider: org::model::ServiceProvider,
    pub(crate) sso_url: saml::core::SsoUrl,
    ports: [u16; 2],
    binary: PathBuf,
    folder: tempfile::TempDir,
    running: Option<Process>,
}

/// Somebody of Acme.
pub(crate) struct Person {
    pub(crate) address: String,
    /// The authenticator in their hands, whichever browser they sit at.
    pub(crate) authenticator: Mutex<Authenticator>,
}

impl Deployment {
    /// Seeds both ends on empty databases of one engine, starts `binary` and gives each of `people`
    /// persons a passkey.
    pub(crate) async fn start(
        (idp, org): (TestDatabase, TestDatabase),
        (binary, under): (&Path, &[&str]),
        people: usize,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = free_ports();
        let seeded = seed::seed((&idp, &org), (folder.path(), ports), people).await;
        std::fs::write(folder.path().join("countersign.toml"), configuration(&idp, &org, ports)).unwrap();
        let person = |address: &String| Person {
            address: address.clone(),
            authenticator: Mutex::new(Authenticator::synced()),
        };
        let people = seeded.invitations.iter().map(|(address, _)| person(address)).collect();
        let mut deployment = Self {
            idp,
            org,
            people,
            service_provider: seeded.service_provider,
            sso_url: seeded.sso_url,
            ports,
            binary: binary.to_owned(),
            folder,
            running: None,
        };
        deployment.run(under);
        for (person, (_, invitation)) in deployment.people.iter().zip(&seeded.invitations) {
            let mut authenticator = std::mem::take(&mut *person.authenticator.lock().unwrap());
            let enrolled = deployment.browser().enrol(invitation, &mut authenticator).await;
            enrolled.expect("the server answers");
            *person.authenticator.lock().unwrap() = authenticator;
        }
        deployment
    }

    /// Runs the binary under another program (`taskset -c 0`) or none.
    pub(crate) fn run(&mut self, under: &[&str]) {
        self.running = Some(Process::start((&self.binary, under), self.folder.path(), self.ports));
    }

    /// The process that runs.
    pub(crate) fn process(&self) -> &Process {
        self.running.as_ref().expect("it runs")
    }

    /// Ends it at once, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Where the identity provider listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[0]))
    }

    /// Where the organisation listens.
    pub(crate) fn org_address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[1]))
    }

    /// The address of the organisation, as browsers know it.
    pub(crate) fn org_origin(&self) -> String {
        seed::org_origin(self.ports)
    }

    /// The address of the identity provider, as browsers know it.
    pub(crate) fn idp_origin(&self) -> String {
        seed::idp_origin(self.ports)
    }

    /// A browser without any cookie.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.ports)
    }
}

fn configuration(idp: &TestDatabase, org: &TestDatabase, ports: [u16; 2]) -> String {
    let mut text = "data = \".\"\nkey_file = \"master.key\"\n[log]\nfilter = \"error\"\n".to_owned();
    let services =
        [("idp", seed::idp_origin(ports), ports[0], idp), ("org", seed::org_origin(ports), ports[1], org)];
    for (section, origin, port, database) in services {
        let database = database.url_text();
        writeln!(text, "[{section}]\npublic_url = {origin:?}").unwrap();
        writeln!(text, "listen = \"127.0.0.1:{port}\"\ndatabase = {database:?}").unwrap();
    }
    text
}

/// Ports that were free a moment ago.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let sockets = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().port())
}
