//! Applications: the list, what can be added, what one is, switching it off, deleting it, who may use it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::{EmailAddress, PersonId};
use serde::Deserialize;
use uuid::Uuid;
use web::page::{Console, Pager};
use web::{CheckedForm, Error, Fields, StrictQuery, filters};

use super::console;
use crate::acts::applications as acts;
use crate::acts::{self as act, Refusal};
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::model::application::{Application, ApplicationId, ApplicationState, Audience, Instance, Signs};
use crate::model::claims::ClaimSource;
use crate::model::role::Permission;
use crate::model::user::User;
use crate::people::{Admin, Turned};
use crate::state::Idp;
use crate::store::{applications, assignments, users};

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
    id: Option<Uuid>,
}

/// The list.
#[derive(Template)]
#[template(path = "admin/applications.html")]
struct ListPage {
    console: Console,
    applications: Vec<applications::Listed>,
    may_add: bool,
    pager: Pager,
}

/// `GET /admin/applications`.
pub(crate) async fn list(
    State(idp): State<Idp>,
    admin: Admin,
    StrictQuery(After { after, id }): StrictQuery<After>,
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let after = (after.as_str(), id.map(ApplicationId::new));
    let found = applications::list(&read, after, PAGE).await.map_err(broken)?;
    drop(read);
    let next = (found.len() == PAGE as usize).then(|| found.last()).flatten().map(|last| {
        let name: String = url::form_urlencoded::byte_serialize(last.name.as_bytes()).collect();
        format!("/admin/applications?after={name}&id={}", last.id)
    });
    let previous = (!after.0.is_empty()).then(|| LIST.to_owned());
    idp.site().render(&ListPage {
        console: console(&idp, &admin, LIST),
        applications: found,
        may_add: admin.role.may(Permission::Applications),
        pager: Pager { previous, next },
    })
}

/// What can be added.
#[derive(Template)]
#[template(path = "admin/application_add.html")]
struct GalleryPage {
    console: Console,
}

/// `GET /admin/applications/add`.
pub(crate) async fn gallery(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    admin.may(Permission::Applications)?;
    idp.site().render(&GalleryPage { console: console(&idp, &admin, LIST) })
}

/// An application.
#[derive(Template)]
#[template(path = "admin/application.html")]
struct ApplicationPage<'a> {
    console: Console,
    application: Application,
    assigned: Vec<User>,
    assigned_count: u64,
    may_change: bool,
    fields: Fields,
    email: &'a str,
    /// What its administrators need of us.
    ours: Ours<'a>,
}

/// What is carried to the service provider.
struct Ours<'a> {
    entity_id: &'a str,
    sso_url: &'a str,
    pem: String,
    metadata_url: String,
}

/// `GET /admin/applications/{id}`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Error> {
    application_page(&idp, &admin, ApplicationId::new(id), (Fields::new(), "")).await
}

async fn application_page(
    idp: &Idp,
    admin: &Admin,
    id: ApplicationId,
    (fields, email): (Fields, &str),
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let application = applications::find(&read, id).await.map_err(broken)?;
    let application = application.ok_or_else(|| refusal_page(Refusal::NoSuchApplication))?;
    let assigned = assignments::list(&read, id, SHOWN).await.map_err(broken)?;
    let assigned_count = assignments::count(&read, id).await.map_err(broken)?;
    drop(read);
    idp.site().render(&ApplicationPage {
        console: console(idp, admin, LIST),
        application,
        assigned,
        assigned_count,
        may_change: admin.role.may(Permission::Applications),
        fields,
        email,
        ours: Ours {
            entity_id: idp.entity_id().as_str(),
            sso_url: idp.sso_url().as_str(),
            pem: idp.certificate().pem(),
            metadata_url: idp.site().public_url().join(crate::routes::METADATA).to_string(),
        },
    })
}

/// `POST /admin/applications/{id}/disable`.
pub(crate) async fn disable(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    set_state(&idp, &admin, (ApplicationId::new(id), ApplicationState::Disabled)).await
}

/// `POST /admin/applications/{id}/enable`.
pub(crate) async fn enable(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    set_state(&idp, &admin, (ApplicationId::new(id), ApplicationState::Enabled)).await
}

async fn set_state(
    idp: &Idp,
    admin: &Admin,
    (id, state): (ApplicationId, ApplicationState),
) -> Result<Response, Turned> {
    let _fresh = admin.fresh(idp, &path(id))?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::set_application_state(&tx, &admin.word(), (id, state), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&path(id)).into_response())
}

/// What deleting breaks, before the click that does it.
#[derive(Template)]
#[template(path = "admin/application_delete.html")]
struct DeletePage {
    console: Console,
    application: Application,
    assigned: u64,
}

/// `GET /admin/applications/{id}/delete`.
pub(crate) async fn delete_page(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Turned> {
    admin.may(Permission::Applications)?;
    let id = ApplicationId::new(id);
    let _fresh = admin.fresh(&idp, &format!("{}/delete", path(id)))?;
    let application = find(&idp, id).await?;
    let read = idp.store().read().await.map_err(broken)?;
    let assigned = assignments::count(&read, id).await.map_err(broken)?;
    drop(read);
    let console = console(&idp, &admin, LIST);
    Ok(idp.site().render(&DeletePage { console, application, assigned })?)
}

/// `POST /admin/applications/{id}/delete`.
pub(crate) async fn delete(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let id = ApplicationId::new(id);
    let _fresh = admin.fresh(&idp, &format!("{}/delete", path(id)))?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::delete_application(&tx, &admin.word(), id, now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(LIST).into_response())
}

/// Who is to be assigned.
#[derive(Debug, Deserialize)]
pub(crate) struct AssignForm {
    email: String,
}

/// `POST /admin/applications/{id}/people`.
pub(crate) async fn assign(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<AssignForm>,
) -> Result<Response, Error> {
    let id = ApplicationId::new(id);
    let found = match EmailAddress::parse(form.email.trim()) {
        Ok(email) => {
            let read = idp.store().read().await.map_err(broken)?;
            users::find_by_email(&read, &email).await.map_err(broken)?.ok_or("field-person-unknown")
        }
        Err(_) => Err("field-email"),
    };
    let person = match found {
        Ok(user) => user.id,
        Err(fault) => {
            return application_page(&idp, &admin, id, (Fields::fault("email", fault), &form.email)).await;
        }
    };
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::assign(&tx, &admin.word(), (id, person), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&format!("{}#people", path(id))).into_response())
}

/// `POST /admin/applications/{id}/people/{person}/remove`.
pub(crate) async fn unassign(
    State(idp): State<Idp>,
    Path((id, person)): Path<(Uuid, Uuid)>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let id = ApplicationId::new(id);
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::unassign(&tx, &admin.word(), (id, PersonId::new(person)), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&format!("{}#people", path(id))).into_response())
}

pub(super) async fn find(idp: &Idp, id: ApplicationId) -> Result<Application, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let application = applications::find(&read, id).await.map_err(broken)?;
    application.ok_or_else(|| refusal_page(Refusal::NoSuchApplication))
}

pub(super) fn path(id: ApplicationId) -> String {
    format!("{LIST}/{id}")
}

pub(super) const LIST: &str = "/admin/applications";
const PAGE: u32 = 50;
const SHOWN: u32 = 200;
