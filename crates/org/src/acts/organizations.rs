//! Organisations: made by the operator, with the local directory and its
//! default policy, so that every account has one from the first.

use ::store::Tx;
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::way_back::Change;
use crate::model::{
    AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, GRACE, JitProvisioning, Organization,
    OrganizationId, OrganizationKey, Plan, PolicyId,
};
use crate::store::rosters::Concern;
use crate::store::{directories, organizations, policies};

/// An organisation to be made.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    id: OrganizationId,
    local: DirectoryId,
    policy: PolicyId,
    key: OrganizationKey,
    name: DisplayName,
    plan: Plan,
}

impl NewOrganization {
    /// Draws its ids.
    pub fn draw(
        (key, name, plan): (OrganizationKey, DisplayName, Plan),
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self {
            id: OrganizationId::new(row_id(now, entropy)),
            local: DirectoryId::new(row_id(now, entropy)),
            policy: PolicyId::new(row_id(now, entropy)),
            key,
            name,
            plan,
        }
    }
}

/// Makes an organisation with its local directory. Only the operator does.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::KeyTaken`].
pub async fn create(
    tx: &Tx,
    word: &Word,
    new: NewOrganization,
    now: Timestamp,
) -> Result<Organization, ActError> {
    let act = Act { tx, word, organization: Some(new.id), kind: "organization.created", subject: None, now };
    act.require(word.is_host(), Refusal::NotAllowed).await?;
    let organization = Organization { id: new.id, key: new.key, name: new.name, plan: new.plan };
    let free = organizations::insert(tx, &organization, now).await?;
    act.require(free, Refusal::KeyTaken).await?;
    let name = &organization.name;
    let local = Directory {
        id: new.local,
        organization: new.id,
        kind: DirectoryKind::Local,
        name: name.clone(),
        enabled: true,
        jit: JitProvisioning::Off,
    };
    directories::insert(tx, &local, now).await?;
    let ids = (new.policy, new.id, new.local);
    let policy = AuthenticationPolicy::new(ids, name.clone(), true);
    policies::insert(tx, &policy, now).await?;
    act.done(json!({
        "key": organization.key.as_str(),
        "plan": organization.plan.as_str(),
    }))
    .await?;
    Ok(organization)
}

/// Sets what an organisation subscribed to. What the new plan does not include
/// stays as it is for 14 days; then SSO is not required there any more, and
/// the configuration stays. Only the operator does.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::NoSuchOrganization`].
pub async fn set_plan(
    tx: &Tx,
    word: &Word,
    (organization, plan): (OrganizationId, Plan),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("organization.plan_changed", organization), now).await?;
    act.require(word.is_host(), Refusal::NotAllowed).await?;
    let Some(was) = organizations::find(tx, organization).await? else {
        return Err(act.refuse(Refusal::NoSuchOrganization).await);
    };
    way_back::keep(&act, Concern::default(), &Change::Plan(organization)).await?;
    let all = directories::list(tx, organization).await?;
    let kinds = all.iter().filter(|one| one.kind == DirectoryKind::IdentityProvider);
    let ids: Vec<DirectoryId> = kinds.map(|one| one.id).collect();
    let beyond = plan.beyond(&ids);
    let until = now.saturating_add(GRACE).unwrap_or(Timestamp::MAX);
    for directory in &ids {
        let end = beyond.contains(directory).then_some(until);
        policies::lapse(tx, (organization, *directory), end).await?;
    }
    organizations::update_plan(tx, organization, plan).await?;
    act.done(json!({
        "from": was.plan.as_str(),
        "to": plan.as_str(),
        "directories_beyond": beyond.len(),
        "required_until": (!beyond.is_empty()).then(|| until.to_string()),
    }))
    .await?;
    Ok(())
}
