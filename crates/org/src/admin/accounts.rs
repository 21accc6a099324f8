//! The accounts of an organisation: the list, and one more.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::{DisplayName, EmailAddress};
use console::search::Query;
use jiff::Timestamp;
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use web::page::{Console, Pager};
use web::{CheckedForm, Error, Fields, Message, StrictQuery, filters};

use super::OrgAdmin;
use super::identity_providers::wrong_name;
use crate::acts::accounts::{NewAccount, create};
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::{Account, AccountId, Membership, Role, Standing};
use crate::service::Org;
use crate::store::{accounts, people};

/// Whom the list shows, and where it goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sought {
    /// The beginnings of words of names and addresses.
    q: String,
    after: Option<String>,
}

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/accounts.html")]
pub(crate) struct Accounts {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) sought: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) pager: Pager,
}

/// An account as the page shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) named: bool,
    pub(crate) address: String,
    pub(crate) administrator: bool,
    pub(crate) active: bool,
    pub(crate) managed: bool,
    pub(crate) since: Timestamp,
}

/// `GET /admin/{organization}/accounts`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    StrictQuery(Sought { q, after }): StrictQuery<Sought>,
) -> Result<Response, Error> {
    let after: Option<AccountId> = after.and_then(|after| after.parse().ok());
    let id = admin.organization.id;
    let read = org.read().await?;
    let found = match Query::parse(&q) {
        Some(query) => people::search(&read, (id, &query), after, PAGE + 1).await,
        None => accounts::list(&read, id, after, PAGE + 1).await,
    };
    drop(read);
    let mut found = found.map_err(broken)?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more);
    let page = Accounts {
        console: admin.console(),
        path: admin.path("/accounts"),
        pager: Pager {
            previous: after.map(|_| address(&admin, &q, None)),
            next: next.map(|(last, _)| address(&admin, &q, Some(last.id))),
        },
        lines: found.iter().map(|found| line(found, &admin)).collect(),
        sought: q,
    };
    org.site().render(&page)
}

fn address(admin: &OrgAdmin, q: &str, after: Option<AccountId>) -> String {
    let mut query = Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    format!("{}?{}", admin.path("/accounts"), query.finish())
}

pub(super) fn line((account, membership): &(Account, Membership), admin: &OrgAdmin) -> Line {
    Line {
        path: admin.path(&format!("/accounts/{}", account.id)),
        name: account.shown(),
        named: account.has_name(),
        address: account.address.shown().to_owned(),
        administrator: membership.role == Role::Administrator,
        active: account.standing == Standing::Active,
        managed: account.managed_by == Some(admin.organization.id),
        since: account.created_at,
    }
}

/// What is typed about somebody new.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Typed {
    pub(crate) address: String,
    #[serde(default)]
    pub(crate) first_name: String,
    #[serde(default)]
    pub(crate) last_name: String,
}

/// The same, read.
pub(super) struct Known {
    pub(super) address: EmailAddress,
    pub(super) names: [Option<DisplayName>; 2],
}

/// The form.
#[derive(Debug, Template)]
#[template(path = "admin/account_new.html")]
pub(crate) struct NewPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) typed: Typed,
    pub(crate) fields: Fields,
}

/// `GET /admin/{organization}/accounts/new`.
pub(crate) async fn new_page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    form(&org, &admin, Typed::default(), Fields::new())
}

/// `POST /admin/{organization}/accounts/new`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(typed): CheckedForm<Typed>,
) -> Result<Response, Error> {
    let mut fields = Fields::new();
    let Some(known) = typed.read(&mut fields) else {
        return form(&org, &admin, typed, fields);
    };
    let now = org.now();
    let new = (known.address, known.names);
    let new = NewAccount::draw((admin.organization.id, Role::Member), new, now, org.entropy());
    let tx = org.begin().await?;
    let done = create(&tx, &admin.word(), new, now).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(made) => Ok(Redirect::to(&admin.path(&format!("/accounts/{}", made.id))).into_response()),
        Err(Refusal::AddressTaken) => {
            form(&org, &admin, typed, Fields::fault("address", "account-address-taken"))
        }
        Err(Refusal::DomainElsewhere) => {
            form(&org, &admin, typed, Fields::fault("address", "account-domain-elsewhere"))
        }
        Err(_) => Err(Error::not_found()),
    }
}

fn form(org: &Org, admin: &OrgAdmin, typed: Typed, fields: Fields) -> Result<Response, Error> {
    let path = admin.path("/accounts");
    org.site().render(&NewPage { console: admin.console(), path, typed, fields })
}

impl Typed {
    /// None when something is wrong, which is then said beside its field.
    pub(super) fn read(&self, fields: &mut Fields) -> Option<Known> {
        let address = EmailAddress::parse(self.address.trim()).map_err(|_| "login-address-wrong");
        let address = fields.check("address", address);
        let first = fields.check("first_name", name(&self.first_name));
        let last = fields.check("last_name", name(&self.last_name));
        Some(Known { address: address?, names: [first?, last?] })
    }
}

fn name(text: &str) -> Result<Option<DisplayName>, Message> {
    match text.trim() {
        "" => Ok(None),
        typed => DisplayName::parse(typed).map(Some).map_err(|error| Message::new(wrong_name(error))),
    }
}

const PAGE: u32 = 50;
