//! Applications: the list, the gallery, what one is, switching it off, deleting it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::{ReadTx, StoreError};
use uuid::Uuid;
use web::page::{Console, Pager};
use web::{CheckedForm, Error, Fields, StrictQuery, filters};

use super::application_form::ApplicationForm;
use super::guide::{Guide, STEPS, guide};
use super::{console, wizard};
use crate::acts::applications as acts;
use crate::acts::{self as act, Refusal};
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::model::application::{
    Application, ApplicationId, ApplicationState, Audience, Instance, Integration, Signs,
};
use crate::model::claims::ClaimSource;
use crate::model::draft::{Becomes, Draft};
use crate::model::role::Permission;
use crate::model::user::User;
use crate::people::{Admin, Turned};
use crate::state::Idp;
use crate::store::uses::Use;
use crate::store::{applications, assignments, drafts, groups, uses};

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
    drafts: Vec<Left>,
    may_add: bool,
    pager: Pager,
}

/// A draft that was left.
struct Left {
    name: String,
    path: String,
    discard: String,
    is_new: bool,
    updated_at: Timestamp,
}

impl From<Draft> for Left {
    fn from(draft: Draft) -> Self {
        let form = serde_json::from_str::<ApplicationForm>(&draft.content).ok();
        Self {
            name: form.map(|form| form.name).unwrap_or_default(),
            path: wizard::page_path(draft.id, wizard::first(&draft)),
            discard: format!("{LIST}/drafts/{}/discard", draft.id),
            is_new: draft.becomes == Becomes::New,
            updated_at: draft.updated_at,
        }
    }
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
    let left = drafts::list(&read, admin.user.id).await.map_err(broken)?;
    drop(read);
    let next = (found.len() == PAGE as usize).then(|| found.last()).flatten().map(|last| {
        let name: String = url::form_urlencoded::byte_serialize(last.name.as_bytes()).collect();
        format!("/admin/applications?after={name}&id={}", last.id)
    });
    let previous = (!after.0.is_empty()).then(|| LIST.to_owned());
    idp.site().render(&ListPage {
        console: console(&idp, &admin, LIST),
        applications: found,
        drafts: left.into_iter().map(Left::from).collect(),
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
    access: Access,
    uses: Vec<Use>,
    may_change: bool,
    fields: Fields,
    email: &'a str,
    guide: Option<Guide>,
    /// What its administrators need of us.
    ours: Ours<'a>,
}

/// Whom an application is for.
pub(super) struct Access {
    people: Vec<User>,
    people_count: u64,
    groups: Vec<groups::Listed>,
    /// Groups that can be chosen yet.
    others: Vec<groups::Listed>,
    /// Active people it is for, each once.
    reached: u64,
}

async fn access(read: &ReadTx, id: ApplicationId) -> Result<Access, StoreError> {
    let chosen = groups::list_of_application(read, id).await?;
    let mut others = groups::list(read, "", SHOWN).await?;
    others.retain(|other| !chosen.iter().any(|known| known.group.id == other.group.id));
    Ok(Access {
        people: assignments::list(read, id, SHOWN).await?,
        people_count: assignments::count(read, id).await?,
        groups: chosen,
        others,
        reached: assignments::count_reached(read, id).await?,
    })
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

/// The page, with what is wrong with its forms.
pub(super) async fn application_page(
    idp: &Idp,
    admin: &Admin,
    id: ApplicationId,
    (fields, email): (Fields, &str),
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let application = applications::find(&read, id).await.map_err(broken)?;
    let application = application.ok_or_else(|| refusal_page(Refusal::NoSuchApplication))?;
    let access = access(&read, id).await.map_err(broken)?;
    let uses = uses::list(&read, id, LATELY).await.map_err(broken)?;
    let guide = match application.integration {
        Integration::Atlassian => Some(guide(&read, &application, &uses).await.map_err(broken)?),
        Integration::Saml => None,
    };
    drop(read);
    idp.site().render(&ApplicationPage {
        console: console(idp, admin, LIST),
        application,
        access,
        uses,
        may_change: admin.role.may(Permission::Applications),
        fields,
        email,
        guide,
        ours: Ours {
            entity_id: idp.entity_id().as_str(),
            sso_url: idp.sso_url().as_str(),
            pem: idp.certificate().pem(),
            metadata_url: idp.site().public_url().join(crate::routes::METADATA).to_string(),
        },
    })
}

/// Which step of the guide is done, or not after all.
#[derive(Debug, Deserialize)]
pub(crate) struct TickForm {
    step: String,
    #[serde(default)]
    done: bool,
}

/// `POST /admin/applications/{id}/guide`.
pub(crate) async fn tick(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<TickForm>,
) -> Result<Response, Error> {
    let id = ApplicationId::new(id);
    let step = STEPS.iter().find(|step| **step == form.step).ok_or_else(Error::not_found)?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::tick(&tx, &admin.word(), (id, step, form.done), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&format!("{}#guide", path(id))).into_response())
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

/// What an act breaks, before the click that does it.
#[derive(Template)]
#[template(path = "admin/application_breaks.html")]
struct BreaksPage {
    console: Console,
    application: Application,
    /// Deleting; else switching off.
    deletes: bool,
    access: Access,
    uses: Vec<Use>,
    /// How many people signed in within 30 days.
    lately: u64,
}

/// `GET /admin/applications/{id}/delete`.
pub(crate) async fn delete_page(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Turned> {
    breaks_page(&idp, &admin, (ApplicationId::new(id), true)).await
}

/// `GET /admin/applications/{id}/disable`.
pub(crate) async fn disable_page(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Turned> {
    breaks_page(&idp, &admin, (ApplicationId::new(id), false)).await
}

async fn breaks_page(
    idp: &Idp,
    admin: &Admin,
    (id, deletes): (ApplicationId, bool),
) -> Result<Response, Turned> {
    admin.may(Permission::Applications)?;
    let page = format!("{}/{}", path(id), if deletes { "delete" } else { "disable" });
    let _fresh = admin.fresh(idp, &page)?;
    let application = find(idp, id).await?;
    let since = idp.now().saturating_sub(MONTH).unwrap_or(Timestamp::MIN);
    let read = idp.store().read().await.map_err(broken)?;
    let access = access(&read, id).await.map_err(broken)?;
    let uses = uses::list(&read, id, LATELY).await.map_err(broken)?;
    let lately = uses::count(&read, id, since).await.map_err(broken)?;
    drop(read);
    let console = console(idp, admin, LIST);
    Ok(idp.site().render(&BreaksPage { console, application, deletes, access, uses, lately })?)
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
/// Who signed in lately: as many as an administrator reads.
const LATELY: u32 = 10;
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);
