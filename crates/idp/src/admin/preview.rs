//! What an assertion will say, before there is one: by the very functions that hop 5 calls.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use console::person::EmailAddress;
use saml::core::Attribute;
use serde::Serialize;
use uuid::Uuid;
use web::{CheckedForm, Error, Fields};

use super::application_form::{ApplicationForm, Posted};
use super::step::Step;
use super::wizard::{load, page_faults};
use crate::error::broken;
use crate::model::atlassian;
use crate::model::claims;
use crate::model::draft::Draft;
use crate::model::user::User;
use crate::people::Admin;
use crate::state::Idp;
use crate::store::{assignments, users};

/// What an assertion about a person will say.
#[derive(Debug, Serialize)]
pub(super) struct Preview {
    /// About whom: a name.
    pub(super) name: String,
    /// The address by which they were chosen.
    pub(super) email: String,
    /// Nobody here has the address that was typed; it is about the administrator.
    pub(super) unknown: bool,
    /// The format of the NameID, and its value; none when it is drawn at the first sign-in.
    pub(super) name_id_format: String,
    pub(super) name_id: Option<String>,
    /// Name, NameFormat and value of each attribute, in order.
    pub(super) attributes: Vec<[String; 3]>,
}

/// The preview of a draft, for the person whom it names.
pub(super) async fn preview(
    idp: &Idp,
    admin: &Admin,
    (draft, form): (&Draft, &ApplicationForm),
) -> Result<Preview, Error> {
    let typed = form.preview.trim();
    let read = idp.store().read().await.map_err(broken)?;
    let chosen = match EmailAddress::parse(typed) {
        Ok(address) => users::find_by_email(&read, &address).await.map_err(broken)?,
        Err(_) => None,
    };
    let unknown = chosen.is_none() && !typed.is_empty();
    let user = chosen.unwrap_or_else(|| admin.user.clone());
    let opaque = match draft.becomes.application() {
        Some(id) => assignments::find_persistent_id(&read, (id, user.id)).await.map_err(broken)?,
        None => None,
    };
    drop(read);
    Ok(about(form, (&user, opaque.as_deref()), unknown))
}

fn about(form: &ApplicationForm, (user, opaque): (&User, Option<&str>), unknown: bool) -> Preview {
    let rule = form.name_id(&mut Fields::new());
    let named = rule.and_then(|rule| {
        let opaque = opaque.filter(|_| rule.format == crate::model::name_id::Format::Persistent);
        rule.name(user, opaque.unwrap_or_default()).ok()
    });
    let attributes = claims::attributes(&form.good_claims(), user);
    Preview {
        name: user.full_name(),
        email: user.email.shown().to_owned(),
        unknown,
        name_id_format: rule.map(|rule| rule.format.uri()).unwrap_or_default(),
        name_id: named.map(|name| name.value().to_owned()),
        attributes: attributes.iter().map(row).collect(),
    }
}

fn row(attribute: &Attribute) -> [String; 3] {
    let format = attribute.name_format().as_str();
    let format = format.rsplit(':').next().unwrap_or(format);
    [attribute.name().to_owned(), format.to_owned(), attribute.values().join(", ")]
}

/// The unique ID in the entity ID that was typed.
pub(super) fn unique_id(form: &ApplicationForm) -> String {
    atlassian::unique_id(&form.entity_id).unwrap_or_default().to_owned()
}

/// What a page is told while somebody types: the same verdicts as when it is sent.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    /// What is wrong, by field.
    faults: BTreeMap<&'static str, String>,
    /// What is wrong with each row of the claim mappings.
    rows: Vec<Option<String>>,
    /// Texts by their places in the page.
    text: BTreeMap<&'static str, String>,
    /// The attributes, a row each.
    attributes: Vec<[String; 3]>,
}

/// `POST /admin/applications/drafts/{id}/{step}/check`. Nothing is kept.
pub(crate) async fn check(
    State(idp): State<Idp>,
    Path((id, step)): Path<(Uuid, String)>,
    admin: Admin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Json<Checked>, Error> {
    let (draft, mut form, step) = load(&idp, &admin, (id, &step)).await?;
    form.take(step, posted);
    let say = |message: &web::Message| idp.site().text().say(message);
    let fields = page_faults(&idp, (&draft, &form), step).await?;
    let mut checked = Checked {
        faults: fields.iter().map(|fault| (fault.field, say(&fault.message))).collect(),
        rows: Vec::new(),
        text: BTreeMap::from([("unique_id", unique_id(&form))]),
        attributes: Vec::new(),
    };
    if step == Step::Claims {
        let seen = preview(&idp, &admin, (&draft, &form)).await?;
        let drawn = say(&web::Message::new("preview-drawn"));
        checked.rows =
            form.row_faults().into_iter().map(|id| id.map(|id| say(&web::Message::new(id)))).collect();
        checked.text.insert("person", format!("{} · {}", seen.name, seen.email));
        checked.text.insert("name_id", seen.name_id.unwrap_or(drawn));
        checked.text.insert("name_id_format", seen.name_id_format);
        checked.attributes = seen.attributes;
    }
    Ok(Json(checked))
}
