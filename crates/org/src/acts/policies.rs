//! Authentication policies: made, edited, made default, deleted, and whose they
//! are. Enforcing is in [`enforcement`](super::enforcement).

use ::store::{ReadTx, StoreError, Tx};
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::way_back::Change;
use crate::model::{
    AccountId, ApiTokens, AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, Many, OrganizationId,
    PolicyId, Reverification, SessionDurations, Sso, SsoSetting,
};
use crate::store::rosters::Concern;
use crate::store::{directories, groups, members, organizations, policies, policy_members};

/// A policy as somebody saw it: the version that was shown, or whatever is there.
#[derive(Clone, Copy, Debug)]
pub struct AsShown {
    pub(super) policy: PolicyId,
    over: Option<i64>,
}

impl From<PolicyId> for AsShown {
    fn from(policy: PolicyId) -> Self {
        Self { policy, over: None }
    }
}

impl From<(PolicyId, i64)> for AsShown {
    fn from((policy, over): (PolicyId, i64)) -> Self {
        Self { policy, over: Some(over) }
    }
}

/// A policy to be made.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    id: PolicyId,
    organization: OrganizationId,
    directory: DirectoryId,
    name: DisplayName,
    offers_sso: bool,
}

impl NewPolicy {
    /// Draws its id. It begins with the default durations, and never enforced.
    pub fn draw(
        (organization, directory): (OrganizationId, DirectoryId),
        (name, offers_sso): (DisplayName, bool),
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self { id: PolicyId::new(row_id(now, entropy)), organization, directory, name, offers_sso }
    }
}

/// Makes a policy beside the default one of its directory.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`],
/// [`Refusal::PlanOnePolicy`].
pub async fn create(tx: &Tx, word: &Word, new: NewPolicy, now: Timestamp) -> Result<PolicyId, ActError> {
    // How many there are is a rule over several rows.
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.created", new.organization), now).await?;
    let directory = directories::find(tx, new.organization, new.directory).await?;
    let sso = if new.offers_sso { Sso::Offered } else { Sso::Off };
    sso_fits(&act, directory.as_ref(), sso).await?;
    let plan = organizations::find(tx, new.organization).await?.map(|organization| organization.plan);
    let room = plan.map_or(0, |plan| plan.policies());
    let there = policies::count(tx, new.organization).await?;
    act.require(there < room, Refusal::PlanOnePolicy).await?;
    let ids = (new.id, new.organization, new.directory);
    let policy = AuthenticationPolicy {
        sso: SsoSetting::settled(sso, now),
        ..AuthenticationPolicy::new(ids, new.name, false)
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

/// What an administrator may write into a policy. Enforcing is not among it.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Its name.
    pub name: DisplayName,
    /// How long sessions live, from the next sign-in on.
    pub sessions: SessionDurations,
    /// How old a proof may be.
    pub reverification: Option<Reverification>,
    /// Whether members may have API tokens.
    pub api_tokens: ApiTokens,
    /// Whether SSO is offered; `None` leaves what it is set to, enforced too.
    pub offers_sso: Option<bool>,
    /// The version that was shown; without one, whatever is there.
    pub over: Option<i64>,
}

/// Writes into a policy.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::NotAnIdentityProvider`].
pub async fn edit(
    tx: &Tx,
    word: &Word,
    (organization, policy, edit): (OrganizationId, PolicyId, Edit),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.edited", organization), now).await?;
    let was = found(&act, organization, policy).await?;
    act.require(edit.over.is_none_or(|over| over == was.version), Refusal::ChangedMeanwhile).await?;
    let from = was.sso;
    let mut is = AuthenticationPolicy {
        name: edit.name,
        sessions: edit.sessions,
        reverification: edit.reverification,
        api_tokens: edit.api_tokens,
        ..was
    };
    if let Some(offered) = edit.offers_sso {
        let sso = if offered { Sso::Offered } else { Sso::Off };
        let directory = directories::find(tx, organization, is.directory).await?;
        sso_fits(&act, directory.as_ref(), sso).await?;
        is.sso = SsoSetting::settled(sso, now);
    }
    let written = policies::update(tx, &is).await?;
    act.require(written, Refusal::ChangedMeanwhile).await?;
    act.done(json!({
        "policy": policy.to_string(),
        "from": from.as_str(),
        "to": is.sso.as_str(),
        "idle_seconds": is.sessions.idle.as_secs(),
        "absolute_seconds": is.sessions.absolute.as_secs(),
        "reverification_seconds": is.reverification.map(|within| within.age().as_secs()),
        "api_tokens": matches!(is.api_tokens, ApiTokens::Allowed(_)),
    }))
    .await?;
    Ok(())
}

/// Makes a policy its directory's default one: whoever has no other has it now.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::ChangedMeanwhile`], [`Refusal::WayBack`].
pub async fn make_default(
    tx: &Tx,
    word: &Word,
    (organization, policy): (OrganizationId, impl Into<AsShown>),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.made_default", organization), now).await?;
    let is = shown(&act, organization, policy.into()).await?;
    let policy = is.id;
    way_back::keep(&act, Concern::default(), &Change::MakeDefault(policy)).await?;
    policies::make_default(tx, &is).await?;
    act.done(json!({ "policy": policy.to_string(), "directory": is.directory.to_string() })).await?;
    Ok(())
}

/// Deletes a policy; its members have the next one that fits. A default policy
/// stays until another one is made default.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::DefaultPolicy`], [`Refusal::WayBack`].
pub async fn delete(
    tx: &Tx,
    word: &Word,
    (organization, policy): (OrganizationId, impl Into<AsShown>),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.deleted", organization), now).await?;
    let was = shown(&act, organization, policy.into()).await?;
    let policy = was.id;
    act.require(!was.is_default, Refusal::DefaultPolicy).await?;
    way_back::keep(&act, Concern::default(), &Change::DeletePolicy(policy)).await?;
    groups::delete_rules_of(tx, organization, policy).await?;
    policies::delete(tx, organization, policy).await?;
    act.done(json!({ "policy": policy.to_string(), "directory": was.directory.to_string() })).await?;
    Ok(())
}

/// Names the policy of a member; without one the group rules and the
/// directory's default hold.
///
/// # Errors
/// [`Refusal::NoSuchAccount`], [`Refusal::NoSuchPolicy`],
/// [`Refusal::OtherDirectory`], [`Refusal::WayBack`].
pub async fn assign(
    tx: &Tx,
    word: &Word,
    (organization, account, policy): (OrganizationId, AccountId, Option<PolicyId>),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.member_moved", organization), now).await?;
    let act = super::accounts::managed_here(act.about(account), organization).await?;
    let named = match policy {
        Some(policy) => Some(found(&act, organization, policy).await?),
        None => None,
    };
    let home = policies::home_of(tx, account).await?;
    let fits = named.as_ref().is_none_or(|named| home == Some(named.directory));
    act.require(fits, Refusal::OtherDirectory).await?;
    let many = Many::of([account]);
    let change = Change::Name(many.accounts().clone(), policy);
    way_back::keep(&act, Concern::default(), &change).await?;
    match &named {
        Some(named) => {
            members::name_policy(tx, (organization, named.directory, named.id), &many).await?;
        }
        None => members::unname_policy(tx, organization, account).await?,
    }
    let to = policy.map(|policy| policy.to_string());
    act.done(json!({ "policy": to })).await?;
    Ok(())
}

/// Names the policy of many members at once: all of them or, if one does not
/// fit any more, none.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::WayBack`]; [`ActError::Overtaken`] if
/// one of them does not fit any more.
pub async fn assign_many(
    tx: &Tx,
    word: &Word,
    (organization, policy, accounts): (OrganizationId, PolicyId, &Many),
    now: Timestamp,
) -> Result<u64, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.members_moved", organization), now).await?;
    let named = found(&act, organization, policy).await?;
    let change = Change::Name(accounts.accounts().clone(), Some(policy));
    way_back::keep(&act, Concern::default(), &change).await?;
    let moved = members::name_policy(tx, (organization, named.directory, policy), accounts).await?;
    if moved != accounts.count() {
        return Err(ActError::Overtaken);
    }
    for ids in accounts.named() {
        let data = json!({ "policy": policy.to_string(), "of": moved, "accounts": ids });
        act.done(data).await?;
    }
    Ok(moved)
}

/// Takes members of one policy to another one of its directory, or back to
/// whatever groups and the default say: all of them, or none if one has left
/// the first policy since it was shown.
///
/// # Errors
/// [`Refusal::NoSuchPolicy`], [`Refusal::OtherDirectory`], [`Refusal::WayBack`];
/// [`ActError::Overtaken`] if somebody else moved one of them.
pub async fn move_members(
    tx: &Tx,
    word: &Word,
    (organization, (from, to), accounts): (OrganizationId, (PolicyId, Option<PolicyId>), &Many),
    now: Timestamp,
) -> Result<u64, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.members_moved", organization), now).await?;
    let from = found(&act, organization, from).await?;
    let named = match to {
        Some(to) => Some(found(&act, organization, to).await?),
        None => None,
    };
    let fits = named.as_ref().is_none_or(|to| to.directory == from.directory);
    act.require(fits, Refusal::OtherDirectory).await?;
    if !policy_members::all_have(tx, (organization, from.id), accounts).await? {
        return Err(ActError::Overtaken);
    }
    let change = Change::Name(accounts.accounts().clone(), to);
    way_back::keep(&act, Concern::default(), &change).await?;
    match &named {
        Some(to) => {
            members::name_policy(tx, (organization, to.directory, to.id), accounts).await?;
        }
        None => policy_members::unname(tx, organization, accounts).await?,
    }
    let to = to.map(|to| to.to_string());
    for ids in accounts.named() {
        act.done(json!({ "policy": to, "of": accounts.count(), "accounts": ids })).await?;
    }
    Ok(accounts.count())
}

/// The one policy of an account; an account that nobody manages has none.
///
/// # Errors
/// Only the store's.
pub async fn of_account(
    read: &ReadTx,
    account: AccountId,
) -> Result<Option<AuthenticationPolicy>, StoreError> {
    policies::of_account(read, account).await
}

/// A policy of the organisation.
pub(super) async fn found(
    act: &Act<'_>,
    organization: OrganizationId,
    policy: PolicyId,
) -> Result<AuthenticationPolicy, ActError> {
    match policies::find(act.tx, organization, policy).await? {
        Some(policy) => Ok(policy),
        None => Err(act.refuse(Refusal::NoSuchPolicy).await),
    }
}

/// The same, if nobody else has changed it since it was shown.
pub(super) async fn shown(
    act: &Act<'_>,
    organization: OrganizationId,
    AsShown { policy, over }: AsShown,
) -> Result<AuthenticationPolicy, ActError> {
    let found = found(act, organization, policy).await?;
    act.require(over.is_none_or(|over| over == found.version), Refusal::ChangedMeanwhile).await?;
    Ok(found)
}

/// SSO is possible only in an identity provider directory.
pub(super) async fn sso_fits(act: &Act<'_>, directory: Option<&Directory>, sso: Sso) -> Result<(), ActError> {
    let Some(directory) = directory else {
        return Err(act.refuse(Refusal::NoSuchDirectory).await);
    };
    let fits = sso == Sso::Off || directory.kind == DirectoryKind::IdentityProvider;
    act.require(fits, Refusal::NotAnIdentityProvider).await
}
