//! An identity provider that others wrote (see interop/README.md), in the place of ours.

use std::path::Path;

use serde_json::json;
use testkit::browser::{Browser, Options};

use super::organization::{Copied, Given};
use super::people::{Person, Provider};
use crate::interop::{Program, Software, get};

/// It says who is before the desktop without asking; how it knows is not what is tested.
pub(crate) struct Theirs {
    software: Software,
    folder: tempfile::TempDir,
    program: Option<Program>,
    port: String,
    desktop: Browser,
}

impl Theirs {
    pub(crate) async fn start(software: Software) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = software.python("idp.py", &[folder.path().as_os_str()]);
        let (port, desktop) = (program.port(), Browser::start(Options::desktop()).await);
        Self { software, folder, program: Some(program), port, desktop }
    }

    pub(crate) async fn quit(self) {
        self.desktop.quit().await;
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Provider for Theirs {
    fn host(&self) -> String {
        format!("pysaml2-idp.localhost:{}", self.port)
    }

    fn desktop(&self) -> &Browser {
        &self.desktop
    }

    /// From our metadata; its own values are what it publishes.
    async fn connect(&mut self, copied: &Copied) -> Given {
        std::fs::write(self.folder().join("sp.xml"), get(&copied.entity_id)).unwrap();
        let program = self.program.as_ref().unwrap();
        let certificate = std::fs::read_to_string(self.folder().join("certificate.pem")).unwrap();
        Given { sso_url: program.at("/sso"), entity_id: program.at("/metadata"), certificate }
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
        let arguments = [self.folder().as_os_str().to_owned(), self.port.clone().into()];
        let arguments: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        self.program = Some(self.software.python("idp.py", &arguments));
    }
}
