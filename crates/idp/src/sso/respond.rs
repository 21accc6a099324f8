//! Hop 5: a proven person, and facts read after the ceremony → the signed response → the page that posts it.
//!
//! The signature is made with no transaction open; the short write after it asks the facts again, finishes the sign-in
//! and writes the issue log in one. A response that is not written does not leave.

use axum::response::{IntoResponse as _, Redirect, Response};
use console::events::Actor;
use console::person::PersonId;
use console::post::post;
use console::sessions::SignedIn;
use jiff::Timestamp;
use saml::core::{NameId, RequestId, SessionIndex};
use saml::idp::{CheckedRequest, Reply, RequestRejection, SignedResponse, Statement, issue};
use saml::protocol::Decline;
use serde_json::{Value as Json, json};
use store::StoreError;
use web::Error;

use crate::acts::sign_ins::{self as acts, Answer, Stopped};
use crate::error::broken;
use crate::model::application::Application;
use crate::model::claims;
use crate::model::name_id::Format;
use crate::model::sign_in::SignIn;
use crate::model::user::User;
use crate::routes;
use crate::sign_in::dispatch::{Declined, Grounds};
use crate::sign_in::load::{Open, ToDecline};
use crate::state::Idp;
use crate::store::facts::PersonAt;
use crate::store::sign_ins::Owner;
use crate::store::{assignments, sign_ins};
use crate::visitor::Visitor;

/// Whether a sign-in has its row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    /// Not yet: it is answered in the request that asks, whose ID this is.
    New(&'a RequestId),
    /// It has.
    Kept,
}

/// Issues the response and posts it.
pub(crate) async fn respond(
    idp: &Idp,
    visitor: &Visitor,
    (open, grounds): (&Open, Grounds),
    row: Row<'_>,
) -> Result<Response, Error> {
    let now = idp.now();
    let Open { sign_in, request, application, session, person, .. } = open;
    let (Some(PersonAt { user, .. }), Some(class)) = (person, request.class_for(grounds.ceremony())) else {
        // Grounds are made of a person who was read and of a class that was met.
        return Err(Error::internal(NoGrounds));
    };
    let statement = Statement {
        name_id: name_id(idp, application, user).await?,
        authn_instant: grounds.at(),
        authn_context: class,
        session_index: SessionIndex::from_random(idp.random::<16>()),
        session_not_on_or_after: None,
        attributes: claims::attributes(&application.settings.claims, user),
    };
    let reply = request.reply(sign_in.request.relay_state.clone());
    let response =
        issue(reply, &statement, &idp.issuer(application), &idp.fresh(now)).map_err(Error::internal)?;
    let data = issued(request, application, &statement, (&response, grounds));
    let touch = session.as_ref().filter(|session| session.touch_due(now));
    let leaving = Leaving { sign_in, row, person: Some(grounds.person()), touch, data };
    leave(idp, visitor, (leaving, response), now).await
}

/// Answers with a signed status and no assertion, as hop 3 decided.
pub(crate) async fn decline_step(
    idp: &Idp,
    visitor: &Visitor,
    (open, declined): (&Open, Declined),
    row: Row<'_>,
) -> Result<Response, Error> {
    let decline = match declined {
        Declined::NoPassive => Decline::NoPassive,
        Declined::NoAuthnContext => Decline::NoAuthnContext,
    };
    let reply = open.request.reply(open.sign_in.request.relay_state.clone());
    send_decline(idp, visitor, (&open.sign_in, &open.application), (reply, decline, None, row)).await
}

/// Answers with a signed status and no assertion, as hop 2 found.
pub(crate) async fn decline(
    idp: &Idp,
    visitor: &Visitor,
    ToDecline { sign_in, application, reply, decline, rejection }: &ToDecline,
    row: Row<'_>,
) -> Result<Response, Error> {
    let answer = (reply.clone(), *decline, Some(rejection), row);
    send_decline(idp, visitor, (sign_in, application), answer).await
}

async fn send_decline(
    idp: &Idp,
    visitor: &Visitor,
    (sign_in, application): (&SignIn, &Application),
    (reply, decline, rejection, row): (Reply, Decline, Option<&RequestRejection>, Row<'_>),
) -> Result<Response, Error> {
    let now = idp.now();
    let response = saml::idp::decline(reply, decline, &idp.issuer(application), &idp.fresh(now))
        .map_err(Error::internal)?;
    let data = json!({
        "application": application.id.uuid(),
        "status": format!("{decline:?}"),
        "response": response.response_id().as_str(),
        "acs_url": response.acs_url().as_str(),
        "expected": rejection.map(|rejection| &rejection.expected),
        "received": rejection.map(|rejection| &rejection.received),
    });
    let leaving = Leaving { sign_in, row, person: None, touch: None, data };
    leave(idp, visitor, (leaving, response), now).await
}

/// A step without what it is made of: a defect of hop 3.
#[derive(Debug, thiserror::Error)]
#[error("an assertion was decided without a person or a class")]
struct NoGrounds;

/// A response that is signed and not yet written.
struct Leaving<'a> {
    sign_in: &'a SignIn,
    row: Row<'a>,
    person: Option<PersonId>,
    touch: Option<&'a SignedIn>,
    data: Json,
}

/// Writes the response and lets it go.
async fn leave(
    idp: &Idp,
    visitor: &Visitor,
    (leaving, response): (Leaving<'_>, SignedResponse),
    now: Timestamp,
) -> Result<Response, Error> {
    let browser = visitor.browser.id();
    let actor = visitor.actor(leaving.person);
    let owner = Owner { browser: browser.as_ref(), source: actor.source() };
    let Leaving { sign_in, row, person, touch, data } = leaving;
    let new = match row {
        Row::New(request) => Some(request),
        Row::Kept => None,
    };
    let answer = Answer { sign_in, new, owner, person, touch, data };
    match write(idp, &actor, answer, now).await {
        Ok(Ok(())) => post(idp.site(), &response),
        // Whatever came first is shown by the sign-in's own page; without a row there is none.
        Ok(Err(Stopped::Answered)) => Ok(to_page(sign_in)),
        Ok(Err(Stopped::Changed)) if new.is_none() => Ok(to_page(sign_in)),
        Ok(Err(Stopped::Changed)) => {
            Err(Error::busy(1).because("the facts changed while the response was signed"))
        }
        Err(StoreError::Conflict(_)) => match new {
            Some(request) => known_meanwhile(idp, visitor, (sign_in, request)).await,
            None => Err(Error::busy(1).because("a conflict on a sign-in that has its row")),
        },
        Err(error) => Err(broken(error)),
    }
}

async fn write(
    idp: &Idp,
    actor: &Actor,
    answer: Answer<'_>,
    now: Timestamp,
) -> Result<Result<(), Stopped>, StoreError> {
    let tx = idp.store().begin().await?;
    let answered = acts::answer(&tx, actor, answer, now).await?;
    if answered.is_ok() {
        tx.commit().await?;
    }
    Ok(answered)
}

fn to_page(sign_in: &SignIn) -> Response {
    Redirect::to(&routes::sign_in_page(sign_in.id)).into_response()
}

/// The same request came twice at once: the one that was first goes on, if it is this browser's.
pub(crate) async fn known_meanwhile(
    idp: &Idp,
    visitor: &Visitor,
    (sign_in, request): (&SignIn, &RequestId),
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let browser = visitor.browser.id();
    let names = (sign_in.application, request);
    let known = sign_ins::find_by_request(&read, names, browser.as_ref()).await.map_err(broken)?;
    match known {
        Some((id, true)) => Ok(Redirect::to(&routes::sign_in_page(id)).into_response()),
        Some((_, false)) | None => Err(Error::busy(1).because("the request's ID became known a moment ago")),
    }
}

/// The name by which the application knows the person. A persistent one is drawn once and kept.
async fn name_id(idp: &Idp, application: &Application, user: &User) -> Result<NameId, Error> {
    let rule = application.settings.name_id;
    let opaque = match rule.format {
        Format::Persistent => persistent_id(idp, application, user).await.map_err(broken)?,
        Format::Transient => opaque(idp),
        Format::EmailAddress | Format::Unspecified => String::new(),
    };
    rule.name(user, &opaque).map_err(Error::internal)
}

async fn persistent_id(idp: &Idp, application: &Application, user: &User) -> Result<String, StoreError> {
    let who = (application.id, user.id);
    let read = idp.store().read().await?;
    if let Some(known) = assignments::find_persistent_id(&read, who).await? {
        return Ok(known);
    }
    drop(read);
    let drawn = opaque(idp);
    let tx = idp.store().begin().await?;
    assignments::insert_persistent_id(&tx, who, &drawn).await?;
    // Another request may have drawn first: what is kept counts.
    let kept = assignments::find_persistent_id(&tx, who).await?;
    tx.commit().await?;
    Ok(kept.unwrap_or(drawn))
}

/// 160 random bits that say nothing about anybody.
fn opaque(idp: &Idp) -> String {
    format!("_{}", hex::encode(idp.random::<20>()))
}

/// What the issue log keeps of an assertion: an assertion that is not in it was not ours to make (T060).
fn issued(
    request: &CheckedRequest,
    application: &Application,
    statement: &Statement,
    (response, grounds): (&SignedResponse, Grounds),
) -> Json {
    json!({
        "application": application.id.uuid(),
        "request": request.id().as_str(),
        "response": response.response_id().as_str(),
        "assertion": response.assertion_id().map(saml::core::AssertionId::as_str),
        "session_index": statement.session_index.as_str(),
        "acs_url": response.acs_url().as_str(),
        "name_id_format": application.settings.name_id.format.as_str(),
        "class": statement.authn_context.as_str(),
        "method": grounds.method().name(),
        "proven_at": grounds.at(),
    })
}
