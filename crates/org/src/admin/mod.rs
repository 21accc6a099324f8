//! The administrators' screens, a file per noun: parse, act, answer.

pub(crate) mod accounts;
pub(crate) mod events;
pub(crate) mod overview;
pub(crate) mod saml;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded::byte_serialize;
use web::page::{Console, NavGroup, NavItem, Person};
use web::{Browser, Csrf, Error};

use crate::acts::Word;
use crate::answer::broken;
use crate::model::Organization;
use crate::pages::Caller;
use crate::service::Org;
use crate::sign_in::SignedIn;
use crate::store::organizations;

/// Somebody is signed in who administers this organisation. Every row is
/// looked up by the organisation and its own id.
#[derive(Debug)]
pub(crate) struct OrgAdmin {
    pub(crate) who: SignedIn,
    pub(crate) organization: Organization,
    pub(crate) caller: Caller,
    pub(crate) browser: Browser,
    path: String,
    csrf: Csrf,
}

impl FromRequestParts<Org> for OrgAdmin {
    type Rejection = Response;

    /// Whoever is not signed in is sent to hop 1; whoever administers nothing
    /// gets a page, never another redirect.
    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Response> {
        let who = SignedIn::from_request_parts(parts, org).await?;
        let path = parts.uri.path().to_owned();
        if !proven_today(&who, org.now()) {
            return Err(to_step_up(&path));
        }
        let rest = async {
            let caller = Caller::from_request_parts(parts, org).await?;
            let browser = Browser::from_request_parts(parts, org).await?;
            let csrf = Csrf::from_request_parts(parts, org).await?;
            let read = org.read().await?;
            let found = organizations::administered_by(&read, who.account.id).await;
            let organization = found.map_err(broken)?.ok_or_else(not_an_administrator)?;
            Ok::<_, Error>((caller, browser, csrf, organization))
        };
        let (caller, browser, csrf, organization) = rest.await.map_err(Error::into_response)?;
        Ok(Self { who, organization, caller, browser, path, csrf })
    }
}

impl OrgAdmin {
    /// On whose word the acts of this request are done.
    pub(crate) fn word(&self) -> Word {
        let person = self.who.account.id.person();
        Word::account(self.caller.actor.known_as(person), self.who.account.id)
    }

    /// The frame of the page.
    pub(crate) fn console(&self) -> Console {
        let item = |label: &'static str, icon, path: &str| NavItem {
            current: path != "/admin" && NavItem::new(label, icon, path, &self.path).current
                || path == self.path,
            ..NavItem::new(label, icon, path, &self.path)
        };
        Console {
            place: self.organization.name.to_string(),
            nav: vec![
                NavGroup { title: None, items: vec![item("nav-overview", "home", "/admin")] },
                NavGroup {
                    title: Some("nav-security".into()),
                    items: vec![
                        item("nav-saml", "key", "/admin/saml"),
                        item("nav-accounts", "people", "/admin/accounts"),
                        item("nav-events", "log", "/admin/events"),
                    ],
                },
            ],
            person: Person {
                name: self.who.account.shown(),
                email: self.who.account.address.shown().to_owned(),
            },
            search: None,
            sign_out: "/logout".to_owned(),
            csrf: self.csrf.0.clone(),
        }
    }
}

/// Administration needs a proof of the last twelve hours, however long the
/// policy lets sessions live (T092).
fn proven_today(who: &SignedIn, now: Timestamp) -> bool {
    let proven = who.session.verified_at().max(Some(who.session.authenticated_at()));
    proven.is_some_and(|at| now.duration_since(at) <= TODAY)
}

fn to_step_up(path: &str) -> Response {
    let back: String = byte_serialize(path.as_bytes()).collect();
    Redirect::to(&format!("/step-up?return_to={back}")).into_response()
}

const TODAY: SignedDuration = SignedDuration::from_hours(12);

fn not_an_administrator() -> Error {
    Error::new(StatusCode::FORBIDDEN, "error-not-an-administrator").way_on("to-start", "/")
}
