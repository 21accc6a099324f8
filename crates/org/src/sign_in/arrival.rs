//! The browser's own GET after hop 6: here its session cookie is visible.
//!
//! What was posted is verified again as of the time it arrived, against the
//! configuration of now; no verified assertion is ever read from a table. Then
//! the facts are loaded, [`admit`] decides, and hop 8 opens the session.

use std::sync::Arc;

use ::store::events::Personal;
use ::store::{ReadTx, StoreError};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::sessions;
use http::StatusCode;
use jiff::Timestamp;
use saml::sp::{Outcome, Received, VerifiedAssertion, verify};
use serde_json::json;
use web::{CheckedForm, Cookies, Csrf, Error};

use super::admit::{Admission, Asserted, Facts, admit};
use super::refused::Refused;
use super::session::{self, Admitted, Attempt};
use super::{Arrival, Connection, Taken, WAITING, browser};
use crate::acts::sign_in::{self as acts, Sealed, Tie};
use crate::answer::{broken, changed_meanwhile};
use crate::model::AccountId;
use crate::pages::{Caller, Nothing};
use crate::service::Org;
use crate::store::{accounts, arrivals, directories, domains, policies};

/// `GET /login/arrival/{handle}`.
pub(crate) async fn get(
    State(org): State<Org>,
    Path(handle): Path<String>,
    (cookies, caller, csrf): (Cookies, Caller, Csrf),
) -> Result<Response, Error> {
    let attempt = Attempt::new(&org, (&cookies, &caller, &csrf), false);
    come_in(&attempt, &handle).await
}

/// `POST /login/arrival/{handle}`: the person agreed to change the account.
pub(crate) async fn post(
    State(org): State<Org>,
    Path(handle): Path<String>,
    (cookies, caller, csrf): (Cookies, Caller, Csrf),
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let attempt = Attempt::new(&org, (&cookies, &caller, &csrf), true);
    come_in(&attempt, &handle).await
}

/// Tries twice: what changed between the look and the write is looked at anew.
async fn come_in(attempt: &Attempt<'_>, handle: &str) -> Result<Response, Error> {
    for _ in 0..2 {
        if let Some(answer) = step(attempt, handle).await? {
            return Ok(answer);
        }
        attempt.org.catch_up().await?;
    }
    Err(changed_meanwhile())
}

async fn step(attempt: &Attempt<'_>, handle: &str) -> Result<Option<Response>, Error> {
    let Some(waiting) = look(attempt, handle).await? else {
        return Err(nothing_waits(attempt).await?);
    };
    let arrival = &waiting.arrival;
    match &arrival.taken {
        Some(Taken::Session(_)) => return Ok(Some(to_product(arrival))),
        Some(Taken::Refused { code, tracking }) => return Err(refused_before(code, tracking)),
        None => {}
    }
    let (connection, assertion, asserted) = match prove(&waiting, attempt.now) {
        Ok(proof) => proof,
        Err(refused) => return refuse(attempt, arrival, (refused, waiting.tie())).await,
    };
    let Some(facts) = facts(attempt, &waiting, (&connection, &asserted)).await? else {
        let refused = Refused::ConnectionUnknown;
        return refuse(attempt, arrival, (refused, waiting.tie())).await;
    };
    match admit(&asserted, &facts) {
        Ok(Admission::Ask { signed_in, .. }) => {
            session::ask(attempt, arrival, (&asserted, signed_in)).await.map(Some)
        }
        Ok(Admission::Enter(entry)) => {
            let admitted = Admitted {
                arrival,
                assertion: &assertion,
                version: connection.version,
                asserted: &asserted,
                facts: &facts,
                entry: &entry,
                signed_in: waiting.signed_in.as_ref(),
            };
            match session::open(attempt, &admitted).await? {
                Ok(answer) => Ok(answer),
                Err(refused) => refuse(attempt, arrival, (refused, waiting.tie())).await,
            }
        }
        Err(refusal) => {
            let known = facts.by_stable_id.as_ref().or(facts.by_address.as_ref());
            let account = known.map(|known| known.account.id);
            let tie = Tie::Known(Some(connection.organization), account);
            refuse(attempt, arrival, (refusal.into(), tie)).await
        }
    }
}

/// What waits under a handle, and who is signed in in this browser.
struct Waiting {
    arrival: Arrival,
    connection: Option<Arc<Connection>>,
    signed_in: Option<sessions::SignedIn>,
}

impl Waiting {
    fn tie(&self) -> Tie {
        let organization = self.connection.as_ref().map(|c| c.organization);
        Tie::Known(organization, None)
    }
}

/// One snapshot, closed before anything is verified.
async fn look(attempt: &Attempt<'_>, handle: &str) -> Result<Option<Waiting>, Error> {
    let Some(browser) = browser::of(attempt.cookies) else {
        return Ok(None);
    };
    let (org, now) = (attempt.org, attempt.now);
    let read = org.read().await?;
    let found = arrivals::find(&read, handle, browser, now).await;
    let Some(arrival) = found.map_err(broken)? else {
        return Ok(None);
    };
    let connection =
        org.connections().find(&read, org.public_url(), arrival.connection).await.map_err(broken)?;
    let signed_in = session::current(&read, attempt.cookies, now).await?;
    Ok(Some(Waiting { arrival, connection, signed_in }))
}

type Proof = (Arc<Connection>, VerifiedAssertion, Asserted);

/// Verifies once more, as of the arrival.
fn prove(waiting: &Waiting, now: Timestamp) -> Result<Proof, Refused> {
    let arrival = &waiting.arrival;
    if now.duration_since(arrival.arrived_at) > WAITING {
        return Err(Refused::ArrivalExpired);
    }
    let connection = waiting.connection.clone().ok_or(Refused::ConnectionUnknown)?;
    let malformed = |why: saml::protocol::Malformed| Refused::Malformed(why.to_string());
    let received = Received::parse(&arrival.message).map_err(malformed)?;
    let expected = connection.expected(&arrival.request, arrival.arrived_at);
    match verify(&received, &expected)? {
        Outcome::SignedIn(assertion) => {
            let asserted = Asserted::read(&assertion)?;
            Ok((connection, assertion, asserted))
        }
        Outcome::Declined(status) => Err(Refused::Declined(status)),
    }
}

/// Everything that `admit` asks about. `None`: the directory is gone.
async fn facts(
    attempt: &Attempt<'_>,
    waiting: &Waiting,
    (connection, asserted): (&Connection, &Asserted),
) -> Result<Option<Facts>, Error> {
    let read = attempt.org.read().await?;
    let loaded = facts_of(&read, connection, asserted, attempt.now).await.map_err(broken)?;
    Ok(loaded.map(|facts| Facts {
        typed: waiting.arrival.typed.clone(),
        signed_in: waiting.signed_in.as_ref().map(|who| AccountId::of(who.person())),
        agreed: attempt.agreed,
        ..facts
    }))
}

/// What is known of whom an assertion names, as in a browser in which nothing
/// was typed and nobody is signed in.
pub(crate) async fn facts_of(
    read: &ReadTx,
    connection: &Connection,
    asserted: &Asserted,
    now: Timestamp,
) -> Result<Option<Facts>, StoreError> {
    let (organization, directory) = (connection.organization, connection.directory);
    let found = directories::find(read, organization, directory).await?;
    let default_policy = policies::default_of(read, directory).await?;
    let (Some(found), Some(default_policy)) = (found, default_policy) else {
        return Ok(None);
    };
    let by_stable_id = match asserted.stable_id() {
        Some(id) => accounts::known_by_stable_id(read, directory, id).await?,
        None => None,
    };
    Ok(Some(Facts {
        directory: found,
        default_policy,
        domain: domains::find(read, organization, &asserted.domain()).await?,
        by_stable_id,
        by_address: accounts::known_by_address(read, directory, asserted.address()).await?,
        typed: None,
        signed_in: None,
        agreed: false,
        now,
    }))
}

/// Takes the arrival with the refusal and shows its page. `None`: somebody
/// else has taken it, so look again.
async fn refuse(
    attempt: &Attempt<'_>,
    arrival: &Arrival,
    (refused, tie): (Refused, Tie),
) -> Result<Option<Response>, Error> {
    let sealed = seal(attempt, arrival, (&refused, &tie)).await?;
    let tx = attempt.org.begin().await?;
    let written = (arrival, &refused, &tie, sealed);
    let taken =
        acts::refuse_arrival(&tx, &attempt.caller.actor, written, attempt.now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    match taken {
        true => Err(refused.page().way_on("try-again", again(&arrival.handle))),
        false => Ok(None),
    }
}

/// What the refusal says about a person, under the key of the account that it
/// is about; of nobody known, under one of the request's own.
async fn seal(
    attempt: &Attempt<'_>,
    arrival: &Arrival,
    (refused, tie): (&Refused, &Tie),
) -> Result<Option<Sealed>, Error> {
    if !refused.is_personal() {
        return Ok(None);
    }
    let org = attempt.org;
    let person = match tie {
        Tie::Known(_, Some(account)) => account.to_string(),
        _ => format!("request:{}", arrival.request),
    };
    let (expected, received) = refused.reason();
    let values = json!({ "expected": expected, "received": received });
    let read = org.read().await?;
    let reason = Personal::seal(&read, org.master_key(), org.rng(), &person, &values).await;
    Ok(Some(Sealed {
        id: console::row_id(attempt.now, org.entropy()),
        reason: reason.map_err(Error::internal)?,
    }))
}

/// Nothing waits for this browser: counted, and gives nothing.
async fn nothing_waits(attempt: &Attempt<'_>) -> Result<Error, Error> {
    let refused = Refused::ArrivalUnknown;
    let tx = attempt.org.begin().await?;
    let written = (&refused, &Tie::Nobody);
    acts::refuse(&tx, &attempt.caller.actor, written, attempt.now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(refused.page().way_on("try-again", "/login"))
}

/// The browser that got the session comes back here by Refresh or Back.
fn to_product(arrival: &Arrival) -> Response {
    Redirect::to(arrival.return_to.as_str()).into_response()
}

fn refused_before(code: &str, tracking: &str) -> Error {
    Error::new(StatusCode::FORBIDDEN, "error-refused-before")
        .with("code", code)
        .with("tracking", tracking)
        .way_on("try-again", "/login")
}

/// Where the same sign-in begins again, asking for a fresh proof.
fn again(handle: &str) -> String {
    format!("/login/again/{handle}")
}
