//! Drafts of applications: begun, kept as typed, saved or discarded.

use console::events::{Entry, note};
use jiff::Timestamp;
use serde_json::json;
use store::Tx;

use super::applications::{NewApplication, allowed, change_application, create_integration};
use super::{ActError, Refusal, Word, noted, refused};
use crate::model::application::{ApplicationId, ApplicationSettings, Version};
use crate::model::draft::{Becomes, CONTENT_BYTES, Draft};
use crate::store::{drafts, guide};

/// Begins a draft of the person whose word it is.
///
/// # Errors
/// [`ActError`].
pub(crate) async fn begin(tx: &Tx, word: &Word, draft: &Draft, now: Timestamp) -> Result<(), ActError> {
    const ACT: &str = "application.begin_draft";
    allowed(tx, word, ACT, now).await?;
    if !word.is_of(draft.person) {
        return Err(refused(tx, word, (ACT, Some(draft.person), Refusal::NotAllowed), now).await);
    }
    drafts::insert(tx, draft, MOST).await?;
    let data = json!({
        "draft": draft.id.uuid(),
        "application": draft.becomes.application().map(ApplicationId::uuid),
        "integration": draft.integration.as_str(),
    });
    noted(tx, word, ("application.draft_begun", None, data), now).await?;
    Ok(())
}

/// Keeps what was typed, faults and all. No event: it is nothing yet.
///
/// # Errors
/// [`ActError`].
pub(crate) async fn keep(
    tx: &Tx,
    word: &Word,
    (draft, content): (&Draft, &str),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "application.keep_draft";
    allowed(tx, word, ACT, now).await?;
    if content.len() > CONTENT_BYTES || !drafts::update(tx, (draft.id, draft.person), content, now).await? {
        return Err(refused(tx, word, (ACT, None, Refusal::NoSuchDraft), now).await);
    }
    Ok(())
}

/// "Go on with mine": what was typed is a change of the version that the person has now seen.
///
/// # Errors
/// [`ActError`].
pub(crate) async fn rebase(
    tx: &Tx,
    word: &Word,
    (draft, seen): (&Draft, Version),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "application.rebase_draft";
    allowed(tx, word, ACT, now).await?;
    if !drafts::rebase(tx, (draft.id, draft.person), seen).await? {
        return Err(refused(tx, word, (ACT, None, Refusal::NoSuchDraft), now).await);
    }
    let data = json!({ "draft": draft.id.uuid(), "seen": seen.0 });
    noted(tx, word, ("application.draft_rebased", None, data), now).await?;
    Ok(())
}

/// Throws a draft away; the application that it would have changed stays as it is.
///
/// # Errors
/// [`ActError`].
pub(crate) async fn discard(tx: &Tx, word: &Word, draft: &Draft, now: Timestamp) -> Result<(), ActError> {
    const ACT: &str = "application.discard_draft";
    allowed(tx, word, ACT, now).await?;
    if drafts::delete(tx, draft.id, draft.person).await? {
        let data = json!({ "draft": draft.id.uuid() });
        noted(tx, word, ("application.draft_discarded", None, data), now).await?;
    }
    Ok(())
}

/// What a draft says, read and found good.
#[derive(Debug)]
pub(crate) struct Ready {
    /// The settings.
    pub(crate) settings: ApplicationSettings,
    /// The row of the application, if it is a new one.
    pub(crate) new: ApplicationId,
    /// The fallback administrator named in step 1 of the guide.
    pub(crate) fallback: Option<String>,
}

/// Saves a draft: the application is there, or changed, and the draft is gone; or neither.
///
/// # Errors
/// [`ActError`].
pub(crate) async fn save(
    tx: &Tx,
    word: &Word,
    (draft, ready): (&Draft, Ready),
    now: Timestamp,
) -> Result<ApplicationId, ActError> {
    let Ready { settings, new, fallback } = ready;
    if drafts::find(tx, draft.id, draft.person).await?.is_none() {
        return Err(refused(tx, word, ("application.save_draft", None, Refusal::NoSuchDraft), now).await);
    }
    let id = match draft.becomes {
        Becomes::New => {
            let new = NewApplication { id: new, settings };
            create_integration(tx, word, (new, draft.integration), now).await?.id
        }
        Becomes::Change(id, from) => {
            change_application(tx, word, (id, from, &settings), now).await?;
            id
        }
    };
    if let Some(address) = fallback {
        guide::upsert(tx, id, (FALLBACK, Some(&address)), (word.of_person(), now)).await?;
        note(tx, word.actor(), Entry::about("application.fallback_named", id, json!({})), now).await?;
    }
    // Last: a refusal above is committed too, and leaves the draft.
    drafts::delete(tx, draft.id, draft.person).await?;
    Ok(id)
}

/// The name of the guide's first step.
pub(crate) const FALLBACK: &str = "fallback";

/// Drafts that one person keeps; the oldest makes room.
const MOST: u32 = 20;
