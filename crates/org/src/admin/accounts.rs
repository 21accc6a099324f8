//! The accounts of an organisation.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Pager};
use web::{Error, StrictQuery, filters};

use super::OrgAdmin;
use crate::answer::broken;
use crate::model::{Account, AccountId, Membership, Role, Standing};
use crate::service::Org;
use crate::store::accounts;

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    after: Option<String>,
}

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/accounts.html")]
pub(crate) struct Accounts {
    pub(crate) console: Console,
    pub(crate) lines: Vec<Line>,
    pub(crate) pager: Pager,
}

/// An account as the page shows it.
#[derive(Debug)]
pub(crate) struct Line {
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
    StrictQuery(After { after }): StrictQuery<After>,
) -> Result<Response, Error> {
    let after: Option<AccountId> = after.and_then(|after| after.parse().ok());
    let id = admin.organization.id;
    let read = org.read().await?;
    let mut found = accounts::list(&read, id, after, PAGE + 1).await.map_err(broken)?;
    drop(read);
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more);
    let page = Accounts {
        console: admin.console(),
        pager: Pager {
            previous: after.map(|_| admin.path("/accounts")),
            next: next.map(|(last, _)| admin.path(&format!("/accounts?after={}", last.id))),
        },
        lines: found.iter().map(|found| line(found, &admin)).collect(),
    };
    org.site().render(&page)
}

fn line((account, membership): &(Account, Membership), admin: &OrgAdmin) -> Line {
    Line {
        name: account.shown(),
        named: account.has_name(),
        address: account.address.shown().to_owned(),
        administrator: membership.role == Role::Administrator,
        active: account.standing == Standing::Active,
        managed: account.managed_by == Some(admin.organization.id),
        since: account.created_at,
    }
}

const PAGE: u32 = 50;
