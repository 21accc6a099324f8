//! The desktop goes on with an approval: it names the account, and hop 3 gets the proof.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::door::redeem;
use console::sessions::Kind;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::{StoreError, Tx};
use uuid::Uuid;
use web::cookie::SetCookie;
use web::{CheckedForm, CsrfToken, Error, filters};

use super::acts;
use super::facts::{self, Approving};
use crate::acts::sign_ins::{self, Remembering};
use crate::ceremony::remembering;
use crate::error::broken;
use crate::model::qr::{Approval, Ending, Phone, Stage, Transaction, judge};
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
    let judged = judged(idp, &read, (visitor, &transaction, phone, approval), now).await.map_err(broken)?;
    let user = users::find(&read, approval.person).await.map_err(broken)?;
    drop(read);
    match (judged, user) {
        (Some(Ok(proof)), Some(user)) if must_name(proof) => idp.site().render(&NamePage {
            csrf: visitor.browser.csrf(),
            id: transaction.sign_in.to_string(),
            application: Asking::new(&open.application),
            name: user.full_name(),
            email: user.email.shown(),
        }),
        // Whatever it is, the transaction that writes decides it.
        _ => finish(idp, visitor, transaction.sign_in, Click::None).await,
    }
}

/// What the named person answers with.
#[derive(Debug, Deserialize)]
pub(crate) struct Continue {
    /// The box "Shared computer: don't remember me".
    #[serde(default)]
    shared: Option<String>,
}

/// `POST /sign-in/{id}/qr/continue`: "Continue as Maya".
pub(crate) async fn go_on(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Continue { shared }): CheckedForm<Continue>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    let Loaded::Open(_) = load(&idp, &visitor, id).await? else {
        return Ok(Redirect::to(&routes::sign_in_page(id)).into_response());
    };
    finish(&idp, &visitor, id, Click::Continue { shared: shared.is_some() }).await
}

/// Whether the person has seen the account's name and gone on.
#[derive(Debug, Clone, Copy)]
enum Click {
    None,
    Continue { shared: bool },
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
    let shared = matches!(click, Click::Continue { shared: true });
    // A QR approval never makes a browser known: it happened in another one.
    let session = (!shared).then(|| remembering(idp, visitor, (now, false)));
    let tx = idp.store().begin().await.map_err(broken)?;
    let outcome = take(idp, &tx, (visitor, id, click, session), now).await.map_err(broken)?;
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

/// Everything in one transaction, and judged again in it: the approval is used up, hop 3 gets the proof, and the session is
/// opened. Of many at once exactly one gets so far (T067).
async fn take(
    idp: &Idp,
    tx: &Tx,
    (visitor, id, click, session): (&Visitor, SignInId, Click, Option<Remembering>),
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let browser = visitor.browser.id();
    let Some(transaction) = qr::find_of_sign_in(tx, id, &browser).await? else { return Ok(Outcome::Look) };
    let Ok((after, phone, approval)) = transaction.consume(now) else { return Ok(Outcome::Look) };
    let judged = judged(idp, tx, (visitor, &transaction, phone, approval), now).await?;
    let actor = visitor.person(approval.person);
    let proof = match judged {
        Some(Ok(proof)) => proof,
        other => {
            let why = other.and_then(Result::err).unwrap_or(Ending::MovedOn);
            acts::end(tx, &actor, (&transaction, why, Some(approval.person)), now).await?;
            return Ok(Outcome::Look);
        }
    };
    if must_name(proof) && matches!(click, Click::None) {
        return Ok(Outcome::Look);
    }
    if !acts::advance(tx, &actor, (&transaction, after), now).await? {
        return Ok(Outcome::Look);
    }
    let bound = facts::bound(&transaction, "");
    let Some(proven) = redeem(tx, approval.proof, &bound, now).await? else { return Ok(Outcome::MovedOn) };
    // What counts is when the ceremony was, not when the desktop came for it.
    let proof = Proof { at: proven.at(), ..proof };
    let Some(sign_in) = crate::store::sign_ins::find(tx, id, browser.as_ref()).await? else {
        return Ok(Outcome::MovedOn);
    };
    if !sign_ins::prove(tx, &sign_in, browser, &proof).await? {
        acts::note_refused(tx, &actor, (&transaction, Ending::MovedOn, Some(approval.person)), now).await?;
        return Ok(Outcome::MovedOn);
    }
    if matches!(click, Click::Continue { .. }) {
        sign_ins::confirm(tx, &actor, (&sign_in, browser), now).await?;
    }
    let Some(session) = session else { return Ok(Outcome::Proven(None)) };
    let (opened, _) = sign_ins::remember(tx, &actor, (proven, session), now).await?;
    Ok(Outcome::Proven(Some(Kind::PERSON.cookie(&visitor.cookies, &opened.token))))
}

/// The approval, judged by where this desktop is now; nothing when the sign-in waits no more.
async fn judged(
    idp: &Idp,
    read: &store::ReadTx,
    (visitor, transaction, phone, approval): (&Visitor, &Transaction, Phone, Approval),
    now: Timestamp,
) -> Result<Option<Result<Proof, Ending>>, StoreError> {
    let Some(waiting) = facts::waiting(idp, read, transaction, now).await? else { return Ok(None) };
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
