//! The file of the master key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KEY_LEN, MasterKey, Rng, SecretError, random};

/// Why the key file does not serve, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Somebody else could have read it.
    #[error("{path} can be read or written by others (mode {mode:o}); `chmod 600` it")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a key file of ours.
    #[error("{path} is not a Countersign key file")]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// The system said no.
    #[error("{path} could not be read or made")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// There is no randomness to make a key from.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl MasterKey {
    /// The key in the file at `path`. If there is none, one is made with mode
    /// 0600 and is on disk when this returns; of two processes that start at
    /// once, both get the same.
    ///
    /// # Errors
    /// [`KeyFileError`]; a file that others can read is refused.
    pub fn load_or_create(path: &Path, rng: &Rng) -> Result<MasterKey, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path, rng, failed)?;
                load(path, File::open(path).map_err(failed)?)
            }
            opened => load(path, opened.map_err(failed)?),
        }
    }
}

fn load(path: &Path, mut file: File) -> Result<MasterKey, KeyFileError> {
    let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
    let unreadable = || KeyFileError::Unreadable { path: path.to_owned() };
    // Of the open file, not of the path, which may be exchanged in between.
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
    }
    // One byte more than right, so that a longer file does not pass.
    let mut text = Zeroizing::new(vec![0; TEXT_LEN + 1]);
    let mut filled = 0;
    while let read @ 1.. = file.read(&mut text[filled..]).map_err(failed)? {
        filled += read;
    }
    let digits = text[..filled]
        .strip_prefix(PREFIX.as_bytes())
        .and_then(|rest| rest.strip_suffix(b"\n"))
        .ok_or_else(unreadable)?;
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| unreadable())?;
    Ok(MasterKey::new(&bytes)?)
}

fn create(path: &Path, rng: &Rng, failed: impl Fn(io::Error) -> KeyFileError) -> Result<(), KeyFileError> {
    let bytes: Zeroizing<[u8; KEY_LEN]> = Zeroizing::new(random(rng)?);
    let mut text = Zeroizing::new(vec![0; TEXT_LEN]);
    text[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
    text[TEXT_LEN - 1] = b'\n';
    let digits = &mut text[PREFIX.len()..TEXT_LEN - 1];
    hex::encode_to_slice(bytes.as_slice(), digits).map_err(|_| SecretError::Damaged)?;

    let mut fresh = path.to_owned();
    let mark: [u8; 8] = random(rng)?;
    fresh.as_mut_os_string().push(format!(".{}", hex::encode(mark)));
    let made = write_whole(&fresh, &text).and_then(|()| {
        // A link never replaces: whoever comes second takes the first's key.
        match fs::hard_link(&fresh, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        }
    });
    let removed = fs::remove_file(&fresh);
    made.and(removed).map_err(&failed)?;
    sync_folder_of(path).map_err(failed)
}

fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

const PREFIX: &str = "countersign-key-1:";
const TEXT_LEN: usize = PREFIX.len() + 2 * KEY_LEN + 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn load_or_create(path: &Path) -> Result<MasterKey, KeyFileError> {
        #[expect(clippy::disallowed_methods, reason = "a test has no one to give it chance")]
        let rng = aws_lc_rs::rand::SystemRandom::new();
        MasterKey::load_or_create(path, &rng)
    }

    #[test]
    fn a_key_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let first = load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load_or_create(&path).unwrap().id(), first.id());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        load_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = load_or_create(&path).err().unwrap();
            assert!(matches!(error, KeyFileError::Exposed { mode: found, .. } if found == mode));
        }
    }

    #[test]
    fn what_is_no_key_file_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        load_or_create(&path).unwrap();
        let good = fs::read(&path).unwrap();
        let longer = [good.as_slice(), b"x"].concat();
        for bad in [b"".as_slice(), b"hello", &good[..good.len() - 2], &longer] {
            fs::write(&path, bad).unwrap();
            let error = load_or_create(&path).err().unwrap();
            assert!(matches!(error, KeyFileError::Unreadable { .. }));
            assert_eq!(fs::read(&path).unwrap(), bad);
        }
    }

    #[test]
    fn who_starts_at_once_gets_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let ids: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| load_or_create(&path).unwrap().id())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
    }
}
