//! The desktop goes on with an approval: it names the account, and hop 3 gets the proof.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::door::{Proven, redeem};
use console::sessions::Kind;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::{StoreError, Tx};
use uuid::Uuid;
use web::cookie::SetCookie;
use web::{CheckedForm, CsrfToken, Error, filters};

use super::acts;
use super::facts::{self, Approving, Waiting};
use crate::acts::sign_ins::{self, Remembering};
use crate::ceremony::remembering;
use crate::error::broken;
use crate::model::qr::{Approval, Ending, Phone, QrId, Stage, Transaction, judge};
use crate::model::sign_in::{Proof, SignInId};
use crate::routes;
use crate::sign_in::dispatch::must_name;
use crate::sign_in::load::{Loaded, Open, load};
use crate::sign_in::page::Asking;
use crate::state::Idp;
use crate::store::{qr, users};
use crate::visitor::Visitor;

/// "Continue as Maya".
#[derive(Template)]
#[template(path = "qr/name.html")]
struct NamePage<'a> {
    csrf: CsrfToken,
    id: String,
    application: Asking<'a>,
    name: String,
    email: &'a str,
    /// Of which approval this is the name: the click is for it, and for no later one.
    code: String,
    shared: bool,
}

/// The desktop's page comes for an approval. A browser that knows the person goes on at once; any other names the account
/// and waits for a click.
pub(super) async fn arrive(
    idp: &Idp,
    visitor: &Visitor,
    (open, transaction): (Box<Open>, Transaction),
) -> Result<Response, Error> {
    let now = idp.now();
    let read = idp.store().read().await.map_err(broken)?;
    let Stage::Approved(phone, approval) = transaction.stage else { return Ok(back(&transaction)) };
    let waiting = facts::waiting(idp, &read, &transaction, now).await.map_err(broken)?;
    let approved = Approved { waiting, phone, approval };
    let judged = judged(idp, &read, (visitor, approved), now).await.map_err(broken)?;
    let user = users::find(&read, approval.person).await.map_err(broken)?;
    drop(read);
    match (judged, user) {
        (Some(Ok(proof)), Some(user)) if must_name(proof) => idp.site().render(&NamePage {
            csrf: visitor.browser.csrf(),
            id: transaction.sign_in.to_string(),
            application: Asking::new(&open.application),
            name: user.full_name(),
            email: user.email.shown(),
            code: transaction.id.to_string(),
            shared: transaction.shared,
        }),
        // Whatever it is, the transaction that writes decides it.
        _ => finish(idp, visitor, transaction.sign_in, Click::None).await,
    }
}

/// What the named person answers with.
#[derive(Debug, Deserialize)]
pub(crate) struct Continue {
    /// The transaction whose approval was named.
    #[serde(default)]
    code: Option<Uuid>,
    /// The box "Shared computer: don't remember me".
    #[serde(default)]
    shared: Option<String>,
}

/// `POST /sign-in/{id}/qr/continue`: "Continue as Maya".
pub(crate) async fn go_on(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Continue { code, shared }): CheckedForm<Continue>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    let Loaded::Open(_) = load(&idp, &visitor, id).await? else {
        return Ok(Redirect::to(&routes::sign_in_page(id)).into_response());
    };
    finish(&idp, &visitor, id, Click::Continue { code: code.map(QrId::new), shared: shared.is_some() }).await
}

/// Whether the person has seen the account's name and gone on.
#[derive(Debug, Clone, Copy)]
enum Click {
    None,
    Continue { code: Option<QrId>, shared: bool },
}

/// What came of it.
enum Outcome {
    /// Hop 3 has the proof; the new session's cookie, unless the computer is shared.
    Proven(Option<SetCookie>),
    /// The code's page says what is the matter.
    Look,
    /// The sign-in went on another way.
    MovedOn,
}

async fn finish(idp: &Idp, visitor: &Visitor, id: SignInId, click: Click) -> Result<Response, Error> {
    let now = idp.now();
    // A QR approval never makes a browser known: it happened in another one.
    let session = remembering(idp, visitor, (now, false));
    let waiting = waiting(idp, visitor, id, now).await.map_err(broken)?;
    let tx = idp.store().begin().await.map_err(broken)?;
    let outcome = take(idp, &tx, (visitor, waiting, id), (click, session), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    let cookie = match outcome {
        Outcome::Proven(cookie) => cookie,
        Outcome::Look => return Ok(Redirect::to(&routes::qr_page(id)).into_response()),
        Outcome::MovedOn => return Err(Error::new(StatusCode::CONFLICT, "error-sign-in-moved-on")),
    };
    let mut response = Redirect::to(&routes::sign_in_page(id)).into_response();
    if let Some(cookie) = cookie {
        cookie.append_to(response.headers_mut());
    }
    Ok(response)
}

/// The sign-in of the code that is live, read before the transaction.
async fn waiting(
    idp: &Idp,
    visitor: &Visitor,
    id: SignInId,
    now: Timestamp,
) -> Result<Option<Waiting>, StoreError> {
    let read = idp.store().read().await?;
    match qr::find_of_sign_in(&read, id, &visitor.browser.id()).await? {
        Some(transaction) => facts::waiting(idp, &read, &transaction, now).await,
        None => Ok(None),
    }
}

/// Everything in one transaction, and judged again in it: the approval is used up, hop 3 gets the proof, and the session is
/// opened. Of many at once exactly one gets so far (T067).
async fn take(
    idp: &Idp,
    tx: &Tx,
    (visitor, waiting, id): (&Visitor, Option<Waiting>, SignInId),
    (click, session): (Click, Remembering),
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let found = qr::find_of_sign_in(tx, id, &visitor.browser.id()).await?;
    let Some(transaction) = found else { return Ok(Outcome::Look) };
    let Ok((after, phone, approval)) = transaction.consume(now) else { return Ok(Outcome::Look) };
    let actor = visitor.person(approval.person);
    let approved = Approved { waiting, phone, approval };
    let proof = match judged(idp, tx, (visitor, approved), now).await? {
        Some(Ok(proof)) => proof,
        other => {
            let why = other.and_then(Result::err).unwrap_or(Ending::MovedOn);
            acts::end(tx, &actor, (&transaction, why, Some(approval.person)), now).await?;
            return Ok(Outcome::Look);
        }
    };
    let named = match click {
        Click::None => !must_name(proof),
        Click::Continue { code, .. } => code == Some(transaction.id),
    };
    if !named {
        return Ok(Outcome::Look);
    }
    if !acts::advance(tx, &actor, (&transaction, after), now).await? {
        return Ok(Outcome::Look);
    }
    let bound = facts::bound(&transaction, "");
    let Some(proven) = redeem(tx, approval.proof, &bound, now).await? else { return Ok(Outcome::MovedOn) };
    // What counts is when the ceremony was, not when the desktop came for it.
    let proof = Proof { at: proven.at(), ..proof };
    hand_over(tx, visitor, (&transaction, proof, proven), (click, session), now).await
}

/// Hop 3 gets the proof, and this browser a session with a new token.
async fn hand_over(
    tx: &Tx,
    visitor: &Visitor,
    (transaction, proof, proven): (&Transaction, Proof, Proven),
    (click, session): (Click, Remembering),
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let (browser, actor) = (visitor.browser.id(), visitor.person(proof.person));
    let found = crate::store::sign_ins::find(tx, transaction.sign_in, browser.as_ref()).await?;
    let Some(sign_in) = found else { return Ok(Outcome::MovedOn) };
    if !sign_ins::prove(tx, &sign_in, browser, &proof).await? {
        acts::note_refused(tx, &actor, (transaction, Ending::MovedOn, Some(proof.person)), now).await?;
        return Ok(Outcome::MovedOn);
    }
    // The click has the last word; without one, it is what was said when the code was asked for.
    let shared = match click {
        Click::Continue { shared, .. } => {
            sign_ins::confirm(tx, &actor, (&sign_in, browser), now).await?;
            shared
        }
        Click::None => transaction.shared,
    };
    if shared {
        return Ok(Outcome::Proven(None));
    }
    let (opened, _) = sign_ins::remember(tx, &actor, (proven, session), now).await?;
    Ok(Outcome::Proven(Some(Kind::PERSON.cookie(&visitor.cookies, &opened.token))))
}

/// An approval, and the sign-in that it is for.
struct Approved {
    waiting: Option<Waiting>,
    phone: Phone,
    approval: Approval,
}

/// The approval, judged by where this desktop is now; nothing when the sign-in waits no more.
async fn judged(
    idp: &Idp,
    read: &store::ReadTx,
    (visitor, approved): (&Visitor, Approved),
    now: Timestamp,
) -> Result<Option<Result<Proof, Ending>>, StoreError> {
    let Approved { waiting, phone, approval } = approved;
    let Some(waiting) = waiting else { return Ok(None) };
    let known = visitor.known().map(|secret| secret.hash());
    let approving = Approving {
        person: approval.person,
        at: now,
        known: known.as_ref(),
        desktop: visitor.peer.0.to_canonical(),
        phone,
    };
    let (case, proof) = facts::case(idp, read, (waiting, approving), now).await?;
    Ok(Some(judge(&case).map(|()| proof)))
}

fn back(transaction: &Transaction) -> Response {
    Redirect::to(&routes::qr_page(transaction.sign_in)).into_response()
}
