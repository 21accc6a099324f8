//! Who sends a request: browser, network, tracking id, and the session if there is one.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use console::agent;
use console::events::Actor;
use console::person::PersonId;
use console::sessions::{self, Kind, SignedIn};
use http::header::USER_AGENT;
use http::request::Parts;
use jiff::Timestamp;
use store::{ReadTx, StoreError};
use web::ambient::Entropy;
use web::cookie::{Cookie, Cookies, SetCookie};
use web::token::Token;
use web::{Browser, Error, Peer, Tracking};

use crate::sign_in::dispatch::Held;
use crate::state::Idp;

/// Who sends a request, as far as it says without its browser being asked: a cross-site post carries no Lax cookie, so the
/// browser would look new and get another name.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) cookies: Cookies,
    pub(crate) peer: Peer,
    tracking: Tracking,
    actor: Actor,
    agent: String,
}

/// What every handler of our own pages needs of its request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    caller: Caller,
}

impl Deref for Visitor {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl FromRequestParts<Idp> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Idp) -> Result<Self, Error> {
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let agent = agent.unwrap_or_default().chars().take(512).collect();
        let cookies = Cookies::from_request_parts(parts, state).await?;
        let peer = Peer::from_request_parts(parts, state).await?;
        let tracking = Tracking::from_request_parts(parts, state).await?;
        let actor = Actor::stranger(&tracking, peer, state.shared_entropy());
        Ok(Self { cookies, peer, tracking, actor, agent })
    }
}

impl FromRequestParts<Idp> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Idp) -> Result<Self, Error> {
        let browser = Browser::from_request_parts(parts, state).await?;
        Ok(Self { browser, caller: Caller::from_request_parts(parts, state).await? })
    }
}

impl Caller {
    /// As events name somebody who is not signed in.
    pub(crate) fn nobody(&self) -> &Actor {
        &self.actor
    }

    /// As events name somebody who is.
    pub(crate) fn person(&self, person: PersonId) -> Actor {
        self.actor.known_as(person)
    }

    /// As events name whoever it is.
    pub(crate) fn actor(&self, person: Option<PersonId>) -> Actor {
        person.map_or_else(|| self.actor.clone(), |person| self.actor.known_as(person))
    }

    /// The tracking id of the request, as its pages show it.
    pub(crate) fn tracking(&self) -> &str {
        self.tracking.as_str()
    }

    /// The name that this browser has in cross-site posts, if it has one.
    pub(crate) fn cross_site_token(&self) -> Option<Token> {
        self.cookies.get(&PENDING).and_then(Token::parse)
    }

    /// The same, drawn now if it has none; the cookie goes with the answer.
    pub(crate) fn cross_site(&self, entropy: &dyn Entropy) -> (Token, SetCookie) {
        let token = self.cross_site_token().unwrap_or_else(|| Token::new(entropy));
        let cookie = self.cookies.set(&PENDING, &token.expose());
        (token, cookie)
    }

    /// The browser and its system, in words.
    pub(crate) fn agent(&self) -> String {
        agent::describe(&self.agent)
    }

    /// The secret of the known-browser cookie.
    pub(crate) fn known(&self) -> Option<Token> {
        self.cookies.get(&KNOWN).and_then(Token::parse)
    }

    /// The live session of this browser.
    pub(crate) async fn session(
        &self,
        read: &ReadTx,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, StoreError> {
        let token = Kind::PERSON.token(&self.cookies);
        Ok(sessions::current(read, Kind::PERSON, token.as_ref(), now).await?.signed_in())
    }
}

/// What a decision needs of a session.
pub(crate) fn held(session: &SignedIn) -> Held {
    Held { person: session.person(), method: session.method(), at: session.authenticated_at() }
}

/// `__Host-idp-known`: this browser has seen a passkey or hybrid ceremony of somebody; 90 days.
pub(crate) const KNOWN: Cookie = Cookie::lax("known").kept_for(std::time::Duration::from_hours(90 * 24));

/// `__Host-idp-pending`: names a browser across the 303 after a cross-site post. It opens nothing.
const PENDING: Cookie = Cookie::cross_site("pending").kept_for(std::time::Duration::from_mins(60));
