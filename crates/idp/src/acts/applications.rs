//! Applications: registering, changing, switching off and on, deleting, and who may use them.

use console::events::{Entry, note};
use console::person::PersonId;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use store::{StoreError, Tx};

use super::{ActError, Refusal, Word, noted, refused};
use crate::model::application::{
    AcsUrls, Application, ApplicationId, ApplicationSettings, ApplicationState, Audience, Integration,
    Version,
};
use crate::model::group::GroupId;
use crate::model::role::Permission;
use crate::store::{applications, assignments, drafts, groups, guide, sign_ins, users, uses};

/// An application to be registered.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// The row, drawn before ([`crate::Idp::draw_application`]).
    pub id: ApplicationId,
    /// What the administrator entered.
    pub settings: ApplicationSettings,
}

/// Registers an application as *SAML 2.0 Generic*. From then on its requests are taken.
///
/// # Errors
/// [`ActError`].
pub async fn create_application(
    tx: &Tx,
    word: &Word,
    new: NewApplication,
    now: Timestamp,
) -> Result<Application, ActError> {
    create_integration(tx, word, (new, Integration::Saml), now).await
}

/// Registers an application by an entry of the gallery.
///
/// # Errors
/// [`ActError`].
pub async fn create_integration(
    tx: &Tx,
    word: &Word,
    (new, integration): (NewApplication, Integration),
    now: Timestamp,
) -> Result<Application, ActError> {
    const ACT: &str = "application.create";
    allowed(tx, word, ACT, now).await?;
    let NewApplication { id, settings } = new;
    if applications::find_by_entity_id(tx, settings.entity_id.as_str()).await?.is_some() {
        return Err(refused(tx, word, (ACT, None, Refusal::EntityIdTaken), now).await);
    }
    applications::insert(tx, (id, integration), &settings, now).await?;
    let mut data = described(&settings);
    data["integration"] = json!(integration.as_str());
    about(tx, word, ("application.created", id, data), now).await?;
    Ok(Application { id, state: ApplicationState::Enabled, integration, version: Version(1), settings })
}

/// Changes what an administrator entered, but not for whom it is. Sign-ins that are under way go by the new settings.
/// A change that began from another version than the present one is refused: somebody else has saved meanwhile.
///
/// # Errors
/// [`ActError`].
pub async fn change_application(
    tx: &Tx,
    word: &Word,
    (id, from, settings): (ApplicationId, Version, &ApplicationSettings),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "application.change";
    manageable(tx, word, (ACT, id), now).await?;
    let holder = applications::find_by_entity_id(tx, settings.entity_id.as_str()).await?;
    if holder.is_some_and(|holder| holder.id != id) {
        return Err(refused(tx, word, (ACT, None, Refusal::EntityIdTaken), now).await);
    }
    if !applications::update(tx, (id, from), settings, now).await? {
        return Err(refused(tx, word, (ACT, None, Refusal::ChangedMeanwhile), now).await);
    }
    about(tx, word, ("application.changed", id, described(settings)), now).await?;
    Ok(())
}

/// Says whether an application is for everyone, or for the people and groups chosen.
///
/// # Errors
/// [`ActError`].
pub async fn set_audience(
    tx: &Tx,
    word: &Word,
    (id, audience): (ApplicationId, Audience),
    now: Timestamp,
) -> Result<(), ActError> {
    manageable(tx, word, ("application.set_audience", id), now).await?;
    if applications::update_audience(tx, id, audience, now).await? {
        let data = json!({ "audience": audience.as_str() });
        about(tx, word, ("application.audience_set", id, data), now).await?;
    }
    Ok(())
}

/// Switches an application off or on. Off, nobody signs in to it by any way (T049).
///
/// # Errors
/// [`ActError`].
pub async fn set_application_state(
    tx: &Tx,
    word: &Word,
    (id, state): (ApplicationId, ApplicationState),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "application.set_state";
    let application = manageable(tx, word, (ACT, id), now).await?;
    if applications::update_state(tx, id, state, now).await? {
        let kind = match state {
            ApplicationState::Enabled => "application.enabled",
            ApplicationState::Disabled => "application.disabled",
        };
        about(tx, word, (kind, id, described(&application.settings)), now).await?;
    }
    Ok(())
}

/// Deletes an application for good, with its assignments and the persistent names of its people.
///
/// # Errors
/// [`ActError`].
pub async fn delete_application(
    tx: &Tx,
    word: &Word,
    id: ApplicationId,
    now: Timestamp,
) -> Result<(), ActError> {
    let application = manageable(tx, word, ("application.delete", id), now).await?;
    applications::delete(tx, id).await?;
    assignments::delete_all(tx, id).await?;
    sign_ins::delete_of_application(tx, id).await?;
    uses::delete_all(tx, id).await?;
    guide::delete_all(tx, id).await?;
    drafts::delete_of_application(tx, id).await?;
    about(tx, word, ("application.deleted", id, described(&application.settings)), now).await?;
    Ok(())
}

/// Lets a person use an application that is not for everyone.
///
/// # Errors
/// [`ActError`].
pub async fn assign(
    tx: &Tx,
    word: &Word,
    (id, person): (ApplicationId, PersonId),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "application.assign";
    manageable(tx, word, (ACT, id), now).await?;
    if users::find(tx, person).await?.is_none() {
        return Err(refused(tx, word, (ACT, None, Refusal::NoSuchPerson), now).await);
    }
    if assignments::insert(tx, id, person).await? {
        noted(tx, word, ("application.assigned", Some(person), json!({ "application": id.uuid() })), now)
            .await?;
    }
    Ok(())
}

/// Takes it away again.
///
/// # Errors
/// [`ActError`].
pub async fn unassign(
    tx: &Tx,
    word: &Word,
    (id, person): (ApplicationId, PersonId),
    now: Timestamp,
) -> Result<(), ActError> {
    manageable(tx, word, ("application.unassign", id), now).await?;
    if assignments::delete(tx, id, person).await? {
        noted(tx, word, ("application.unassigned", Some(person), json!({ "application": id.uuid() })), now)
            .await?;
    }
    Ok(())
}

/// Lets the members of a group use an application that is not for everyone.
///
/// # Errors
/// [`ActError`].
pub async fn assign_group(
    tx: &Tx,
    word: &Word,
    (id, group): (ApplicationId, GroupId),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "application.assign_group";
    manageable(tx, word, (ACT, id), now).await?;
    if groups::find(tx, group).await?.is_none() {
        return Err(refused(tx, word, (ACT, None, Refusal::NoSuchGroup), now).await);
    }
    if assignments::insert_group(tx, id, group).await? {
        let data = json!({ "group": group.uuid() });
        about(tx, word, ("application.group_assigned", id, data), now).await?;
    }
    Ok(())
}

/// Takes it away again.
///
/// # Errors
/// [`ActError`].
pub async fn unassign_group(
    tx: &Tx,
    word: &Word,
    (id, group): (ApplicationId, GroupId),
    now: Timestamp,
) -> Result<(), ActError> {
    manageable(tx, word, ("application.unassign_group", id), now).await?;
    if assignments::delete_group(tx, id, group).await? {
        let data = json!({ "group": group.uuid() });
        about(tx, word, ("application.group_unassigned", id, data), now).await?;
    }
    Ok(())
}

/// Ticks a step of a guided integration that is done on the other side, or takes the tick away.
///
/// # Errors
/// [`ActError`].
pub async fn tick(
    tx: &Tx,
    word: &Word,
    (id, step, done): (ApplicationId, &'static str, bool),
    now: Timestamp,
) -> Result<(), ActError> {
    manageable(tx, word, ("application.tick", id), now).await?;
    match done {
        true => guide::upsert(tx, id, (step, None), (word.of_person(), now)).await?,
        false => {
            guide::delete(tx, id, step).await?;
        }
    }
    about(tx, word, ("application.guide_ticked", id, json!({ "step": step, "done": done })), now).await?;
    Ok(())
}

pub(super) async fn allowed(tx: &Tx, word: &Word, act: &'static str, now: Timestamp) -> Result<(), ActError> {
    match word.rank(tx).await?.may(Permission::Applications) {
        Ok(()) => Ok(()),
        Err(refusal) => Err(refused(tx, word, (act, None, refusal), now).await),
    }
}

async fn manageable(
    tx: &Tx,
    word: &Word,
    (act, id): (&'static str, ApplicationId),
    now: Timestamp,
) -> Result<Application, ActError> {
    allowed(tx, word, act, now).await?;
    match applications::find(tx, id).await? {
        Some(application) => Ok(application),
        None => Err(refused(tx, word, (act, None, Refusal::NoSuchApplication), now).await),
    }
}

async fn about(
    tx: &Tx,
    word: &Word,
    (kind, id, data): (&'static str, ApplicationId, Json),
    now: Timestamp,
) -> Result<(), StoreError> {
    note(tx, word.actor(), Entry::about(kind, id, data), now).await
}

/// What an event says about an application: enough to read it after the application is gone.
fn described(settings: &ApplicationSettings) -> Json {
    json!({
        "name": settings.name.as_str(),
        "instance": settings.instance.as_str(),
        "entity_id": settings.entity_id.as_str(),
        "acs_urls": acs(&settings.acs_urls),
        "name_id_format": settings.name_id.format.as_str(),
        "name_id_source": settings.name_id.source.as_str(),
        "claims": settings.claims.iter().map(|claim| claim.name()).collect::<Vec<_>>(),
        "signs": settings.signs.as_str(),
        "audience": settings.audience.as_str(),
    })
}

fn acs(urls: &AcsUrls) -> Vec<&str> {
    urls.iter().map(saml::core::AcsUrl::as_str).collect()
}
