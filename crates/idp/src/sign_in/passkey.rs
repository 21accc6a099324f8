//! Hop 4, in this browser: the passkey of this device, or the browser's own phone flow. It returns to hop 3.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use console::ceremony::Place;
use console::door::{DoorRefusal, Go, Proven, Wish, take_authentication};
use console::sessions::Kind;
use http::StatusCode;
use jiff::Timestamp;
use store::{StoreError, Tx};
use uuid::Uuid;
use web::cookie::SetCookie;
use web::{CheckedJson, Error};

use super::dispatch::{Refused, Step};
use super::load::{Loaded, Open, load, open};
use super::page;
use crate::acts::sign_ins::{self as acts, Remembering};
use crate::ceremony::{self, Answer, SIGN_IN};
use crate::error::broken;
use crate::model::sign_in::{Proof, SignIn, SignInId, Stage};
use crate::routes;
use crate::state::Idp;
use crate::store::known_browsers;
use crate::visitor::{KNOWN, Visitor};

/// `POST /sign-in/{id}/passkey/begin`.
pub(crate) async fn begin(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedJson(wish): CheckedJson<Wish>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    asking(&idp, &visitor, id).await?;
    let bound = bound(id);
    let place = Place { purpose: SIGN_IN, browser: visitor.browser.id(), bound: &bound };
    ceremony::begin(&idp, &visitor, (wish.ask(), place)).await
}

/// `POST /sign-in/{id}/passkey/finish`.
pub(crate) async fn finish(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    let now = idp.now();
    let waiting = asking(&idp, &visitor, id).await?;
    let bound = bound(id);
    let place = Place { purpose: SIGN_IN, browser: visitor.browser.id(), bound: &bound };
    let verdict = idp
        .door()
        .judge_authentication(idp.store(), (&place, answer.credential()), now)
        .await
        .map_err(broken)?;
    let remembering = (!answer.shared).then(|| ceremony::remembering(&idp, &visitor, (now, true)));
    let tx = idp.store().begin().await.map_err(broken)?;
    let ended = match take_authentication(&tx, visitor.nobody(), verdict, now).await.map_err(broken)? {
        Ok(proven) => prove(&tx, &visitor, (*waiting, proven, remembering), now).await.map_err(broken)?,
        Err(refusal) => Err(NotProven::Door(refusal)),
    };
    tx.commit().await.map_err(broken)?;
    let cookies = ended.map_err(Error::from)?;
    let mut response = Go { go: routes::sign_in_page(id) }.into_response();
    for cookie in cookies {
        cookie.append_to(response.headers_mut());
    }
    Ok(response)
}

/// The sign-in, as long as it waits for somebody to prove themselves. (A session that would answer does not stand in the
/// way: whoever sees the page may use another passkey.)
async fn asking(idp: &Idp, visitor: &Visitor, id: SignInId) -> Result<Box<Open>, Error> {
    let moved_on = || Error::new(StatusCode::CONFLICT, "error-sign-in-moved-on");
    let Loaded::Open(open) = load(idp, visitor, id).await? else { return Err(moved_on()) };
    match (open.sign_in.stage, open.step()) {
        (Stage::Asked, Step::Refuse(why @ (Refused::Expired | Refused::ApplicationDisabled))) => {
            Err(page::refused(why))
        }
        (Stage::Asked, _) => Ok(open),
        _ => Err(moved_on()),
    }
}

/// A challenge belongs to one sign-in.
fn bound(id: SignInId) -> [u8; 16] {
    *id.uuid().as_bytes()
}

/// Why a ceremony proves nobody for this sign-in.
#[derive(Debug)]
enum NotProven {
    Door(DoorRefusal),
    Refused(Refused),
    /// The sign-in was proven or answered in another tab a moment ago.
    MovedOn,
}

impl From<NotProven> for Error {
    fn from(why: NotProven) -> Self {
        match why {
            NotProven::Door(refusal) => Self::from(&refusal),
            NotProven::Refused(refused) => page::refused(refused),
            NotProven::MovedOn => Self::new(StatusCode::CONFLICT, "error-sign-in-moved-on"),
        }
    }
}

/// Hop 3 is asked with the facts of this transaction. Whoever would be refused is told so here, on the page that is open,
/// and another passkey can be tried; all else is noted and goes on to the sign-in's page.
async fn prove(
    tx: &Tx,
    visitor: &Visitor,
    (waiting, proven, remembering): (Open, Proven, Option<Remembering>),
    now: Timestamp,
) -> Result<Result<Vec<SetCookie>, NotProven>, StoreError> {
    let (person, browser) = (proven.person(), visitor.browser.id());
    let known = match visitor.known() {
        Some(token) => known_browsers::known_here(tx, token.hash().as_ref(), person, now).await?,
        None => crate::model::sign_in::KnownHere::Nobody,
    };
    let proof = Proof { person, method: proven.how(), at: proven.at(), known };
    let Open { sign_in, request, application, session, .. } = waiting;
    let sign_in = SignIn { stage: Stage::Proven(proof), ..sign_in };
    let judged = open(tx, (sign_in, request, application), session, now).await?;
    let actor = visitor.person(person);
    if let Step::Refuse(refused) = judged.step() {
        let code = page::code(refused);
        acts::note_refused(tx, &actor, (&judged.sign_in, Some(person), code), now).await?;
        return Ok(Err(NotProven::Refused(refused)));
    }
    if !acts::prove(tx, &judged.sign_in, browser, &proof).await? {
        return Ok(Err(NotProven::MovedOn));
    }
    let Some(remembering) = remembering else {
        return Ok(Ok(Vec::new()));
    };
    let (opened, known) = acts::remember(tx, &actor, (proven, remembering), now).await?;
    let session = Kind::PERSON.cookie(&visitor.cookies, &opened.token);
    let known = known.map(|token| visitor.cookies.set(&KNOWN, &token.expose()));
    Ok(Ok(std::iter::once(session).chain(known).collect()))
}
