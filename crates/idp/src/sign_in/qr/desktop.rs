//! The desktop: it asks for a code, shows it, and says "this isn't me" to an account that is not its person's.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::StoreError;
use uuid::Uuid;
use web::live::Live;
use web::{CheckedForm, CsrfToken, Error, filters};

use super::handle::Handle;
use super::{acts, complete, live};
use crate::error::broken;
use crate::model::qr::{Desktop, Ending, QrId, QrRule, Stage, Transaction};
use crate::model::sign_in::SignInId;
use crate::routes;
use crate::sign_in::dispatch::{Step, Ways};
use crate::sign_in::load::{Loaded, Open, load};
use crate::sign_in::page::{Asking, Nothing};
use crate::state::Idp;
use crate::store::qr::{self, NewTransaction};
use crate::visitor::Visitor;

/// What the desktop's person asks with.
#[derive(Debug, Deserialize)]
pub(crate) struct Begin {
    /// The box "Shared computer: don't remember me".
    #[serde(default)]
    shared: Option<String>,
}

/// `POST /sign-in/{id}/qr`: "Scan with your phone", and "Show a new code".
pub(crate) async fn begin(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Begin { shared }): CheckedForm<Begin>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    idp.limits().codes.check(&visitor.peer.source())?;
    let Some(open) = offered(&idp, &visitor, id).await? else {
        return Ok(Redirect::to(&routes::sign_in_page(id)).into_response());
    };
    let now = idp.now();
    let source = visitor.peer.source().to_string();
    let before = may_begin(&idp, (id, &visitor), &source, now).await?;
    let shared = shared.is_some();
    let serves = |before: &Transaction| {
        before.is_live(now) && before.stage == Stage::Pending && before.shared == shared
    };
    if before.as_ref().is_some_and(serves) {
        return Ok(Redirect::to(&routes::qr_page(id)).into_response());
    }
    let transaction = Transaction { shared, ..draw(&idp, &visitor, &open, now) };
    let new = NewTransaction {
        transaction: &transaction,
        source: &source,
        handles: &Handle::hashes(&visitor.browser, &transaction.seed),
        forget_at: open.sign_in.expires_at.max(now.saturating_add(REMEMBERED).unwrap_or(now)),
    };
    let tx = idp.store().begin().await.map_err(broken)?;
    let begun = match acts::begin(&tx, visitor.nobody(), (&new, before.as_ref()), now).await {
        Ok(()) => tx.commit().await,
        Err(error) => Err(error),
    };
    match begun {
        // Another tab asked in the same moment: its code serves both.
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(Redirect::to(&routes::qr_page(id)).into_response()),
        Err(error) => Err(broken(error)),
    }
}

/// The sign-in, as long as its next step is to ask and the code is one of the ways.
async fn offered(idp: &Idp, visitor: &Visitor, id: SignInId) -> Result<Option<Box<Open>>, Error> {
    let Loaded::Open(open) = load(idp, visitor, id).await? else { return Ok(None) };
    let asks = matches!(open.step(), Step::Ask(Ways { qr: true, .. }));
    Ok((asks && idp.settings().qr != QrRule::Off).then_some(open))
}

/// What the sign-in showed last, unless it or its network must wait.
async fn may_begin(
    idp: &Idp,
    (id, visitor): (SignInId, &Visitor),
    source: &str,
    now: Timestamp,
) -> Result<Option<Transaction>, Error> {
    let ago = |span: SignedDuration| now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let read = idp.store().read().await.map_err(broken)?;
    if qr::is_denied(&read, id).await.map_err(broken)? {
        let denied = Error::new(StatusCode::FORBIDDEN, "error-qr-denied");
        return Err(denied.way_on("qr-other-ways", routes::sign_in_page(id)));
    }
    let begun = qr::count_since(&read, source, ago(REMEMBERED), MOST).await.map_err(broken)?;
    let slowed = qr::is_denied_source(&read, source, ago(SLOWED)).await.map_err(broken)?
        && qr::count_since(&read, source, ago(SLOW), 1).await.map_err(broken)? > 0;
    if slowed || begun >= MOST {
        let wait = u32::try_from(SLOW.as_secs()).unwrap_or(u32::MAX);
        let slow = Error::new(StatusCode::TOO_MANY_REQUESTS, "error-qr-slowed").retry_after(wait);
        return Err(slow.way_on("qr-other-ways", routes::sign_in_page(id)));
    }
    qr::find_of_sign_in(&read, id, &visitor.browser.id()).await.map_err(broken)
}

fn draw(idp: &Idp, visitor: &Visitor, open: &Open, now: Timestamp) -> Transaction {
    Transaction {
        id: QrId::new(console::row_id(now, idp.entropy())),
        sign_in: open.sign_in.id,
        application: open.application.id,
        desktop: Desktop {
            browser: visitor.browser.id(),
            known: visitor.known().map(|secret| secret.hash()),
            address: visitor.peer.0.to_canonical(),
            agent: visitor.agent(),
        },
        seed: idp.random(),
        shared: false,
        began_at: now,
        stage: Stage::Pending,
    }
}

/// The page with the code.
#[derive(Template)]
#[template(path = "qr/code.html")]
struct CodePage<'a> {
    csrf: CsrfToken,
    id: String,
    application: Asking<'a>,
    live: Live,
    shared: bool,
    tracking: &'a str,
}

impl CodePage<'_> {
    /// A text of the state, empty where it has none.
    fn text(&self, name: &str) -> &str {
        self.live.text.get(name).map_or("", String::as_str)
    }

    /// Whether the state is one of these.
    fn shows(&self, states: &str) -> bool {
        states.split(' ').any(|state| state == self.live.state)
    }

    fn code(&self) -> &str {
        self.live.src.get("qr").map_or(NO_IMAGE, String::as_str)
    }
}

/// `GET /sign-in/{id}/qr`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    let back = || Redirect::to(&routes::sign_in_page(id)).into_response();
    let Some(open) = offered(&idp, &visitor, id).await? else { return Ok(back()) };
    let now = idp.now();
    let read = idp.store().read().await.map_err(broken)?;
    let found = qr::find_of_sign_in(&read, id, &visitor.browser.id()).await.map_err(broken)?;
    drop(read);
    let Some(transaction) = found else { return Ok(back()) };
    match transaction.stage {
        Stage::Consumed(_) => return Ok(back()),
        Stage::Approved(..) if transaction.is_live(now) => {
            return complete::arrive(&idp, &visitor, (open, transaction)).await;
        }
        _ => {}
    }
    idp.site().render(&CodePage {
        csrf: visitor.browser.csrf(),
        id: id.to_string(),
        application: Asking::new(&open.application),
        live: live::news(&idp, &visitor.browser, &transaction, now),
        shared: transaction.shared,
        tracking: visitor.tracking(),
    })
}

/// `POST /sign-in/{id}/qr/not-me`: the account that the desktop named is not its person's. Nothing was opened.
pub(crate) async fn not_me(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let id = SignInId::new(id);
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let found = qr::find_of_sign_in(&tx, id, &visitor.browser.id()).await.map_err(broken)?;
    if let Some(transaction) = found
        && let Stage::Approved(_, approval) = transaction.stage
    {
        let what = (&transaction, Ending::NotMine, Some(approval.person));
        acts::end(&tx, visitor.nobody(), what, now).await.map_err(broken)?;
    }
    tx.commit().await.map_err(broken)?;
    Ok(Redirect::to(&routes::sign_in_page(id)).into_response())
}

/// How long the network of a desktop is slow after "this isn't me".
const SLOWED: SignedDuration = SignedDuration::from_mins(15);

/// One code in this time is what a slow network gets.
const SLOW: SignedDuration = SignedDuration::from_secs(60);

/// How long a transaction is remembered at least: as long as it counts for its network.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(20);

/// Codes that one network may ask for in this time: room for a large office, and none for a flood.
const MOST: i64 = 2_000;

/// An image without content, until there is a code.
const NO_IMAGE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
