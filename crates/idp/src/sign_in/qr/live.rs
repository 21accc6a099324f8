//! News for the desktop's page: by server-sent events, and the same by polling. Opened by the cookie alone.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use store::{StoreError, Wakes};
use uuid::Uuid;
use web::live::Live;
use web::qr::Qr;
use web::{Browser, Error, Message, ReturnTo};

use super::acts::topic;
use super::handle::{Handle, shown_now};
use super::words;
use crate::error::broken;
use crate::model::qr::{Ending, Stage, Transaction};
use crate::model::sign_in::SignInId;
use crate::routes;
use crate::state::Idp;
use crate::store::qr;
use crate::visitor::Visitor;

/// `GET /sign-in/{id}/qr/state`.
pub(crate) async fn state(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
) -> Result<Response, Error> {
    let found = find(&idp, &visitor.browser, SignInId::new(id)).await.map_err(broken)?;
    let transaction = found.ok_or_else(unknown)?;
    Ok(axum::Json(news(&idp, &visitor.browser, &transaction, idp.now())).into_response())
}

/// `GET /sign-in/{id}/qr/events`.
pub(crate) async fn events(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
) -> Result<Response, Error> {
    idp.limits().waits.check(&visitor.peer.source())?;
    let id = SignInId::new(id);
    // Woken from before the first look on, so that nothing falls between.
    let wakes = idp.store().woken(topic(id));
    find(&idp, &visitor.browser, id).await.map_err(broken)?.ok_or_else(unknown)?;
    let waiting = Waiting { idp, browser: visitor.browser, id, wakes, told: None, over: false };
    let mut response = Sse::new(told(waiting)).keep_alive(KeepAlive::default()).into_response();
    response.headers_mut().insert(NO_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

fn unknown() -> Error {
    Error::new(StatusCode::NOT_FOUND, "error-sign-in-unknown")
}

async fn find(idp: &Idp, browser: &Browser, id: SignInId) -> Result<Option<Transaction>, StoreError> {
    qr::find_of_sign_in(&idp.store().read().await?, id, &browser.id()).await
}

/// A page that waits.
struct Waiting {
    idp: Idp,
    browser: Browser,
    id: SignInId,
    wakes: Wakes,
    told: Option<Live>,
    over: bool,
}

/// Each change once, until nothing more will come.
fn told(waiting: Waiting) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(waiting, async |mut waiting| {
        loop {
            if waiting.over {
                return None;
            }
            // A page whose stream breaks asks again by itself.
            let transaction = find(&waiting.idp, &waiting.browser, waiting.id).await.ok()??;
            let now = waiting.idp.now();
            let live = news(&waiting.idp, &waiting.browser, &transaction, now);
            waiting.over = live.done;
            if waiting.told.as_ref() != Some(&live) {
                let event = Event::default().json_data(&live).ok()?;
                waiting.told = Some(live);
                return Some((Ok(event), waiting));
            }
            let pause = pause(&transaction, now);
            // Either way the answer is to look again.
            let _ = tokio::time::timeout(pause, waiting.wakes.next()).await;
        }
    })
}

/// Until the next code or the deadline; and now and then without a reason, should a wake-up be lost.
fn pause(transaction: &Transaction, now: Timestamp) -> Duration {
    let mut next = transaction.deadline();
    if transaction.stage == Stage::Pending {
        next = next.min(shown_now(transaction, now).1);
    }
    let until = Duration::try_from(next.duration_since(now)).unwrap_or_default();
    until.clamp(Duration::from_millis(50), LOOK_AGAIN)
}

/// What the page shows.
pub(super) fn news(idp: &Idp, browser: &Browser, transaction: &Transaction, now: Timestamp) -> Live {
    let page = |path: String| ReturnTo::or(Some(&path), routes::ME);
    match transaction.stage {
        Stage::Ended(why, _) => ended(idp, why),
        Stage::Consumed(_) => Live::new("approved").go(&page(routes::sign_in_page(transaction.sign_in))),
        _ if !transaction.is_live(now) => Live::new("expired").done(),
        Stage::Pending => {
            let (number, _) = shown_now(transaction, now);
            let handle = Handle::nth(browser, &transaction.seed, number);
            Live::new("waiting").src("qr", code(idp, &handle))
        }
        Stage::Opened(_, digits) | Stage::Matched(_, digits) => {
            let state = if matches!(transaction.stage, Stage::Opened(..)) { "opened" } else { "typed" };
            Live::new(state).text("digits", digits.text())
        }
        Stage::Approved(..) => Live::new("approved").go(&page(routes::qr_page(transaction.sign_in))),
    }
}

fn ended(idp: &Idp, why: Ending) -> Live {
    let id = words::desktop(why);
    let text = idp.site().text();
    let state = if may_show_another(why) { "over" } else { "closed" };
    Live::new(state)
        .text("title", text.say(&Message::new(format!("{id}.title"))))
        .text("reason", text.say(&Message::new(id)))
        .text("code", why.as_str())
        .done()
}

/// Whether another code can help: not after "this isn't me", and not where the code is off.
const fn may_show_another(why: Ending) -> bool {
    !matches!(why, Ending::NotMe | Ending::Off)
}

/// The code as an image.
fn code(idp: &Idp, handle: &Handle) -> String {
    let address = idp.site().public_url().join(&routes::handle(&handle.expose()));
    // An address of ours has a hundred characters or so; two thousand would fit.
    Qr::new(address.as_str()).map(|qr| qr.data_uri()).unwrap_or_default()
}

/// So often a waiting page's stream looks by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Tells a proxy in front not to hold events back.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
