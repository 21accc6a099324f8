//! The phone's pages. The phone is a stranger until its ceremony: it sees the application and the desktop, never a name.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::events::{Refused, refuse_stray};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::{ReadTx, StoreError};
use uuid::Uuid;
use web::network::same_network;
use web::{CheckedForm, CsrfToken, Error, filters};

use super::handle::Handle;
use super::{acts, facts, words};
use crate::error::broken;
use crate::model::qr::{Digits, Ending, Phone, QrId, Stage, Stopped, Transaction};
use crate::routes;
use crate::sign_in::page::{Asking, Nothing};
use crate::state::Idp;
use crate::store::{applications, qr};
use crate::visitor::Visitor;

/// `GET /phone`: what the phone is for.
#[derive(Template)]
#[template(path = "qr/phone.html")]
struct PhonePage;

/// `GET /phone`.
pub(crate) async fn about(State(idp): State<Idp>) -> Result<Response, Error> {
    idp.site().render(&PhonePage)
}

/// The first page of a code. It says nothing of the sign-in: programs that preview links read it too.
#[derive(Template)]
#[template(path = "qr/scanned.html")]
struct ScannedPage<'a> {
    csrf: CsrfToken,
    handle: &'a str,
}

/// `GET /q/{handle}`: changes nothing.
pub(crate) async fn look(
    State(idp): State<Idp>,
    Path(handle): Path<String>,
    visitor: Visitor,
) -> Result<Response, Error> {
    idp.limits().handles.check(&visitor.peer.source())?;
    let now = idp.now();
    let read = idp.store().read().await.map_err(broken)?;
    let found = lookup(&read, &visitor, &handle, now).await.map_err(broken)?;
    drop(read);
    match found {
        Scanned::Good(_) => idp.site().render(&ScannedPage { csrf: visitor.browser.csrf(), handle: &handle }),
        Scanned::Mine(id) => Ok(Redirect::to(&routes::phone_page(id)).into_response()),
        Scanned::Bad(fault) => Err(fault.page()),
    }
}

/// `POST /q/{handle}`: this phone opens the code, and no other does any more. The digits are drawn here.
pub(crate) async fn open(
    State(idp): State<Idp>,
    Path(handle): Path<String>,
    visitor: Visitor,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    idp.limits().handles.check(&visitor.peer.source())?;
    let now = idp.now();
    let read = idp.store().read().await.map_err(broken)?;
    let found = lookup(&read, &visitor, &handle, now).await.map_err(broken)?;
    let transaction = match found {
        Scanned::Good(transaction) => *transaction,
        Scanned::Mine(id) => return Ok(Redirect::to(&routes::phone_page(id)).into_response()),
        Scanned::Bad(fault) => {
            drop(read);
            return Err(refused(&idp, &visitor, fault, now).await);
        }
    };
    let waits = facts::waiting(&idp, &read, &transaction, now).await.map_err(broken)?.is_some();
    drop(read);
    let phone =
        Phone { browser: visitor.browser.id(), address: visitor.peer.0.to_canonical(), opened_at: now };
    let after = match waits {
        true => transaction.open(phone, Digits::draw(idp.random())),
        false => Ok(Stage::Ended(Ending::MovedOn, None)),
    };
    let tx = idp.store().begin().await.map_err(broken)?;
    let opened = match after {
        Ok(after) => {
            let step = (&transaction, after);
            acts::advance(&tx, visitor.nobody(), step, now).await.map_err(broken)? && waits
        }
        Err(_) => false,
    };
    tx.commit().await.map_err(broken)?;
    match opened {
        true => Ok(Redirect::to(&routes::phone_page(transaction.id)).into_response()),
        false if waits => Err(refused(&idp, &visitor, Fault::Used, now).await),
        false => Err(refused(&idp, &visitor, Fault::Expired, now).await),
    }
}

/// What a scanned code leads to.
enum Scanned {
    /// A transaction that nobody has opened yet.
    Good(Box<Transaction>),
    /// One that this phone opened: Back, or scanned twice.
    Mine(QrId),
    Bad(Fault),
}

/// Why a code opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It was never shown, or long ago.
    Unknown,
    /// A newer one has taken its place, or its time is over.
    Expired,
    /// Another phone opened it first.
    Used,
    /// The browser that shows it opens it.
    SameBrowser,
}

impl Fault {
    const fn message(self) -> (StatusCode, &'static str) {
        match self {
            Self::Unknown => (StatusCode::NOT_FOUND, "error-qr-unknown"),
            Self::Expired => (StatusCode::GONE, "error-qr-expired"),
            Self::Used => (StatusCode::GONE, "error-qr-used"),
            Self::SameBrowser => (StatusCode::CONFLICT, "error-qr-same-browser"),
        }
    }

    fn page(self) -> Error {
        let (status, id) = self.message();
        Error::new(status, id).because(format!("qr: {self:?}"))
    }

    /// What the rule expected, and what came.
    const fn compared(self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown => ("a code of ours", "an unknown code"),
            Self::Expired => ("a code that is shown", "a code that is shown no more"),
            Self::Used => ("a code that nobody has opened", "a code that another phone has opened"),
            Self::SameBrowser => ("another browser than the desktop's", "the browser that shows the code"),
        }
    }
}

impl From<Stopped> for Fault {
    fn from(why: Stopped) -> Self {
        match why {
            Stopped::Expired => Self::Expired,
            Stopped::Used | Stopped::NotHere => Self::Used,
        }
    }
}

async fn lookup(
    read: &ReadTx,
    visitor: &Visitor,
    handle: &str,
    now: Timestamp,
) -> Result<Scanned, StoreError> {
    let unknown = Ok(Scanned::Bad(Fault::Unknown));
    let Some(hash) = Handle::parse(handle).and_then(|handle| handle.hash()) else { return unknown };
    let Some(row) = qr::find_handle(read, &hash).await? else { return unknown };
    let Some(transaction) = qr::find(read, row.transaction).await? else { return unknown };
    let browser = visitor.browser.id();
    if now < row.shown_at {
        // Nobody has seen it yet: whoever comes with it has not read it off a screen.
        return unknown;
    }
    if transaction.stage.phone().is_some_and(|phone| phone.browser == browser) {
        return Ok(Scanned::Mine(transaction.id));
    }
    Ok(match transaction.stage {
        _ if transaction.desktop.browser == browser => Scanned::Bad(Fault::SameBrowser),
        Stage::Pending if now < row.expires_at && transaction.is_live(now) => {
            Scanned::Good(Box::new(transaction))
        }
        Stage::Pending | Stage::Ended(Ending::Replaced | Ending::MovedOn, _) => Scanned::Bad(Fault::Expired),
        _ => Scanned::Bad(Fault::Used),
    })
}

/// The page of a code that opens nothing. It is tied to nobody, so it is counted, with one example.
async fn refused(idp: &Idp, visitor: &Visitor, fault: Fault, now: Timestamp) -> Error {
    let (_, id) = fault.message();
    let (expected, received) = fault.compared();
    let stray = Refused {
        kind: "qr.refused",
        subject: None,
        code: id.strip_prefix("error-").unwrap_or(id),
        reason: "the code opens nothing",
        expected: Some(expected),
        received: Some(received),
    };
    let written = async {
        let tx = idp.store().begin().await?;
        refuse_stray(&tx, visitor.nobody(), stray, now).await?;
        tx.commit().await
    };
    written.await.map_or_else(broken, |()| fault.page())
}

/// What the phone's person judges by. Never a name.
struct Seen<'a> {
    application: Asking<'a>,
    agent: &'a str,
    address: String,
    same_network: bool,
    /// Seconds since the desktop asked.
    age: i64,
}

/// The page on which the digits are typed.
#[derive(Template)]
#[template(path = "qr/digits.html")]
struct DigitsPage<'a> {
    csrf: CsrfToken,
    id: String,
    seen: Seen<'a>,
}

/// The page of the ceremony.
#[derive(Template)]
#[template(path = "qr/approve.html")]
struct ApprovePage<'a> {
    csrf: CsrfToken,
    id: String,
    seen: Seen<'a>,
}

/// Approved: the phone is done.
#[derive(Template)]
#[template(path = "qr/approved.html")]
struct ApprovedPage {
    application: String,
}

/// Why it ended.
#[derive(Template)]
#[template(path = "qr/ended.html")]
struct EndedPage<'a> {
    csrf: CsrfToken,
    id: String,
    title: String,
    sentence: &'static str,
    /// After "This isn't me", the person may freeze the QR sign-in for themselves.
    may_freeze: bool,
    code: &'static str,
    tracking: &'a str,
}

/// `GET /phone/{id}`: whatever is next on this phone.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
) -> Result<Response, Error> {
    let now = idp.now();
    let read = idp.store().read().await.map_err(broken)?;
    let transaction = mine(&read, &visitor, QrId::new(id)).await?;
    let application = applications::find(&read, transaction.application).await.map_err(broken)?;
    drop(read);
    let application = application.ok_or_else(|| Error::new(StatusCode::GONE, "error-application-gone"))?;
    let (csrf, id) = (visitor.browser.csrf(), transaction.id.to_string());
    let asking = Asking::new(&application);
    match transaction.stage {
        Stage::Approved(..) | Stage::Consumed(_) => {
            idp.site().render(&ApprovedPage { application: asking.name.to_owned() })
        }
        Stage::Ended(why, _) => ended(&idp, &visitor, (id, words::phone(why), why.as_str())),
        _ if !transaction.is_live(now) => ended(&idp, &visitor, (id, "qr-phone-expired", "qr-expired")),
        Stage::Matched(..) => idp.site().render(&ApprovePage {
            csrf,
            id,
            seen: seen(&idp, &visitor, &transaction, asking, now),
        }),
        Stage::Pending | Stage::Opened(..) => {
            idp.site().render(&DigitsPage { csrf, id, seen: seen(&idp, &visitor, &transaction, asking, now) })
        }
    }
}

fn seen<'a>(
    idp: &Idp,
    visitor: &Visitor,
    transaction: &'a Transaction,
    application: Asking<'a>,
    now: Timestamp,
) -> Seen<'a> {
    let desktop = &transaction.desktop;
    Seen {
        application,
        agent: &desktop.agent,
        address: desktop.address.to_string(),
        same_network: same_network(desktop.address, visitor.peer.0, idp.site().public_url()),
        age: now.duration_since(transaction.began_at).as_secs().max(0),
    }
}

fn ended(
    idp: &Idp,
    visitor: &Visitor,
    (id, sentence, code): (String, &'static str, &'static str),
) -> Result<Response, Error> {
    idp.site().render(&EndedPage {
        csrf: visitor.browser.csrf(),
        id,
        title: format!("{sentence}.title"),
        sentence,
        may_freeze: code == Ending::NotMe.as_str(),
        code,
        tracking: visitor.tracking(),
    })
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    digits: String,
}

/// `POST /phone/{id}/digits`: one try.
pub(crate) async fn digits(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Typed { digits }): CheckedForm<Typed>,
) -> Result<Response, Error> {
    let now = idp.now();
    let id = QrId::new(id);
    let tx = idp.store().begin().await.map_err(broken)?;
    let transaction = mine(&tx, &visitor, id).await?;
    if let Ok(after) = transaction.try_digits(&digits, now) {
        acts::advance(&tx, visitor.nobody(), (&transaction, after), now).await.map_err(broken)?;
    }
    tx.commit().await.map_err(broken)?;
    // Whatever is next, the page shows.
    Ok(Redirect::to(&routes::phone_page(id)).into_response())
}

/// `POST /phone/{id}/not-me`: the sign-in gets no code any more, and the desktop's network is slow for a while.
pub(crate) async fn not_me(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    visitor: Visitor,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let now = idp.now();
    let id = QrId::new(id);
    let tx = idp.store().begin().await.map_err(broken)?;
    let transaction = mine(&tx, &visitor, id).await?;
    acts::end(&tx, visitor.nobody(), (&transaction, Ending::NotMe, None), now).await.map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(Redirect::to(&routes::phone_page(id)).into_response())
}

/// The transaction that this phone opened; of another's nothing is found, whoever knows its id.
pub(super) async fn mine(read: &ReadTx, visitor: &Visitor, id: QrId) -> Result<Transaction, Error> {
    let browser = visitor.browser.id();
    let found = qr::find(read, id).await.map_err(broken)?;
    found
        .filter(|transaction| transaction.stage.phone().is_some_and(|phone| phone.browser == browser))
        .ok_or_else(|| Error::new(StatusCode::NOT_FOUND, "error-qr-not-here"))
}
