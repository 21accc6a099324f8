//! Two administrators at one application: who began from an older version is told what is there now.

use console::person::PersonId;
use store::events::{Filter, list};
use store::{ReadTx, StoreError};
use uuid::Uuid;
use web::Error;

use super::application_form::ApplicationForm;
use crate::error::broken;
use crate::model::application::{Application, Version};
use crate::model::draft::{Becomes, Draft};
use crate::state::Idp;
use crate::store::{applications, users};

/// The application has changed since a draft of its change was begun.
#[derive(Debug)]
pub(super) struct Conflict {
    /// The version that is there now: going on with the draft means having seen this one.
    pub(super) version: i64,
    /// Who saved it last, if a person did.
    pub(super) by: Option<String>,
    /// Where the two differ.
    pub(super) differences: Vec<Difference>,
}

/// A field that differs.
#[derive(Debug)]
pub(super) struct Difference {
    /// The message that names the field.
    pub(super) label: &'static str,
    pub(super) now: String,
    pub(super) mine: String,
}

/// What a draft would overwrite without its person having seen it; nothing for most.
pub(super) async fn conflict(
    idp: &Idp,
    draft: &Draft,
    form: &ApplicationForm,
) -> Result<Option<Conflict>, Error> {
    let Becomes::Change(id, Version(base)) = draft.becomes else { return Ok(None) };
    let read = idp.store().read().await.map_err(broken)?;
    let application = applications::find(&read, id).await.map_err(broken)?;
    let application =
        application.ok_or_else(|| crate::error::refusal_page(crate::acts::Refusal::NoSuchApplication))?;
    let Version(version) = application.version;
    if version == base {
        return Ok(None);
    }
    let by = last_changed_by(&read, &application).await.map_err(broken)?;
    let now = ApplicationForm::from(&application);
    Ok(Some(Conflict { version, by, differences: differences(&now, form) }))
}

async fn last_changed_by(read: &ReadTx, application: &Application) -> Result<Option<String>, StoreError> {
    let id = application.id.to_string();
    let events = list(read, Filter::Subject(&id), None, 50).await?;
    let changed = events.into_iter().find(|event| event.kind == "application.changed");
    let person = changed.and_then(|event| event.actor).and_then(|actor| Uuid::try_parse(&actor).ok());
    match person {
        Some(person) => Ok(users::find(read, PersonId::new(person)).await?.map(|user| user.full_name())),
        None => Ok(None),
    }
}

/// Field by field; what only white space tells apart is the same.
fn differences(now: &ApplicationForm, mine: &ApplicationForm) -> Vec<Difference> {
    let name_id = |form: &ApplicationForm| format!("{} ← {}", form.name_id_format, form.name_id_source);
    let fields = [
        ("application-name-label", now.name.clone(), mine.name.clone()),
        ("application-instance", now.instance.clone(), mine.instance.clone()),
        ("application-access-url", now.access_url.clone(), mine.access_url.clone()),
        ("application-subject", name_id(now), name_id(mine)),
        ("application-claims", claims(now), claims(mine)),
        ("application-entity-id", now.entity_id.clone(), mine.entity_id.clone()),
        ("application-acs", now.acs_urls.clone(), mine.acs_urls.clone()),
        ("application-signs", now.signs.clone(), mine.signs.clone()),
    ];
    let differs = fields.into_iter().filter(|(_, now, mine)| now.trim() != mine.trim());
    differs.map(|(label, now, mine)| Difference { label, now, mine }).collect()
}

fn claims(form: &ApplicationForm) -> String {
    let rows = form.rows().into_iter().filter(|row| !row.name.is_empty() || !row.fixed.is_empty());
    let line = |row: super::application_form::ClaimRow| {
        let value = if row.fixed.is_empty() { row.source } else { format!("“{}”", row.fixed) };
        format!("{} ← {value}", row.name)
    };
    rows.map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::application::Integration;

    #[test]
    fn what_differs_is_named() {
        let now = ApplicationForm::new(Integration::Saml);
        let mut mine = now.clone();
        assert!(differences(&now, &mine).is_empty());
        mine.name = "Other".to_owned();
        mine.claim_source[0] = "user.email".to_owned();
        let seen: Vec<_> = differences(&now, &mine).into_iter().map(|one| (one.label, one.mine)).collect();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0], ("application-name-label", "Other".to_owned()));
        assert!(seen[1].1.starts_with("email ← user.email\n"), "{seen:?}");
    }
}
