//! The deployment's keys for ID tokens: made beside the first start's requests
//! or when one is first needed, whichever is sooner, sealed under the master key, and remembered by each node, for a key never changes.

use std::sync::Arc;

use ::store::secrets::SecretError;
use ::store::{Lock, StoreError};
use console::events::{Entry, note};
use console::row_id;
use serde_json::{Value as Json, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::jws::{KeyError, SigningKey};
use super::store as rows;
use crate::service::Org;

/// What a node remembers of them. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Keys(Arc<OnceCell<Arc<SigningKey>>>);

impl Keys {
    /// The key to sign with.
    pub(super) async fn current(&self, org: &Org) -> Result<Arc<SigningKey>, KeysError> {
        self.0.get_or_try_init(|| find_or_make(org)).await.cloned()
    }

    /// The public halves, as a JWK set (RFC 7517 section 5).
    pub(super) async fn published(&self, org: &Org) -> Result<Json, KeysError> {
        let current = self.current(org).await?;
        Ok(json!({ "keys": [current.jwk()] }))
    }
}

async fn find_or_make(org: &Org) -> Result<Arc<SigningKey>, KeysError> {
    if let Some(found) = find(org).await? {
        return Ok(found);
    }
    // Takes a second of computing: not on a thread that serves others.
    let made = tokio::task::spawn_blocking(SigningKey::generate).await.map_err(|_| KeyError)?;
    let (key, pkcs8) = made?;
    let now = org.now();
    let id = row_id(now, org.entropy());
    let sealed = org.master_key().seal(&context(id), &pkcs8, org.rng())?;
    let tx = org.store().begin().await?;
    // Of nodes that start at once, one makes it.
    tx.lock(Lock::new("product-signing-key", "")).await?;
    if !rows::list_keys(&tx).await?.is_empty() {
        drop(tx);
        return find(org).await?.ok_or(KeysError::Store(StoreError::Lost));
    }
    rows::insert_key(&tx, (id, &sealed), now).await?;
    let data = json!({ "key": id.to_string(), "kid": key.jwk()["kid"] });
    note(&tx, &org.machine("products"), Entry::new("product.key_made", None, data), now).await?;
    tx.commit().await?;
    Ok(Arc::new(key))
}

async fn find(org: &Org) -> Result<Option<Arc<SigningKey>>, KeysError> {
    let read = org.store().read().await?;
    let found = rows::list_keys(&read).await?;
    drop(read);
    let Some((id, sealed)) = found.into_iter().next() else {
        return Ok(None);
    };
    let pkcs8 = org.master_key().open(&context(id), &sealed)?;
    Ok(Some(Arc::new(SigningKey::from_pkcs8(&pkcs8)?)))
}

/// What is sealed for one row does not open in another.
fn context(id: Uuid) -> String {
    format!("org product_signing_key {id}")
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysError {
    /// It cannot be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It is sealed under another master key, or was changed.
    #[error("the key that signs ID tokens cannot be unsealed")]
    Secret(#[from] SecretError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeysError> for web::Error {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => crate::answer::broken(error),
            other => Self::internal(other),
        }
    }
}
