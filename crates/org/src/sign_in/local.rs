//! The local door: a passkey that this service keeps, for whoever no policy
//! sends to an identity provider. The ceremony is discoverable, so that the
//! page shows nothing about any account.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use console::ceremony::{Place, Purpose};
use console::door::{self, Answer, Go, begin_authentication, take_authentication};
use console::sessions::{FreshToken, Kind, Opening};
use web::{Browser, CheckedJson, Cookies, Csrf, Error, ReturnTo, StrictQuery};

use super::refused::Refused;
use super::start::Wish;
use crate::acts::sign_in::{self as acts, Tie};
use crate::answer::broken;
use crate::model::AccountId;
use crate::pages::{self, Caller};
use crate::service::Org;

/// `GET /login/passkey`.
pub(crate) async fn page(
    State(org): State<Org>,
    StrictQuery(wish): StrictQuery<Wish>,
    csrf: Csrf,
) -> Result<Response, Error> {
    let page = pages::LocalDoor { return_to: wish.return_to().to_string(), csrf: csrf.0 };
    org.site().render(&page)
}

/// `POST /login/passkey/begin`.
pub(crate) async fn begin(
    State(org): State<Org>,
    (browser, caller): (Browser, Caller),
    CheckedJson(wish): CheckedJson<door::Wish>,
) -> Result<Response, Error> {
    let place = place(&browser);
    let asked = org.door().ask_authentication(wish.ask(), &place);
    let asked = asked.map_err(Error::internal)?;
    let tx = org.begin().await?;
    let stored = begin_authentication(&tx, &caller.actor, &asked, org.now()).await;
    let stored = stored.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    stored?;
    Ok(asked.into_response())
}

/// `POST /login/passkey/finish`.
pub(crate) async fn finish(
    State(org): State<Org>,
    (browser, cookies, caller): (Browser, Cookies, Caller),
    CheckedJson(answer): CheckedJson<Answer>,
) -> Result<Response, Error> {
    let now = org.now();
    let place = place(&browser);
    let given = (&place, answer.credential());
    let judged = org.door().judge_authentication(org.store(), given, now).await;
    let verdict = judged.map_err(broken)?;
    let shown = Kind::PERSON.token(&cookies);
    let fresh = FreshToken::draw(now, org.entropy());
    let tx = org.begin().await?;
    let actor = &caller.actor;
    let outcome = match take_authentication(&tx, actor, verdict, now).await.map_err(broken)? {
        Ok(proven) => {
            let account = AccountId::of(proven.person());
            let opening = (Opening::proven(proven), fresh, shown.as_ref());
            match acts::enter_locally(&tx, actor, opening, now).await.map_err(broken)? {
                Ok(opened) => Ok(opened),
                Err(closed) => {
                    let refused = Refused::LocalDoor(closed);
                    let tie = Tie::Known(None, Some(account));
                    acts::refuse(&tx, actor, (&refused, &tie), now).await.map_err(broken)?;
                    Err(refused.page())
                }
            }
        }
        Err(refusal) => Err(Error::from(&refusal)),
    };
    tx.commit().await.map_err(broken)?;
    let opened = outcome?;
    let go = ReturnTo::or(answer.back.as_deref(), "/").to_string();
    let cookie = Kind::PERSON.cookie(&cookies, &opened.token);
    Ok((cookie, Go { go }).into_response())
}

fn place(browser: &Browser) -> Place<'static> {
    Place { purpose: SIGN_IN, browser: browser.id(), bound: b"" }
}

const SIGN_IN: Purpose = Purpose::new("sign-in");
