//! The SAML configuration of a directory: three values taken from the identity
//! provider, two given to it.

use jiff::Timestamp;
use saml::core::{AcsUrl, EntityId, SsoUrl};
use web::PublicUrl;
use xmldsig::Certificate;

use super::ids::{DirectoryId, OrganizationId, UniqueId};

/// How a directory speaks SAML. What is given to the identity provider stands
/// from the moment the row exists; what is taken from it may come later, so
/// that either side can be filled in first.
#[derive(Clone, Debug)]
pub struct SamlConfiguration {
    /// Ends the SP entity ID and the ACS URL; never changes.
    pub unique_id: UniqueId,
    /// Whose.
    pub organization: OrganizationId,
    /// The directory whose people it signs in.
    pub directory: DirectoryId,
    /// Counts the changes: a value parsed from version *n* is right as long as
    /// the row says *n*.
    pub version: i64,
    /// When *Stop and save SAML* was pressed. Until then it is a draft, by
    /// which nobody signs in.
    pub saved_at: Option<Timestamp>,
    /// What is known of the identity provider.
    pub identity_provider: IdentityProvider,
}

impl SamlConfiguration {
    /// Whether it is a draft still.
    pub const fn is_draft(&self) -> bool {
        self.saved_at.is_none()
    }
}

/// The three fields of *Add SAML details*, as far as they are filled in.
#[derive(Clone, Debug, Default)]
pub struct IdentityProvider {
    /// *Identity provider Entity ID*.
    pub entity_id: Option<EntityId>,
    /// *Identity provider SSO URL*.
    pub sso_url: Option<SsoUrl>,
    /// *Public x509 certificate*: the current one, and beside it the next one
    /// while the identity provider changes keys.
    pub certificates: Certificates,
}

impl IdentityProvider {
    /// Whether all that a sign-in needs is there.
    pub fn is_complete(&self) -> bool {
        self.entity_id.is_some() && self.sso_url.is_some() && self.certificates.current.is_some()
    }
}

/// Up to two certificates whose keys are trusted. The pinned key decides, not
/// the certificate's dates.
#[derive(Clone, Debug, Default)]
pub struct Certificates {
    /// The one in use.
    pub current: Option<Certificate>,
    /// The one to come.
    pub next: Option<Certificate>,
}

/// The two addresses to copy to the identity provider, and their common end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceProvider {
    /// *Service provider entity URL*, also the address of the metadata.
    pub entity_id: EntityId,
    /// *Service provider assertion consumer service URL*, query included.
    pub acs_url: AcsUrl,
}

impl ServiceProvider {
    /// The values for a unique ID, made from the configured public address and
    /// never from a request's Host header.
    ///
    /// ```
    /// # use org::model::{ServiceProvider, UniqueId};
    /// let here = web::PublicUrl::parse("https://org.example").unwrap();
    /// let id: UniqueId = "0190a3b4-0000-7000-8000-00000000beef".parse().unwrap();
    /// let sp = ServiceProvider::new(&here, id).unwrap();
    /// assert_eq!(
    ///     sp.acs_url.as_str(),
    ///     "https://org.example/login/callback?connection=saml-0190a3b4-0000-7000-8000-00000000beef"
    /// );
    /// ```
    ///
    /// # Errors
    /// When the public address is one that SAML's endpoints cannot be, which a
    /// [`PublicUrl`] is not.
    pub fn new(here: &PublicUrl, id: UniqueId) -> Result<Self, saml::core::InvalidUri> {
        let origin = here.origin();
        Ok(Self {
            entity_id: EntityId::parse(&format!("{origin}/saml/{id}"))?,
            acs_url: AcsUrl::parse(&format!("{origin}/login/callback?{CONNECTION}={PREFIX}{id}"))?,
        })
    }
}

/// The one query parameter of the ACS URL.
pub(crate) const CONNECTION: &str = "connection";

/// What stands before the unique ID in it.
pub(crate) const PREFIX: &str = "saml-";
