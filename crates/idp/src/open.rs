//! Starting: what the first start chooses, and what every later one must fit.

use console::door::Door;
use console::events::{Actor, Entry, note};
use jiff::{SignedDuration, Timestamp};
use saml::core::{EntityId, SsoUrl};
use store::events::{LogError, Sealer};
use store::secrets::MasterKey;
use store::{Store, StoreError};
use web::{PublicUrl, Site, Text};
use webauthn::{Origin, RelyingParty, RpId};
use xmldsig::{Certificate, KeyKind, SigningKey, self_signed};

use crate::limits::Limits;
use crate::state::{Ambient, Identity, Idp, Inner, Settings};
use crate::store::deployment::{self, Chosen};
use crate::store::signing_keys::{self, SealedKey};
use crate::{SERVICE, routes};

/// Why the identity provider does not start, in the operator's words.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The configuration names another RP ID than the one chosen at the first start.
    #[error(
        "this deployment's passkeys belong to the RP ID {chosen}, and the configuration now says {configured}: under it \
         no passkey of anybody would work; set it back to {chosen}, or begin a new deployment with its own data"
    )]
    OtherRpId {
        /// The one chosen.
        chosen: String,
        /// The one configured.
        configured: String,
    },
    /// The public URL is on a host to which the passkeys do not belong.
    #[error(
        "the passkeys of this deployment belong to {rp_id}, and the public URL {public_url} is on another host: under it \
         no passkey of anybody would work, and no one could sign in; set the public URL back, or begin a new deployment \
         with its own data"
    )]
    ForeignHost {
        /// The RP ID chosen.
        rp_id: String,
        /// The public URL configured.
        public_url: String,
    },
    /// The public URL cannot be an origin of passkeys, or an address of SAML.
    #[error("the public URL {0} cannot be used: {1}")]
    PublicUrl(String, String),
    /// The signing key is sealed under another master key.
    #[error(
        "the signing key cannot be opened with this master key: {0}; give the key file that was made with this data, for \
         without it every application would have to trust a new certificate"
    )]
    MasterKey(String),
    /// The signing key or its certificate cannot be made or read.
    #[error("the signing key cannot be used: {0}")]
    SigningKey(String),
    /// The message files.
    #[error(transparent)]
    Text(#[from] web::text::TextError),
    /// The event log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Idp {
    /// Opens the identity provider on a migrated store. The first start chooses the RP ID and the entity ID and makes the
    /// signing key; what was chosen is never derived again.
    ///
    /// # Errors
    /// [`OpenError`] in the operator's words.
    pub async fn open(
        settings: Settings,
        store: Store,
        key: MasterKey,
        ambient: Ambient,
    ) -> Result<Self, OpenError> {
        let now = ambient.clock.now();
        let (chosen, sealed) = choose(&settings, &store, &key, &ambient, now).await?;
        let rp_id = fits(&settings, &chosen)?;
        let identity = identity(&settings.public_url, &chosen, &sealed, &key)?;
        let origin =
            Origin::of(settings.public_url.as_url()).map_err(|e| unusable(&settings.public_url, e))?;
        let relying_party = RelyingParty::new(&rp_id, &[origin], &settings.name)
            .map_err(|e| unusable(&settings.public_url, e))?;
        let text = Text::english(&[crate::MESSAGES, console::MESSAGES])?;
        let site = Site::new(SERVICE, settings.public_url.clone(), text, ambient.entropy.clone());
        let limits = Limits::new(&ambient.clock);
        let door = Door::new(relying_party);
        let sealer = Sealer::open(&store, SERVICE.name(), &key, &*ambient.rng).await?;
        Ok(Self::new(Inner { settings, store, ambient, site, door, sealer, identity, limits }))
    }
}

/// What was chosen, now or earlier. Two nodes that start at once choose once.
async fn choose(
    settings: &Settings,
    store: &Store,
    key: &MasterKey,
    ambient: &Ambient,
    now: Timestamp,
) -> Result<(Chosen, SealedKey), OpenError> {
    if let Some(found) = find(store).await? {
        return Ok(found);
    }
    let public_url = &settings.public_url;
    let rp_id = settings.rp_id.as_ref().map_or(public_url.host(), RpId::as_str).to_owned();
    let chosen = Chosen { rp_id, entity_id: public_url.join(routes::METADATA).to_string() };
    fits(settings, &chosen)?;
    let sealed = make_key(settings.signing_key, (public_url, key), ambient, now)?;
    let tx = store.begin().await?;
    let written = write(&tx, (&chosen, &sealed), ambient, now).await;
    match written {
        Ok(()) => {
            tx.commit().await?;
            Ok((chosen, sealed))
        }
        Err(StoreError::Conflict(_)) => {
            drop(tx);
            find(store).await?.ok_or(OpenError::Store(StoreError::Lost))
        }
        Err(error) => Err(error.into()),
    }
}

async fn find(store: &Store) -> Result<Option<(Chosen, SealedKey)>, StoreError> {
    let read = store.read().await?;
    let (chosen, key) = (deployment::find(&read).await?, signing_keys::find_active(&read).await?);
    Ok(chosen.zip(key))
}

async fn write(
    tx: &store::Tx,
    (chosen, sealed): (&Chosen, &SealedKey),
    ambient: &Ambient,
    now: Timestamp,
) -> Result<(), StoreError> {
    deployment::insert(tx, chosen, now).await?;
    signing_keys::insert(tx, sealed).await?;
    let data = serde_json::json!({
        "rp_id": chosen.rp_id,
        "entity_id": chosen.entity_id,
        "key": sealed.id,
        "algorithm": sealed.algorithm,
    });
    let actor = Actor::machine("start", ambient.entropy.clone());
    note(tx, &actor, Entry::new("deployment.chosen", None, data), now).await
}

/// The RP ID, if this start fits what was chosen.
fn fits(settings: &Settings, chosen: &Chosen) -> Result<RpId, OpenError> {
    if let Some(configured) = &settings.rp_id
        && configured.as_str() != chosen.rp_id
    {
        return Err(OpenError::OtherRpId {
            chosen: chosen.rp_id.clone(),
            configured: configured.as_str().to_owned(),
        });
    }
    let url = &settings.public_url;
    let rp_id = RpId::parse(&chosen.rp_id).map_err(|e| unusable(url, e))?;
    let origin = Origin::of(url.as_url()).map_err(|e| unusable(url, e))?;
    if !rp_id.covers(&origin) {
        return Err(OpenError::ForeignHost { rp_id: chosen.rp_id.clone(), public_url: url.to_string() });
    }
    Ok(rp_id)
}

fn unusable(url: &PublicUrl, why: impl std::fmt::Display) -> OpenError {
    OpenError::PublicUrl(url.to_string(), why.to_string())
}

fn make_key(
    kind: KeyKind,
    (public_url, master): (&PublicUrl, &MasterKey),
    ambient: &Ambient,
    now: Timestamp,
) -> Result<SealedKey, OpenError> {
    let broken = |error: &dyn std::fmt::Display| OpenError::SigningKey(error.to_string());
    let (key, pkcs8) = SigningKey::generate(kind).map_err(|e| broken(&e))?;
    let id = console::row_id(now, &*ambient.entropy);
    let until = now.saturating_add(VALIDITY).map_err(|e| broken(&e))?;
    let serial = web::ambient::random(&*ambient.entropy);
    let certificate =
        self_signed(&key, public_url.host(), now..until, serial, &*ambient.rng).map_err(|e| broken(&e))?;
    let sealed = master.seal(&context(id), &pkcs8, &*ambient.rng).map_err(|e| broken(&e))?;
    let algorithm = match kind {
        KeyKind::Rsa2048 => "rsa-2048",
        KeyKind::Rsa4096 => "rsa-4096",
        _ => "rsa-3072",
    };
    let certificate = certificate.der().to_vec();
    Ok(SealedKey { id, algorithm: algorithm.to_owned(), sealed, certificate, created_at: now })
}

fn identity(
    public_url: &PublicUrl,
    chosen: &Chosen,
    sealed: &SealedKey,
    master: &MasterKey,
) -> Result<Identity, OpenError> {
    let broken = |error: &dyn std::fmt::Display| OpenError::SigningKey(error.to_string());
    let pkcs8 =
        master.open(&context(sealed.id), &sealed.sealed).map_err(|e| OpenError::MasterKey(e.to_string()))?;
    let key = SigningKey::from_pkcs8(&pkcs8).map_err(|e| broken(&e))?;
    let certificate = Certificate::from_der(&sealed.certificate).map_err(|e| broken(&e))?;
    let entity_id = EntityId::parse(&chosen.entity_id).map_err(|e| unusable(public_url, e))?;
    let sso_url =
        SsoUrl::parse(public_url.join(routes::SSO).as_str()).map_err(|e| unusable(public_url, e))?;
    let metadata = crate::sso::metadata::write(&entity_id, &sso_url, &certificate).map_err(|e| broken(&e))?;
    Ok(Identity { entity_id, sso_url, key, certificate, metadata })
}

/// Seals of one row do not open in another.
fn context(id: uuid::Uuid) -> String {
    format!("idp signing_key {id}")
}

/// Ten years: the pinned key decides, not the dates, and a shorter one only breaks service providers that look.
const VALIDITY: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);
