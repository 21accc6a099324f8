//! A SAML configuration, parsed once per version: keys, names, addresses.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ::store::{ReadTx, StoreError};
use jiff::Timestamp;
use saml::core::{RequestId, Skew, SsoUrl};
use saml::sp::{Asked, Encryption, Expected, SignedPart, Trust};
use web::PublicUrl;
use xmldsig::{Keys, VerifyingKey};

use crate::model::{Certificates, DirectoryId, OrganizationId, SamlConfiguration, ServiceProvider, UniqueId};
use crate::store::configurations;

/// All that making a request and verifying its answer needs.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) unique_id: UniqueId,
    pub(crate) organization: OrganizationId,
    pub(crate) directory: DirectoryId,
    pub(crate) service_provider: ServiceProvider,
    pub(crate) sso_url: SsoUrl,
    trust: Trust,
    pub(crate) version: i64,
}

impl Connection {
    /// What an answer to `request` must be at `now`.
    pub(crate) fn expected<'a>(&'a self, request: &'a RequestId, now: Timestamp) -> Expected<'a> {
        Expected {
            trust: &self.trust,
            audience: &self.service_provider.entity_id,
            recipient: &self.service_provider.acs_url,
            asked: Asked::Request(request),
            encryption: &Encryption::Refused,
            now,
            skew: Skew::default(),
        }
    }

    /// A configuration that is a draft still, in which something is missing, or
    /// whose key cannot be used, is none: there is no way to verify less.
    fn parse(configuration: SamlConfiguration, here: &PublicUrl) -> Option<Self> {
        let SamlConfiguration { unique_id, organization, directory, version, saved_at, identity_provider } =
            configuration;
        saved_at?;
        let keys = keys(&identity_provider.certificates)?;
        Some(Self {
            unique_id,
            organization,
            directory,
            service_provider: ServiceProvider::new(here, unique_id).ok()?,
            sso_url: identity_provider.sso_url?,
            trust: Trust::new(identity_provider.entity_id?, keys, SignedPart::Either),
            version,
        })
    }
}

/// The keys of the current and the next certificate. The pinned key decides,
/// not the certificate's dates.
fn keys(certificates: &Certificates) -> Option<Keys> {
    let key = |certificate: &xmldsig::Certificate| certificate.verifying_key().ok();
    let current = certificates.current.as_ref().and_then(key)?;
    let next: Vec<VerifyingKey> = certificates.next.as_ref().and_then(key).into_iter().collect();
    Some(Keys::new(current, next))
}

/// The connections of this node, each good for one version of its row: what
/// is cached cannot change, and the version is read every time.
#[derive(Debug, Default)]
pub(crate) struct Connections(RwLock<HashMap<UniqueId, Arc<Connection>>>);

impl Connections {
    /// The connection of a unique ID as it is in this snapshot, if there is
    /// one and it is complete.
    pub(crate) async fn find(
        &self,
        read: &ReadTx,
        here: &PublicUrl,
        unique_id: UniqueId,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        match configurations::version(read, unique_id).await? {
            Some(version) => self.at(read, here, (unique_id, version)).await,
            None => Ok(None),
        }
    }

    /// The same, of a directory.
    pub(crate) async fn of_directory(
        &self,
        read: &ReadTx,
        here: &PublicUrl,
        directory: DirectoryId,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        match configurations::version_of_directory(read, directory).await? {
            Some(at) => self.at(read, here, at).await,
            None => Ok(None),
        }
    }

    async fn at(
        &self,
        read: &ReadTx,
        here: &PublicUrl,
        (unique_id, version): (UniqueId, i64),
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        let cached = self.get(unique_id).filter(|c| c.version == version);
        if cached.is_some() {
            return Ok(cached);
        }
        let row = configurations::find(read, unique_id).await?;
        let parsed = row.and_then(|row| Connection::parse(row, here)).map(Arc::new);
        if let Some(connection) = &parsed {
            self.keep(connection.clone());
        }
        Ok(parsed)
    }

    fn get(&self, unique_id: UniqueId) -> Option<Arc<Connection>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(&unique_id).cloned()
    }

    fn keep(&self, connection: Arc<Connection>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(connection.unique_id, connection);
    }
}

/// More organisations than this share one node's memory in turns.
const MOST_KEPT: usize = 10_000;
