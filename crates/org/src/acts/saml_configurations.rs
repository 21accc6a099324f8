//! The SAML configuration of a directory. Saving enforces nothing.

use ::store::Tx;
use jiff::Timestamp;
use saml::core::{EntityId, SsoUrl};
use serde_json::json;
use xmldsig::Certificate;

use super::{Act, ActError, Refusal, Word};
use crate::model::{IdentityProvider, OrganizationId, UniqueId};
use crate::store::configurations;

/// What is to be saved, over which version of what was there.
#[derive(Clone, Debug)]
pub struct Save {
    /// Whose configuration.
    pub organization: OrganizationId,
    /// Which.
    pub unique_id: UniqueId,
    /// The version that was shown; `None` takes what is there.
    pub over: Option<i64>,
    /// The three fields, complete or a draft.
    pub identity_provider: IdentityProvider,
}

/// Saves what is known of the identity provider. Open requests are verified
/// against the new values from now on.
///
/// # Errors
/// [`Refusal::NoSuchConfiguration`], [`Refusal::ChangedMeanwhile`].
pub async fn save(tx: &Tx, word: &Word, save: Save, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("saml.saved", save.organization), now).await?;
    let found = configurations::find(tx, save.unique_id).await?;
    let Some(was) = found.filter(|was| was.organization == save.organization) else {
        return Err(act.refuse(Refusal::NoSuchConfiguration).await);
    };
    let current = save.over.is_none_or(|over| over == was.version);
    act.require(current, Refusal::ChangedMeanwhile).await?;
    let is = &save.identity_provider;
    let written = configurations::update(tx, &was, is, now).await?;
    act.require(written, Refusal::ChangedMeanwhile).await?;
    let print = |certificate: &Option<Certificate>| {
        let print = certificate.as_ref().map(Certificate::sha256_fingerprint);
        print.map(hex::encode)
    };
    act.done(json!({
        "unique_id": save.unique_id.to_string(),
        "entity_id": is.entity_id.as_ref().map(EntityId::as_str),
        "sso_url": is.sso_url.as_ref().map(SsoUrl::as_str),
        "certificate_sha256": print(&is.certificates.current),
        "next_certificate_sha256": print(&is.certificates.next),
        "complete": is.is_complete(),
    }))
    .await?;
    Ok(())
}
