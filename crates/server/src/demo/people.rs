//! Who there is in the demo, and what is remembered of them between runs.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::products::Registered;

/// Somebody of Acme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// E-mail address.
    pub address: &'static str,
}

/// Signs in through the identity provider; administers the organisation too.
pub(super) const MAYA: Person =
    Person { first_name: "Maya", last_name: "Okafor", address: "maya@acme.example" };
/// Signs in through the identity provider.
pub(super) const JONAS: Person =
    Person { first_name: "Jonas", last_name: "Berg", address: "jonas@acme.example" };
/// The fallback administrator: on a domain that is not verified, known to the organisation only.
pub(super) const ROBIN: Person =
    Person { first_name: "Robin", last_name: "Vale", address: "robin@fallback.example" };

/// What the seed made: ids, and the products' credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Demo {
    /// Maya's and Jonas's rows at the identity provider.
    pub users: [Uuid; 2],
    /// The organisation's row.
    pub organization: Uuid,
    /// The fallback administrator's account at the organisation.
    pub fallback: Uuid,
    /// The sample products as they are registered at the organisation.
    pub products: Vec<Registered>,
}

impl Demo {
    /// What the last run left, if it made everything.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub fn load(folder: &Path) -> io::Result<Option<Self>> {
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Remembers it: the last thing that making the demo does. It holds the products' client
    /// secrets, so nobody else may read it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = folder.join(FILE);
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()
    }
}

pub(super) const FILE: &str = "demo.json";
