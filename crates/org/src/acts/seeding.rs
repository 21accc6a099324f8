//! What only the operator's word does: a deployment that is set up by a
//! program, such as the demo, has nobody who could make a test sign-in or come
//! back from one.

use ::store::Tx;
use jiff::Timestamp;
use serde_json::json;

use super::policies::sso_fits;
use super::{Act, ActError, Refusal, Word, way_back};
use crate::model::{AuthenticationPolicy, OrganizationId, PolicyId, Sso, SsoSetting};
use crate::store::{directories, policies};

/// Sets what a policy says about SSO without evidence and without probation.
/// Only the operator does, and the event says so; a console never calls it. The
/// way back is not asked for: the fallback administrator has no passkey yet.
///
/// # Errors
/// [`Refusal::WithoutEvidence`] on anybody else's word; [`Refusal::NoSuchPolicy`],
/// [`Refusal::NotAnIdentityProvider`].
pub async fn set_sso(
    tx: &Tx,
    word: &Word,
    (organization, policy, sso): (OrganizationId, PolicyId, Sso),
    now: Timestamp,
) -> Result<(), ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("policy.sso_seeded", organization), now).await?;
    act.require(word.is_host(), Refusal::WithoutEvidence).await?;
    let Some(was) = policies::find(tx, organization, policy).await? else {
        return Err(act.refuse(Refusal::NoSuchPolicy).await);
    };
    let directory = directories::find(tx, organization, was.directory).await?;
    sso_fits(&act, directory.as_ref(), sso).await?;
    let from = was.sso.as_str();
    let is = AuthenticationPolicy { sso: SsoSetting::settled(sso, now), ..was };
    let written = policies::update(tx, &is).await?;
    act.require(written, Refusal::ChangedMeanwhile).await?;
    let data = json!({ "policy": policy.to_string(), "from": from, "to": sso.as_str() });
    act.done(data).await?;
    Ok(())
}
