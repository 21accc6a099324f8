//! Opening, using and ending sessions.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use store::{ReadTx, Store, StoreError, Tx};
use web::token::Token;

use super::{Found, FreshToken, Kind, Listed, NewSession, Opened, Opening, SessionId, SignedIn, State, rows};
use crate::door::Proven;
use crate::events::{Actor, Entry, note};
use crate::person::PersonId;

/// The session of a request, its use noted when that is due: what a service's extractors call. A store that can be read
/// but not written now still lets people read.
///
/// # Errors
/// Only the store's.
pub async fn visit(
    store: &Store,
    kind: Kind,
    token: Option<&Token>,
    now: Timestamp,
) -> Result<Found, StoreError> {
    let read = store.read().await?;
    let found = current(&read, kind, token, now).await?;
    drop(read);
    if let Found::SignedIn(who) = &found
        && who.touch_due(now)
        && let Err(error) = note_use(store, who, now).await
    {
        tracing::warn!(%error, "the use of a session was not noted");
    }
    Ok(found)
}

async fn note_use(store: &Store, who: &SignedIn, now: Timestamp) -> Result<(), StoreError> {
    let tx = store.begin().await?;
    touch(&tx, who, now).await?;
    tx.commit().await
}

/// The session of the token that a request's cookie carries.
///
/// # Errors
/// Only the store's.
pub async fn current(
    tx: &ReadTx,
    kind: Kind,
    token: Option<&Token>,
    now: Timestamp,
) -> Result<Found, StoreError> {
    let Some(token) = token else { return Ok(Found::Nobody) };
    let Some(who) = rows::find(tx, token.hash().as_ref(), kind.name()).await? else {
        return Ok(Found::Nobody);
    };
    Ok(match who.course.state(now) {
        State::Live => Found::SignedIn(who),
        over => Found::Over(over),
    })
}

/// Whether a session of a person lives: what was given in it (a product's token) is good no longer than it is.
///
/// # Errors
/// Only the store's.
pub async fn is_live(
    tx: &ReadTx,
    (person, session): (PersonId, SessionId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = rows::find_one(tx, person, session).await?;
    Ok(found.is_some_and(|who| who.course.state(now) == State::Live))
}

/// The live sessions of a person, newest first, at most 200.
///
/// # Errors
/// Only the store's.
pub async fn list(tx: &ReadTx, person: PersonId, now: Timestamp) -> Result<Vec<Listed>, StoreError> {
    let sessions = rows::list(tx, person, now).await?;
    let live = sessions.into_iter().filter(|who| who.course.state(now) == State::Live);
    Ok(live.map(Listed::from).collect())
}

/// Notes that a session is in use. Call it when [`SignedIn::touch_due`] says so; of many requests at once one writes.
///
/// # Errors
/// Only the store's.
pub async fn touch(tx: &Tx, who: &SignedIn, now: Timestamp) -> Result<(), StoreError> {
    rows::touch(tx, who.session, now).await
}

/// Opens a session on the strength of a proof; the session of the token that it replaces ends.
///
/// Whether this person may have a session at all (active, allowed here) is asked by the service, in the same
/// transaction, before.
///
/// # Errors
/// Only the store's.
pub async fn open(
    tx: &Tx,
    actor: &Actor,
    (opening, session): (Opening, NewSession<'_>),
    now: Timestamp,
) -> Result<Opened, StoreError> {
    let replaced = match session.replaces {
        Some(old) => rows::end_token(tx, old.hash().as_ref(), session.kind.name(), now).await?,
        None => 0,
    };
    rows::insert(tx, &opening, &session, now).await?;
    let opened = Opened { session: session.fresh.id, person: opening.person, token: session.fresh.token };
    let data = json!({
        "session": opened.session,
        "kind": session.kind.name(),
        "method": opening.method.name(),
        "replaced": replaced == 1,
    });
    note(tx, actor, Entry::new("session.opened", Some(opened.person), data), now).await?;
    Ok(opened)
}

/// Somebody else did the step-up ceremony, or the session ended meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the passkey belongs to another person than this session, or the session is over")]
pub struct NotYou;

impl From<NotYou> for web::Error {
    fn from(refusal: NotYou) -> Self {
        Self::new(StatusCode::FORBIDDEN, "error-not-you").because(refusal)
    }
}

/// Notes a fresh ceremony in a session and gives it a new token (T092: rotate when privilege changes).
///
/// # Errors
/// The store's; inside, [`NotYou`], which is written as an event too.
pub async fn step_up(
    tx: &Tx,
    actor: &Actor,
    (who, proof, fresh): (&SignedIn, Proven, FreshToken),
    now: Timestamp,
) -> Result<Result<Opened, NotYou>, StoreError> {
    let theirs = proof.person() == who.person && proof.how().is_local_ceremony();
    let renewed = theirs && rows::renew(tx, who, fresh.token.hash().as_ref(), proof.at(), now).await?;
    let data = json!({ "session": who.session, "passkey": proof.passkey() });
    if !renewed {
        note(tx, actor, Entry::new("session.step_up_refused", Some(who.person), data), now).await?;
        return Ok(Err(NotYou));
    }
    note(tx, actor, Entry::new("session.stepped_up", Some(who.person), data), now).await?;
    Ok(Ok(Opened { session: who.session, person: who.person, token: fresh.token }))
}

/// Signs out: ends the session of this request.
///
/// # Errors
/// Only the store's.
pub async fn end(tx: &Tx, actor: &Actor, who: &SignedIn, now: Timestamp) -> Result<(), StoreError> {
    end_one(tx, actor, (who.person, who.session), now).await.map(|_| ())
}

/// Ends one session of a person; says whether it was still open.
///
/// # Errors
/// Only the store's.
pub async fn end_one(
    tx: &Tx,
    actor: &Actor,
    (person, session): (PersonId, SessionId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = rows::end_one(tx, person, session, now).await?;
    if ended {
        note(tx, actor, Entry::new("session.ended", Some(person), json!({ "session": session })), now)
            .await?;
    }
    Ok(ended)
}

/// Ends every session of a person, of every kind; says how many were open.
///
/// # Errors
/// Only the store's.
pub async fn end_all(tx: &Tx, actor: &Actor, person: PersonId, now: Timestamp) -> Result<u64, StoreError> {
    let ended = rows::end_all(tx, person, now).await?;
    note(tx, actor, Entry::new("session.all_ended", Some(person), json!({ "sessions": ended })), now).await?;
    Ok(ended)
}

impl From<SignedIn> for Listed {
    fn from(who: SignedIn) -> Self {
        Self {
            session: who.session,
            kind: who.kind,
            method: who.method,
            opened_at: who.opened_at,
            last_seen_at: who.course.last_seen_at,
        }
    }
}
