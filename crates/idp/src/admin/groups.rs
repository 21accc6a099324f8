//! Groups: the list, one of them, its members.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::PersonId;
use serde::Deserialize;
use uuid::Uuid;
use web::page::{Console, Pager};
use web::{CheckedForm, Error, Fields, StrictQuery, filters};

use super::access::person;
use super::console;
use crate::acts::groups as acts;
use crate::acts::{self as act, Refusal};
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::model::application::ApplicationId;
use crate::model::group::{Group, GroupId, GroupName};
use crate::model::role::Permission;
use crate::model::user::User;
use crate::people::{Admin, Turned};
use crate::state::Idp;
use crate::store::groups;

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
}

/// The list, with the form for a new one.
#[derive(Template)]
#[template(path = "admin/groups.html")]
struct ListPage<'a> {
    console: Console,
    groups: Vec<groups::Listed>,
    may_change: bool,
    typed: &'a str,
    fields: Fields,
    pager: Pager,
}

/// `GET /admin/groups`.
pub(crate) async fn list(
    State(idp): State<Idp>,
    admin: Admin,
    StrictQuery(After { after }): StrictQuery<After>,
) -> Result<Response, Error> {
    list_page(&idp, &admin, &after, ("", Fields::new())).await
}

async fn list_page(
    idp: &Idp,
    admin: &Admin,
    after: &str,
    (typed, fields): (&str, Fields),
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let found = groups::list(&read, after, PAGE).await.map_err(broken)?;
    drop(read);
    let next = (found.len() == PAGE as usize).then(|| found.last()).flatten().map(|last| {
        let after = last.group.name.folded();
        let after: String = url::form_urlencoded::byte_serialize(after.as_bytes()).collect();
        format!("{LIST}?after={after}")
    });
    let previous = (!after.is_empty()).then(|| LIST.to_owned());
    idp.site().render(&ListPage {
        console: console(idp, admin, LIST),
        groups: found,
        may_change: admin.role.may(Permission::Applications),
        typed,
        fields,
        pager: Pager { previous, next },
    })
}

/// What a group is to be called.
#[derive(Debug, Deserialize)]
pub(crate) struct NameForm {
    name: String,
}

/// `POST /admin/groups`.
pub(crate) async fn create(
    State(idp): State<Idp>,
    admin: Admin,
    CheckedForm(form): CheckedForm<NameForm>,
) -> Result<Response, Error> {
    let now = idp.now();
    let Ok(name) = GroupName::parse(&form.name) else {
        return list_page(&idp, &admin, "", (&form.name, Fields::fault("name", "field-group-name"))).await;
    };
    let new = Group { id: idp.draw_group(now), name };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::create_group(&tx, &admin.word(), &new, now).await;
    match act::settle(tx, done).await.map_err(broken)? {
        Ok(()) => Ok(Redirect::to(&path(new.id)).into_response()),
        Err(Refusal::GroupNameTaken) => {
            let fault = Fields::fault("name", "field-group-name-taken");
            list_page(&idp, &admin, "", (&form.name, fault)).await
        }
        Err(refusal) => Err(refusal_page(refusal)),
    }
}

/// A group.
#[derive(Template)]
#[template(path = "admin/group.html")]
struct GroupPage {
    console: Console,
    group: Group,
    members: Vec<User>,
    count: u64,
    applications: Vec<(ApplicationId, String)>,
    may_change: bool,
    typed: Typed,
    fields: Fields,
    pager: Pager,
}

/// What was typed on the page.
#[derive(Default)]
struct Typed {
    name: Option<String>,
    email: String,
}

/// `GET /admin/groups/{id}`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    StrictQuery(After { after }): StrictQuery<After>,
) -> Result<Response, Error> {
    group_page(&idp, &admin, (GroupId::new(id), &after), (Typed::default(), Fields::new())).await
}

async fn group_page(
    idp: &Idp,
    admin: &Admin,
    (id, after): (GroupId, &str),
    (typed, fields): (Typed, Fields),
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let group = groups::find(&read, id).await.map_err(broken)?;
    let group = group.ok_or_else(|| refusal_page(Refusal::NoSuchGroup))?;
    let members = groups::members(&read, id, after, PAGE).await.map_err(broken)?;
    let count = groups::count_members(&read, id).await.map_err(broken)?;
    let applications = groups::list_applications(&read, id).await.map_err(broken)?;
    drop(read);
    let next = (members.len() == PAGE as usize).then(|| members.last()).flatten().map(|last| {
        let after: String = url::form_urlencoded::byte_serialize(last.email.as_str().as_bytes()).collect();
        format!("{}?after={after}", path(id))
    });
    let previous = (!after.is_empty()).then(|| path(id));
    idp.site().render(&GroupPage {
        console: console(idp, admin, LIST),
        group,
        members,
        count,
        applications,
        may_change: admin.role.may(Permission::Applications),
        typed,
        fields,
        pager: Pager { previous, next },
    })
}

/// `POST /admin/groups/{id}/name`.
pub(crate) async fn rename(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<NameForm>,
) -> Result<Response, Error> {
    let (id, now) = (GroupId::new(id), idp.now());
    let faulty = async |fault: &'static str| {
        let typed = Typed { name: Some(form.name.clone()), ..Typed::default() };
        group_page(&idp, &admin, (id, ""), (typed, Fields::fault("name", fault))).await
    };
    let Ok(name) = GroupName::parse(&form.name) else { return faulty("field-group-name").await };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::rename_group(&tx, &admin.word(), (id, &name), now).await;
    match act::settle(tx, done).await.map_err(broken)? {
        Ok(()) => Ok(Redirect::to(&path(id)).into_response()),
        Err(Refusal::GroupNameTaken) => faulty("field-group-name-taken").await,
        Err(refusal) => Err(refusal_page(refusal)),
    }
}

/// Who is to be a member.
#[derive(Debug, Deserialize)]
pub(crate) struct MemberForm {
    email: String,
}

/// `POST /admin/groups/{id}/members`.
pub(crate) async fn add(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<MemberForm>,
) -> Result<Response, Error> {
    let (id, now) = (GroupId::new(id), idp.now());
    let person = match person(&idp, &form.email).await? {
        Ok(person) => person,
        Err(fault) => {
            let typed = Typed { email: form.email, ..Typed::default() };
            return group_page(&idp, &admin, (id, ""), (typed, Fields::fault("email", fault))).await;
        }
    };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::add_member(&tx, &admin.word(), (id, person), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&path(id)).into_response())
}

/// `POST /admin/groups/{id}/members/{person}/remove`.
pub(crate) async fn remove(
    State(idp): State<Idp>,
    Path((id, person)): Path<(Uuid, Uuid)>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let (id, now) = (GroupId::new(id), idp.now());
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::remove_member(&tx, &admin.word(), (id, PersonId::new(person)), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&path(id)).into_response())
}

/// What deleting a group breaks.
#[derive(Template)]
#[template(path = "admin/group_delete.html")]
struct DeletePage {
    console: Console,
    group: Group,
    count: u64,
    applications: Vec<(ApplicationId, String)>,
}

/// `GET /admin/groups/{id}/delete`.
pub(crate) async fn delete_page(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
) -> Result<Response, Turned> {
    admin.may(Permission::Applications)?;
    let id = GroupId::new(id);
    let _fresh = admin.fresh(&idp, &format!("{}/delete", path(id)))?;
    let read = idp.store().read().await.map_err(broken)?;
    let group = groups::find(&read, id).await.map_err(broken)?;
    let group = group.ok_or_else(|| refusal_page(Refusal::NoSuchGroup))?;
    let count = groups::count_members(&read, id).await.map_err(broken)?;
    let applications = groups::list_applications(&read, id).await.map_err(broken)?;
    drop(read);
    let console = console(&idp, &admin, LIST);
    Ok(idp.site().render(&DeletePage { console, group, count, applications })?)
}

/// `POST /admin/groups/{id}/delete`.
pub(crate) async fn delete(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let id = GroupId::new(id);
    let _fresh = admin.fresh(&idp, &format!("{}/delete", path(id)))?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::delete_group(&tx, &admin.word(), id, now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(LIST).into_response())
}

fn path(id: GroupId) -> String {
    format!("{LIST}/{id}")
}

const LIST: &str = "/admin/groups";
const PAGE: u32 = 50;
