//! A sign-in's way: asked, proven, confirmed, answered.

use console::door::Proven;
use console::events::{Actor, Entry, note};
use console::person::PersonId;
use console::sessions::{self, FreshToken, Kind, Limits, NewSession, Opened, Opening, SignedIn};
use jiff::{SignedDuration, Timestamp};
use saml::core::RequestId;
use serde_json::{Value as Json, json};
use store::{StoreError, Tx};
use uuid::Uuid;
use web::token::{Token, TokenHash};

use crate::model::sign_in::{Proof, SignIn};
use crate::store::facts;
use crate::store::known_browsers::{self, NewKnown};
use crate::store::sign_ins::{self, Owner};

/// Keeps a new request until its person is proven.
///
/// # Errors
/// The store's; a conflict when the request's ID is known already.
pub(crate) async fn ask(
    tx: &Tx,
    (sign_in, request): (&SignIn, &RequestId),
    owner: Owner<'_>,
) -> Result<(), StoreError> {
    sign_ins::insert(tx, (sign_in, request), owner, OPEN_PER_SOURCE).await
}

/// Notes a ceremony in its sign-in; says whether the sign-in was waiting for one.
///
/// # Errors
/// Only the store's.
pub(crate) async fn prove(
    tx: &Tx,
    sign_in: &SignIn,
    browser: TokenHash,
    proof: &Proof,
) -> Result<bool, StoreError> {
    sign_ins::prove(tx, sign_in.id, browser.as_ref(), proof).await
}

/// The person has seen which account it is; says whether that was being waited for.
///
/// # Errors
/// Only the store's.
pub(crate) async fn confirm(
    tx: &Tx,
    actor: &Actor,
    (sign_in, browser): (&SignIn, TokenHash),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let confirmed = sign_ins::confirm(tx, sign_in.id, browser.as_ref()).await?;
    if confirmed {
        let data = json!({ "application": sign_in.application.uuid() });
        note(tx, actor, Entry::new("sign_in.confirmed", actor.person(), data), now).await?;
    }
    Ok(confirmed)
}

/// "This isn't me": the proof is forgotten, and no session of this browser answers this request any more.
///
/// # Errors
/// Only the store's.
pub(crate) async fn restart(
    tx: &Tx,
    actor: &Actor,
    (sign_in, browser): (&SignIn, TokenHash),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let restarted = sign_ins::restart(tx, sign_in.id, browser.as_ref()).await?;
    if restarted {
        let data = json!({ "application": sign_in.application.uuid() });
        note(tx, actor, Entry::new("sign_in.restarted", actor.person(), data), now).await?;
    }
    Ok(restarted)
}

/// What a browser remembers of a ceremony, drawn before the transaction.
#[derive(Debug)]
pub(crate) struct Remembering {
    /// The new session.
    pub(crate) fresh: FreshToken,
    /// The session that this browser showed: it ends.
    pub(crate) replaces: Option<Token>,
    /// The new secret by which this browser is known; none when the ceremony says nothing about the browser.
    pub(crate) known: Option<Knowing>,
}

/// A browser's new secret, and the one it showed.
#[derive(Debug)]
pub(crate) struct Knowing {
    pub(crate) id: Uuid,
    pub(crate) new: Token,
    pub(crate) old: Option<Token>,
    /// Browser and system in words.
    pub(crate) label: String,
}

/// Opens the session of a proven person, and makes the browser known for them.
///
/// # Errors
/// Only the store's.
pub(crate) async fn remember(
    tx: &Tx,
    actor: &Actor,
    (proven, remembering): (Proven, Remembering),
    now: Timestamp,
) -> Result<(Opened, Option<Token>), StoreError> {
    let person = proven.person();
    let Remembering { fresh, replaces, known } = remembering;
    let new = NewSession { kind: Kind::PERSON, limits: person_limits(), replaces: replaces.as_ref(), fresh };
    let opened = sessions::open(tx, actor, (Opening::proven(proven), new), now).await?;
    let known = match known {
        Some(knowing) => Some(make_known(tx, person, knowing, now).await?),
        None => None,
    };
    Ok((opened, known))
}

/// Rotates the secret by which everybody's row knows this browser, and writes this person's.
async fn make_known(
    tx: &Tx,
    person: PersonId,
    knowing: Knowing,
    now: Timestamp,
) -> Result<Token, StoreError> {
    let Knowing { id, new, old, label } = knowing;
    if let Some(old) = old {
        known_browsers::renew(tx, new.hash().as_ref(), old.hash().as_ref()).await?;
    }
    let secret = new.hash();
    let expires_at = now.saturating_add(KNOWN_FOR).unwrap_or(Timestamp::MAX);
    let browser = NewKnown { id, secret: secret.as_ref(), person, label: &label, expires_at };
    known_browsers::upsert(tx, &browser, now).await?;
    Ok(new)
}

/// An answer that is about to leave.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// The sign-in it answers.
    pub(crate) sign_in: &'a SignIn,
    /// The request's ID, when the sign-in has no row yet.
    pub(crate) new: Option<&'a RequestId>,
    /// Whose and from where it is.
    pub(crate) owner: Owner<'a>,
    /// Who is asserted; nobody in an answer that declines.
    pub(crate) person: Option<PersonId>,
    /// The session that answers, when its use is worth a write.
    pub(crate) touch: Option<&'a SignedIn>,
    /// What the issue log keeps.
    pub(crate) data: Json,
}

/// Why an answer does not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Another request answered first.
    Answered,
    /// The person or the application is no longer what the answer says.
    Changed,
}

/// Writes an answer to the issue log and finishes its sign-in, in one: exactly one answer leaves, and none that is not
/// written. What it was decided by is asked again here.
///
/// # Errors
/// The store's: a conflict when the request's ID became known a moment ago. Inside, why it does not leave.
pub(crate) async fn answer(
    tx: &Tx,
    actor: &Actor,
    answer: Answer<'_>,
    now: Timestamp,
) -> Result<Result<(), Stopped>, StoreError> {
    let Answer { sign_in, new, owner, person, touch, data } = answer;
    if let Some(person) = person
        && !facts::holds(tx, person, sign_in.application).await?
    {
        return Ok(Err(Stopped::Changed));
    }
    match new {
        Some(request) => sign_ins::insert_finished(tx, (sign_in, request), owner, person).await?,
        None if sign_ins::finish(tx, sign_in, owner.browser, (person, now)).await? => {}
        None => return Ok(Err(Stopped::Answered)),
    }
    if let Some(session) = touch {
        sessions::touch(tx, session, now).await?;
    }
    let kind = if person.is_some() { "assertion.issued" } else { "sign_in.declined" };
    note(tx, actor, Entry::new(kind, person, data), now).await?;
    Ok(Ok(()))
}

/// Writes that a proven person was told no.
///
/// # Errors
/// Only the store's.
pub(crate) async fn note_refused(
    tx: &Tx,
    actor: &Actor,
    (sign_in, person, code): (&SignIn, Option<PersonId>, &'static str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let data = json!({ "application": sign_in.application.uuid(), "code": code });
    note(tx, actor, Entry::new("sign_in.refused", person, data), now).await
}

/// A person's session at the identity provider: an hour without use, twelve in all (NIST SP 800-63B-4, AAL2).
pub(crate) fn person_limits() -> Limits {
    Limits::new(SignedDuration::from_hours(1), SignedDuration::from_hours(12))
}

/// How long a browser stays known.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Sign-ins that one network may have open: room for an office, and no room for a flood.
const OPEN_PER_SOURCE: u32 = 1_000;
