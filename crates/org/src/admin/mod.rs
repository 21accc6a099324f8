//! The administrators' screens, a file per noun: parse, act, answer.
//!
//! Every path names its organisation: `/admin/{organization}/…`. [`OrgAdmin`]
//! reads it there and nowhere else, so that two tabs with two organisations
//! never act on each other's.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod administrators;
pub(crate) mod confirm;
pub(crate) mod conflicts;
pub(crate) mod domain;
pub(crate) mod domains;
pub(crate) mod events;
mod fallback;
pub(crate) mod group_delete;
pub(crate) mod groups;
pub(crate) mod identity_provider;
pub(crate) mod identity_providers;
pub(crate) mod imports;
pub(crate) mod organizations;
pub(crate) mod overview;
pub(crate) mod policies;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod saml;
pub(crate) mod search;
pub(crate) mod settings;
mod shell;
pub(crate) mod trace;
mod why;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded::byte_serialize;
use web::page::{Banner, Console};
use web::{Browser, Csrf, Error};

use crate::acts::Word;
use crate::answer::broken;
use crate::model::{Domain, Organization};
use crate::pages::Caller;
use crate::service::Org;
use crate::sign_in::SignedIn;
use crate::store;

/// Somebody is signed in who administers at least one organisation, and has
/// proved today who it is.
#[derive(Debug)]
pub(crate) struct Administers {
    pub(crate) who: SignedIn,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) csrf: Csrf,
}

impl FromRequestParts<Org> for Administers {
    type Rejection = Response;

    /// Whoever is not signed in is sent to hop 1; whoever administers nothing
    /// gets a page, never another redirect.
    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Response> {
        let who = SignedIn::from_request_parts(parts, org).await?;
        if !proven_today(&who, org.now()) {
            return Err(to_step_up(parts.uri.path()));
        }
        let rest = async {
            let csrf = Csrf::from_request_parts(parts, org).await?;
            let read = org.read().await?;
            let organizations = store::organizations::administered_by(&read, who.account.id).await;
            let organizations = organizations.map_err(broken)?;
            match organizations.is_empty() {
                true => Err(not_an_administrator()),
                false => Ok((csrf, organizations)),
            }
        };
        let (csrf, organizations) = rest.await.map_err(Error::into_response)?;
        Ok(Self { who, organizations, csrf })
    }
}

/// Somebody is signed in who administers the organisation that the path names.
/// Every row is looked up by the organisation and its own id.
#[derive(Debug)]
pub(crate) struct OrgAdmin {
    pub(crate) who: SignedIn,
    pub(crate) organization: Organization,
    pub(crate) caller: Caller,
    pub(crate) browser: Browser,
    path: String,
    csrf: Csrf,
    several: bool,
    missing: Vec<Domain>,
}

impl FromRequestParts<Org> for OrgAdmin {
    type Rejection = Response;

    /// Another organisation than one's own is not there at all.
    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Response> {
        let Administers { who, organizations, csrf } = Administers::from_request_parts(parts, org).await?;
        let path = parts.uri.path().to_owned();
        let several = organizations.len() > 1;
        let rest = async {
            let key = named(parts, org).await?;
            let own = organizations.into_iter().find(|organization| organization.key.as_str() == key);
            let organization = own.ok_or_else(Error::not_found)?;
            let caller = Caller::from_request_parts(parts, org).await?;
            let browser = Browser::from_request_parts(parts, org).await?;
            let read = org.read().await?;
            let missing = store::domains::in_notice(&read, organization.id).await.map_err(broken)?;
            Ok::<_, Error>((organization, caller, browser, missing))
        };
        let (organization, caller, browser, missing) = rest.await.map_err(Error::into_response)?;
        Ok(Self { who, organization, caller, browser, path, csrf, several, missing })
    }
}

impl OrgAdmin {
    /// On whose word the acts of this request are done.
    pub(crate) fn word(&self) -> Word {
        let person = self.who.account.id.person();
        Word::account(self.caller.actor.known_as(person), self.who.account.id)
    }

    /// The path of this organisation's console; `below` begins with a slash.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/admin/{}{below}", self.organization.key.as_str())
    }

    /// The frame of the page.
    pub(crate) fn console(&self) -> Console {
        shell::console(self)
    }

    fn banners(&self) -> Vec<Banner> {
        self.missing.iter().map(|domain| shell::missing_token(self, domain)).collect()
    }
}

/// What the path says for `{organization}`.
async fn named(parts: &mut Parts, org: &Org) -> Result<String, Error> {
    let params = RawPathParams::from_request_parts(parts, org).await.map_err(|_| Error::not_found())?;
    let found = params.iter().find(|(name, _)| *name == "organization");
    found.map(|(_, key)| key.to_owned()).ok_or_else(Error::not_found)
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

/// What the console says.
pub(crate) const MESSAGES: &str = include_str!("../../messages/admin.ftl");

/// What the pages of accounts, groups and products say.
pub(crate) const PEOPLE: &str = include_str!("../../messages/people.ftl");

/// What the pages of identity providers say.
pub(crate) const IDENTITY_PROVIDERS: &str = include_str!("../../messages/identity_providers.ftl");

/// What the pages of authentication policies say.
pub(crate) const POLICIES: &str = include_str!("../../messages/policies.ftl");
