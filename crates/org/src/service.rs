//! The service's state: what is chosen once, what is shared by all requests.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::store::events::{LogError, Sealer};
use ::store::secrets::{MasterKey, Rng};
use ::store::{Migration, ReadTx, Sql, Store, StoreError, Tx};
use console::door::Door;
use console::events::Actor;
use jiff::Timestamp;
use net::{Client, ClientError, Outside, Resolver, ResolverError};
use web::limit::Limit;
use web::network::Source;
use web::peer::TrustedProxies;
use web::text::TextError;
use web::{Clock, Entropy, PublicUrl, Service, Site, Text};
use webauthn::{Origin, RelyingParty, RpId};

use crate::acts::Word;
use crate::model::OrganizationId;
use crate::products;
use crate::sign_in::Connections;
use crate::store::deployment::{self, Chosen};

/// What the operator sets. Values only: reading files and the environment is
/// the binary's.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where browsers reach the organisation. Every SP entity ID and ACS URL
    /// begins with it, so it is chosen once.
    pub public_url: PublicUrl,
    /// The relying party of passkeys kept here; the public URL's host if absent.
    /// Chosen once.
    pub rp_id: Option<RpId>,
    /// What authenticators call this deployment beside its passkeys.
    pub name: String,
    /// Proxies whose word about the client's address counts.
    pub trusted_proxies: TrustedProxies,
    /// How names and addresses of others are reached, to prove domains.
    pub outside: Outside,
}

impl Settings {
    /// The defaults for a public URL.
    pub fn new(public_url: PublicUrl) -> Self {
        Self {
            public_url,
            rp_id: None,
            name: "Countersign".to_owned(),
            trusted_proxies: TrustedProxies::default(),
            outside: Outside::default(),
        }
    }
}

/// Time and chance.
#[derive(Clone)]
pub struct Ambient {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Gives random bytes to signatures and seals.
    pub rng: Arc<Rng>,
}

/// The organisation service. Cheap to clone.
#[derive(Clone)]
pub struct Org(Arc<Inner>);

struct Inner {
    store: Store,
    settings: Settings,
    key: MasterKey,
    ambient: Ambient,
    site: Site,
    door: Door,
    sealer: Sealer,
    connections: Connections,
    product_keys: products::Keys,
    starts: Limit<Source>,
    strays: Limit<Source>,
    looks: Limit<OrganizationId>,
    names: OnceLock<Result<Resolver, ResolverError>>,
    client: OnceLock<Result<Client, ClientError>>,
}

impl Org {
    /// Opens the service on a migrated store. The first start chooses the RP ID
    /// and the public URL; a later one that says otherwise is refused.
    ///
    /// # Errors
    /// [`OpenError`], in the operator's words.
    pub async fn open(
        settings: Settings,
        store: Store,
        key: MasterKey,
        ambient: Ambient,
    ) -> Result<Self, OpenError> {
        let rp_id = match &settings.rp_id {
            Some(rp_id) => rp_id.clone(),
            None => RpId::parse(settings.public_url.host())?,
        };
        choose_once(&store, &settings, &rp_id, ambient.clock.now()).await?;
        let origin = Origin::of(settings.public_url.as_url())?;
        let relying_party = RelyingParty::new(&rp_id, &[origin], &settings.name)?;
        let sealer = Sealer::open(&store, SERVICE.name(), &key, &*ambient.rng).await?;
        let site = Site::new(SERVICE, settings.public_url.clone(), texts()?, ambient.entropy.clone());
        Ok(Self(Arc::new(Inner {
            store,
            key,
            site,
            door: Door::new(relying_party),
            sealer,
            connections: Connections::default(),
            product_keys: products::Keys::default(),
            starts: Limit::new(START_BURST, START_EVERY, ambient.clock.clone()),
            strays: Limit::new(STRAY_BURST, STRAY_EVERY, ambient.clock.clone()),
            looks: Limit::new(LOOK_BURST, LOOK_EVERY, ambient.clock.clone()),
            names: OnceLock::new(),
            client: OnceLock::new(),
            settings,
            ambient,
        })))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The key under which secrets of this service are sealed.
    pub fn master_key(&self) -> &MasterKey {
        &self.0.key
    }

    /// Where browsers reach the service.
    pub fn public_url(&self) -> &PublicUrl {
        &self.0.settings.public_url
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.ambient.clock.now()
    }

    /// Chance.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.0.ambient.entropy
    }

    /// Chance, to be kept.
    pub(crate) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        self.0.ambient.entropy.clone()
    }

    /// Chance for signatures and seals.
    pub fn rng(&self) -> &Rng {
        &*self.0.ambient.rng
    }

    /// The sealer of the event log.
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// As events name this program: `demo`, `command-line`, a job.
    pub fn machine(&self, name: &'static str) -> Actor {
        Actor::machine(name, self.shared_entropy())
    }

    /// The word of whoever runs this program on its host: above all organisations.
    pub fn host(&self, name: &'static str) -> Word {
        Word::host(self.machine(name))
    }

    /// A snapshot to read from.
    ///
    /// # Errors
    /// 503 when the database is busy.
    pub(crate) async fn read(&self) -> Result<ReadTx, web::Error> {
        self.0.store.read().await.map_err(crate::answer::broken)
    }

    /// A transaction.
    ///
    /// # Errors
    /// 503 when the database is busy.
    pub(crate) async fn begin(&self) -> Result<Tx, web::Error> {
        self.0.store.begin().await.map_err(crate::answer::broken)
    }

    /// Returns when everything that a transaction of this node could see is
    /// committed, so that the next snapshot sees it too: on SQLite others'
    /// writes are visible inside their batch before it is durable.
    pub(crate) async fn catch_up(&self) -> Result<(), web::Error> {
        let empty = self.begin().await?;
        empty.commit().await.map_err(crate::answer::broken)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn door(&self) -> &Door {
        &self.0.door
    }

    /// The keys that sign ID tokens.
    pub(crate) fn product_keys(&self) -> &products::Keys {
        &self.0.product_keys
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.0.connections
    }

    /// Whether one more stray message of this source may have its own event.
    pub(crate) fn may_note_stray(&self, source: Source) -> bool {
        self.0.strays.check(&source).is_ok()
    }

    /// Counts one start of a sign-in: each leaves a row behind.
    pub(crate) fn count_start(&self, source: Source) -> Result<(), web::Error> {
        self.0.starts.check(&source)
    }
}

/// What is outside; set up when it is asked for the first time, for a machine
/// without name servers or trusted certificates serves sign-ins all the same.
impl Org {
    /// Who knows text records.
    pub(crate) fn names(&self) -> Option<&Resolver> {
        let names = self.0.names.get_or_init(|| Resolver::new(&self.settings().outside.name_servers));
        names.as_ref().inspect_err(|error| tracing::warn!(%error, "nobody can be asked about names")).ok()
    }

    /// Who fetches files.
    pub(crate) fn client(&self) -> Option<&Client> {
        let client = self.0.client.get_or_init(|| Client::open(&self.settings().outside));
        client.as_ref().inspect_err(|error| tracing::warn!(%error, "nothing can be fetched")).ok()
    }

    /// Counts one look at a domain that somebody of an organisation asked for.
    pub(crate) fn count_look(&self, organization: OrganizationId) -> Result<(), web::Error> {
        self.0.looks.check(&organization)
    }
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Org({})", self.public_url())
    }
}

/// Every migration that the service's database needs, in order.
pub fn migrations() -> Vec<Migration> {
    let mut all = ::store::MIGRATIONS.to_vec();
    all.extend_from_slice(console::MIGRATIONS);
    all.extend_from_slice(crate::store::MIGRATIONS);
    all.extend_from_slice(crate::products::MIGRATIONS);
    all.extend_from_slice(crate::store::LATER);
    all
}

/// Every statement of this crate: a test prepares each on both engines.
pub fn statements() -> Vec<Sql> {
    let mut all = crate::store::statements();
    all.extend(crate::products::statements());
    all
}

/// The service's texts in English.
///
/// # Errors
/// When a message file is malformed, which a test excludes.
pub fn texts() -> Result<Text, TextError> {
    Text::english(&[
        console::MESSAGES,
        MESSAGES,
        crate::admin::MESSAGES,
        crate::admin::IDENTITY_PROVIDERS,
        crate::admin::PEOPLE,
        crate::admin::POLICIES,
        crate::products::MESSAGES,
    ])
}

/// Why the service does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The public URL is not the one of the first start.
    #[error(
        "the organisation was set up at {chosen} and now starts at {given}: every service provider \
         entity ID and ACS URL that identity providers know would be lost; start it at {chosen}, \
         or follow the guide to move it"
    )]
    PublicUrl {
        /// What was chosen.
        chosen: String,
        /// What was given now.
        given: String,
    },
    /// The RP ID is not the one of the first start.
    #[error(
        "the organisation's passkeys were made for {chosen} and it now starts with the relying \
         party {given}: every passkey kept here would be lost; keep {chosen}"
    )]
    RpId {
        /// What was chosen.
        chosen: String,
        /// What was given now.
        given: String,
    },
    /// The host cannot be a relying party for passkeys.
    #[error("passkeys cannot be used at this address")]
    Host(#[from] webauthn::ValueError),
    /// The RP ID does not fit the public URL.
    #[error("the relying party does not fit the public address")]
    RelyingParty(#[from] webauthn::RelyingPartyError),
    /// A message file is malformed.
    #[error("the service's texts are broken")]
    Texts(#[from] TextError),
    /// The event log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database.
    #[error("the database could not be used")]
    Store(#[from] StoreError),
}

/// Writes what this start chooses, or compares it with what was chosen.
async fn choose_once(
    store: &Store,
    settings: &Settings,
    rp_id: &RpId,
    now: Timestamp,
) -> Result<(), OpenError> {
    let given =
        Chosen { rp_id: rp_id.as_str().to_owned(), public_url: settings.public_url.origin().to_owned() };
    let found = deployment::find(&store.read().await?).await?;
    let chosen = match found {
        Some(chosen) => chosen,
        None => {
            let tx = store.begin().await?;
            deployment::insert(&tx, &given, now).await?;
            tx.commit().await?;
            let read = store.read().await?;
            deployment::find(&read).await?.unwrap_or_else(|| given.clone())
        }
    };
    if chosen.public_url != given.public_url {
        return Err(OpenError::PublicUrl { chosen: chosen.public_url, given: given.public_url });
    }
    if chosen.rp_id != given.rp_id {
        return Err(OpenError::RpId { chosen: chosen.rp_id, given: given.rp_id });
    }
    Ok(())
}

/// The name in cookies and logs.
const SERVICE: Service = Service::new("org");

/// The service's own messages.
pub(crate) const MESSAGES: &str = include_str!("../messages/en.ftl");

/// Genuine messages in wrong browsers have events of their own up to here; a
/// message that is posted without end is counted like other junk.
const STRAY_BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
const STRAY_EVERY: Duration = Duration::from_secs(10);

/// A whole company behind one address may arrive at nine; what a flood leaves
/// behind stays small all the same.
const START_BURST: NonZeroU32 = NonZeroU32::new(600).unwrap();
const START_EVERY: Duration = Duration::from_millis(50);

/// Whoever puts a record up presses the button a few times; other people's
/// servers are not asked without end (T095).
const LOOK_BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
const LOOK_EVERY: Duration = Duration::from_secs(10);
