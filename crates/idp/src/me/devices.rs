//! A person's devices: adding, naming and revoking them. Only after a ceremony in this browser, a fresh one where it
//! matters.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::ceremony::Place;
use console::door::{
    Answer, DoorRefusal, Go, Grant, NewOwner, Registration, Wish, begin_registration, take_registration,
};
use console::pages::EnrolPage;
use console::passkeys::{self, PasskeyId};
use console::person::DisplayName;
use http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;
use web::{CheckedForm, CheckedJson, Error};
use webauthn::Attachment;

use crate::acts::{self, devices};
use crate::ceremony::ADD_DEVICE;
use crate::enrol::device_label;
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::people::{DeviceHolder, Turned};
use crate::routes;
use crate::state::Idp;

/// `GET /me/devices/new`.
pub(crate) async fn add_page(
    State(idp): State<Idp>,
    DeviceHolder(member): DeviceHolder,
) -> Result<Response, Turned> {
    let _fresh = member.fresh(&idp, NEW)?;
    Ok(idp.site().render(&EnrolPage {
        name: member.user.first_name.as_str(),
        address: member.user.email.shown(),
        label: &member.visitor.agent(),
        until: None,
        begin: "/me/devices/new/begin",
        finish: "/me/devices/new/finish",
        csrf: &member.visitor.browser.csrf(),
    })?)
}

/// `POST /me/devices/new/begin`.
pub(crate) async fn add_begin(
    State(idp): State<Idp>,
    DeviceHolder(member): DeviceHolder,
    CheckedJson(_): CheckedJson<Wish>,
) -> Result<Response, Turned> {
    let now = idp.now();
    let fresh = member.fresh(&idp, NEW).map_err(|_| step_up())?;
    let read = idp.store().read().await.map_err(broken)?;
    let exclude = passkeys::credential_ids(&read, member.user.id).await.map_err(broken)?;
    drop(read);
    let name = member.user.full_name();
    let registration = Registration {
        grant: Grant::Fresh(&fresh),
        owner: NewOwner { name: member.user.email.shown(), display_name: &name },
        exclude: &exclude,
        attachment: Attachment::Any,
    };
    let place = Place { purpose: ADD_DEVICE, browser: member.visitor.browser.id(), bound: b"" };
    let asked = idp.door().ask_registration(&registration, &place).map_err(Error::internal)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    let kept = begin_registration(&tx, &member.actor(), &asked, now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    kept.map_err(|refusal| Error::from(&DoorRefusal::from(refusal)))?;
    Ok(asked.into_response())
}

/// `POST /me/devices/new/finish`.
pub(crate) async fn add_finish(
    State(idp): State<Idp>,
    DeviceHolder(member): DeviceHolder,
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Turned> {
    let now = idp.now();
    let place = Place { purpose: ADD_DEVICE, browser: member.visitor.browser.id(), bound: b"" };
    let judged = idp.door().judge_registration(idp.store(), (&place, answer.credential()), now).await;
    let verdict = judged.map_err(broken)?;
    let label = device_label(answer.label.as_deref(), &member.visitor)?;
    let id = PasskeyId::draw(now, idp.entropy());
    let tx = idp.store().begin().await.map_err(broken)?;
    let taken = take_registration(&tx, &member.actor(), (verdict, id, &label), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    let _enrolled = taken.map_err(|refusal| Error::from(&refusal))?;
    Ok(Go { go: routes::ME.to_owned() }.into_response())
}

/// A new name.
#[derive(Debug, Deserialize)]
pub(crate) struct Rename {
    label: String,
}

/// `POST /me/devices/{id}/rename`.
pub(crate) async fn rename(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    DeviceHolder(member): DeviceHolder,
    CheckedForm(form): CheckedForm<Rename>,
) -> Result<Response, Turned> {
    let label = DisplayName::parse(&form.label)
        .map_err(|why| Error::new(StatusCode::BAD_REQUEST, "error-device-name").because(why))?;
    let now = idp.now();
    let what = (member.user.id, PasskeyId::from_uuid(id), &label);
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = devices::rename(&tx, &member.word(), what, now).await;
    acts::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(routes::ME).into_response())
}

/// `POST /me/devices/{id}/revoke`.
pub(crate) async fn revoke(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    DeviceHolder(member): DeviceHolder,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let fresh = member.fresh(&idp, routes::ME)?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = devices::revoke_own(&tx, &member.word(), (&fresh, PasskeyId::from_uuid(id)), now).await;
    acts::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(routes::ME).into_response())
}

/// `POST /me/browsers/{id}/forget`.
pub(crate) async fn forget_browser(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    DeviceHolder(member): DeviceHolder,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = devices::forget_browser(&tx, &member.word(), (member.user.id, id), now).await;
    acts::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(routes::ME).into_response())
}

/// To a script the step-up is an error: the page is loaded again through it.
fn step_up() -> Error {
    Error::new(StatusCode::FORBIDDEN, "error-step-up")
}

const NEW: &str = "/me/devices/new";
