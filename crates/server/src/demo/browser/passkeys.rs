//! What the virtual authenticators of a window hold.
//!
//! Every tab has an authenticator of its own, as the DevTools protocol wants it, but a person's
//! device is one: what one tab registered or counted, all tabs must know, also after a restart.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::Shape;

/// A passkey as an authenticator gives and takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credential {
    /// In Base64.
    pub(super) credential_id: String,
    pub(super) sign_count: i64,
    /// What only the browser understands: key, relying party, user.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The passkeys of one window, kept in a file.
#[derive(Debug)]
pub(super) struct Passkeys {
    path: PathBuf,
    held: Vec<Credential>,
}

impl Passkeys {
    /// Those of the last run.
    pub(super) fn load(folder: &Path, shape: Shape) -> io::Result<Self> {
        let path = folder.join(format!("passkeys-{}.json", shape.name()));
        let held = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { path, held })
    }

    /// Whether this device still has to get one.
    pub(super) const fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Learns what one tab's authenticator holds; writes the file when it is news.
    pub(super) fn learn(&mut self, found: &[Credential]) -> io::Result<()> {
        if merge(&mut self.held, found) {
            self.save()?;
        }
        Ok(())
    }

    /// What a tab that holds `found` must be given: passkeys it lacks, or has with an older count.
    pub(super) fn missing(&self, found: &[Credential]) -> Vec<Credential> {
        let current = |held: &&Credential| {
            found.iter().any(|c| c.credential_id == held.credential_id && c.sign_count >= held.sign_count)
        };
        self.held.iter().filter(|held| !current(held)).cloned().collect()
    }

    /// The file holds private keys, if only of a demo.
    fn save(&self) -> io::Result<()> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let whole = self.path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&whole)?;
        file.write_all(&serde_json::to_vec(&self.held)?)?;
        fs::rename(whole, &self.path)
    }
}

/// Whether anything was new. The higher count is the later one.
fn merge(held: &mut Vec<Credential>, found: &[Credential]) -> bool {
    let mut news = false;
    for credential in found {
        match held.iter_mut().find(|known| known.credential_id == credential.credential_id) {
            None => held.push(credential.clone()),
            Some(known) if known.sign_count < credential.sign_count => *known = credential.clone(),
            Some(_) => continue,
        }
        news = true;
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(id: &str, sign_count: i64) -> Credential {
        let given = serde_json::json!({ "credentialId": id, "signCount": sign_count, "privateKey": "key" });
        serde_json::from_value(given).unwrap()
    }

    #[test]
    fn all_tabs_know_the_latest_count_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut passkeys = Passkeys::load(folder.path(), Shape::Phone).unwrap();
        passkeys.learn(&[credential("a", 1)]).unwrap();
        passkeys.learn(&[credential("a", 3), credential("b", 1)]).unwrap();
        passkeys.learn(&[credential("a", 2)]).unwrap();
        let again = Passkeys::load(folder.path(), Shape::Phone).unwrap();
        assert_eq!(again.missing(&[]), [credential("a", 3), credential("b", 1)]);
        assert_eq!(again.missing(&[credential("a", 2), credential("b", 1)]).len(), 1);
        assert!(again.missing(&[credential("a", 4), credential("b", 1)]).is_empty());
        let other = Passkeys::load(folder.path(), Shape::Desktop).unwrap();
        assert!(other.missing(&[]).is_empty());
    }
}
