//! What a person did lately, and with what: for their page in the console, and for "Why can't they sign in?".

use std::collections::HashMap;

use console::person::PersonId;
use console::sessions;
use jiff::Timestamp;
use store::events::{Event, Filter, list};
use store::{ReadTx, StoreError};
use uuid::Uuid;
use web::{Message, Site};

use crate::model::application::ApplicationId;
use crate::store::{applications, known_browsers};

/// What a person did lately, and with what.
pub(super) struct Activity {
    pub(super) browsers: Vec<known_browsers::Listed>,
    pub(super) sessions: Vec<sessions::Listed>,
    pub(super) applications: Vec<applications::Listed>,
    pub(super) sign_ins: Vec<Past>,
    pub(super) refusals: Vec<Past>,
}

/// A sign-in that was answered, or one that was refused.
pub(super) struct Past {
    pub(super) at: Timestamp,
    /// The application, if there was one.
    pub(super) id: Option<ApplicationId>,
    /// Its name, if it is still there.
    pub(super) application: Option<String>,
    /// How, or by which rule: a message.
    pub(super) words: Message,
    /// The stable code of a refusal.
    pub(super) code: String,
    /// The reference that the person's page showed.
    pub(super) trace: Option<String>,
}

/// Reads it.
pub(super) async fn activity(
    site: &Site,
    read: &ReadTx,
    person: PersonId,
    now: Timestamp,
) -> Result<Activity, StoreError> {
    let events = list(read, Filter::Subject(&person.to_string()), None, LOOKED_AT).await?;
    let sign_ins = events.iter().filter(|event| event.kind == "assertion.issued").take(SHOWN);
    let refusals = events.iter().filter(|event| is_refusal(event)).take(SHOWN);
    let mut names = HashMap::new();
    Ok(Activity {
        browsers: known_browsers::list(read, person, now).await?,
        sessions: sessions::list(read, person, now).await?,
        applications: applications::list_for(read, person, 200).await?,
        sign_ins: past(site, read, &mut names, sign_ins).await?,
        refusals: past(site, read, &mut names, refusals).await?,
    })
}

/// What was refused under the reference of an error page, and about whom if that is known.
pub(super) async fn by_reference(
    site: &Site,
    read: &ReadTx,
    reference: &str,
) -> Result<(Vec<Past>, Option<PersonId>), StoreError> {
    let events = list(read, Filter::Trace(reference), None, LOOKED_AT).await?;
    let person = events.iter().find_map(|event| event.subject.as_deref().or(event.actor.as_deref()));
    let person = person.and_then(|id| Uuid::try_parse(id).ok()).map(PersonId::new);
    let refusals = events.iter().filter(|event| event.data.get("code").is_some());
    Ok((past(site, read, &mut HashMap::new(), refusals).await?, person))
}

fn is_refusal(event: &Event) -> bool {
    matches!(event.kind.as_str(), "sign_in.refused" | "qr.refused" | "session.refused" | "door.refused")
}

async fn past(
    site: &Site,
    read: &ReadTx,
    names: &mut HashMap<ApplicationId, Option<String>>,
    events: impl Iterator<Item = &Event>,
) -> Result<Vec<Past>, StoreError> {
    let mut found = Vec::new();
    for event in events {
        let text = |name: &str| event.data.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let id = text("application").and_then(|id| Uuid::try_parse(&id).ok()).map(ApplicationId::new);
        let application = match id {
            Some(id) => name_of(read, names, id).await?,
            None => None,
        };
        let code = text("code").unwrap_or_default();
        let words = match text("method") {
            Some(method) => Message::new(format!("method-{method}")),
            None => reason(site, &code),
        };
        found.push(Past { at: event.at, id, application, words, code, trace: event.trace.clone() });
    }
    Ok(found)
}

async fn name_of(
    read: &ReadTx,
    names: &mut HashMap<ApplicationId, Option<String>>,
    id: ApplicationId,
) -> Result<Option<String>, StoreError> {
    if let Some(known) = names.get(&id) {
        return Ok(known.clone());
    }
    let found = applications::find(read, id).await?;
    let name = found.map(|application| application.settings.name.to_string());
    names.insert(id, name.clone());
    Ok(name)
}

/// The heading of the page that the person saw; a code that has none is shown as it is.
fn reason(site: &Site, code: &str) -> Message {
    let pages =
        [format!("error-{code}.title"), format!("{code}.title"), format!("qr-over-{}.title", after_qr(code))];
    let known = pages.into_iter().find(|id| site.text().has(id));
    known.map_or_else(|| Message::new("why-other"), Message::new)
}

fn after_qr(code: &str) -> &str {
    code.strip_prefix("qr-").unwrap_or(code)
}

/// Events looked through: of a person who signs in all day, those of some days.
const LOOKED_AT: u32 = 200;
const SHOWN: usize = 10;
