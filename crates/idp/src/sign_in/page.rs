//! The page of a sign-in: it shows whatever hop 3 decides.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::PersonId;
use console::sessions::{self, Kind};
use http::StatusCode;
use uuid::Uuid;
use web::cookie::SetCookie;
use web::{CheckedForm, CsrfToken, Error, filters};

use super::dispatch::{Refused, Step, Ways};
use super::load::{Loaded, Open, load};
use crate::acts::sign_ins as acts;
use crate::error::broken;
use crate::model::application::{Application, Instance};
use crate::model::qr::QrRule;
use crate::model::sign_in::{SignInId, Stage};
use crate::routes;
use crate::sso::refusal::code as code_of;
use crate::sso::respond::{self, Row};
use crate::state::Idp;
use crate::visitor::Visitor;

/// `GET /sign-in/{id}`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
) -> Result<Response, Error> {
    let open = match load(&idp, &visitor, SignInId::new(id)).await? {
        Loaded::Open(open) => open,
        Loaded::Finished(application) => return finished(&idp, &application),
        Loaded::Declined(declined) => return respond::decline(&idp, &visitor, &declined, Row::Kept).await,
    };
    match open.step() {
        Step::Ask(ways) => ask(&idp, &visitor, &open, ways),
        Step::Name(_) => name(&idp, &visitor, &open),
        Step::Respond(grounds) => respond::respond(&idp, &visitor, (&open, grounds), Row::Kept).await,
        Step::Decline(declined) => respond::decline_step(&idp, &visitor, (&open, declined), Row::Kept).await,
        Step::Refuse(why) => refuse(&idp, &visitor, &open, why).await,
        Step::Finished => finished(&idp, &open.application),
    }
}

/// Nothing but the form's token.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Nothing {}

/// `POST /sign-in/{id}/continue`: "Continue as Maya".
pub(crate) async fn go_on(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    if let Loaded::Open(open) = load(&idp, &visitor, id).await?
        && let Step::Name(person) = open.step()
    {
        let now = idp.now();
        let tx = idp.store().begin().await.map_err(broken)?;
        let mine = (&open.sign_in, visitor.browser.id());
        acts::confirm(&tx, &visitor.person(person), mine, now).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
    }
    // Whatever is next, the page shows.
    Ok(Redirect::to(&routes::sign_in_page(id)).into_response())
}

/// `POST /sign-in/{id}/again`: "This isn't me", or "Use another account".
pub(crate) async fn again(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    let mut cleared = None;
    if let Loaded::Open(open) = load(&idp, &visitor, id).await? {
        cleared = Some(forget(&idp, &visitor, &open).await.map_err(broken)?);
    }
    let mut response = Redirect::to(&routes::sign_in_page(id)).into_response();
    if let Some(cookie) = cleared {
        cookie.append_to(response.headers_mut());
    }
    Ok(response)
}

/// The proof goes, and the session with it: whoever it belongs to, it is not the person in front of the page.
async fn forget(idp: &Idp, visitor: &Visitor, open: &Open) -> Result<SetCookie, store::StoreError> {
    let now = idp.now();
    let actor = visitor.actor(in_question(open));
    let tx = idp.store().begin().await?;
    acts::restart(&tx, &actor, (&open.sign_in, visitor.browser.id()), now).await?;
    if let Some(session) = &open.session {
        sessions::end(&tx, &actor, session, now).await?;
    }
    tx.commit().await?;
    Ok(Kind::PERSON.clear(&visitor.cookies))
}

fn in_question(open: &Open) -> Option<PersonId> {
    open.person.as_ref().map(|person| person.user.id)
}

/// The sign-in page.
#[derive(Template)]
#[template(path = "sign_in/ask.html")]
pub(crate) struct AskPage<'a> {
    /// For all forms and scripts of the page.
    pub(crate) csrf: CsrfToken,
    /// Which sign-in.
    pub(crate) id: String,
    /// Who asks.
    pub(crate) application: Asking<'a>,
    /// Which ways can meet what was asked.
    pub(crate) ways: Ways,
    /// Whom the application expects, if it says.
    pub(crate) expected: Option<&'a str>,
}

/// An application as a sign-in's pages name it.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    /// What people call it.
    pub(crate) name: &'a str,
    /// Its host, which a name alone does not tell.
    pub(crate) host: String,
    /// Where it is opened.
    pub(crate) access_url: &'a str,
    /// Whether it is one to try things on.
    pub(crate) sandbox: bool,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(application: &'a Application) -> Self {
        let settings = &application.settings;
        Self {
            name: settings.name.as_str(),
            host: settings.access_url.host(),
            access_url: settings.access_url.as_str(),
            sandbox: settings.instance == Instance::Sandbox,
        }
    }
}

fn ask(idp: &Idp, visitor: &Visitor, open: &Open, ways: Ways) -> Result<Response, Error> {
    idp.site().render(&AskPage {
        csrf: visitor.browser.csrf(),
        id: open.sign_in.id.to_string(),
        application: Asking::new(&open.application),
        ways: Ways { qr: ways.qr && idp.settings().qr != QrRule::Off, ..ways },
        expected: open.request.subject().map(saml::core::NameId::value),
    })
}

/// "Continue as Maya".
#[derive(Template)]
#[template(path = "sign_in/name.html")]
struct NamePage<'a> {
    csrf: CsrfToken,
    id: String,
    application: Asking<'a>,
    name: String,
    email: &'a str,
}

fn name(idp: &Idp, visitor: &Visitor, open: &Open) -> Result<Response, Error> {
    let user = open.person.as_ref().map(|person| &person.user);
    let (name, email) = user.map_or_else(Default::default, |user| (user.full_name(), user.email.shown()));
    idp.site().render(&NamePage {
        csrf: visitor.browser.csrf(),
        id: open.sign_in.id.to_string(),
        application: Asking::new(&open.application),
        name,
        email,
    })
}

/// "You have signed in to this already."
#[derive(Template)]
#[template(path = "sign_in/finished.html")]
struct FinishedPage<'a> {
    application: Asking<'a>,
}

fn finished(idp: &Idp, application: &Application) -> Result<Response, Error> {
    idp.site().render(&FinishedPage { application: Asking::new(application) })
}

/// A refusal to a person who is known, with the way to another account.
#[derive(Template)]
#[template(path = "sign_in/refused.html")]
struct RefusedPage<'a> {
    csrf: CsrfToken,
    id: String,
    application: Asking<'a>,
    title: String,
    sentence: &'static str,
    name: String,
    code: &'static str,
    tracking: &'a str,
}

async fn refuse(idp: &Idp, visitor: &Visitor, open: &Open, why: Refused) -> Result<Response, Error> {
    idp.limits().refusals.check(&visitor.peer.source())?;
    let person = in_question(open);
    let actor = visitor.actor(person);
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    acts::note_refused(&tx, &actor, (&open.sign_in, person, code(why)), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    let another = matches!(why, Refused::NotAssigned | Refused::AnotherPerson | Refused::Suspended);
    if !another || open.sign_in.stage == Stage::Finished {
        return Err(refused(why));
    }
    let id = message(why);
    let page = RefusedPage {
        csrf: visitor.browser.csrf(),
        id: open.sign_in.id.to_string(),
        application: Asking::new(&open.application),
        title: format!("{id}.title"),
        sentence: id,
        name: open.person.as_ref().map(|person| person.user.full_name()).unwrap_or_default(),
        code: code(why),
        tracking: visitor.tracking(),
    };
    Ok((StatusCode::FORBIDDEN, idp.site().render(&page)?).into_response())
}

/// The error of a refusal, where there is no page to go on from.
pub(crate) fn refused(why: Refused) -> Error {
    let status = match why {
        Refused::Expired => StatusCode::GONE,
        _ => StatusCode::FORBIDDEN,
    };
    Error::new(status, message(why)).because(format!("hop 3: {why:?}"))
}

/// The stable code of a refusal.
pub(crate) fn code(why: Refused) -> &'static str {
    code_of(message(why))
}

fn message(why: Refused) -> &'static str {
    match why {
        Refused::Expired => "error-sign-in-expired",
        Refused::ApplicationDisabled => "error-application-disabled",
        Refused::Suspended => "error-person-suspended",
        Refused::NotAssigned => "error-not-assigned",
        Refused::AnotherPerson => "error-another-person",
    }
}
