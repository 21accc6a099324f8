//! The SAML configuration of a directory: a draft, then saved. Saving enforces
//! nothing.

use ::store::Tx;
use console::row_id;
use jiff::Timestamp;
use saml::core::{EntityId, SsoUrl};
use serde_json::{Value as Json, json};
use web::Entropy;
use xmldsig::Certificate;

use super::directories::enforces;
use super::{Act, ActError, Refusal, Word};
use crate::model::{
    DirectoryId, DirectoryKind, IdentityProvider, OrganizationId, SamlConfiguration, UniqueId,
};
use crate::store::{configurations, directories};

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

/// A configuration as it was shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Whose.
    pub organization: OrganizationId,
    /// Which.
    pub unique_id: UniqueId,
    /// The version that was shown.
    pub over: i64,
}

/// Begins a configuration for a directory that has none: what is ours stands
/// from now on.
///
/// # Errors
/// [`Refusal::NoSuchDirectory`], [`Refusal::NotAnIdentityProvider`],
/// [`Refusal::ConfigurationThere`].
pub async fn begin(
    tx: &Tx,
    word: &Word,
    (organization, directory): (OrganizationId, DirectoryId),
    (now, entropy): (Timestamp, &dyn Entropy),
) -> Result<UniqueId, ActError> {
    let act = Act::begin(tx, word, ("saml.begun", organization), now).await?;
    let Some(found) = directories::find(tx, organization, directory).await? else {
        return Err(act.refuse(Refusal::NoSuchDirectory).await);
    };
    let speaks = found.kind == DirectoryKind::IdentityProvider;
    act.require(speaks, Refusal::NotAnIdentityProvider).await?;
    let there = configurations::of_directory(tx, directory).await?;
    act.require(there.is_none(), Refusal::ConfigurationThere).await?;
    let unique_id = UniqueId::new(row_id(now, entropy));
    configurations::insert(tx, unique_id, (organization, directory), now).await?;
    act.done(json!({ "directory": directory.to_string(), "unique_id": unique_id.to_string() })).await?;
    Ok(unique_id)
}

/// Keeps what is known of the identity provider as a draft, by which nobody
/// signs in.
///
/// # Errors
/// [`Refusal::NoSuchConfiguration`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::NoDraft`] for one that is saved.
pub async fn save_draft(tx: &Tx, word: &Word, save: Save, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("saml.draft_saved", save.organization), now).await?;
    let was = shown(&act, (save.organization, save.unique_id, save.over)).await?;
    act.require(was.is_draft(), Refusal::NoDraft).await?;
    write(&act, &was, (&save.identity_provider, None)).await
}

/// Saves what is known of the identity provider. Open requests are verified
/// against the new values from now on.
///
/// # Errors
/// [`Refusal::NoSuchConfiguration`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::IncompleteConfiguration`].
pub async fn save(tx: &Tx, word: &Word, save: Save, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("saml.saved", save.organization), now).await?;
    let was = shown(&act, (save.organization, save.unique_id, save.over)).await?;
    finish_with(&act, &was, &save.identity_provider).await
}

/// *Stop and save SAML*: the draft, as it is, is in use from now on. It
/// enforces nothing.
///
/// # Errors
/// Those of [`save`].
pub async fn finish(tx: &Tx, word: &Word, what: Shown, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("saml.saved", what.organization), now).await?;
    let was = shown(&act, (what.organization, what.unique_id, Some(what.over))).await?;
    let is = was.identity_provider.clone();
    finish_with(&act, &was, &is).await
}

/// Deletes a configuration. Nobody signs in by it from now on, so that no
/// policy may enforce it.
///
/// # Errors
/// [`Refusal::NoSuchConfiguration`], [`Refusal::ChangedMeanwhile`],
/// [`Refusal::SsoEnforced`].
pub async fn delete(tx: &Tx, word: &Word, what: Shown, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("saml.deleted", what.organization), now).await?;
    let was = shown(&act, (what.organization, what.unique_id, Some(what.over))).await?;
    let enforced = enforces(tx, what.organization, was.directory).await?;
    act.require(!enforced, Refusal::SsoEnforced).await?;
    let deleted = configurations::delete(tx, &was).await?;
    act.require(deleted, Refusal::ChangedMeanwhile).await?;
    let data = json!({
        "unique_id": was.unique_id.to_string(),
        "directory": was.directory.to_string(),
    });
    act.done(data).await?;
    Ok(())
}

async fn finish_with(act: &Act<'_>, was: &SamlConfiguration, is: &IdentityProvider) -> Result<(), ActError> {
    act.require(is.is_complete(), Refusal::IncompleteConfiguration).await?;
    let saved_at = was.saved_at.or(Some(act.now));
    write(act, was, (is, saved_at)).await
}

/// The configuration, if it is still as it was shown.
async fn shown(
    act: &Act<'_>,
    (organization, unique_id, over): (OrganizationId, UniqueId, Option<i64>),
) -> Result<SamlConfiguration, ActError> {
    let found = configurations::find(act.tx, unique_id).await?;
    let Some(was) = found.filter(|was| was.organization == organization) else {
        return Err(act.refuse(Refusal::NoSuchConfiguration).await);
    };
    let current = over.is_none_or(|over| over == was.version);
    act.require(current, Refusal::ChangedMeanwhile).await?;
    Ok(was)
}

async fn write(
    act: &Act<'_>,
    was: &SamlConfiguration,
    (is, saved_at): (&IdentityProvider, Option<Timestamp>),
) -> Result<(), ActError> {
    let written = configurations::update(act.tx, was, (is, saved_at), act.now).await?;
    act.require(written, Refusal::ChangedMeanwhile).await?;
    act.done(described(was.unique_id, is)).await?;
    Ok(())
}

fn described(unique_id: UniqueId, is: &IdentityProvider) -> Json {
    let print = |certificate: &Option<Certificate>| {
        let print = certificate.as_ref().map(Certificate::sha256_fingerprint);
        print.map(hex::encode)
    };
    json!({
        "unique_id": unique_id.to_string(),
        "entity_id": is.entity_id.as_ref().map(EntityId::as_str),
        "sso_url": is.sso_url.as_ref().map(SsoUrl::as_str),
        "certificate_sha256": print(&is.certificates.current),
        "next_certificate_sha256": print(&is.certificates.next),
        "complete": is.is_complete(),
    })
}
