//! The passkey once more, in this very browser, before a dangerous act,
//! however the session came.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use console::ceremony::{Place, Purpose};
use console::door::{self, Answer, Go, begin_authentication, take_authentication};
use console::pages::StepUpPage;
use console::sessions::{self, FreshToken, Kind, Opened};
use http::StatusCode;
use web::{Browser, CheckedJson, Cookies, Csrf, Error, ReturnTo, StrictQuery};

use super::session::SignedIn;
use super::start::Wish;
use crate::answer::broken;
use crate::pages::Caller;
use crate::service::Org;

/// `GET /step-up`.
pub(crate) async fn page(
    State(org): State<Org>,
    StrictQuery(wish): StrictQuery<Wish>,
    _: SignedIn,
    csrf: Csrf,
) -> Result<Response, Error> {
    let back = wish.return_to();
    let page =
        StepUpPage { begin: "/step-up/begin", finish: "/step-up/finish", back: back.as_str(), csrf: &csrf.0 };
    org.site().render(&page)
}

/// `POST /step-up/begin`.
pub(crate) async fn begin(
    State(org): State<Org>,
    who: SignedIn,
    (browser, caller): (Browser, Caller),
    CheckedJson(wish): CheckedJson<door::Wish>,
) -> Result<Response, Error> {
    let bound = bound(&who);
    let asked = org.door().ask_authentication(wish.ask(), &place(&browser, &bound));
    let asked = asked.map_err(Error::internal)?;
    let actor = caller.actor.known_as(who.session.person());
    let tx = org.begin().await?;
    let stored = begin_authentication(&tx, &actor, &asked, org.now()).await;
    let stored = stored.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    stored?;
    Ok(asked.into_response())
}

/// `POST /step-up/finish`.
pub(crate) async fn finish(
    State(org): State<Org>,
    who: SignedIn,
    (browser, cookies, caller): (Browser, Cookies, Caller),
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let opened = confirm(&org, &who, (&browser, &caller), answer.credential()).await?;
    let go = ReturnTo::or(answer.back.as_deref(), "/admin").to_string();
    let cookie = Kind::PERSON.cookie(&cookies, &opened.token);
    Ok((cookie, Go { go }).into_response())
}

/// Takes the answer of a ceremony that [`begin`] drew: the session is fresh
/// from now on, and its token is a new one.
pub(crate) async fn confirm(
    org: &Org,
    who: &SignedIn,
    (browser, caller): (&Browser, &Caller),
    credential: &[u8],
) -> Result<Opened, Error> {
    let now = org.now();
    let bound = bound(who);
    let given = (&place(browser, &bound), credential);
    let judged = org.door().judge_authentication(org.store(), given, now).await;
    let verdict = judged.map_err(broken)?;
    let fresh = FreshToken::draw(now, org.entropy());
    let actor = caller.actor.known_as(who.session.person());
    let tx = org.begin().await?;
    let taken = take_authentication(&tx, &actor, verdict, now).await;
    let outcome = match taken.map_err(broken)? {
        Ok(proven) => {
            let step = (&who.session, proven, fresh);
            let stepped = sessions::step_up(&tx, &actor, step, now).await;
            stepped
                .map_err(broken)?
                .map_err(|why| Error::new(StatusCode::FORBIDDEN, "error-not-you").because(why))
        }
        Err(refusal) => Err(Error::from(&refusal)),
    };
    tx.commit().await.map_err(broken)?;
    outcome
}

/// The ceremony belongs to this session and no other.
fn bound(who: &SignedIn) -> [u8; 16] {
    who.session.session().uuid().into_bytes()
}

fn place<'a>(browser: &Browser, bound: &'a [u8]) -> Place<'a> {
    Place { purpose: STEP_UP, browser: browser.id(), bound }
}

const STEP_UP: Purpose = Purpose::new("step-up");
