//! Hop 1: an address → the identity provider, or the local door.
//!
//! Page, words and time are the same for every address. What is asked of the
//! identity provider is remembered as a `PendingRequest` of this browser; the
//! RelayState is an opaque handle and says nothing.

mod decide;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::EmailAddress;
use jiff::{SignedDuration, Timestamp};
use saml::core::{RelayState, RequestId};
use saml::sp::RequestToSend;
use serde::Deserialize;
use url::Url;
use web::ambient::random;
use web::{CheckedForm, Cookies, Csrf, Error, Fields, FormAction, ReturnTo, StrictQuery, Token, TokenHash};

use super::refused::Refused;
use super::session::SignedIn;
use super::{Connection, PENDING, PendingRequest, browser};
use crate::acts::sign_in::{self as acts, Tie};
use crate::answer::broken;
use crate::pages::{self, Caller};
use crate::products;
use crate::service::Org;
use crate::store::{arrivals, configurations, directories, pending};

pub use decide::{Governed, Known, Way, local_door_is_open, start};

/// Where somebody wants to go afterwards.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    return_to: Option<String>,
}

impl Wish {
    /// A path of our own; the start page without one.
    pub(crate) fn return_to(&self) -> ReturnTo {
        ReturnTo::or(self.return_to.as_deref(), "/")
    }
}

/// `GET /login`: the page that asks for the address. Whoever is signed in goes on.
pub(crate) async fn page(
    State(org): State<Org>,
    StrictQuery(wish): StrictQuery<Wish>,
    (cookies, csrf): (Cookies, Csrf),
) -> Result<Response, Error> {
    let return_to = wish.return_to();
    let again = products::asks_again(&return_to);
    if !again && SignedIn::find(&org, &cookies).await?.is_some() {
        return Ok(Redirect::to(return_to.as_str()).into_response());
    }
    show(&org, &csrf, (&return_to, "", Fields::new())).await
}

/// The form of the page.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    address: String,
    return_to: String,
}

/// `POST /login`.
pub(crate) async fn post(
    State(org): State<Org>,
    (cookies, csrf, caller): (Cookies, Csrf, Caller),
    CheckedForm(typed): CheckedForm<Typed>,
) -> Result<Response, Error> {
    org.count_start(caller.source)?;
    let return_to = ReturnTo::or(Some(&typed.return_to), "/");
    let Ok(address) = EmailAddress::parse(typed.address.trim()) else {
        let fields = Fields::fault("address", "login-address-wrong");
        return show(&org, &csrf, (&return_to, &typed.address, fields)).await;
    };
    let again = products::asks_again(&return_to);
    if !again
        && let Some(signed_in) = SignedIn::find(&org, &cookies).await?
        && signed_in.account.address == address
    {
        return Ok(Redirect::to(return_to.as_str()).into_response());
    }
    let read = org.read().await?;
    let known = directories::governing(&read, &address).await.map_err(broken)?;
    let Way::Sso(directory) = start(&known, org.now()) else {
        return Ok(to_local_door(&return_to));
    };
    let connection =
        org.connections().of_directory(&read, org.public_url(), directory).await.map_err(broken)?;
    drop(read);
    let Some(connection) = connection else {
        return Ok(to_local_door(&return_to));
    };
    let ask = Ask { typed: Some(address), return_to, force_authn: again };
    leave(&org, (&cookies, &caller), &connection, ask).await
}

/// `GET /login/again/{what}`: the same sign-in once more, after a refusal, with
/// a fresh proof asked for. Names an open request or an answer of this very
/// browser; anything else leads to the beginning.
pub(crate) async fn again(
    State(org): State<Org>,
    Path(what): Path<String>,
    (cookies, caller): (Cookies, Caller),
) -> Result<Response, Error> {
    org.count_start(caller.source)?;
    let now = org.now();
    let Some(browser) = browser::of(&cookies) else {
        return Ok(Redirect::to("/login").into_response());
    };
    let read = org.read().await?;
    let before = match arrivals::find(&read, &what, browser, now).await.map_err(broken)? {
        Some(arrival) => Some((arrival.connection, arrival.typed, arrival.return_to)),
        None => pending::find_own(&read, &what, browser, now)
            .await
            .map_err(broken)?
            .map(|request| (request.connection, request.typed, request.return_to)),
    };
    let Some((connection, typed, return_to)) = before else {
        return Ok(Redirect::to("/login").into_response());
    };
    let connections = org.connections();
    let connection = connections.find(&read, org.public_url(), connection).await.map_err(broken)?;
    drop(read);
    let Some(connection) = connection else {
        return Ok(to_local_door(&return_to));
    };
    let ask = Ask { typed, return_to, force_authn: true };
    leave(&org, (&cookies, &caller), &connection, ask).await
}

/// What is asked of an identity provider, and for whom.
struct Ask {
    typed: Option<EmailAddress>,
    return_to: ReturnTo,
    force_authn: bool,
}

/// Sends the browser to the identity provider with a request that is
/// remembered as its own.
async fn leave(
    org: &Org,
    (cookies, caller): (&Cookies, &Caller),
    connection: &Connection,
    ask: Ask,
) -> Result<Response, Error> {
    let now = org.now();
    let (browser, cookie) = browser::name(cookies, org.entropy());
    stop_circling(org, caller, (browser, connection), now).await?;
    let relay_state = Token::new(org.entropy());
    let id = RequestId::from_random(random::<20>(org.entropy()));
    let request = RequestToSend {
        id: id.clone(),
        now,
        issuer: &connection.service_provider.entity_id,
        acs_url: &connection.service_provider.acs_url,
        sso_url: &connection.sso_url,
        name_id_format: None,
        requested_authn_context: None,
        force_authn: ask.force_authn,
    };
    let handle = RelayState::parse(&relay_state.expose()).map_err(Error::internal)?;
    let target = request.redirect(Some(&handle)).map_err(Error::internal)?;
    let pending = PendingRequest {
        id,
        browser,
        relay_state: relay_state.hash(),
        connection: connection.unique_id,
        typed: ask.typed,
        return_to: ask.return_to,
        opened_at: now,
        expires_at: now.saturating_add(PENDING).unwrap_or(Timestamp::MAX),
    };
    let tx = org.begin().await?;
    acts::leave(&tx, &pending).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok((cookie, Redirect::to(&target)).into_response())
}

/// Three round trips within a minute are a loop that nobody gets out of by
/// himself: it stops with a page and a trace.
async fn stop_circling(
    org: &Org,
    caller: &Caller,
    (browser, connection): (TokenHash, &Connection),
    now: Timestamp,
) -> Result<(), Error> {
    let since = now.saturating_sub(MINUTE).unwrap_or(Timestamp::MIN);
    let read = org.read().await?;
    let accepted = arrivals::count_since(&read, browser, since).await.map_err(broken)?;
    let refused = pending::count_returned(&read, browser, since).await.map_err(broken)?;
    drop(read);
    if accepted + refused < ROUND_TRIPS {
        return Ok(());
    }
    let stop = Refused::TooManyRoundTrips;
    // Whoever goes on all the same writes no line for each try.
    let tie = match org.may_note_stray(caller.source) {
        true => Tie::Known(Some(connection.organization), None),
        false => Tie::Nobody,
    };
    let tx = org.begin().await?;
    acts::refuse(&tx, &caller.actor, (&stop, &tie), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Err(stop.page().way_on("to-start", "/"))
}

/// The page of the address. Chromium holds a form's redirects against the
/// page's own policy, so it names the identity providers to which the answer
/// may lead, and the product that is waiting; where these are many, it names none.
async fn show(
    org: &Org,
    csrf: &Csrf,
    (return_to, address, fields): (&ReturnTo, &str, Fields),
) -> Result<Response, Error> {
    let read = org.read().await?;
    let targets = configurations::sso_urls(&read, FEW + 1).await.map_err(broken)?;
    let product = products::leads_to(&read, return_to).await.map_err(broken)?;
    drop(read);
    let urls = targets.iter().filter_map(|target| Url::parse(target.as_str()).ok());
    let urls: Vec<Url> = urls.chain(product).collect();
    let form_action = match targets.len() > FEW as usize {
        true => FormAction::anywhere(),
        false => FormAction::to(&urls),
    };
    let page = pages::Login {
        address: address.to_owned(),
        return_to: return_to.to_string(),
        fields,
        csrf: csrf.0.clone(),
    };
    Ok((form_action, org.site().render(&page)?).into_response())
}

/// The same for every address that no identity provider speaks for.
fn to_local_door(return_to: &ReturnTo) -> Response {
    let encoded: String = url::form_urlencoded::byte_serialize(return_to.as_str().as_bytes()).collect();
    Redirect::to(&format!("/login/passkey?return_to={encoded}")).into_response()
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const ROUND_TRIPS: u32 = 3;

/// Up to so many identity providers are named in the page's policy.
const FEW: u32 = 8;
