//! The person's own switch: no QR sign-in for them until they allow it again. Freezing and thawing take a ceremony of
//! their own, and touch nothing but the QR method.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::ceremony::Place;
use console::door::{DoorRefusal, Go, Wish, take_authentication};
use console::events::{Actor, Entry, note};
use console::person::PersonId;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use store::{StoreError, Tx};
use uuid::Uuid;
use web::{CheckedForm, CheckedJson, CsrfToken, Error, filters};

use super::phone;
use crate::ceremony::{self, Answer, FREEZE};
use crate::error::broken;
use crate::model::qr::{Ending, QrId, Stage};
use crate::people::{DeviceHolder, Turned};
use crate::routes;
use crate::sign_in::page::Nothing;
use crate::state::Idp;
use crate::store::qr;
use crate::visitor::Visitor;

/// `POST /phone/{id}/freeze/begin`.
pub(crate) async fn begin(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedJson(wish): CheckedJson<Wish>,
) -> Result<Response, Error> {
    offered(&idp, &visitor, id).await?;
    let place = Place { purpose: FREEZE, browser: visitor.browser.id(), bound: id.as_bytes() };
    ceremony::begin(&idp, &visitor, (wish.ask(), place)).await
}

/// `POST /phone/{id}/freeze/finish`. Whoever's ceremony it is freezes for themselves; no session is opened.
pub(crate) async fn finish(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let now = idp.now();
    offered(&idp, &visitor, id).await?;
    let place = Place { purpose: FREEZE, browser: visitor.browser.id(), bound: id.as_bytes() };
    let judged = idp.door().judge_authentication(idp.store(), (&place, answer.credential()), now).await;
    let verdict = judged.map_err(broken)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    let frozen: Result<(), DoorRefusal> =
        match take_authentication(&tx, visitor.nobody(), verdict, now).await.map_err(broken)? {
            Ok(proven) => {
                let actor = visitor.person(proven.person());
                freeze_for(&tx, &actor, proven.person(), now).await.map_err(broken)?;
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
    tx.commit().await.map_err(broken)?;
    frozen.map_err(|refusal| Error::from(&refusal))?;
    Ok(Go { go: routes::FROZEN.to_owned() }.into_response())
}

/// Only where "This isn't me" was said, on the phone that said it.
async fn offered(idp: &Idp, visitor: &Visitor, id: Uuid) -> Result<(), Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let transaction = phone::mine(&read, visitor, QrId::new(id)).await?;
    match transaction.stage {
        Stage::Ended(Ending::NotMe, _) => Ok(()),
        _ => Err(Error::new(StatusCode::CONFLICT, "error-qr-over")),
    }
}

/// What `GET /phone/frozen` says.
#[derive(Template)]
#[template(path = "qr/frozen.html")]
struct FrozenPage;

/// `GET /phone/frozen`.
pub(crate) async fn done(State(idp): State<Idp>) -> Result<Response, Error> {
    idp.site().render(&FrozenPage)
}

/// The switch on a person's own pages.
#[derive(Template)]
#[template(path = "qr/mine.html")]
struct MinePage {
    csrf: CsrfToken,
    frozen_at: Option<Timestamp>,
}

/// `GET /me/qr`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    DeviceHolder(member): DeviceHolder,
) -> Result<Response, Turned> {
    let read = idp.store().read().await.map_err(broken)?;
    let frozen_at = qr::frozen_at(&read, member.user.id).await.map_err(broken)?;
    drop(read);
    Ok(idp.site().render(&MinePage { csrf: member.visitor.browser.csrf(), frozen_at })?)
}

/// `POST /me/qr/freeze`.
pub(crate) async fn freeze(
    State(idp): State<Idp>,
    DeviceHolder(member): DeviceHolder,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let _fresh = member.fresh(&idp, routes::MY_QR)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    freeze_for(&tx, &member.actor(), member.user.id, idp.now()).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(Redirect::to(routes::MY_QR).into_response())
}

/// `POST /me/qr/allow`.
pub(crate) async fn thaw(
    State(idp): State<Idp>,
    DeviceHolder(member): DeviceHolder,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Turned> {
    let _fresh = member.fresh(&idp, routes::MY_QR)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    if qr::thaw(&tx, member.user.id).await.map_err(broken)? {
        let entry = Entry::new("qr.allowed", Some(member.user.id), json!({}));
        note(&tx, &member.actor(), entry, idp.now()).await.map_err(broken)?;
    }
    tx.commit().await.map_err(broken)?;
    Ok(Redirect::to(routes::MY_QR).into_response())
}

async fn freeze_for(tx: &Tx, actor: &Actor, person: PersonId, now: Timestamp) -> Result<(), StoreError> {
    if qr::freeze(tx, person, now).await? {
        note(tx, actor, Entry::new("qr.frozen", Some(person), json!({})), now).await?;
    }
    Ok(())
}
