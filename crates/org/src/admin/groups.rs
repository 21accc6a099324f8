//! The groups of an organisation: the list, one of them, who is in it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::{DisplayName, EmailAddress};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;
use web::page::{Console, Notice, NoticeKind, Pager};
use web::{CheckedForm, Error, Fields, StrictQuery, filters};

use super::OrgAdmin;
use super::domain::shut;
use super::identity_providers::wrong_name;
use crate::acts::groups::{NewGroup, create, join, leave, rename};
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::{Account, AccountId, Group, GroupId, GroupSource, Many, Standing};
use crate::products::registry;
use crate::service::Org;
use crate::store::{accounts, groups};

/// What the list shows.
#[derive(Debug, Template)]
#[template(path = "admin/groups.html")]
pub(crate) struct Groups {
    pub(crate) console: Console,
    pub(crate) action: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) pager: Pager,
    pub(crate) typed: String,
    pub(crate) fields: Fields,
}

/// A group as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) members: u32,
    pub(crate) products: u32,
    pub(crate) by_scim: bool,
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
}

/// A name as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct NamePosted {
    name: String,
    #[serde(default)]
    version: i64,
}

/// `GET /admin/{organization}/groups`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    StrictQuery(After { after }): StrictQuery<After>,
) -> Result<Response, Error> {
    list(&org, &admin, &after, (String::new(), Fields::new())).await
}

async fn list(
    org: &Org,
    admin: &OrgAdmin,
    after: &str,
    (typed, fields): (String, Fields),
) -> Result<Response, Error> {
    let read = org.read().await?;
    let mut found = groups::list(&read, admin.organization.id, after, PAGE + 1).await.map_err(broken)?;
    drop(read);
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|last| {
        let after: String = byte_serialize(last.group.name.as_str().as_bytes()).collect();
        admin.path(&format!("/groups?after={after}"))
    });
    let line = |one: &groups::Listed| Line {
        path: path(admin, one.group.id),
        name: one.group.name.to_string(),
        members: one.members,
        products: one.products,
        by_scim: one.group.source == GroupSource::Scim,
    };
    org.site().render(&Groups {
        console: admin.console(),
        action: admin.path("/groups"),
        lines: found.iter().map(line).collect(),
        pager: Pager { previous: (!after.is_empty()).then(|| admin.path("/groups")), next },
        typed,
        fields,
    })
}

/// `POST /admin/{organization}/groups`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(posted): CheckedForm<NamePosted>,
) -> Result<Response, Error> {
    let name = match DisplayName::parse(posted.name.trim()) {
        Ok(name) => name,
        Err(error) => {
            let fields = Fields::fault("name", wrong_name(error));
            return list(&org, &admin, "", (posted.name, fields)).await;
        }
    };
    let now = org.now();
    let new = NewGroup::draw((admin.organization.id, name), now, org.entropy());
    let tx = org.begin().await?;
    let done = create(&tx, &admin.word(), new, now).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(id) => Ok(Redirect::to(&path(&admin, id)).into_response()),
        Err(Refusal::GroupTaken) => {
            list(&org, &admin, "", (posted.name, Fields::fault("name", "group-name-taken"))).await
        }
        Err(_) => Err(Error::not_found()),
    }
}

/// What a group's page shows.
#[derive(Debug, Template)]
#[template(path = "admin/group.html")]
pub(crate) struct GroupPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) list: String,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) by_hand: bool,
    pub(crate) count: u32,
    pub(crate) members: Vec<Member>,
    pub(crate) products: Vec<(String, String)>,
    pub(crate) policy: Option<(String, String)>,
    pub(crate) pager: Pager,
    pub(crate) typed: Typed,
    pub(crate) fields: Fields,
    pub(crate) notice: Option<Notice>,
}

/// Somebody in a group.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) named: bool,
    pub(crate) address: String,
    pub(crate) active: bool,
}

/// What was typed on the page.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) addresses: String,
}

/// The group in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    group: String,
}

impl Named {
    pub(super) fn read(&self) -> Result<GroupId, Error> {
        self.group.parse().map_err(|_| Error::not_found())
    }
}

/// `GET /admin/{organization}/groups/{group}`.
pub(crate) async fn show(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    StrictQuery(After { after }): StrictQuery<After>,
) -> Result<Response, Error> {
    one(&org, &admin, (named.read()?, &after), Said::default()).await
}

/// What is said on the page beside what it shows.
#[derive(Default)]
pub(super) struct Said {
    /// What was typed; without it what is there.
    typed: Option<Typed>,
    fields: Fields,
    pub(super) notice: Option<Notice>,
}

/// The group, or the page that says that there is none.
pub(super) async fn find(org: &Org, admin: &OrgAdmin, id: GroupId) -> Result<Group, Error> {
    let read = org.read().await?;
    let found = groups::find(&read, admin.organization.id, id).await.map_err(broken)?;
    found.ok_or_else(Error::not_found)
}

pub(super) async fn one(
    org: &Org,
    admin: &OrgAdmin,
    (id, after): (GroupId, &str),
    said: Said,
) -> Result<Response, Error> {
    let group = find(org, admin, id).await?;
    let of = admin.organization.id;
    let since: Option<AccountId> = after.parse().ok();
    let read = org.read().await?;
    let count = groups::count_members(&read, id).await.map_err(broken)?;
    let mut members = groups::members(&read, id, since, PAGE + 1).await.map_err(broken)?;
    let opened = registry::opened_by(&read, of, id).await.map_err(broken)?;
    let policy = groups::policy_of(&read, of, id).await.map_err(broken)?;
    drop(read);
    let more = members.len() > PAGE as usize;
    members.truncate(PAGE as usize);
    let here = path(admin, id);
    let next = members.last().filter(|_| more).map(|last| format!("{here}?after={}", last.id));
    let product = |one: registry::Opened| (one.name, admin.path(&format!("/products/{}", one.product)));
    org.site().render(&GroupPage {
        console: admin.console(),
        list: admin.path("/groups"),
        name: group.name.to_string(),
        version: group.version,
        by_hand: group.source == GroupSource::ByHand,
        count,
        members: members.iter().map(|account| member(admin, account)).collect(),
        products: opened.into_iter().map(product).collect(),
        policy: policy.map(|(_, name)| (name, admin.path("/policies"))),
        pager: Pager { previous: since.map(|_| here.clone()), next },
        path: here,
        typed: said.typed.unwrap_or_else(|| Typed { name: group.name.to_string(), ..Typed::default() }),
        fields: said.fields,
        notice: said.notice,
    })
}

fn member(admin: &OrgAdmin, account: &Account) -> Member {
    Member {
        id: account.id.to_string(),
        path: admin.path(&format!("/accounts/{}", account.id)),
        name: account.shown(),
        named: account.has_name(),
        address: account.address.shown().to_owned(),
        active: account.standing == Standing::Active,
    }
}

/// `POST …/name`.
pub(crate) async fn post_name(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<NamePosted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let faulty = async |typed: String, fault: &'static str| {
        let typed = Some(Typed { name: typed, ..Typed::default() });
        one(&org, &admin, (id, ""), Said { typed, fields: Fields::fault("name", fault), notice: None }).await
    };
    let name = match DisplayName::parse(posted.name.trim()) {
        Ok(name) => name,
        Err(error) => return faulty(posted.name, wrong_name(error)).await,
    };
    let tx = org.begin().await?;
    let what = (admin.organization.id, id, posted.version, name);
    let done = rename(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => Ok(Redirect::to(&path(&admin, id)).into_response()),
        Err(Refusal::GroupTaken) => faulty(posted.name, "group-name-taken").await,
        Err(refusal) => refused(&org, &admin, id, refusal).await,
    }
}

/// Who is to join, as it is typed: some addresses.
#[derive(Debug, Deserialize)]
pub(crate) struct JoinPosted {
    addresses: String,
}

/// `POST …/members`: a few at once; all of them or none.
pub(crate) async fn post_join(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<JoinPosted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let group = find(&org, &admin, id).await?;
    match read_addresses(&org, &admin, &posted.addresses).await? {
        Err((fault, address)) => {
            let message = web::Message::new(fault).with("address", address);
            let typed = Some(Typed { addresses: posted.addresses, name: group.name.to_string() });
            let fields = Fields::fault("addresses", message);
            one(&org, &admin, (id, ""), Said { typed, fields, notice: None }).await
        }
        Ok(accounts) => {
            let many = Many::of(accounts);
            let tx = org.begin().await?;
            let what = (admin.organization.id, id, &many);
            let done = join(&tx, &admin.word(), what, org.now()).await;
            match settle(tx, done).await.map_err(broken)? {
                Ok(joined) => said_joined(&org, &admin, id, joined).await,
                Err(refusal) => refused(&org, &admin, id, refusal).await,
            }
        }
    }
}

pub(super) async fn said_joined(
    org: &Org,
    admin: &OrgAdmin,
    id: GroupId,
    joined: u64,
) -> Result<Response, Error> {
    let message = web::Message::new("group-joined").with("count", joined.to_string());
    let notice = Some(Notice { kind: NoticeKind::Success, message });
    one(org, admin, (id, ""), Said { notice, ..Said::default() }).await
}

/// Whom the addresses mean, or the first that is wrong and what is.
async fn read_addresses(
    org: &Org,
    admin: &OrgAdmin,
    text: &str,
) -> Result<Result<Vec<AccountId>, (&'static str, String)>, Error> {
    let parts = text.split([',', ';', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.take(FEW + 1).collect();
    if parts.is_empty() {
        return Ok(Err(("group-addresses-none", String::new())));
    }
    if parts.len() > FEW {
        return Ok(Err(("group-addresses-many", String::new())));
    }
    let read = org.read().await?;
    let mut found = Vec::new();
    for part in parts {
        let Ok(address) = EmailAddress::parse(part) else {
            return Ok(Err(("group-address-wrong", part.to_owned())));
        };
        let account = accounts::find_by_address(&read, &address).await.map_err(broken)?;
        let known = match account {
            Some(account) => {
                let member = accounts::find_membership(&read, admin.organization.id, account.id).await;
                member.map_err(broken)?.map(|_| account.id)
            }
            None => None,
        };
        // Whether somebody else's account has the address is nobody's business here.
        let Some(id) = known else { return Ok(Err(("group-address-unknown", part.to_owned()))) };
        found.push(id);
    }
    Ok(Ok(found))
}

/// Who is to leave.
#[derive(Debug, Deserialize)]
pub(crate) struct LeavePosted {
    account: String,
}

/// `POST …/members/remove`.
pub(crate) async fn post_leave(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<LeavePosted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let account: AccountId = posted.account.parse().map_err(|_| Error::not_found())?;
    let many = Many::of([account]);
    let tx = org.begin().await?;
    let what = (admin.organization.id, id, &many);
    let done = leave(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(_) => Ok(Redirect::to(&path(&admin, id)).into_response()),
        Err(refusal) => refused(&org, &admin, id, refusal).await,
    }
}

/// The group, with why nothing was done.
pub(super) async fn refused(
    org: &Org,
    admin: &OrgAdmin,
    id: GroupId,
    refusal: Refusal,
) -> Result<Response, Error> {
    let notice = match refusal {
        Refusal::GroupByScim => Notice { kind: NoticeKind::Danger, message: "group-by-scim".into() },
        other => shut(other).ok_or_else(Error::not_found)?,
    };
    one(org, admin, (id, ""), Said { notice: Some(notice), ..Said::default() }).await
}

pub(super) fn path(admin: &OrgAdmin, id: GroupId) -> String {
    admin.path(&format!("/groups/{id}"))
}

const PAGE: u32 = 50;

/// So many are typed by hand at most; more come by CSV.
const FEW: usize = 20;
