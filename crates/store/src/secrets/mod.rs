//! Secrets sealed under the master key.
//!
//! Everything secret that is stored (signing keys, keys of persons) is sealed
//! with AES-256-GCM under the [`MasterKey`], which lives in a file of its own
//! and never in the database or its backups. A sealed value is
//!
//! ```text
//! version (1) ‖ id of the key (8) ‖ nonce (12) ‖ ciphertext and tag
//! ```
//!
//! and is bound to its *context*, a text that says what it is and whose, so
//! that one sealed value cannot be put in the place of another.

mod file;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SecureRandom;
use zeroize::Zeroizing;

pub use file::KeyFileError;

/// Random numbers as this crate takes them.
pub type Rng = dyn SecureRandom + Send + Sync;

/// The key that seals all others. Without `Debug`, and cleared when dropped.
pub struct MasterKey(Key);

impl MasterKey {
    /// Seals `plain` for `context`.
    ///
    /// # Errors
    /// [`SecretError::Random`] if there is no randomness.
    pub fn seal(&self, context: &str, plain: &[u8], rng: &Rng) -> Result<Vec<u8>, SecretError> {
        self.0.seal(context, plain, rng)
    }

    /// Opens what was sealed for `context`; it is cleared when dropped.
    ///
    /// # Errors
    /// [`SecretError`] if it was sealed under another key or for another
    /// context, or was changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        self.0.open(context, sealed)
    }

    /// What sealed values name this key by, in hexadecimal; not secret.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(self.0.id)
    }

    fn new(bytes: &[u8; KEY_LEN]) -> Result<MasterKey, SecretError> {
        Key::new(bytes).map(MasterKey)
    }
}

/// Why a secret could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
    /// Sealed under another key than the one at hand.
    #[error("the secret was sealed under another key")]
    OtherKey,
    /// Changed, cut, or sealed for another purpose.
    #[error("the secret is damaged or belongs elsewhere")]
    Damaged,
}

/// An AES-256-GCM key with its id.
pub(crate) struct Key {
    id: [u8; ID_LEN],
    key: LessSafeKey,
}

impl Key {
    pub(crate) fn new(bytes: &[u8; KEY_LEN]) -> Result<Key, SecretError> {
        let named = [b"countersign-key-id\0".as_slice(), bytes].concat();
        let named = Zeroizing::new(named);
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&digest(&SHA256, &named).as_ref()[..ID_LEN]);
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SecretError::Damaged)?;
        let key = LessSafeKey::new(key);
        Ok(Key { id, key })
    }

    pub(crate) fn seal(&self, context: &str, plain: &[u8], rng: &Rng) -> Result<Vec<u8>, SecretError> {
        let nonce: [u8; NONCE_LEN] = random(rng)?;
        let mut body = plain.to_vec();
        let aad = Aad::from(self.bound_to(context));
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)
            .map_err(|_| SecretError::Damaged)?;
        Ok([&[VERSION], self.id.as_slice(), &nonce, &body].concat())
    }

    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let rest = sealed.strip_prefix(&[VERSION]);
        let (id, rest) = rest.and_then(<[u8]>::split_first_chunk::<ID_LEN>).ok_or(SecretError::Damaged)?;
        if *id != self.id {
            return Err(SecretError::OtherKey);
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SecretError::Damaged)?;
        let mut body = Zeroizing::new(body.to_vec());
        let aad = Aad::from(self.bound_to(context));
        let plain = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut body)
            .map_err(|_| SecretError::Damaged)?
            .len();
        body.truncate(plain);
        Ok(body)
    }

    fn bound_to(&self, context: &str) -> Vec<u8> {
        [b"countersign-sealed\0", [VERSION].as_slice(), &self.id, context.as_bytes()].concat()
    }
}

/// `N` random bytes.
pub(crate) fn random<const N: usize>(rng: &Rng) -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    rng.fill(&mut bytes).map_err(|_| SecretError::Random)?;
    Ok(bytes)
}

pub(crate) const KEY_LEN: usize = 32;
const ID_LEN: usize = 8;
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn rng() -> aws_lc_rs::rand::SystemRandom {
        #[expect(clippy::disallowed_methods, reason = "a test has no one to give it chance")]
        aws_lc_rs::rand::SystemRandom::new()
    }

    #[test]
    fn what_was_sealed_opens_only_as_it_was() {
        let key = MasterKey::new(&[1; KEY_LEN]).unwrap();
        let sealed = key.seal("signing-key:1", b"secret", &rng()).unwrap();
        assert_eq!(*key.open("signing-key:1", &sealed).unwrap(), b"secret");
        assert_eq!(key.open("signing-key:2", &sealed).unwrap_err(), SecretError::Damaged);
        let other = MasterKey::new(&[2; KEY_LEN]).unwrap();
        assert_eq!(other.open("signing-key:1", &sealed).unwrap_err(), SecretError::OtherKey);
    }

    #[test]
    fn every_changed_or_missing_byte_is_found() {
        let key = MasterKey::new(&[1; KEY_LEN]).unwrap();
        let sealed = key.seal("c", b"secret", &rng()).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("c", &changed).is_err(), "byte {at}");
            assert!(key.open("c", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn one_value_is_never_sealed_alike_twice() {
        let key = MasterKey::new(&[1; KEY_LEN]).unwrap();
        let twice = [0, 1].map(|_| key.seal("c", b"secret", &rng()).unwrap());
        assert_ne!(twice[0], twice[1]);
        assert!(!twice[0].windows(6).any(|window| window == b"secret"));
    }
}
