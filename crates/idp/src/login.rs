//! Our own door: to a person's pages, to the console, and once more before a dangerous act.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::ceremony::Place;
use console::door::{self, DoorRefusal, Go, Proven, Wish, take_authentication};
use console::pages::StepUpPage;
use console::sessions::{self, FreshToken, Kind, Limits, NewSession, Opening};
use http::StatusCode;
use jiff::Timestamp;
use store::{StoreError, Tx};
use web::cookie::SetCookie;
use web::{CheckedForm, CheckedJson, CsrfToken, Error, ReturnTo, StrictQuery, filters};

use crate::acts::sign_ins::{self as acts, Remembering};
use crate::acts::{Refusal, users as people};
use crate::ceremony::{self, Answer, LOGIN, STEP_UP};
use crate::error::{broken, refusal_page};
use crate::people::find;
use crate::routes;
use crate::state::Idp;
use crate::store::users;
use crate::visitor::{KNOWN, Visitor};

/// Where to go afterwards.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Onward {
    to: Option<String>,
}

/// The page of the door.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage<'a> {
    pub(crate) csrf: CsrfToken,
    pub(crate) place: &'a str,
    pub(crate) to: &'a str,
    pub(crate) console: bool,
}

/// `GET /login`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    visitor: Visitor,
    StrictQuery(onward): StrictQuery<Onward>,
) -> Result<Response, Error> {
    let to = ReturnTo::or(onward.to.as_deref(), routes::ME);
    idp.site().render(&LoginPage {
        csrf: visitor.browser.csrf(),
        place: &idp.settings().name,
        to: to.as_str(),
        console: is_console(&to),
    })
}

/// `POST /login/passkey/begin`.
pub(crate) async fn begin(
    State(idp): State<Idp>,
    visitor: Visitor,
    CheckedJson(wish): CheckedJson<Wish>,
) -> Result<Response, Error> {
    let place = Place { purpose: LOGIN, browser: visitor.browser.id(), bound: b"" };
    ceremony::begin(&idp, &visitor, (wish.ask(), place)).await
}

/// `POST /login/passkey/finish`.
pub(crate) async fn finish(
    State(idp): State<Idp>,
    visitor: Visitor,
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let now = idp.now();
    let place = Place { purpose: LOGIN, browser: visitor.browser.id(), bound: b"" };
    let judged = idp.door().judge_authentication(idp.store(), (&place, answer.credential()), now).await;
    let verdict = judged.map_err(broken)?;
    let sessions = Drawn {
        person: ceremony::remembering(&idp, &visitor, (now, !answer.shared)),
        console: FreshToken::draw(now, idp.entropy()),
    };
    let tx = idp.store().begin().await.map_err(broken)?;
    let entered = match take_authentication(&tx, visitor.nobody(), verdict, now).await.map_err(broken)? {
        Ok(proven) => enter(&tx, &visitor, (proven, sessions), now).await.map_err(broken)?,
        Err(refusal) => Err(NotIn::Door(refusal)),
    };
    tx.commit().await.map_err(broken)?;
    let cookies = entered.map_err(Error::from)?;
    let to = ReturnTo::or(answer.back.as_deref(), routes::ME);
    let mut response = Go { go: to.as_str().to_owned() }.into_response();
    for cookie in cookies {
        cookie.append_to(response.headers_mut());
    }
    Ok(response)
}

/// What is drawn before the transaction.
struct Drawn {
    person: Remembering,
    console: FreshToken,
}

/// Why somebody does not get in.
enum NotIn {
    Door(DoorRefusal),
    Refused(Refusal),
}

impl From<NotIn> for Error {
    fn from(why: NotIn) -> Self {
        match why {
            NotIn::Door(refusal) => Self::from(&refusal),
            NotIn::Refused(refusal) => refusal_page(refusal),
        }
    }
}

/// Opens the person's session, and one of the console for whoever has a role.
async fn enter(
    tx: &Tx,
    visitor: &Visitor,
    (proven, drawn): (Proven, Drawn),
    now: Timestamp,
) -> Result<Result<Vec<SetCookie>, NotIn>, StoreError> {
    let actor = visitor.person(proven.person());
    let user = users::find(tx, proven.person()).await?;
    let Some(user) = user.filter(crate::model::user::User::is_active) else {
        people::note_shut_out(tx, &actor, proven.person(), now).await?;
        return Ok(Err(NotIn::Refused(Refusal::Suspended)));
    };
    let mut cookies = Vec::with_capacity(3);
    if user.role.is_some() {
        let shown = Kind::CONSOLE.token(&visitor.cookies);
        let new = NewSession {
            kind: Kind::CONSOLE,
            limits: Limits::ADMINISTRATION,
            replaces: shown.as_ref(),
            fresh: drawn.console,
        };
        let opened = sessions::open(tx, &actor, (Opening::proven(proven.clone()), new), now).await?;
        cookies.push(Kind::CONSOLE.cookie(&visitor.cookies, &opened.token));
    }
    let (opened, known) = acts::remember(tx, &actor, (proven, drawn.person), now).await?;
    cookies.push(Kind::PERSON.cookie(&visitor.cookies, &opened.token));
    cookies.extend(known.map(|token| visitor.cookies.set(&KNOWN, &token.expose())));
    Ok(Ok(cookies))
}

/// `GET /step-up`.
pub(crate) async fn step_up_page(
    State(idp): State<Idp>,
    visitor: Visitor,
    StrictQuery(onward): StrictQuery<Onward>,
) -> Result<Response, Error> {
    let back = ReturnTo::or(onward.to.as_deref(), routes::ME);
    idp.site().render(&StepUpPage {
        begin: "/step-up/begin",
        finish: "/step-up/finish",
        back: back.as_str(),
        csrf: &visitor.browser.csrf(),
    })
}

/// `POST /step-up/begin`.
pub(crate) async fn step_up_begin(
    State(idp): State<Idp>,
    visitor: Visitor,
    CheckedJson(wish): CheckedJson<Wish>,
) -> Result<Response, Error> {
    let place = Place { purpose: STEP_UP, browser: visitor.browser.id(), bound: b"" };
    ceremony::begin(&idp, &visitor, (wish.ask(), place)).await
}

/// `POST /step-up/finish`: the session of the page that wanted it gets a new token and the time of this ceremony.
pub(crate) async fn step_up_finish(
    State(idp): State<Idp>,
    visitor: Visitor,
    CheckedJson(answer): CheckedJson<door::Answer>,
) -> Result<Response, Error> {
    let now = idp.now();
    let back = ReturnTo::or(answer.back.as_deref(), routes::ME);
    let kind = if is_console(&back) { Kind::CONSOLE } else { Kind::PERSON };
    let over = || Error::from(&DoorRefusal::SessionOver);
    let (session, _) = find(&idp, &visitor, kind).await.map_err(broken)?.ok_or_else(over)?;
    let place = Place { purpose: STEP_UP, browser: visitor.browser.id(), bound: b"" };
    let judged = idp.door().judge_authentication(idp.store(), (&place, answer.credential()), now).await;
    let verdict = judged.map_err(broken)?;
    let fresh = FreshToken::draw(now, idp.entropy());
    let actor = visitor.person(session.person());
    let tx = idp.store().begin().await.map_err(broken)?;
    let stepped = match take_authentication(&tx, visitor.nobody(), verdict, now).await.map_err(broken)? {
        Ok(proven) => {
            let up = sessions::step_up(&tx, &actor, (&session, proven, fresh), now).await;
            up.map_err(broken)?.map_err(|why| Error::new(StatusCode::FORBIDDEN, "error-not-you").because(why))
        }
        Err(refusal) => Err(Error::from(&refusal)),
    };
    tx.commit().await.map_err(broken)?;
    let mut response = Go { go: back.as_str().to_owned() }.into_response();
    kind.cookie(&visitor.cookies, &stepped?.token).append_to(response.headers_mut());
    Ok(response)
}

/// Nothing but the form's token.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Nothing {}

/// `POST /sign-out`: both sessions of this browser end.
pub(crate) async fn sign_out(
    State(idp): State<Idp>,
    visitor: Visitor,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let now = idp.now();
    let mut response = Redirect::to(routes::LOGIN).into_response();
    for kind in [Kind::PERSON, Kind::CONSOLE] {
        if let Some((session, user)) = find(&idp, &visitor, kind).await.map_err(broken)? {
            let tx = idp.store().begin().await.map_err(broken)?;
            sessions::end(&tx, &visitor.person(user.id), &session, now).await.map_err(broken)?;
            tx.commit().await.map_err(broken)?;
        }
        kind.clear(&visitor.cookies).append_to(response.headers_mut());
    }
    Ok(response)
}

/// Whether a page is one of the console.
fn is_console(page: &ReturnTo) -> bool {
    page.as_str()
        .strip_prefix(routes::ADMIN)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}
