//! Identity provider directories, each with a default policy and a draft of
//! its SAML configuration from the first.

use ::store::{Lock, Tx};
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word};
use crate::model::{
    AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, JitProvisioning, OrganizationId, PolicyId,
    UniqueId,
};
use crate::store::{configurations, directories, organizations, policies};

/// An identity provider directory to be made.
#[derive(Clone, Debug)]
pub struct NewDirectory {
    id: DirectoryId,
    policy: PolicyId,
    unique_id: UniqueId,
    organization: OrganizationId,
    name: DisplayName,
}

impl NewDirectory {
    /// Draws its ids.
    pub fn draw(
        (organization, name): (OrganizationId, DisplayName),
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self {
            id: DirectoryId::new(row_id(now, entropy)),
            policy: PolicyId::new(row_id(now, entropy)),
            unique_id: UniqueId::new(row_id(now, entropy)),
            organization,
            name,
        }
    }
}

/// What was made with a directory.
#[derive(Clone, Debug)]
pub struct NewlyMade {
    /// The directory.
    pub directory: DirectoryId,
    /// Its default policy, without SSO.
    pub policy: PolicyId,
    /// The unique ID of its SAML configuration, a draft.
    pub unique_id: UniqueId,
}

/// Makes an identity provider directory. It comes after the lock that the
/// plan's rule takes: call it first in its transaction.
///
/// # Errors
/// [`Refusal::NoSuchOrganization`], [`Refusal::PlanWithoutDirectory`].
pub async fn create(tx: &Tx, word: &Word, new: NewDirectory, now: Timestamp) -> Result<NewlyMade, ActError> {
    let of = new.organization.to_string();
    tx.lock(Lock::new("identity-provider-directories", &of)).await?;
    let act = Act::begin(tx, word, ("directory.created", new.organization), now).await?;
    let Some(organization) = organizations::find(tx, new.organization).await? else {
        return Err(act.refuse(Refusal::NoSuchOrganization).await);
    };
    let count = directories::count_identity_providers(tx, organization.id).await?;
    let room = count < organization.plan.identity_provider_directories();
    act.require(room, Refusal::PlanWithoutDirectory).await?;
    let directory = Directory {
        id: new.id,
        organization: organization.id,
        kind: DirectoryKind::IdentityProvider,
        name: new.name,
        enabled: true,
        jit: JitProvisioning::On,
    };
    directories::insert(tx, &directory, now).await?;
    let ids = (new.policy, organization.id, new.id);
    let policy = AuthenticationPolicy::new(ids, directory.name.clone(), true);
    policies::insert(tx, &policy, now).await?;
    configurations::insert(tx, new.unique_id, (organization.id, new.id), now).await?;
    let data = json!({ "directory": new.id.to_string(), "unique_id": new.unique_id.to_string() });
    act.done(data).await?;
    Ok(NewlyMade { directory: new.id, policy: new.policy, unique_id: new.unique_id })
}

/// Switches a directory on or off. Off, nobody signs in through it from the
/// next answer on, whatever was asked before.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`].
pub async fn set_enabled(
    tx: &Tx,
    word: &Word,
    (organization, directory, enabled): (OrganizationId, DirectoryId, bool),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("directory.switched", organization), now).await?;
    let found = directories::find(tx, organization, directory).await?;
    act.require(found.is_some(), Refusal::NoSuchDirectory).await?;
    directories::update_enabled(tx, organization, directory, enabled).await?;
    let data = json!({ "directory": directory.to_string(), "enabled": enabled });
    act.done(data).await?;
    Ok(())
}

/// Says whether a sign-in may create an account.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`].
pub async fn set_jit(
    tx: &Tx,
    word: &Word,
    (organization, directory, jit): (OrganizationId, DirectoryId, JitProvisioning),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("directory.jit_changed", organization), now).await?;
    let found = directories::find(tx, organization, directory).await?;
    act.require(found.is_some(), Refusal::NoSuchDirectory).await?;
    directories::update_jit(tx, organization, directory, jit).await?;
    let on = jit == JitProvisioning::On;
    act.done(json!({ "directory": directory.to_string(), "jit": on })).await?;
    Ok(())
}
