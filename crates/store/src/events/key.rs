//! The key that signs checkpoints and exports.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::LogError;
use crate::secrets::{MasterKey, Rng, SecretError, random};
use crate::{ReadTx, Store};

/// The Ed25519 key that signs for one service.
pub(super) struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key of the database, made if there is none; nodes that start at
    /// once get the same.
    pub(super) async fn find_or_make(
        store: &Store,
        master: &MasterKey,
        rng: &Rng,
    ) -> Result<SigningKey, LogError> {
        if let Some(key) = SigningKey::find(&store.read().await?, master).await? {
            return Ok(key);
        }
        let seed: Zeroizing<[u8; SEED_LEN]> = Zeroizing::new(random(rng)?);
        let fresh = SigningKey::from_seed(seed.as_slice())?;
        let sealed = master.seal(CONTEXT, seed.as_slice(), rng)?;
        let tx = store.begin().await?;
        let public = fresh.public().0;
        let inserted = tx.execute(INSERT, [public.into(), sealed.into()]).await?;
        tx.commit().await?;
        if inserted == 1 {
            return Ok(fresh);
        }
        let first = SigningKey::find(&store.read().await?, master).await?;
        Ok(first.ok_or(SecretError::Damaged)?)
    }

    async fn find(read: &ReadTx, master: &MasterKey) -> Result<Option<SigningKey>, LogError> {
        let Some(row) = read.query_opt(FIND, []).await? else {
            return Ok(None);
        };
        let seed = master.open(CONTEXT, &row.get::<Vec<u8>>(0)?)?;
        Ok(Some(SigningKey::from_seed(&seed)?))
    }

    fn from_seed(seed: &[u8]) -> Result<SigningKey, SecretError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        pair.map(SigningKey).map_err(|_| SecretError::Damaged)
    }

    pub(super) fn public(&self) -> PublicKey {
        let mut bytes = [0; PUBLIC_LEN];
        // An Ed25519 public key is 32 bytes long (RFC 8032, section 5.1.5).
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// The public key that proves an export; written `ed25519:` and 64 hexadecimal
/// digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; PUBLIC_LEN]);

impl PublicKey {
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", hex::encode(self.0))
    }
}

/// Not the text of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is written ed25519: and 64 hexadecimal digits")]
pub struct PublicKeyError;

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<PublicKey, PublicKeyError> {
        let digits = text.strip_prefix(PREFIX).ok_or(PublicKeyError)?;
        let mut bytes = [0; PUBLIC_LEN];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| PublicKeyError)?;
        Ok(PublicKey(bytes))
    }
}

const PREFIX: &str = "ed25519:";
const PUBLIC_LEN: usize = 32;
const SEED_LEN: usize = 32;
const CONTEXT: &str = "event-log-key:1";

crate::statements! {
    FIND = "select sealed from event_key where slot = 1";
    INSERT = "insert into event_key (slot, public, sealed) values (1, $1, $2)
        on conflict (slot) do nothing";
}
