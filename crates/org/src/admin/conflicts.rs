//! Sign-ins that an administrator has to settle: what the identity provider
//! says of somebody and what is known here do not agree.

use ::store::ReadTx;
use ::store::events::{Filter, list, open_personal};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::EmailAddress;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use web::page::Console;
use web::{CheckedForm, Error, Message, filters};

use super::OrgAdmin;
use crate::acts::accounts::dismiss_conflict;
use crate::acts::settle;
use crate::answer::broken;
use crate::service::Org;
use crate::store::members::{Conflict, conflicts};
use crate::store::{accounts, links};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/conflicts.html")]
pub(crate) struct Conflicts {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
}

/// A conflict, and what can be done about it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) account: String,
    pub(crate) address: String,
    pub(crate) code: String,
    pub(crate) sentence: Message,
    pub(crate) advice: Message,
    pub(crate) at: Timestamp,
    pub(crate) directory: String,
    pub(crate) directory_name: String,
    pub(crate) id: String,
    pub(crate) expected: Option<String>,
    pub(crate) received: Option<String>,
    pub(crate) trace: Option<String>,
    /// The link that could be cleared.
    pub(crate) linked_as: Option<String>,
    /// The address that could be taken over.
    pub(crate) new_address: Option<String>,
    /// The account that has it already, if it is a member.
    pub(crate) other: Option<String>,
}

/// `GET /admin/{organization}/conflicts`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let read = org.read().await?;
    let found = conflicts(&read, admin.organization.id, MOST).await.map_err(broken)?;
    let mut lines = Vec::new();
    for conflict in &found {
        lines.push(line(&read, (&org, &admin), conflict).await?);
    }
    drop(read);
    let path = admin.path("/conflicts");
    org.site().render(&Conflicts { console: admin.console(), path, lines })
}

async fn line(read: &ReadTx, (org, admin): (&Org, &OrgAdmin), conflict: &Conflict) -> Result<Line, Error> {
    let id = conflict.account.id;
    let said = said(read, org, conflict).await?;
    let linked = links::of_account(read, admin.organization.id, id).await.map_err(broken)?;
    let linked_as = linked.into_iter().find(|link| link.directory == conflict.directory);
    let received = said.received.as_deref().and_then(|text| EmailAddress::parse(text).ok());
    let mut other = None;
    if conflict.code == "address-conflict"
        && let Some(address) = &received
    {
        let holder = accounts::find_by_address(read, address).await.map_err(broken)?;
        if let Some(holder) = holder {
            let member = accounts::find_membership(read, admin.organization.id, holder.id).await;
            other = member.map_err(broken)?.map(|_| admin.path(&format!("/accounts/{}", holder.id)));
        }
    }
    let moves = conflict.code == "administrator-address-change";
    Ok(Line {
        account: admin.path(&format!("/accounts/{id}")),
        address: conflict.account.address.shown().to_owned(),
        sentence: known(org, "error", &conflict.code, "error-response-refused"),
        advice: known(org, "conflict", &conflict.code, "conflict-other"),
        code: conflict.code.clone(),
        at: conflict.at,
        directory: conflict.directory.to_string(),
        directory_name: conflict.directory_name.clone(),
        id: id.to_string(),
        expected: said.expected,
        received: said.received,
        trace: said.trace.map(|trace| admin.path(&format!("/traces/{trace}"))),
        linked_as: linked_as.map(|link| link.stable_id),
        new_address: received.filter(|_| moves).map(|address| address.shown().to_owned()),
        other,
    })
}

fn known(org: &Org, kind: &str, code: &str, or: &'static str) -> Message {
    let id = format!("{kind}-{code}");
    match org.site().text().has(&id) {
        true => Message::new(id),
        false => Message::new(or),
    }
}

/// What the event of the refusal says.
#[derive(Default)]
struct Said {
    expected: Option<String>,
    received: Option<String>,
    trace: Option<String>,
}

async fn said(read: &ReadTx, org: &Org, conflict: &Conflict) -> Result<Said, Error> {
    let subject = conflict.account.id.to_string();
    let found = list(read, Filter::Subject(&subject), None, LOOK).await.map_err(broken)?;
    let same = |code: &Json| code.as_str() == Some(conflict.code.as_str());
    let Some(event) = found.into_iter().find(|event| event.data.get("code").is_some_and(same)) else {
        return Ok(Said::default());
    };
    let personal = match event.has_personal {
        true => open_personal(read, org.master_key(), event.id).await.map_err(Error::internal)?,
        false => None,
    };
    let value = |name: &str| {
        let own = event.data.get(name).or_else(|| personal.as_ref().and_then(|values| values.get(name)));
        own.and_then(Json::as_str).map(str::to_owned)
    };
    Ok(Said { expected: value("expected"), received: value("received"), trace: event.trace })
}

/// Which conflict.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    directory: String,
    account: String,
}

/// `POST …/conflicts`: settled otherwise; the next sign-in judges anew.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let directory = posted.directory.parse().map_err(|_| Error::not_found())?;
    let account = posted.account.parse().map_err(|_| Error::not_found())?;
    let tx = org.begin().await?;
    let what = (admin.organization.id, directory, account);
    let done = dismiss_conflict(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => Ok(Redirect::to(&admin.path("/conflicts")).into_response()),
        Err(_) => Err(Error::not_found()),
    }
}

/// More than this nobody settles at once.
const MOST: u32 = 50;

/// So far back the event of a refusal is looked for.
const LOOK: u32 = 50;
