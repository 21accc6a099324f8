//! One account: what is known of it, whether it could sign in now, and what
//! an administrator may do about it.

mod acts;
mod address;

use ::store::ReadTx;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use console::{passkeys, sessions};
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Notice};
use web::{Error, Fields, Message, filters};

use super::OrgAdmin;
use super::domains::Badge;
use super::events::{self, Past};
use super::why::{self, Finding};
use crate::answer::broken;
use crate::model::{Account, AccountId, Membership, Role, Standing};
use crate::products;
use crate::service::Org;
use crate::store::{accounts, directories, groups, links, people, policies};

pub(crate) use acts::{deactivate, invite, reactivate, remove, sessions as end_sessions, unlink};
pub(crate) use address::post as change_address;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/account.html")]
pub(crate) struct AccountPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) list: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) state: Badge,
    pub(crate) administrator: bool,
    pub(crate) managed: bool,
    pub(crate) active: bool,
    pub(crate) id: String,
    pub(crate) since: Timestamp,
    pub(crate) policy: Option<(String, String)>,
    pub(crate) directory: Option<String>,
    pub(crate) groups: Vec<(String, String)>,
    pub(crate) products: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) links: Vec<Linked>,
    pub(crate) passkeys: Vec<Device>,
    pub(crate) sessions: usize,
    pub(crate) past: Vec<Past>,
    pub(crate) may: May,
    pub(crate) typed: String,
    pub(crate) fields: Fields,
    pub(crate) notice: Option<Notice>,
}

/// What the organisation may do about an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct May {
    /// Make a one-time link.
    pub(crate) invite: bool,
    /// End the membership.
    pub(crate) remove: bool,
    /// Change the address.
    pub(crate) readdress: bool,
}

/// What a directory's identity provider calls the account.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) directory: String,
    pub(crate) name: String,
    pub(crate) stable_id: String,
    pub(crate) at: Timestamp,
}

/// A passkey kept here.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) label: String,
    pub(crate) made_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// The account in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    account: String,
}

impl Named {
    pub(super) fn read(&self) -> Result<AccountId, Error> {
        self.account.parse().map_err(|_| Error::not_found())
    }
}

/// `GET /admin/{organization}/accounts/{account}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
) -> Result<Response, Error> {
    show(&org, &admin, named.read()?, Said::default()).await
}

/// What is said on the page beside what it shows.
#[derive(Default)]
pub(super) struct Said {
    pub(super) notice: Option<Notice>,
    /// An address that was typed, and what is wrong with it.
    pub(super) typed: Option<String>,
    pub(super) fields: Fields,
}

impl From<Notice> for Said {
    fn from(notice: Notice) -> Self {
        Self { notice: Some(notice), ..Self::default() }
    }
}

/// A member of the organisation.
pub(super) async fn member(
    read: &ReadTx,
    admin: &OrgAdmin,
    id: AccountId,
) -> Result<(Account, Membership), Error> {
    let membership = accounts::find_membership(read, admin.organization.id, id).await.map_err(broken)?;
    let account = accounts::find(read, id).await.map_err(broken)?;
    account.zip(membership).ok_or_else(Error::not_found)
}

pub(super) async fn show(org: &Org, admin: &OrgAdmin, id: AccountId, said: Said) -> Result<Response, Error> {
    let (of, now) = (admin.organization.id, org.now());
    let read = org.read().await?;
    let (account, membership) = member(&read, admin, id).await?;
    let managed = account.managed_by == Some(of);
    let elsewhere = people::belongs_elsewhere(&read, of, id).await.map_err(broken)?;
    let active = account.standing == Standing::Active;
    let page = AccountPage {
        console: admin.console(),
        path: admin.path(&format!("/accounts/{id}")),
        list: admin.path("/accounts"),
        name: account.shown(),
        address: account.address.shown().to_owned(),
        state: state(&account),
        administrator: membership.role == Role::Administrator,
        managed,
        active,
        id: id.to_string(),
        since: account.created_at,
        policy: if managed { policy(&read, admin, id).await? } else { None },
        directory: if managed { directory(&read, admin, id).await? } else { None },
        groups: joined(&read, admin, id).await?,
        products: products::list_for_in(&read, (of, id)).await.map_err(broken)?,
        findings: why::findings(&read, (org, admin), (&account, now)).await?,
        links: linked(&read, admin, id).await?,
        passkeys: devices(&read, id).await?,
        sessions: sessions::list(&read, id.person(), now).await.map_err(broken)?.len(),
        past: events::past(&read, (org, admin), id).await?,
        may: May {
            invite: active && (managed || (account.managed_by.is_none() && !elsewhere)),
            remove: !managed && id != admin.who.account.id,
            readdress: managed && id != admin.who.account.id,
        },
        typed: said.typed.unwrap_or_else(|| account.address.shown().to_owned()),
        fields: said.fields,
        notice: said.notice,
    };
    drop(read);
    org.site().render(&page)
}

fn state(account: &Account) -> Badge {
    let (tone, text) = match account.standing {
        Standing::Active => ("good", "account-active"),
        Standing::Deactivated => ("bad", "account-deactivated"),
    };
    Badge { tone, text: Message::new(text) }
}

/// The policy's name and page.
async fn policy(read: &ReadTx, admin: &OrgAdmin, id: AccountId) -> Result<Option<(String, String)>, Error> {
    let policy = policies::of_account(read, id).await.map_err(broken)?;
    let path = admin.path("/policies");
    Ok(policy.map(|policy| (policy.name.to_string(), path)))
}

/// The identity provider directory that speaks for the account; none for the local one.
async fn directory(read: &ReadTx, admin: &OrgAdmin, id: AccountId) -> Result<Option<String>, Error> {
    let Some(home) = policies::home_of(read, id).await.map_err(broken)? else { return Ok(None) };
    let found = directories::find(read, admin.organization.id, home).await.map_err(broken)?;
    let speaks =
        |found: &crate::model::Directory| found.kind == crate::model::DirectoryKind::IdentityProvider;
    Ok(found.filter(speaks).map(|found| found.name.to_string()))
}

async fn joined(read: &ReadTx, admin: &OrgAdmin, id: AccountId) -> Result<Vec<(String, String)>, Error> {
    let found = groups::of_account(read, admin.organization.id, id).await.map_err(broken)?;
    let path = |group: &crate::model::Group| admin.path(&format!("/groups/{}", group.id));
    Ok(found.iter().map(|group| (group.name.to_string(), path(group))).collect())
}

async fn linked(read: &ReadTx, admin: &OrgAdmin, id: AccountId) -> Result<Vec<Linked>, Error> {
    let found = links::of_account(read, admin.organization.id, id).await.map_err(broken)?;
    let linked = |link: links::Link| Linked {
        directory: link.directory.to_string(),
        name: link.name,
        stable_id: link.stable_id,
        at: link.linked_at,
    };
    Ok(found.into_iter().map(linked).collect())
}

async fn devices(read: &ReadTx, id: AccountId) -> Result<Vec<Device>, Error> {
    let kept = passkeys::list(read, id.person()).await.map_err(broken)?;
    let device = |kept: passkeys::Kept| Device {
        label: kept.label,
        made_at: kept.created_at,
        used_at: kept.last_used_at,
    };
    Ok(kept.into_iter().filter(|kept| kept.revoked_at.is_none()).map(device).collect())
}
