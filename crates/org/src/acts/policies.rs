//! Authentication policies.

use ::store::Tx;
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word};
use crate::model::{
    AccountId, AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, OrganizationId, PolicyId,
    SessionDurations, Sso,
};
use crate::store::{accounts, directories, policies};

/// A policy to be made.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    id: PolicyId,
    organization: OrganizationId,
    directory: DirectoryId,
    name: DisplayName,
    sso: Sso,
    sessions: SessionDurations,
}

impl NewPolicy {
    /// Draws its id. It begins with the default durations.
    pub fn draw(
        (organization, directory): (OrganizationId, DirectoryId),
        (name, sso): (DisplayName, Sso),
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self {
            id: PolicyId::new(row_id(now, entropy)),
            organization,
            directory,
            name,
            sso,
            sessions: SessionDurations::DEFAULT,
        }
    }
}

/// Makes a policy beside the default one of its directory.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`].
pub async fn create(tx: &Tx, word: &Word, new: NewPolicy, now: Timestamp) -> Result<PolicyId, ActError> {
    let act = Act::begin(tx, word, ("policy.created", new.organization), now).await?;
    let directory = directories::find(tx, new.organization, new.directory).await?;
    sso_fits(&act, directory.as_ref(), new.sso).await?;
    let policy = AuthenticationPolicy {
        id: new.id,
        organization: new.organization,
        directory: new.directory,
        name: new.name,
        is_default: false,
        sso: new.sso,
        sessions: new.sessions,
    };
    policies::insert(tx, &policy, now).await?;
    act.done(json!({
        "policy": policy.id.to_string(),
        "directory": policy.directory.to_string(),
        "sso": policy.sso.as_str(),
    }))
    .await?;
    Ok(policy.id)
}

/// Says what a policy says about SSO.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::NotAnIdentityProvider`].
pub async fn set_sso(
    tx: &Tx,
    word: &Word,
    (organization, policy, sso): (OrganizationId, PolicyId, Sso),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("policy.sso_changed", organization), now).await?;
    let Some(was) = policies::find(tx, organization, policy).await? else {
        return Err(act.refuse(Refusal::NoSuchPolicy).await);
    };
    let directory = directories::find(tx, organization, was.directory).await?;
    sso_fits(&act, directory.as_ref(), sso).await?;
    policies::update_sso(tx, organization, policy, sso).await?;
    act.done(json!({
        "policy": policy.to_string(),
        "from": was.sso.as_str(),
        "to": sso.as_str(),
    }))
    .await?;
    Ok(())
}

/// Says how long sessions live, from the next sign-in on.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`].
pub async fn set_sessions(
    tx: &Tx,
    word: &Word,
    (organization, policy, sessions): (OrganizationId, PolicyId, SessionDurations),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("policy.sessions_changed", organization), now).await?;
    let there = policies::update_sessions(tx, organization, policy, sessions).await?;
    act.require(there, Refusal::NoSuchPolicy).await?;
    act.done(json!({
        "policy": policy.to_string(),
        "idle_seconds": sessions.idle.as_secs(),
        "absolute_seconds": sessions.absolute.as_secs(),
    }))
    .await?;
    Ok(())
}

/// Names the policy of a member; without one the directory's default holds.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::NoSuchPolicy`],
/// [`Refusal::OtherDirectory`].
pub async fn assign(
    tx: &Tx,
    word: &Word,
    (organization, account, policy): (OrganizationId, AccountId, Option<PolicyId>),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("policy.member_moved", organization), now).await?;
    let act = act.about(account);
    let found = accounts::find(tx, account).await?;
    let managed = found.is_some_and(|account| account.managed_by == Some(organization));
    act.require(managed, Refusal::NoSuchAccount).await?;
    if let Some(policy) = policy {
        let Some(named) = policies::find(tx, organization, policy).await? else {
            return Err(act.refuse(Refusal::NoSuchPolicy).await);
        };
        let home = policies::home_of(tx, account).await?;
        let local = directories::local(tx, organization).await?;
        let fits = home == Some(named.directory) || local.is_some_and(|local| local.id == named.directory);
        act.require(fits, Refusal::OtherDirectory).await?;
    }
    accounts::update_named_policy(tx, organization, account, policy).await?;
    let to = policy.map(|policy| policy.to_string());
    act.done(json!({ "policy": to })).await?;
    Ok(())
}

/// SSO is possible only in an identity provider directory.
async fn sso_fits(act: &Act<'_>, directory: Option<&Directory>, sso: Sso) -> Result<(), ActError> {
    let Some(directory) = directory else {
        return Err(act.refuse(Refusal::NoSuchDirectory).await);
    };
    let fits = sso == Sso::Off || directory.kind == DirectoryKind::IdentityProvider;
    act.require(fits, Refusal::NotAnIdentityProvider).await
}
