//! The event log, as far as it is this organisation's: its own events, and
//! those of its members that name no organisation. Whoever has the tracking id
//! of an error page finds the full reason here.

use std::collections::HashMap;

use ::store::events::{Event, Filter, list, open_personal};
use ::store::{ReadTx, StoreError};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use console::person::EmailAddress;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use url::form_urlencoded::Serializer;
use uuid::Uuid;
use web::page::{Console, Pager};
use web::{Error, Message, StrictQuery, Text, filters};

use super::OrgAdmin;
use crate::answer::broken;
use crate::model::{AccountId, OrganizationId};
use crate::service::Org;
use crate::store::accounts;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/events.html")]
pub(crate) struct Events {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) traces: String,
    pub(crate) sought: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) pager: Pager,
}

/// An event as the page shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
    /// What happened, in words; the kind itself where there are none.
    pub(crate) title: Option<Message>,
    /// Of a refusal: its code, and the sentence that its page said.
    pub(crate) code: Option<String>,
    pub(crate) sentence: Option<Message>,
    /// Whom it is about, and who did it: addresses where they are known.
    pub(crate) subject: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) details: Vec<(String, String)>,
    /// Its tracking id, which leads to the trace.
    pub(crate) trace: Option<String>,
}

/// What is looked for, and where the list goes on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Lookup {
    find: String,
    before: Option<Uuid>,
}

/// `GET /admin/{organization}/events`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    StrictQuery(lookup): StrictQuery<Lookup>,
) -> Result<Response, Error> {
    let read = org.read().await?;
    let mut scope = Scope::new(admin.organization.id);
    let sought = Sought::read(&read, lookup.find.trim()).await.map_err(broken)?;
    let found = visible(&read, &mut scope, (&sought, lookup.before)).await.map_err(broken)?;
    let next = (found.len() == PAGE).then(|| found.last().map(|last| last.id)).flatten();
    let mut lines = Vec::new();
    for event in &found {
        let personal = match event.has_personal {
            true => open_personal(&read, org.master_key(), event.id).await.map_err(Error::internal)?,
            false => None,
        };
        lines.push(scope.line(&read, org.site().text(), (event, personal)).await.map_err(broken)?);
    }
    drop(read);
    let path = admin.path("/events");
    let page = Events {
        console: admin.console(),
        pager: Pager {
            previous: lookup.before.map(|_| address(&path, &lookup.find, None)),
            next: next.map(|last| address(&path, &lookup.find, Some(last))),
        },
        path,
        traces: admin.path("/traces"),
        sought: lookup.find,
        lines,
    };
    org.site().render(&page)
}

/// A sign-in of the past, on the page of an account.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) at: Timestamp,
    pub(crate) title: Message,
    pub(crate) code: Option<String>,
    /// The page of this attempt.
    pub(crate) trace: Option<String>,
}

/// The last sign-ins of an account, newest first.
pub(super) async fn past(
    read: &ReadTx,
    (org, admin): (&Org, &OrgAdmin),
    account: AccountId,
) -> Result<Vec<Past>, Error> {
    let mut scope = Scope::new(admin.organization.id);
    let found = list(read, Filter::Subject(&account.to_string()), None, LOOK).await.map_err(broken)?;
    let mut past = Vec::new();
    for event in found.iter().filter(|event| SIGN_INS.contains(&event.kind.as_str())) {
        if past.len() == LATELY || !scope.has(read, event).await.map_err(broken)? {
            continue;
        }
        let id = format!("event-{}", event.kind.replace(['.', '_'], "-"));
        let known = org.site().text().has(&id);
        past.push(Past {
            at: event.at,
            title: Message::new(if known { id } else { "event-session-opened".to_owned() }),
            code: event.data.get("code").and_then(Json::as_str).map(str::to_owned),
            trace: event.trace.as_ref().map(|trace| admin.path(&format!("/traces/{trace}"))),
        });
    }
    Ok(past)
}

/// What an administrator puts into the one field.
enum Sought {
    All,
    Trace(String),
    Account(String),
}

impl Sought {
    /// An address or the id of an account, else a tracking id.
    async fn read(read: &ReadTx, text: &str) -> Result<Self, StoreError> {
        if text.is_empty() {
            return Ok(Self::All);
        }
        if let Ok(id) = text.parse::<AccountId>() {
            return Ok(Self::Account(id.to_string()));
        }
        let Ok(address) = EmailAddress::parse(text) else {
            return Ok(Self::Trace(text.to_owned()));
        };
        let account = accounts::find_by_address(read, &address).await?;
        // An address that nobody has is about nobody.
        Ok(Self::Account(account.map(|account| account.id.to_string()).unwrap_or_default()))
    }

    fn filter(&self) -> Filter<'_> {
        match self {
            Self::All => Filter::All,
            Self::Trace(id) => Filter::Trace(id),
            Self::Account(id) => Filter::Subject(id),
        }
    }
}

/// A page of what this organisation may see. Other organisations' events in
/// between cost further looks, of which there is an end.
async fn visible(
    read: &ReadTx,
    scope: &mut Scope,
    (sought, mut before): (&Sought, Option<Uuid>),
) -> Result<Vec<Event>, StoreError> {
    let mut seen = Vec::new();
    for _ in 0..LOOKS {
        let found = list(read, sought.filter(), before, LOOK).await?;
        let full = found.len() == LOOK as usize;
        before = found.last().map(|last| last.id);
        for event in found {
            if seen.len() < PAGE && scope.has(read, &event).await? {
                seen.push(event);
            }
        }
        if !full || seen.len() == PAGE {
            break;
        }
    }
    Ok(seen)
}

/// What belongs to an organisation, and what its people are called.
pub(super) struct Scope {
    organization: OrganizationId,
    /// The address of whoever was asked about; none for somebody else's people.
    members: HashMap<String, Option<String>>,
}

impl Scope {
    pub(super) fn new(organization: OrganizationId) -> Self {
        Self { organization, members: HashMap::new() }
    }

    pub(super) async fn has(&mut self, read: &ReadTx, event: &Event) -> Result<bool, StoreError> {
        if let Some(named) = event.data.get(ORGANIZATION).and_then(Json::as_str) {
            return Ok(named == self.organization.to_string());
        }
        for id in [&event.subject, &event.actor].into_iter().flatten() {
            if self.member(read, id).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn member(&mut self, read: &ReadTx, id: &str) -> Result<Option<String>, StoreError> {
        if let Some(known) = self.members.get(id) {
            return Ok(known.clone());
        }
        let found = match id.parse::<AccountId>() {
            Ok(account) => self.address_of(read, account).await?,
            Err(_) => None,
        };
        self.members.insert(id.to_owned(), found.clone());
        Ok(found)
    }

    async fn address_of(&self, read: &ReadTx, id: AccountId) -> Result<Option<String>, StoreError> {
        let member = accounts::find_membership(read, self.organization, id).await?;
        let account = accounts::find(read, id).await?.filter(|_| member.is_some());
        Ok(account.map(|account| account.address.shown().to_owned()))
    }

    pub(super) async fn line(
        &mut self,
        read: &ReadTx,
        text: &Text,
        (event, personal): (&Event, Option<Json>),
    ) -> Result<Line, StoreError> {
        let code = event.data.get("code").and_then(Json::as_str).map(str::to_owned);
        let said = |id: String| text.has(&id).then(|| Message::new(id));
        Ok(Line {
            at: event.at,
            title: said(format!("event-{}", event.kind.replace(['.', '_'], "-"))),
            kind: event.kind.clone(),
            sentence: code.as_ref().and_then(|code| said(format!("error-{code}"))),
            code,
            subject: self.named(read, event.subject.as_ref()).await?,
            actor: self.named(read, event.actor.as_ref()).await?,
            details: details(event, personal),
            trace: event.trace.clone(),
        })
    }

    /// An address for a member's id; any other id as it is.
    async fn named(&mut self, read: &ReadTx, id: Option<&String>) -> Result<Option<String>, StoreError> {
        let Some(id) = id else { return Ok(None) };
        Ok(Some(self.member(read, id).await?.unwrap_or_else(|| id.clone())))
    }
}

/// What the event says beside its title. Personal values stand among the
/// others; those that were erased are simply not there.
fn details(event: &Event, personal: Option<Json>) -> Vec<(String, String)> {
    let own = event.data.as_object().into_iter().flatten();
    let personal = personal.as_ref().and_then(Json::as_object).into_iter().flatten();
    let shown = own.chain(personal).filter(|(name, value)| *name != ORGANIZATION && !value.is_null());
    let plain = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut details: Vec<_> = shown.map(|(name, value)| (name.replace('_', " "), plain(value))).collect();
    details.extend(event.source.iter().map(|source| ("from".to_owned(), source.clone())));
    details.extend(event.trace.iter().map(|trace| ("tracking id".to_owned(), trace.clone())));
    details
}

fn address(path: &str, find: &str, before: Option<Uuid>) -> String {
    let mut query = Serializer::new(String::new());
    if !find.is_empty() {
        query.append_pair("find", find);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    format!("{path}?{}", query.finish())
}

/// The field of an event's data that names its organisation.
const ORGANIZATION: &str = "organization";

/// What becomes of sign-ins.
const SIGN_INS: &[&str] =
    &["sign_in.succeeded", "sign_in.refused", "session.opened", "door.refused", "product.refused"];

/// How many of them an account's page shows.
const LATELY: usize = 10;

/// Events on a page of ours.
const PAGE: usize = 50;

/// How many rows of the log one look has, and how often one page looks.
const LOOK: u32 = 200;
const LOOKS: usize = 20;
