//! Hop 2: an `AuthnRequest` → known application, its registered address → a `SignIn` of this browser.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use saml::binding::redirect;
use saml::core::RequestId;
use saml::idp::{CheckedRequest, Refused as NotFollowed, check};
use saml::protocol::AuthnRequest;
use store::{ReadTx, StoreError};
use web::{Error, Token};

use super::refusal::{RequestRefusal, refuse};
use super::respond::{self, Row};
use crate::acts::{requests, sign_ins as acts};
use crate::error::broken;
use crate::model::application::Application;
use crate::model::sign_in::{KeptRequest, LIFETIME, REQUEST_BYTES, SignIn, SignInId, Stage};
use crate::routes;
use crate::sign_in::dispatch::Step;
use crate::sign_in::load::{ToDecline, open};
use crate::state::Idp;
use crate::store::arrivals::{self, Arrival};
use crate::store::sign_ins::Owner;
use crate::store::{applications, sign_ins};
use crate::visitor::{Caller, Visitor};

/// `GET /saml/sso`: a request by the Redirect binding.
pub(crate) async fn redirect(
    State(idp): State<Idp>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result<Response, Error> {
    let now = idp.now();
    match redirect::decode(query.as_deref().unwrap_or_default()) {
        Ok(found) => {
            let request = KeptRequest { xml: found.xml, relay_state: found.relay_state, arrived_at: now };
            receive(&idp, &visitor, request).await
        }
        Err(error) => Err(refuse(&idp, &visitor, error.into()).await),
    }
}

/// `POST /saml/sso`: a request by the POST binding. A cross-site post carries no Lax cookie, so neither browser nor
/// session can be seen here: the message is kept, and the browser comes for it by a GET of ours.
pub(crate) async fn post(State(idp): State<Idp>, caller: Caller, body: Bytes) -> Result<Response, Error> {
    let now = idp.now();
    let posted = match saml::binding::post::decode_request(&body) {
        Ok(posted) if posted.xml.len() > REQUEST_BYTES => {
            return Err(refuse(&idp, &caller, RequestRefusal::TooLarge).await);
        }
        Ok(posted) => posted,
        Err(error) => return Err(refuse(&idp, &caller, error.into()).await),
    };
    let (browser, cookie) = caller.cross_site(idp.entropy());
    let handle = Token::new(idp.entropy());
    let (handle_hash, browser_hash, source) = (handle.hash(), browser.hash(), caller.nobody());
    let request = KeptRequest { xml: posted.xml, relay_state: posted.relay_state, arrived_at: now };
    let arrival = Arrival {
        handle: handle_hash.as_ref(),
        browser: browser_hash.as_ref(),
        source: source.source(),
        request: &request,
        expires_at: now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX),
    };
    let tx = idp.store().begin().await.map_err(broken)?;
    requests::keep(&tx, &arrival).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    let to = Redirect::to(&routes::arrival(&handle));
    Ok((cookie, to).into_response())
}

/// `GET /saml/sso/{handle}`: the browser comes for what it posted. Coming again continues the same sign-in.
pub(crate) async fn arrived(
    State(idp): State<Idp>,
    Path(handle): Path<String>,
    visitor: Visitor,
) -> Result<Response, Error> {
    let now = idp.now();
    let names = Token::parse(&handle).zip(visitor.cross_site_token());
    let found = match names {
        Some((handle, browser)) => {
            let read = idp.store().read().await.map_err(broken)?;
            let names = (handle.hash(), browser.hash());
            arrivals::find(&read, (names.0.as_ref(), names.1.as_ref()), now).await.map_err(broken)?
        }
        None => None,
    };
    match found {
        Some(kept) => receive(&idp, &visitor, kept).await,
        None => Err(refuse(&idp, &visitor, RequestRefusal::NothingWaits).await),
    }
}

/// A message as it arrived, by either binding.
async fn receive(idp: &Idp, visitor: &Visitor, kept: KeptRequest) -> Result<Response, Error> {
    if kept.xml.len() > REQUEST_BYTES {
        return Err(refuse(idp, visitor, RequestRefusal::TooLarge).await);
    }
    let request = match AuthnRequest::parse(&kept.xml) {
        Ok(request) => request,
        Err(error) => return Err(refuse(idp, visitor, error.into()).await),
    };
    let read = idp.store().read().await.map_err(broken)?;
    let place = find(&read, visitor, &request).await.map_err(broken)?;
    let application = match place {
        Ok(Found::New(application)) => application,
        Ok(Found::Ours(id)) => return Ok(Redirect::to(&routes::sign_in_page(id)).into_response()),
        Err(refusal) => {
            drop(read);
            return Err(refuse(idp, visitor, refusal).await);
        }
    };
    let sign_in = SignIn {
        id: SignInId::new(console::row_id(idp.now(), idp.entropy())),
        application: application.id,
        expires_at: kept.arrived_at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX),
        request: kept,
        stage: Stage::Asked,
        afresh: false,
    };
    let here = idp.here(sign_in.request.arrived_at);
    let request_id = request.id.clone();
    match check(request, &application.service_provider(), &here) {
        Ok(request) => first_step(idp, visitor, read, (sign_in, request, application)).await,
        Err(NotFollowed::NoAnswer(rejection)) => {
            drop(read);
            Err(refuse(idp, visitor, rejection.into()).await)
        }
        Err(NotFollowed::Answer { decline, reply, rejection }) => {
            drop(read);
            let reply = reply.with_relay_state(sign_in.request.relay_state.clone());
            let declining = ToDecline { sign_in, application, reply, decline, rejection };
            respond::decline(idp, visitor, &declining, Row::New(&request_id)).await
        }
    }
}

/// What a request leads to before it is checked.
enum Found {
    /// It is new, from this application.
    New(Application),
    /// This browser has brought it before: its sign-in goes on, whatever the time is now.
    Ours(SignInId),
}

async fn find(
    read: &ReadTx,
    visitor: &Visitor,
    request: &AuthnRequest,
) -> Result<Result<Found, RequestRefusal>, StoreError> {
    let issuer = request.issuer.as_str();
    let Some(application) = applications::find_by_entity_id(read, issuer).await? else {
        return Ok(Err(RequestRefusal::UnknownIssuer { issuer: issuer.to_owned() }));
    };
    let browser = visitor.browser.id();
    let known = sign_ins::find_by_request(read, (application.id, &request.id), browser.as_ref()).await?;
    Ok(match known {
        None => Ok(Found::New(application)),
        Some((id, true)) => Ok(Found::Ours(id)),
        Some((_, false)) => Err(RequestRefusal::OtherBrowser {
            issuer: issuer.to_owned(),
            request: request.id.as_str().to_owned(),
        }),
    })
}

/// Hop 3 for a new request. With a session that serves, the answer leaves at once: one snapshot, one short write.
async fn first_step(
    idp: &Idp,
    visitor: &Visitor,
    read: ReadTx,
    (sign_in, request, application): (SignIn, CheckedRequest, Application),
) -> Result<Response, Error> {
    let now = idp.now();
    let session = visitor.session(&read, now).await.map_err(broken)?;
    let open = open(&read, (sign_in, request, application), session, now).await.map_err(broken)?;
    drop(read);
    match open.step() {
        Step::Respond(grounds) => {
            respond::respond(idp, visitor, (&open, grounds), Row::New(open.request.id())).await
        }
        Step::Decline(declined) => {
            respond::decline_step(idp, visitor, (&open, declined), Row::New(open.request.id())).await
        }
        _ => wait(idp, visitor, (&open.sign_in, open.request.id())).await,
    }
}

/// Keeps the request, and shows its page.
async fn wait(
    idp: &Idp,
    visitor: &Visitor,
    (sign_in, request): (&SignIn, &RequestId),
) -> Result<Response, Error> {
    let (browser, actor) = (visitor.browser.id(), visitor.nobody());
    let owner = Owner { browser: browser.as_ref(), source: actor.source() };
    let tx = idp.store().begin().await.map_err(broken)?;
    let kept = acts::ask(&tx, (sign_in, request), owner).await;
    match kept {
        Ok(()) => {
            tx.commit().await.map_err(broken)?;
            Ok(Redirect::to(&routes::sign_in_page(sign_in.id)).into_response())
        }
        Err(StoreError::Conflict(_)) => {
            drop(tx);
            respond::known_meanwhile(idp, visitor, (sign_in, request)).await
        }
        Err(error) => Err(broken(error)),
    }
}
