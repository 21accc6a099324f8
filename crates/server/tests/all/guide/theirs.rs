//! Identity providers that others wrote (see interop/README.md), in the place of ours.

use std::path::Path;

use serde_json::json;
use testkit::browser::{Browser, Options};

use super::organization::{Copied, Given};
use super::people::{Person, Provider};
use crate::interop::{Program, Software, get, key_pair};
use crate::served::free_ports;

/// Which.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Pysaml2,
    SimpleSamlPhp,
}

/// It says who is before the desktop without asking; how it knows is not what is tested.
pub(crate) struct Theirs {
    kind: Kind,
    software: Software,
    folder: tempfile::TempDir,
    program: Option<Program>,
    port: u16,
    desktop: Browser,
}

impl Theirs {
    pub(crate) async fn start(kind: Kind, software: Software) -> Self {
        let folder = tempfile::tempdir().unwrap();
        key_pair(folder.path(), "idp");
        let [port] = free_ports();
        let desktop = Browser::start(Options::desktop()).await;
        let mut theirs = Self { kind, software, folder, program: None, port, desktop };
        theirs.expect(&Person::new(["Nobody", "Yet"], "nobody@acme.example")).await;
        theirs.start();
        theirs
    }

    pub(crate) async fn quit(self) {
        self.desktop.quit().await;
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it sends people to sign in, and what it is called.
    const fn paths(&self) -> [&'static str; 2] {
        match self.kind {
            Kind::Pysaml2 => ["/sso", "/metadata"],
            Kind::SimpleSamlPhp => ["/saml2/idp/SSOService.php", "/saml2/idp/metadata.php"],
        }
    }
}

impl Provider for Theirs {
    fn host(&self) -> String {
        let address = &self.program.as_ref().unwrap().address;
        address[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
    }

    fn desktop(&self) -> &Browser {
        &self.desktop
    }

    /// One reads our metadata, the other is given the values that the console shows.
    async fn connect(&mut self, copied: &Copied) -> Given {
        std::fs::write(self.folder().join("sp.xml"), get(&copied.entity_id)).unwrap();
        let values = json!({ "entity_id": copied.entity_id, "acs_url": copied.acs_url });
        std::fs::write(self.folder().join("sp.json"), values.to_string()).unwrap();
        let certificate = std::fs::read_to_string(self.folder().join("idp.pem")).unwrap();
        let program = self.program.as_ref().unwrap();
        let [sso_url, entity_id] = self.paths().map(|path| program.at(path));
        Given { sso_url, entity_id, certificate }
    }

    async fn expect(&mut self, person: &Person) {
        let [first, last] = person.names;
        let person = json!({
            "name_id": person.address,
            "attributes": { "firstname": [first], "lastname": [last] },
        });
        std::fs::write(self.folder().join("person.json"), person.to_string()).unwrap();
    }

    async fn prove(&mut self, _person: &mut Person) {}

    async fn prove_at(&mut self, _browser: &mut Browser, _person: &mut Person) {}

    fn stop(&mut self) {
        self.program = None;
    }

    fn start(&mut self) {
        let port = self.port.to_string();
        self.program = Some(match self.kind {
            Kind::Pysaml2 => self.software.python("idp.py", &[self.folder().as_os_str(), port.as_ref()]),
            Kind::SimpleSamlPhp => self.software.simplesamlphp(self.folder(), self.port),
        });
    }
}
