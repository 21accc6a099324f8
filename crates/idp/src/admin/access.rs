//! Whom an application is for: everyone, or the people and groups chosen.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::{EmailAddress, PersonId};
use serde::Deserialize;
use uuid::Uuid;
use web::{CheckedForm, Error, Fields};

use super::applications::{application_page, path};
use crate::acts::applications as acts;
use crate::acts::{self as act, ActError};
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::model::application::{ApplicationId, Audience};
use crate::model::group::GroupId;
use crate::people::Admin;
use crate::state::Idp;
use crate::store::users;

/// For everyone, or for the chosen.
#[derive(Debug, Deserialize)]
pub(crate) struct AudienceForm {
    audience: String,
}

/// `POST /admin/applications/{id}/audience`.
pub(crate) async fn set_audience(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<AudienceForm>,
) -> Result<Response, Error> {
    let (id, now) = (ApplicationId::new(id), idp.now());
    let audience = Audience::parse(&form.audience).ok_or_else(Error::not_found)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::set_audience(&tx, &admin.word(), (id, audience), now).await;
    answer(tx, done, id).await
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
    let (id, now) = (ApplicationId::new(id), idp.now());
    let person = match person(&idp, &form.email).await? {
        Ok(person) => person,
        Err(fault) => {
            return application_page(&idp, &admin, id, (Fields::fault("email", fault), &form.email)).await;
        }
    };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::assign(&tx, &admin.word(), (id, person), now).await;
    answer(tx, done, id).await
}

/// Who has this address, or what is wrong with it.
pub(super) async fn person(idp: &Idp, typed: &str) -> Result<Result<PersonId, &'static str>, Error> {
    let Ok(email) = EmailAddress::parse(typed.trim()) else { return Ok(Err("field-email")) };
    let read = idp.store().read().await.map_err(broken)?;
    let user = users::find_by_email(&read, &email).await.map_err(broken)?;
    Ok(user.map(|user| user.id).ok_or("field-person-unknown"))
}

/// `POST /admin/applications/{id}/people/{person}/remove`.
pub(crate) async fn unassign(
    State(idp): State<Idp>,
    Path((id, person)): Path<(Uuid, Uuid)>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let (id, now) = (ApplicationId::new(id), idp.now());
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::unassign(&tx, &admin.word(), (id, PersonId::new(person)), now).await;
    answer(tx, done, id).await
}

/// Which group is to be assigned.
#[derive(Debug, Deserialize)]
pub(crate) struct GroupForm {
    group: Uuid,
}

/// `POST /admin/applications/{id}/groups`.
pub(crate) async fn assign_group(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<GroupForm>,
) -> Result<Response, Error> {
    let (id, now) = (ApplicationId::new(id), idp.now());
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::assign_group(&tx, &admin.word(), (id, GroupId::new(form.group)), now).await;
    answer(tx, done, id).await
}

/// `POST /admin/applications/{id}/groups/{group}/remove`.
pub(crate) async fn unassign_group(
    State(idp): State<Idp>,
    Path((id, group)): Path<(Uuid, Uuid)>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let (id, now) = (ApplicationId::new(id), idp.now());
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::unassign_group(&tx, &admin.word(), (id, GroupId::new(group)), now).await;
    answer(tx, done, id).await
}

async fn answer(tx: store::Tx, done: Result<(), ActError>, id: ApplicationId) -> Result<Response, Error> {
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&format!("{}#people", path(id))).into_response())
}
