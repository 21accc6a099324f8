//! Hop 6: the response comes as a cross-site POST, without any session cookie.
//!
//! It is verified against the request that this browser has open; then one
//! transaction takes the request, remembers the assertion, and keeps the posted
//! bytes under a one-time handle. The answer is a 303 to our own GET, where the
//! session is visible and [`arrival`](super::arrival) goes on. Nothing is
//! signed in here.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use saml::binding::post;
use saml::core::RequestId;
use saml::sp::{Outcome, Received, Rejection, Rule, VerifiedAssertion, verify};
use web::{Cookies, Error, Token, TokenHash};

use super::refused::Refused;
use super::test::PendingTest;
use super::test::judge::judge as judge_test;
use super::{Arrival, Connection, PENDING, PendingRequest, browser};
use crate::acts::sign_in::{self as acts, Kept, Tie};
use crate::acts::test_sign_ins as concluding;
use crate::answer::broken;
use crate::model::{CONNECTION, OrganizationId, PREFIX, UniqueId};
use crate::pages::Caller;
use crate::service::Org;
use crate::store::{arrivals, organizations, pending, test_sign_ins};

/// `POST /login/callback?connection=saml-<unique id>`.
pub(crate) async fn post(
    State(org): State<Org>,
    RawQuery(query): RawQuery,
    (cookies, caller): (Cookies, Caller),
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let now = org.now();
    let browser = browser::of(&cookies);
    let posted = match Posted::read(query.as_deref(), &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return turn_away(&org, &caller, (refused, Tie::Nobody), now).await,
    };
    let found = look_up(&org, &posted, browser, now).await?;
    if let (Some(connection), Some(test)) = (&found.connection, &found.test) {
        return conclude(&org, &caller, (test, connection, &posted), now).await;
    }
    match judge(&posted, found, now) {
        Verdict::Accepted(accepted) => keep(&org, &caller, (posted, *accepted), now).await,
        Verdict::Again(handle) => Ok(to_arrival(&handle)),
        Verdict::Stray(refused, genuine) => {
            let stray = replayed_or(&org, &caller, (refused, *genuine)).await?;
            turn_away(&org, &caller, stray, now).await
        }
        Verdict::Refused(refused, tie) => turn_away(&org, &caller, (refused, tie), now).await,
    }
}

/// A form that was posted to the ACS of a connection.
struct Posted {
    unique_id: UniqueId,
    xml: Vec<u8>,
    digest: [u8; 32],
    relay_state: Option<TokenHash>,
    received: Received,
}

impl Posted {
    fn read(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refused> {
        let unique_id = connection_of(query).ok_or(Refused::ConnectionUnknown)?;
        let malformed = |why: String| Refused::Malformed(why);
        let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = given.unwrap_or_default().split(';').next().unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case(FORM) {
            return Err(malformed("another content type than a form's".to_owned()));
        }
        let form = post::decode(body).map_err(|why| malformed(why.to_string()))?;
        let received = Received::parse(&form.xml).map_err(|why| malformed(why.to_string()))?;
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &form.xml).as_ref());
        Ok(Self {
            unique_id,
            digest: hash,
            relay_state: form
                .relay_state
                .and_then(|state| Token::parse(state.as_str()))
                .map(|token| token.hash()),
            received,
            xml: form.xml,
        })
    }

    fn clues(&self) -> pending::Clues<'_> {
        pending::Clues { relay_state: self.relay_state, in_response_to: self.received.in_response_to() }
    }
}

/// The ACS URL is compared whole: this one parameter, spelled in this one way.
fn connection_of(query: Option<&str>) -> Option<UniqueId> {
    let (name, value) = query?.split_once('=')?;
    let id = value.strip_prefix(PREFIX).filter(|_| name == CONNECTION)?;
    id.parse().ok()
}

/// What is known when a response arrives.
struct Found {
    connection: Option<Arc<Connection>>,
    pending: Option<PendingRequest>,
    /// It answers a test sign-in: then nothing else of this is.
    test: Option<PendingTest>,
    before: Option<arrivals::Posted>,
}

/// One snapshot, closed before anything is verified.
async fn look_up(
    org: &Org,
    posted: &Posted,
    browser: Option<TokenHash>,
    now: Timestamp,
) -> Result<Found, Error> {
    let read = org.read().await?;
    let connections = org.connections();
    let connection = connections.find(&read, org.public_url(), posted.unique_id).await.map_err(broken)?;
    let mut found = Found { connection, pending: None, test: None, before: None };
    let Some(browser) = browser else {
        return Ok(found);
    };
    let whose = (browser, posted.unique_id);
    found.pending = pending::find(&read, whose, &posted.clues(), now).await.map_err(broken)?;
    if found.pending.is_none() {
        found.test = test_sign_ins::find_pending(&read, whose, &posted.clues(), now).await.map_err(broken)?;
        found.before = arrivals::find_posted(&read, whose, &posted.clues()).await.map_err(broken)?;
    }
    Ok(found)
}

/// A test sign-in ends in a verdict, whatever came back.
async fn conclude(
    org: &Org,
    caller: &Caller,
    (test, connection, posted): (&PendingTest, &Connection, &Posted),
    now: Timestamp,
) -> Result<Response, Error> {
    let read = org.read().await?;
    let given = (test, connection, &posted.received);
    let verdict = judge_test(&read, given, now, org.entropy()).await.map_err(broken)?;
    let organization = organizations::find(&read, test.organization).await.map_err(broken)?;
    drop(read);
    let Some(verdict) = verdict else {
        return turn_away(org, caller, (Refused::ConnectionUnknown, Tie::Nobody), now).await;
    };
    let tx = org.begin().await?;
    let actor = caller.actor.clone();
    let kept = concluding::conclude(&tx, &actor, (test, verdict), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    match kept.zip(organization) {
        Some((id, organization)) => {
            let path = format!("/admin/{}/tests/{id}", organization.key.as_str());
            Ok(Redirect::to(&path).into_response())
        }
        None => turn_away(org, caller, (Refused::RequestUsed, Tie::Nobody), now).await,
    }
}

/// What becomes of a posted form.
enum Verdict {
    Accepted(Box<Accepted>),
    /// The very message that this browser posted before.
    Again(String),
    /// The identity provider's own message, in the wrong browser or too late.
    Stray(Refused, Box<(VerifiedAssertion, OrganizationId)>),
    Refused(Refused, Tie),
}

/// A verified response and the request that it answers.
struct Accepted {
    connection: Arc<Connection>,
    pending: PendingRequest,
    assertion: VerifiedAssertion,
}

fn judge(posted: &Posted, found: Found, now: Timestamp) -> Verdict {
    let Some(connection) = found.connection else {
        return Verdict::Refused(Refused::ConnectionUnknown, Tie::Nobody);
    };
    let Some(pending) = found.pending else {
        return match found.before {
            Some(before) if before.digest == posted.digest => Verdict::Again(before.handle),
            before => without_request(posted, &connection, before.is_some(), now),
        };
    };
    match verify(&posted.received, &connection.expected(&pending.id, now)) {
        Ok(Outcome::SignedIn(assertion)) => {
            Verdict::Accepted(Box::new(Accepted { connection, pending, assertion }))
        }
        Ok(Outcome::Declined(status)) => {
            let tie = Tie::Request(Box::new(pending), connection.organization);
            Verdict::Refused(Refused::Declined(status), tie)
        }
        Err(rejection) => {
            let tie = Tie::Request(Box::new(pending), connection.organization);
            Verdict::Refused(unsolicited_or(rejection, posted), tie)
        }
    }
}

/// A RelayState of ours with an answer that names no request.
fn unsolicited_or(rejection: Rejection, posted: &Posted) -> Refused {
    match rejection.rule {
        Rule::InResponseTo if posted.received.in_response_to().is_none() => Refused::Unsolicited,
        _ => Refused::Rejected(rejection),
    }
}

/// Nobody is signed in without an open request. Whether the message is the
/// identity provider's own all the same only decides how it is written down: a
/// genuine one in another browser, or a second time, is worth an event of its own.
fn without_request(posted: &Posted, connection: &Connection, used: bool, now: Timestamp) -> Verdict {
    let Some(named) = posted.received.in_response_to() else {
        return Verdict::Refused(Refused::Unsolicited, Tie::Nobody);
    };
    let refused = match used {
        true => Refused::RequestUsed,
        false => Refused::RequestUnknown,
    };
    let verdict = RequestId::parse(named)
        .ok()
        .and_then(|named| verify(&posted.received, &connection.expected(&named, now)).ok());
    match verdict {
        Some(Outcome::SignedIn(assertion)) => {
            Verdict::Stray(refused, Box::new((assertion, connection.organization)))
        }
        _ => Verdict::Refused(refused, Tie::Nobody),
    }
}

/// A genuine message that was accepted once is a replay, whoever posts it.
async fn replayed_or(
    org: &Org,
    caller: &Caller,
    (refused, (assertion, organization)): (Refused, (VerifiedAssertion, OrganizationId)),
) -> Result<(Refused, Tie), Error> {
    let read = org.read().await?;
    let used =
        arrivals::is_used(&read, assertion.issuer(), assertion.assertion_id()).await.map_err(broken)?;
    let refused = match used {
        true => Refused::Replayed,
        false => refused,
    };
    let tie = match org.may_note_stray(caller.source) {
        true => Tie::Signature(organization),
        false => Tie::Nobody,
    };
    Ok((refused, tie))
}

/// Takes the request and keeps the message for the browser's own GET.
async fn keep(
    org: &Org,
    caller: &Caller,
    (posted, accepted): (Posted, Accepted),
    now: Timestamp,
) -> Result<Response, Error> {
    let Accepted { connection, pending, assertion } = accepted;
    let arrival = Arrival {
        handle: Token::new(org.entropy()).expose(),
        browser: pending.browser,
        connection: pending.connection,
        request: pending.id.clone(),
        relay_state: pending.relay_state,
        digest: posted.digest,
        message: posted.xml,
        typed: pending.typed.clone(),
        return_to: pending.return_to.clone(),
        arrived_at: now,
        expires_at: now.saturating_add(PENDING).unwrap_or(Timestamp::MAX),
        taken: None,
    };
    let organization = connection.organization;
    let tx = org.begin().await?;
    let kept =
        acts::keep(&tx, &caller.actor, (&arrival, &assertion, organization), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    match kept {
        Kept::Under(handle) => Ok(to_arrival(&handle)),
        Kept::Not(refused) => Err(refused.page().way_on("try-again", again(&pending))),
    }
}

/// Writes why, and says so.
async fn turn_away(
    org: &Org,
    caller: &Caller,
    (refused, tie): (Refused, Tie),
    now: Timestamp,
) -> Result<Response, Error> {
    let tx = org.begin().await?;
    acts::refuse(&tx, &caller.actor, (&refused, &tie), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    let way_on = match &tie {
        Tie::Request(pending, _) => again(pending),
        Tie::Signature(_) | Tie::Known(..) | Tie::Nobody => "/login".to_owned(),
    };
    Err(refused.page().way_on("try-again", way_on))
}

/// Where the same sign-in begins again, asking for a fresh proof.
fn again(pending: &PendingRequest) -> String {
    format!("/login/again/{}", pending.id)
}

fn to_arrival(handle: &str) -> Response {
    Redirect::to(&format!("/login/arrival/{handle}")).into_response()
}

const FORM: &str = "application/x-www-form-urlencoded";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_acs_url_has_one_spelling() {
        let id = "0190a3b4-0000-7000-8000-00000000beef";
        let good = format!("connection=saml-{id}");
        assert_eq!(connection_of(Some(&good)).unwrap().to_string(), id);
        for bad in [
            format!("connection={id}"),
            format!("connection=saml-{id}&x=1"),
            format!("x=1&connection=saml-{id}"),
            format!("connection=saml-{id}&connection=saml-{id}"),
            format!("Connection=saml-{id}"),
            format!("connection=saml-{}", id.to_uppercase()),
            format!("connection=saml%2D{id}"),
            String::new(),
        ] {
            assert!(connection_of(Some(&bad)).is_none(), "{bad}");
        }
        assert!(connection_of(None).is_none());
    }
}
