//! Identity provider directories, each with a default policy and a draft of
//! its SAML configuration from the first.

use ::store::{Lock, Tx};
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::way_back::Change;
use crate::model::{
    AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, JitProvisioning, OrganizationId, PolicyId,
    SsoSetting, UniqueId,
};
use crate::store::rosters::Concern;
use crate::store::{configurations, directories, domains, organizations, policies};

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

/// How a directory is set, over which version of what was shown.
#[derive(Clone, Debug)]
pub struct DirectorySettings {
    /// Whose.
    pub organization: OrganizationId,
    /// Which.
    pub directory: DirectoryId,
    /// The version that was shown.
    pub over: i64,
    /// Its name on pages.
    pub name: DisplayName,
    /// Whether a sign-in may create an account.
    pub jit: JitProvisioning,
}

/// Sets name and just-in-time provisioning of a directory.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::ChangedMeanwhile`].
pub async fn set(tx: &Tx, word: &Word, to: DirectorySettings, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("directory.changed", to.organization), now).await?;
    let Some(was) = directories::find(tx, to.organization, to.directory).await? else {
        return Err(act.refuse(Refusal::NoSuchDirectory).await);
    };
    let is = Directory { name: to.name, jit: to.jit, ..was };
    let written = directories::update(tx, to.over, &is).await?;
    act.require(written, Refusal::ChangedMeanwhile).await?;
    act.done(json!({ "directory": is.id.to_string(), "jit": is.jit == JitProvisioning::On })).await?;
    Ok(())
}

/// Disconnects an identity provider: deletes its directory and the policies in
/// it. Its domains and its people come to the local directory. The SAML
/// configuration is deleted before, so that nobody loses the way in by
/// surprise. Gives how many domains came home.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`],
/// [`Refusal::ConfigurationThere`], [`Refusal::SsoEnforced`], [`Refusal::WayBack`].
pub async fn disconnect(
    tx: &Tx,
    word: &Word,
    (organization, directory): (OrganizationId, DirectoryId),
    now: Timestamp,
) -> Result<u64, ActError> {
    // Wider than the lock of the plan's rule, to which one directory less does no harm.
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("directory.disconnected", organization), now).await?;
    let Some(was) = directories::find(tx, organization, directory).await? else {
        return Err(act.refuse(Refusal::NoSuchDirectory).await);
    };
    let speaks = was.kind == DirectoryKind::IdentityProvider;
    act.require(speaks, Refusal::NotAnIdentityProvider).await?;
    let configured = configurations::of_directory(tx, directory).await?.is_some();
    act.require(!configured, Refusal::ConfigurationThere).await?;
    act.require(!enforces(tx, organization, directory).await?, Refusal::SsoEnforced).await?;
    way_back::keep(&act, Concern::default(), &Change::DeleteDirectory(directory)).await?;
    let domains = domains::unlink_all(tx, organization, directory).await?;
    directories::delete(tx, organization, directory).await?;
    let data = json!({
        "directory": directory.to_string(),
        "name": was.name.as_str(),
        "domains": domains,
    });
    act.done(data).await?;
    Ok(domains)
}

/// Whether a policy of a directory enforces SSO.
pub(super) async fn enforces(
    tx: &Tx,
    organization: OrganizationId,
    directory: DirectoryId,
) -> Result<bool, ::store::StoreError> {
    let all = policies::list(tx, organization).await?;
    Ok(all
        .iter()
        .any(|policy| policy.directory == directory && matches!(policy.sso, SsoSetting::Enforced(_))))
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
