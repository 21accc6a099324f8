//! What every handler has: the store, the door, the key, time and chance.

use std::sync::Arc;

use aws_lc_rs::rand::SecureRandom;
use console::door::Door;
use console::events::Actor;
use console::invitations::Draft;
use console::person::{EmailAddress, PersonId};
use jiff::Timestamp;
use saml::core::{EntityId, SsoUrl};
use saml::idp::{Fresh, Here, Issuer};
use store::events::Sealer;
use store::secrets::Rng;
use store::{Store, StoreError};
use url::Url;
use web::ambient::{Clock, Entropy, random};
use web::peer::TrustedProxies;
use web::{PublicUrl, Site, Token};
use webauthn::RpId;
use xmldsig::{Certificate, KeyKind, SigningKey};

use crate::acts::Word;
use crate::acts::invitations::make_set_up_link;
use crate::model::application::{Application, ApplicationId};
use crate::model::draft::DraftId;
use crate::model::group::GroupId;
use crate::model::qr::QrRule;
use crate::model::user::User;
use crate::routes;
use crate::store::{applications, users};

/// What the operator decides. Values only: reading files and the environment is the binary's.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where browsers reach this service.
    pub public_url: PublicUrl,
    /// The RP ID; the host of the public URL when it is not given. Chosen at the first start.
    pub rp_id: Option<RpId>,
    /// What pages call this deployment: the organisation's name, mostly.
    pub name: String,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: TrustedProxies,
    /// The kind of the signing key that the first start makes.
    pub signing_key: KeyKind,
    /// Where our QR sign-in completes.
    pub qr: QrRule,
}

impl Settings {
    /// The defaults for a public URL.
    pub fn new(public_url: PublicUrl) -> Self {
        Self {
            public_url,
            rp_id: None,
            name: "Countersign".to_owned(),
            trusted_proxies: TrustedProxies::default(),
            signing_key: KeyKind::default(),
            qr: QrRule::default(),
        }
    }
}

/// Time and chance, from the binary or the test kit.
#[derive(Clone)]
pub struct Ambient {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Gives random bytes to signatures.
    pub rng: Arc<dyn SecureRandom + Send + Sync>,
}

/// The identity provider; cheap to clone. Nodes hold nothing in it that another node lacks.
#[derive(Clone)]
pub struct Idp(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) ambient: Ambient,
    pub(crate) site: Site,
    pub(crate) door: Door,
    pub(crate) sealer: Sealer,
    pub(crate) identity: Identity,
    pub(crate) limits: crate::limits::Limits,
}

/// Who we are to service providers: chosen at the first start, the key parsed once. None of it changes while we run.
pub(crate) struct Identity {
    pub(crate) entity_id: EntityId,
    pub(crate) sso_url: SsoUrl,
    pub(crate) key: SigningKey,
    pub(crate) certificate: Certificate,
    /// The metadata document, written once.
    pub(crate) metadata: String,
}

impl Idp {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Where it keeps everything.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Its pages: texts, public URL.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// The passkey door.
    pub fn door(&self) -> &Door {
        &self.0.door
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.ambient.clock.now()
    }

    /// Chance.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.0.ambient.entropy
    }

    pub(crate) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.0.ambient.entropy)
    }

    /// As events name this program: `demo`, `command-line`, a job.
    pub fn machine(&self, name: &'static str) -> Actor {
        Actor::machine(name, self.shared_entropy())
    }

    /// The word of whoever runs this program on its host: above all roles.
    pub fn host(&self, name: &'static str) -> Word {
        Word::host(self.machine(name))
    }

    /// The sealer of the event log.
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// Chance for signatures and seals.
    pub(crate) fn rng(&self) -> &Rng {
        &*self.0.ambient.rng
    }

    /// The entity ID, chosen at the first start.
    pub fn entity_id(&self) -> &EntityId {
        &self.0.identity.entity_id
    }

    /// Where service providers send their requests.
    pub fn sso_url(&self) -> &SsoUrl {
        &self.0.identity.sso_url
    }

    /// The certificate that service providers pin.
    pub fn certificate(&self) -> &Certificate {
        &self.0.identity.certificate
    }

    /// Our metadata, as it is published.
    pub fn metadata(&self) -> &str {
        &self.0.identity.metadata
    }

    /// The id of a person to be created.
    pub fn draw_person(&self, now: Timestamp) -> PersonId {
        PersonId::new(console::row_id(now, self.entropy()))
    }

    /// The id of an application to be registered.
    pub fn draw_application(&self, now: Timestamp) -> ApplicationId {
        ApplicationId::new(console::row_id(now, self.entropy()))
    }

    /// The id of a group to be created.
    pub fn draw_group(&self, now: Timestamp) -> GroupId {
        GroupId::new(console::row_id(now, self.entropy()))
    }

    /// The id of a draft to be begun.
    pub(crate) fn draw_draft(&self, now: Timestamp) -> DraftId {
        DraftId::new(console::row_id(now, self.entropy()))
    }

    /// Somebody by their address: what the demo asks before it creates anybody.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn find_user(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        users::find_by_email(&self.store().read().await?, email).await
    }

    /// An application by its service provider's entity ID.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn find_application(&self, entity_id: &EntityId) -> Result<Option<Application>, StoreError> {
        applications::find_by_entity_id(&self.store().read().await?, entity_id.as_str()).await
    }

    /// The one-time link by which the first owner sets the console up, for the terminal; none once there is an owner.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn set_up_link(&self) -> Result<Option<Url>, StoreError> {
        let now = self.now();
        let (person, draft) = (self.draw_person(now), Draft::draw(now, self.entropy()));
        let tx = self.store().begin().await?;
        let made = make_set_up_link(&tx, &self.host("start"), (person, draft), now).await?;
        tx.commit().await?;
        Ok(made.map(|invited| self.invitation_link(&invited.token)))
    }

    /// The link of an invitation.
    pub fn invitation_link(&self, token: &Token) -> Url {
        self.site().public_url().join(&routes::invitation(token))
    }

    pub(crate) fn limits(&self) -> &crate::limits::Limits {
        &self.0.limits
    }

    /// Where and when a request arrived.
    pub(crate) fn here(&self, now: Timestamp) -> Here<'_> {
        Here { entity_id: self.entity_id(), sso_url: self.sso_url(), now }
    }

    /// Who issues responses to an application.
    pub(crate) fn issuer(&self, application: &Application) -> Issuer<'_> {
        Issuer {
            entity_id: self.entity_id(),
            key: &self.0.identity.key,
            certificate: &self.0.identity.certificate,
            signing: application.settings.signs.saml(),
        }
    }

    /// What one response needs of time and chance.
    pub(crate) fn fresh(&self, now: Timestamp) -> Fresh<'_> {
        Fresh { now, random: random(self.entropy()), rng: &*self.0.ambient.rng }
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        random(self.entropy())
    }
}

impl std::fmt::Debug for Idp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Idp({})", self.0.settings.public_url)
    }
}
