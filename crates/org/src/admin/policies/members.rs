//! Whom a policy applies to: the list with its search, members added by
//! address, moved to another policy, all of them at once.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use console::person::EmailAddress;
use console::search::Query as Words;
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Notice, Pager};
use web::{CheckedForm, Cookies, Error, Fields, Message, StrictQuery, filters};

use super::list::{MOST, counted};
use super::words::{bad, good, told};
use super::{At, Found, Head, Which, ask, find, path_of};
use crate::acts::imports::{Into, Ready, WithBadRows, apply, dry_run};
use crate::acts::policies::move_members;
use crate::acts::settle;
use crate::admin::OrgAdmin;
use crate::admin::confirm::{Ask, confirmed};
use crate::admin::domain::stale;
use crate::answer::broken;
use crate::model::import::{BadRow, Fault, Rows};
use crate::model::{AccountId, Many, PolicyId, Role, Standing};
use crate::service::Org;
use crate::store::policy_members::{Listed, Why};
use crate::store::{policies, policy_members};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/members.html")]
pub(crate) struct MembersPage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) notice: Option<Notice>,
    pub(crate) count: Message,
    pub(crate) query: String,
    pub(crate) lines: Vec<Line>,
    /// Whether the search found more than it shows.
    pub(crate) more: bool,
    pub(crate) pager: Pager,
    pub(crate) targets: Vec<Target>,
    pub(crate) typed: String,
    pub(crate) fields: Fields,
}

/// A member as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) named: bool,
    pub(crate) address: String,
    pub(crate) administrator: bool,
    pub(crate) active: bool,
    pub(crate) why: Message,
    pub(crate) last: Option<Timestamp>,
}

/// Where members may be moved.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) value: String,
    pub(crate) label: Message,
}

/// What is looked for, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: Option<String>,
}

/// `GET …/policies/{policy}/members`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    StrictQuery(query): StrictQuery<Query>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    show(&org, &admin, &found, (query, None, None)).await
}

/// The addresses as they are posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Added {
    addresses: String,
    version: i64,
}

/// `POST …/members`: *Add members* by address: all of them, or nobody and why.
pub(crate) async fn post_add(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(posted): CheckedForm<Added>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    let again = |notice, fields| (Query::default(), notice, Some((posted.addresses.clone(), fields)));
    if posted.version != found.policy.version {
        return show(&org, &admin, &found, again(Some(stale()), Fields::new())).await;
    }
    let (rows, texts) = read(&posted.addresses);
    if rows.good.is_empty() && rows.bad.is_empty() || texts.len() > TYPED {
        let fields = Fields::fault(
            "addresses",
            if texts.is_empty() { "members-none-typed" } else { "members-too-many-typed" },
        );
        return show(&org, &admin, &found, again(None, fields)).await;
    }
    let into = Into::Policy(found.policy.id);
    let snapshot = org.read().await?;
    let plan = dry_run(&snapshot, (admin.organization.id, into), &rows).await.map_err(broken)?;
    drop(snapshot);
    if !plan.bad.is_empty() {
        return show(&org, &admin, &found, again(None, faults(&plan.bad, &texts))).await;
    }
    let ready = Ready::of(&plan, into, WithBadRows::None);
    let tx = org.begin().await?;
    let done = apply(&tx, &admin.word(), (admin.organization.id, &ready), org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(count) => {
            let notice = good(Message::new("members-added").with("count", count));
            show(&org, &admin, &found, (Query::default(), Some(notice), None)).await
        }
        Err(refusal) => {
            let notice = told(refusal).ok_or_else(Error::not_found)?;
            show(&org, &admin, &found, again(Some(notice), Fields::new())).await
        }
    }
}

/// What was typed, in whatever way the addresses are parted: the place of each
/// stands for its line.
fn read(typed: &str) -> (Rows, Vec<&str>) {
    let parts = typed.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let texts: Vec<&str> = parts.filter(|text| !text.is_empty()).collect();
    let mut rows = Rows::default();
    for (line, text) in (1_u64..).zip(&texts) {
        match EmailAddress::parse(text) {
            Err(_) => rows.bad.push(BadRow { line, fault: Fault::NotAnAddress }),
            Ok(address) if rows.good.iter().any(|(_, known)| *known == address) => {}
            Ok(address) => rows.good.push((line, address)),
        }
    }
    (rows, texts)
}

fn faults(bad: &[BadRow], texts: &[&str]) -> Fields {
    let mut fields = Fields::new();
    for row in bad {
        let at = usize::try_from(row.line).unwrap_or(usize::MAX).wrapping_sub(1);
        let text = texts.get(at).copied().unwrap_or_default();
        fields.add("addresses", Message::new(fault(row.fault)).with("address", text));
    }
    fields
}

/// What is wrong with an address.
pub(super) const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::NotAnAddress => "row-not-an-address",
        Fault::Repeated => "row-repeated",
        Fault::Unknown => "row-unknown",
        Fault::NotManaged => "row-not-managed",
        Fault::OtherDirectory => "row-other-directory",
        Fault::Unreadable => "row-unreadable",
    }
}

/// Who is to be moved, and where to.
#[derive(Debug, Deserialize)]
pub(crate) struct Moved {
    #[serde(default)]
    account: Vec<String>,
    #[serde(default)]
    everybody: bool,
    to: String,
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/members/move`: those who are ticked, or everybody.
pub(crate) async fn post_move(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Moved>,
) -> Result<Response, Response> {
    let found = find(&org, &admin, &which).await.map_err(Error::into_response)?;
    if !posted.everybody {
        return Ok(moved(&org, &admin, (&found, &which), &posted).await.unwrap_or_else(Error::into_response));
    }
    let words = ["move-all-ask", "move-all-ask-text", "move-all-confirmed"];
    let fields = vec![
        ("everybody", "on".to_owned()),
        ("to", posted.to.clone()),
        ("version", posted.version.to_string()),
    ];
    let ask = ask(&admin, &found.policy, (words, "/members/move", "/members"), fields);
    let ask = Ask { credential: posted.credential.clone(), ..ask };
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    Ok(confirmed.answer(moved(&org, &admin, (&found, &which), &posted).await))
}

async fn moved(
    org: &Org,
    admin: &OrgAdmin,
    (found, which): (&Found, &Which),
    posted: &Moved,
) -> Result<Response, Error> {
    let answer = async |notice| {
        let found = find(org, admin, which).await?;
        show(org, admin, &found, (Query::default(), Some(notice), None)).await
    };
    if posted.version != found.policy.version {
        return answer(stale()).await;
    }
    let to: Option<PolicyId> = match posted.to.as_str() {
        NOBODY => None,
        id => Some(id.parse().map_err(|_| Error::not_found())?),
    };
    let accounts: Vec<AccountId> = match posted.everybody {
        true => everybody(org, found).await?,
        false => posted.account.iter().filter_map(|id| id.parse().ok()).collect(),
    };
    if accounts.is_empty() || accounts.len() > MOST as usize {
        let message = if accounts.is_empty() { "members-nobody-ticked" } else { "members-too-many" };
        return answer(bad(message)).await;
    }
    let many = Many::of(accounts);
    let tx = org.begin().await?;
    let what = (admin.organization.id, (found.policy.id, to), &many);
    let done = move_members(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(count) => answer(good(Message::new("members-moved").with("count", count))).await,
        Err(refusal) => answer(told(refusal).ok_or_else(Error::not_found)?).await,
    }
}

/// All members, as far as they can be moved at once, and one more.
async fn everybody(org: &Org, found: &Found) -> Result<Vec<AccountId>, Error> {
    let read = org.read().await?;
    let mut all: Vec<AccountId> = Vec::new();
    loop {
        let page = policy_members::list(&read, &found.policy, all.last().copied(), 1000).await;
        let page = page.map_err(broken)?;
        let last = page.len() < 1000;
        all.extend(page.into_iter().map(|one| one.account.id));
        if last || all.len() > MOST as usize {
            return Ok(all);
        }
    }
}

/// The page, with what came of an act that was asked for elsewhere.
pub(super) async fn told_there(
    org: &Org,
    admin: &OrgAdmin,
    found: &Found,
    notice: Notice,
) -> Result<Response, Error> {
    show(org, admin, found, (Query::default(), Some(notice), None)).await
}

async fn show(
    org: &Org,
    admin: &OrgAdmin,
    found: &Found,
    (query, notice, typed): (Query, Option<Notice>, Option<(String, Fields)>),
) -> Result<Response, Error> {
    let (policy, now) = (&found.policy, org.now());
    let sought = Words::parse(&query.q);
    let after: Option<AccountId> = query.after.and_then(|after| after.parse().ok());
    let read = org.read().await?;
    let mut page = match &sought {
        None => policy_members::list(&read, policy, after, PAGE + 1).await,
        Some(sought) => policy_members::search(&read, policy, sought, PAGE + 1).await,
    }
    .map_err(broken)?;
    let count = policy_members::count(&read, policy, MOST + 1).await.map_err(broken)?;
    let all = policies::list(&read, admin.organization.id).await.map_err(broken)?;
    drop(read);
    let more = page.len() > PAGE as usize;
    page.truncate(PAGE as usize);
    let path = format!("{}/members", path_of(admin, policy.id));
    let next = page.last().filter(|_| more && sought.is_none());
    let others = all.iter().filter(|one| one.directory == policy.directory && one.id != policy.id);
    let target = |value: String, label| Target { value, label };
    let mut targets: Vec<Target> = others
        .map(|one| target(one.id.to_string(), Message::new("move-to").with("policy", one.name.as_str())))
        .collect();
    targets.push(target(NOBODY.to_owned(), "move-to-none".into()));
    let (typed, fields) = typed.unwrap_or_default();
    org.site().render(&MembersPage {
        console: admin.console(),
        head: Head::new(admin, found, (At::Members, now)),
        notice,
        count: counted(count),
        pager: Pager {
            previous: after.map(|_| path.clone()),
            next: next.map(|last| format!("{path}?after={}", last.account.id)),
        },
        lines: page.iter().map(line).collect(),
        more: more && sought.is_some(),
        query: query.q,
        targets,
        typed,
        fields,
    })
}

fn line(listed: &Listed) -> Line {
    let account = &listed.account;
    Line {
        id: account.id.to_string(),
        name: account.shown(),
        named: account.has_name(),
        address: account.address.shown().to_owned(),
        administrator: listed.role == Role::Administrator,
        active: account.standing == Standing::Active,
        why: match &listed.why {
            Why::Named => "why-named".into(),
            Why::Group(group) => Message::new("why-group").with("group", group.as_str()),
            Why::Default => "why-default".into(),
        },
        last: listed.came_in_at,
    }
}

/// So many are shown at once.
const PAGE: u32 = 50;

/// So many are typed at once.
const TYPED: usize = 20;

/// No policy by name: groups and the default decide.
const NOBODY: &str = "none";
