//! The phone's ceremony: what approves is user verification on this phone, for this very sign-in, once (T068).

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use console::ceremony::Place;
use console::door::{
    Authenticated, DoorRefusal, Go, KeptProof, Proven, Verdict, Wish, keep, take_authentication,
};
use http::StatusCode;
use jiff::Timestamp;
use store::{StoreError, Tx};
use uuid::Uuid;
use web::{CheckedJson, Error};

use super::facts::{self, Approving, Waiting};
use super::{acts, phone};
use crate::ceremony::{self, APPROVE, Answer};
use crate::error::broken;
use crate::model::qr::{Approval, Ending, Phone, QrId, Stage, Transaction, judge};
use crate::routes;
use crate::state::Idp;
use crate::visitor::Visitor;

/// `POST /phone/{id}/passkey/begin`.
pub(crate) async fn begin(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedJson(wish): CheckedJson<Wish>,
) -> Result<Response, Error> {
    let (_, bound) = matched(&idp, &visitor, QrId::new(id)).await?;
    let place = Place { purpose: APPROVE, browser: visitor.browser.id(), bound: &bound };
    ceremony::begin(&idp, &visitor, (wish.ask(), place)).await
}

/// `POST /phone/{id}/passkey/finish`. No session is opened on the phone.
pub(crate) async fn finish(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let now = idp.now();
    let (transaction, bound) = matched(&idp, &visitor, QrId::new(id)).await?;
    let place = Place { purpose: APPROVE, browser: visitor.browser.id(), bound: &bound };
    let judged = idp.door().judge_authentication(idp.store(), (&place, answer.credential()), now).await;
    let verdict = judged.map_err(broken)?;
    let waiting = facts::load(&idp, &transaction, now).await.map_err(broken)?;
    let proof = KeptProof::draw(now, idp.entropy());
    let tx = idp.store().begin().await.map_err(broken)?;
    let given = Given { transaction: &transaction, waiting, verdict, proof };
    let ended = take(&idp, &tx, (&visitor, given), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    ended.map_err(|refusal| Error::from(&refusal))?;
    // Approved or not, the page says it.
    Ok(Go { go: routes::phone_page(transaction.id) }.into_response())
}

/// The transaction as long as this phone may approve it, and the bytes its ceremony is bound to.
async fn matched(idp: &Idp, visitor: &Visitor, id: QrId) -> Result<(Transaction, Vec<u8>), Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let transaction = phone::mine(&read, visitor, id).await?;
    match transaction.stage {
        Stage::Matched(_, digits) if transaction.is_live(idp.now()) => {
            let bound = facts::bound(&transaction, &digits.text());
            Ok((transaction, bound))
        }
        _ => Err(Error::new(StatusCode::CONFLICT, "error-qr-over")),
    }
}

/// What was read and judged before the transaction.
struct Given<'a> {
    transaction: &'a Transaction,
    waiting: Option<Waiting>,
    verdict: Verdict<Authenticated>,
    proof: KeptProof,
}

async fn take(
    idp: &Idp,
    tx: &Tx,
    (visitor, given): (&Visitor, Given<'_>),
    now: Timestamp,
) -> Result<Result<(), DoorRefusal>, StoreError> {
    let Given { transaction, waiting, verdict, proof } = given;
    let proven = match take_authentication(tx, visitor.nobody(), verdict, now).await? {
        Ok(proven) => proven,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let approval = Approval { person: proven.person(), proof };
    let actor = visitor.person(approval.person);
    // Another tab of this phone may have ended it meanwhile: then nothing is written but the ceremony's use.
    let Ok(after) = transaction.approve(approval, visitor.peer.0.to_canonical(), now) else {
        return Ok(Ok(()));
    };
    let Some(phone) = after.phone() else { return Ok(Ok(())) };
    if let Err(why) = counts(idp, tx, (transaction, waiting, phone, &proven), now).await? {
        acts::end(tx, &actor, (transaction, why, Some(approval.person)), now).await?;
        return Ok(Ok(()));
    }
    if acts::advance(tx, &actor, (transaction, after), now).await? {
        let bound = facts::bound(transaction, "");
        keep(tx, (proof, proven), &bound, transaction.deadline()).await?;
    }
    Ok(Ok(()))
}

/// Whether the approval counts: who it is, and what ties the desktop's browser to them.
async fn counts(
    idp: &Idp,
    tx: &Tx,
    (transaction, waiting, phone, proven): (&Transaction, Option<Waiting>, Phone, &Proven),
    now: Timestamp,
) -> Result<Result<(), Ending>, StoreError> {
    let Some(waiting) = waiting else { return Ok(Err(Ending::MovedOn)) };
    let approving = Approving {
        person: proven.person(),
        at: proven.at(),
        known: transaction.desktop.known.as_ref(),
        desktop: transaction.desktop.address,
        phone,
    };
    let (case, _) = facts::case(idp, tx, (waiting, approving), now).await?;
    Ok(judge(&case))
}
