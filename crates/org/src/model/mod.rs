//! Values and rules: no async, no SQL, no HTTP.
//!
//! Every value is parsed once, at the edge, and right by construction from
//! there on. The three decisions of the organisation are pure functions on
//! these values: [`start`](crate::sign_in::start), [`admit`](crate::sign_in::admit)
//! and [`enforce`]; beside them stand [`computed`](fn@computed) (whose policy), [`effective`]
//! (what it requires now) and [`way_back`].

mod account;
mod computed;
mod directory;
mod domain;
mod domain_check;
pub mod enforce;
mod group;
mod ids;
pub mod import;
mod many;
mod organization;
pub mod pasted;
pub mod people_import;
mod policy;
mod public_mail;
mod saml_configuration;
pub mod way_back;

pub use account::{Account, Membership, Role, Standing};
pub use computed::{Belonging, GroupRule, computed};
pub use directory::{Directory, DirectoryKind, JitProvisioning};
pub use domain::{
    CHECK_EVERY, Checks, Claim, Domain, DomainName, DomainState, DomainToken, Proof, TOKEN_FILE, TOKEN_PREFIX,
};
pub use domain_check::{Finding, NOTICE, Recheck, Verification, recheck, verification};
pub use group::{Group, GroupSource};
pub use ids::{AccountId, DirectoryId, GroupId, NotAnId, OrganizationId, PolicyId, TestId, UniqueId};
pub use many::Many;
pub use organization::{GRACE, NotAKey, Organization, OrganizationKey, Plan, UnknownWord};
pub use policy::{
    ApiTokens, AuthenticationPolicy, DurationsError, Enforcement, Reverification, SessionDurations, Sso,
    SsoSetting, effective,
};
pub use public_mail::is_public_mail;
pub(crate) use saml_configuration::{CONNECTION, PREFIX};
pub use saml_configuration::{Certificates, IdentityProvider, SamlConfiguration, ServiceProvider};
