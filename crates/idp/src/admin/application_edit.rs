//! The form of an application: adding one, and changing it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use uuid::Uuid;
use web::page::Console;
use web::{CheckedForm, Error, Fields, filters};

use super::application_form::{ApplicationForm, ClaimRow, FIXED};
use super::applications::{LIST, find, path};
use super::console;
use crate::acts::applications::{self as acts, NewApplication};
use crate::acts::{self as act, Refusal};
use crate::error::{broken, refusal_page};
use crate::model::application::{ApplicationId, Audience, Instance, Signs};
use crate::model::claims::{ClaimNameFormat, UserAttribute};
use crate::model::name_id::Format;
use crate::model::role::Permission;
use crate::people::{Admin, step_up};
use crate::state::Idp;

/// The form of an application, new or known.
#[derive(Template)]
#[template(path = "admin/application_form.html")]
struct FormPage<'a> {
    console: Console,
    /// Which application is changed; none for a new one.
    id: Option<String>,
    form: &'a ApplicationForm,
    rows: Vec<ClaimRow>,
    fields: Fields,
    /// Where to confirm that it is you, when that is too long ago.
    confirm: Option<String>,
    choices: Choices,
}

/// A word to choose, and the message that names it.
struct Choice {
    word: &'static str,
    label: String,
}

/// The words to choose from.
struct Choices {
    instances: Vec<Choice>,
    formats: Vec<Choice>,
    attributes: Vec<&'static str>,
    name_formats: Vec<Choice>,
    signs: Vec<Choice>,
    audiences: Vec<Choice>,
    fixed: &'static str,
}

impl Choices {
    fn all() -> Self {
        let labelled = |prefix: &str, words: &[&'static str]| {
            words.iter().map(|word| Choice { word, label: format!("{prefix}-{word}") }).collect()
        };
        Self {
            instances: labelled("instance", &Instance::ALL.iter().map(|i| i.as_str()).collect::<Vec<_>>()),
            formats: labelled("format", &Format::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>()),
            attributes: UserAttribute::ALL.iter().map(|a| a.as_str()).collect(),
            name_formats: labelled(
                "name-format",
                &ClaimNameFormat::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>(),
            ),
            signs: labelled("signs", &Signs::ALL.iter().map(|s| s.as_str()).collect::<Vec<_>>()),
            audiences: labelled("audience", &Audience::ALL.iter().map(|a| a.as_str()).collect::<Vec<_>>()),
            fixed: FIXED,
        }
    }
}

fn form_page(
    idp: &Idp,
    admin: &Admin,
    id: Option<ApplicationId>,
    (form, fields): (&ApplicationForm, Fields),
) -> Result<Response, Error> {
    let stale = !admin.is_fresh(idp);
    idp.site().render(&FormPage {
        console: console(idp, admin, LIST),
        id: id.map(|id| id.to_string()),
        form,
        rows: form.rows(),
        fields,
        confirm: stale.then(|| step_up(CONFIRMED)),
        choices: Choices::all(),
    })
}

/// "Confirmed": the page of a tab that was opened to confirm.
#[derive(Template)]
#[template(path = "admin/confirmed.html")]
struct ConfirmedPage {
    console: Console,
}

/// `GET /admin/confirmed`.
pub(crate) async fn confirmed(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    idp.site().render(&ConfirmedPage { console: console(&idp, &admin, LIST) })
}

/// `GET /admin/applications/new`.
pub(crate) async fn new_page(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    admin.may(Permission::Applications)?;
    form_page(&idp, &admin, None, (&ApplicationForm::default(), Fields::new()))
}

/// `POST /admin/applications/new`.
pub(crate) async fn create(
    State(idp): State<Idp>,
    admin: Admin,
    CheckedForm(form): CheckedForm<ApplicationForm>,
) -> Result<Response, Error> {
    let mut fields = Fields::new();
    let settings = form.read(&mut fields);
    // Where assertions go is a dangerous thing to say: what was typed stays until it is confirmed who says it.
    let (Some(settings), true) = (settings, admin.is_fresh(&idp)) else {
        return form_page(&idp, &admin, None, (&form, fields));
    };
    let now = idp.now();
    let new = NewApplication { id: idp.draw_application(now), settings };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::create_application(&tx, &admin.word(), new, now).await;
    match act::settle(tx, done).await.map_err(broken)? {
        Ok(application) => Ok(Redirect::to(&path(application.id)).into_response()),
        Err(refusal) => faulty(&idp, &admin, None, (&form, refusal)),
    }
}

/// A refusal that belongs beside a field.
fn faulty(
    idp: &Idp,
    admin: &Admin,
    id: Option<ApplicationId>,
    (form, refusal): (&ApplicationForm, Refusal),
) -> Result<Response, Error> {
    match refusal {
        Refusal::EntityIdTaken => {
            form_page(idp, admin, id, (form, Fields::fault("entity_id", "field-entity-id-taken")))
        }
        refusal => Err(refusal_page(refusal)),
    }
}

/// `GET /admin/applications/{id}/edit`.
pub(crate) async fn edit_page(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Error> {
    admin.may(Permission::Applications)?;
    let id = ApplicationId::new(id);
    let application = find(&idp, id).await?;
    form_page(&idp, &admin, Some(id), (&ApplicationForm::from(&application), Fields::new()))
}

/// `POST /admin/applications/{id}/edit`.
pub(crate) async fn change(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<ApplicationForm>,
) -> Result<Response, Error> {
    let id = ApplicationId::new(id);
    let mut fields = Fields::new();
    let settings = form.read(&mut fields);
    let (Some(settings), true) = (settings, admin.is_fresh(&idp)) else {
        return form_page(&idp, &admin, Some(id), (&form, fields));
    };
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::change_application(&tx, &admin.word(), (id, &settings), now).await;
    match act::settle(tx, done).await.map_err(broken)? {
        Ok(()) => Ok(Redirect::to(&path(id)).into_response()),
        Err(refusal) => faulty(&idp, &admin, Some(id), (&form, refusal)),
    }
}

pub(super) const CONFIRMED: &str = "/admin/confirmed";
