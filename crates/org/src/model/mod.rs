//! Values and rules: no async, no SQL, no HTTP.
//!
//! Every value is parsed once, at the edge, and right by construction from
//! there on. The three decisions of the organisation are pure functions on
//! these values: [`start`](crate::sign_in::start), [`admit`](crate::sign_in::admit)
//! and, later, the enforcement of single sign-on.

mod account;
mod directory;
mod domain;
mod ids;
mod organization;
pub mod pasted;
mod policy;
mod saml_configuration;

pub use account::{Account, Membership, Role, Standing};
pub use directory::{Directory, DirectoryKind, JitProvisioning};
pub use domain::{Claim, Domain, DomainName};
pub use ids::{AccountId, DirectoryId, NotAnId, OrganizationId, PolicyId, UniqueId};
pub use organization::{NotAKey, Organization, OrganizationKey, Plan, UnknownWord};
pub use policy::{AuthenticationPolicy, DurationsError, SessionDurations, Sso};
pub(crate) use saml_configuration::{CONNECTION, PREFIX};
pub use saml_configuration::{Certificates, IdentityProvider, SamlConfiguration, ServiceProvider};
