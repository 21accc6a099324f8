//! Organisations: made by the operator, with the local directory and its
//! default policy, so that every account has one from the first.

use ::store::Tx;
use console::person::DisplayName;
use console::row_id;
use jiff::Timestamp;
use serde_json::json;
use web::Entropy;

use super::{Act, ActError, Refusal, Word};
use crate::model::{
    AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, JitProvisioning, Organization,
    OrganizationId, OrganizationKey, Plan, PolicyId, SessionDurations, Sso,
};
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
    let policy = AuthenticationPolicy {
        id: new.policy,
        organization: new.id,
        directory: new.local,
        name: name.clone(),
        is_default: true,
        sso: Sso::Off,
        sessions: SessionDurations::DEFAULT,
    };
    policies::insert(tx, &policy, now).await?;
    act.done(json!({
        "key": organization.key.as_str(),
        "plan": organization.plan.as_str(),
    }))
    .await?;
    Ok(organization)
}
