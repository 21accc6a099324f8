//! Who may see a page: extractors that are proofs.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use console::events::Actor;
use console::sessions::{self, Fresh, Kind, Method, SignedIn, demand_fresh};
use http::request::Parts;
use http::{Method as Verb, StatusCode};
use store::StoreError;
use url::form_urlencoded::byte_serialize;
use web::Error;

use crate::acts::Word;
use crate::error::broken;
use crate::model::role::{Permission, Role};
use crate::model::user::User;
use crate::routes;
use crate::state::Idp;
use crate::store::users;
use crate::visitor::Visitor;

/// Somebody who is signed in and not suspended: their own pages.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) visitor: Visitor,
    pub(crate) session: SignedIn,
    pub(crate) user: User,
}

/// A member whose session came from a ceremony in this very browser: devices. A QR session is not one.
#[derive(Debug, Clone)]
pub(crate) struct DeviceHolder(pub(crate) Member);

/// Somebody with a role, in a session of the console, opened by a ceremony in this very browser.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    pub(crate) visitor: Visitor,
    pub(crate) session: SignedIn,
    pub(crate) user: User,
    pub(crate) role: Role,
}

/// Why a page is not shown: the door first, or never.
#[derive(Debug)]
pub(crate) enum Turned {
    /// To the door or the step-up, and back.
    Away(String),
    /// No.
    Down(Error),
}

impl From<Error> for Turned {
    fn from(error: Error) -> Self {
        Self::Down(error)
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Self::Away(path) => Redirect::to(&path).into_response(),
            Self::Down(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<Idp> for Member {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, idp: &Idp) -> Result<Self, Turned> {
        let visitor = Visitor::from_request_parts(parts, idp).await?;
        match find(idp, &visitor, Kind::PERSON).await.map_err(broken)? {
            Some((session, user)) => Ok(Self { visitor, session, user }),
            None => Err(Turned::Away(door(parts))),
        }
    }
}

impl FromRequestParts<Idp> for DeviceHolder {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, idp: &Idp) -> Result<Self, Turned> {
        let member = Member::from_request_parts(parts, idp).await?;
        match member.session.method().is_local_ceremony() {
            true => Ok(Self(member)),
            false => Err(Turned::Away(door(parts))),
        }
    }
}

impl FromRequestParts<Idp> for Admin {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, idp: &Idp) -> Result<Self, Turned> {
        let visitor = Visitor::from_request_parts(parts, idp).await?;
        let found = find(idp, &visitor, Kind::CONSOLE).await.map_err(broken)?;
        // Only a ceremony opens a session of the console; it is asked here again.
        let Some((session, user)) = found.filter(|(session, _)| session.method() != Method::Qr) else {
            return Err(Turned::Away(door(parts)));
        };
        match user.role {
            Some(role) => Ok(Self { visitor, session, user, role }),
            None => Err(Error::new(StatusCode::FORBIDDEN, "error-no-console").into()),
        }
    }
}

impl Member {
    /// As events name them.
    pub(crate) fn actor(&self) -> Actor {
        self.visitor.person(self.user.id)
    }

    /// Their word.
    pub(crate) fn word(&self) -> Word {
        Word::person(self.actor(), self.user.id)
    }

    /// The fresh ceremony that a dangerous act takes, or the way to one and back to `page`.
    pub(crate) fn fresh(&self, idp: &Idp, page: &str) -> Result<Fresh, Turned> {
        demand_fresh(&self.session, idp.now()).map_err(|_| Turned::Away(step_up(page)))
    }
}

impl Admin {
    /// Their word.
    pub(crate) fn word(&self) -> Word {
        Word::person(self.visitor.person(self.user.id), self.user.id)
    }

    /// Whether their role includes this; the act itself asks again.
    pub(crate) fn may(&self, permission: Permission) -> Result<(), Error> {
        match self.role.may(permission) {
            true => Ok(()),
            false => Err(Error::new(StatusCode::FORBIDDEN, "error-role-not-allowed")),
        }
    }

    /// Whether the last ceremony is fresh enough for a dangerous act.
    pub(crate) fn is_fresh(&self, idp: &Idp) -> bool {
        demand_fresh(&self.session, idp.now()).is_ok()
    }

    /// The fresh ceremony that a dangerous act takes, or the way to one and back to `page`.
    pub(crate) fn fresh(&self, idp: &Idp, page: &str) -> Result<Fresh, Turned> {
        demand_fresh(&self.session, idp.now()).map_err(|_| Turned::Away(step_up(page)))
    }
}

/// The live session of a kind and its person, unless suspended. Its use is written once a minute.
pub(crate) async fn find(
    idp: &Idp,
    visitor: &Visitor,
    kind: Kind,
) -> Result<Option<(SignedIn, User)>, StoreError> {
    let Some(token) = kind.token(&visitor.cookies) else { return Ok(None) };
    let now = idp.now();
    let read = idp.store().read().await?;
    let Some(session) = sessions::current(&read, kind, Some(&token), now).await?.signed_in() else {
        return Ok(None);
    };
    let user = users::find(&read, session.person()).await?;
    drop(read);
    if session.touch_due(now) {
        let tx = idp.store().begin().await?;
        sessions::touch(&tx, &session, now).await?;
        tx.commit().await?;
    }
    Ok(user.filter(User::is_active).map(|user| (session, user)))
}

/// The door, and back to what was asked for; a form that was posted without a session is not posted again.
fn door(parts: &Parts) -> String {
    let page = match parts.method {
        Verb::GET | Verb::HEAD => parts.uri.path_and_query().map_or("", |path| path.as_str()),
        _ => "",
    };
    match page {
        "" => routes::LOGIN.to_owned(),
        page => format!("{}?to={}", routes::LOGIN, escaped(page)),
    }
}

/// The step-up, and back to `page`.
pub(crate) fn step_up(page: &str) -> String {
    format!("{}?to={}", routes::STEP_UP, escaped(page))
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
