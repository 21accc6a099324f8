//! What administrators change of a product, each over the version that was shown.

use ::store::Tx;
use console::person::DisplayName;
use jiff::Timestamp;
use serde_json::json;
use web::Token;

use super::model::{Access, Product, ProductId, RedirectUri, StartUrl};
use super::{registry, store as rows};
use crate::acts::{Act, ActError, Refusal, Word};
use crate::model::{GroupId, OrganizationId};
use crate::store::groups as group_rows;

/// Which product, over which version of what was shown.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    /// Whose.
    pub organization: OrganizationId,
    /// Which.
    pub product: ProductId,
    /// The version that was shown.
    pub version: i64,
}

/// What may be written into a product.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Its name on the start page.
    pub name: DisplayName,
    /// Where it begins.
    pub url: StartUrl,
    /// Where it may be answered; compared whole.
    pub redirect_uris: Vec<RedirectUri>,
}

/// Writes name, address and redirect URIs.
///
/// # Errors
/// [`Refusal::NoSuchProduct`], [`Refusal::ChangedMeanwhile`].
pub async fn edit(tx: &Tx, word: &Word, (over, edit): (Over, Edit), now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("product.edited", over.organization), now).await?;
    let was = shown(&act, over).await?;
    let is = Product { name: edit.name, url: edit.url, ..was };
    write(&act, &is).await?;
    registry::replace_redirect_uris(tx, is.id, &edit.redirect_uris).await?;
    let uris: Vec<&str> = edit.redirect_uris.iter().map(RedirectUri::as_str).collect();
    act.done(json!({
        "product": is.id.to_string(),
        "name": is.name.as_str(),
        "url": is.url.as_url().as_str(),
        "redirect_uris": uris,
    }))
    .await?;
    Ok(())
}

/// Gives a confidential product another secret; the one before is good no more.
///
/// # Errors
/// [`Refusal::NoSuchProduct`], also for one that keeps no secret; [`Refusal::ChangedMeanwhile`].
pub async fn renew_secret(
    tx: &Tx,
    word: &Word,
    (over, secret): (Over, &Token),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("product.secret_renewed", over.organization), now).await?;
    let was = shown(&act, over).await?;
    act.require(was.secret.is_some(), Refusal::NoSuchProduct).await?;
    let is = Product { secret: Some(secret.hash()), ..was };
    write(&act, &is).await?;
    act.done(json!({ "product": is.id.to_string() })).await?;
    Ok(())
}

/// Says who may open a product from now on. Whoever may not any more is not told of at its next question.
///
/// # Errors
/// [`Refusal::NoSuchProduct`], [`Refusal::NoSuchGroup`], [`Refusal::ChangedMeanwhile`].
pub async fn set_access(
    tx: &Tx,
    word: &Word,
    (over, access, groups): (Over, Access, &[GroupId]),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("product.access_changed", over.organization), now).await?;
    let was = shown(&act, over).await?;
    let is = Product { access, ..was };
    known(&act, over.organization, groups).await?;
    write(&act, &is).await?;
    registry::replace_groups(tx, (over.organization, is.id), groups).await?;
    let named: Vec<String> = groups.iter().map(ToString::to_string).collect();
    act.done(json!({ "product": is.id.to_string(), "access": access.as_str(), "groups": named })).await?;
    Ok(())
}

/// Switches a product off or on. Off, nobody opens it and it learns nothing of anybody.
///
/// # Errors
/// [`Refusal::NoSuchProduct`], [`Refusal::ChangedMeanwhile`].
pub async fn switch(
    tx: &Tx,
    word: &Word,
    (over, disabled): (Over, bool),
    now: Timestamp,
) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("product.switched", over.organization), now).await?;
    let was = shown(&act, over).await?;
    let is = Product { disabled, ..was };
    write(&act, &is).await?;
    act.done(json!({ "product": is.id.to_string(), "enabled": !disabled })).await?;
    Ok(())
}

/// Deletes a product with everything that it was given.
///
/// # Errors
/// [`Refusal::NoSuchProduct`], [`Refusal::ChangedMeanwhile`].
pub async fn delete(tx: &Tx, word: &Word, over: Over, now: Timestamp) -> Result<(), ActError> {
    let act = Act::begin(tx, word, ("product.deleted", over.organization), now).await?;
    let was = shown(&act, over).await?;
    registry::delete(tx, over.organization, was.id).await?;
    act.done(json!({ "product": was.id.to_string(), "name": was.name.as_str() })).await?;
    Ok(())
}

/// The product, if it is still as it was shown.
async fn shown(act: &Act<'_>, over: Over) -> Result<Product, ActError> {
    let Some(found) = rows::find(act.tx(), over.organization, over.product).await? else {
        return Err(act.refuse(Refusal::NoSuchProduct).await);
    };
    act.require(found.version == over.version, Refusal::ChangedMeanwhile).await?;
    Ok(found)
}

/// Goes on only if all of them are groups of the organisation.
pub(super) async fn known(
    act: &Act<'_>,
    organization: OrganizationId,
    groups: &[GroupId],
) -> Result<(), ActError> {
    for group in groups {
        let found = group_rows::find(act.tx(), organization, *group).await?;
        act.require(found.is_some(), Refusal::NoSuchGroup).await?;
    }
    Ok(())
}

async fn write(act: &Act<'_>, is: &Product) -> Result<(), ActError> {
    let written = registry::update(act.tx(), is).await?;
    act.require(written, Refusal::ChangedMeanwhile).await
}
