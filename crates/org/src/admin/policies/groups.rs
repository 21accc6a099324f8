//! Members by group: the rules of the organisation in their order, of which
//! the first that fits decides.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use web::page::{Console, Notice};
use web::{CheckedForm, Error, filters};

use super::words::{bad, good, told};
use super::{At, Found, Head, Which, find};
use crate::acts::groups::{Rules, change_rules};
use crate::acts::{Refusal, settle};
use crate::admin::OrgAdmin;
use crate::answer::broken;
use crate::model::{GroupId, PolicyId};
use crate::service::Org;
use crate::store::{groups, policies, policy_members};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/groups.html")]
pub(crate) struct GroupsPage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) notice: Option<Notice>,
    pub(crate) seen: String,
    pub(crate) rules: Vec<Line>,
    /// Groups without a rule: id and name.
    pub(crate) free: Vec<(String, String)>,
    pub(crate) any_group: bool,
}

/// A rule.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) policy: String,
    pub(crate) own: bool,
    pub(crate) first: bool,
}

/// `GET …/policies/{policy}/members/groups`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    show(&org, &admin, &found, None).await
}

/// What is to be done with the rule of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum How {
    /// Its members get this policy.
    Add,
    /// They do not any more.
    Remove,
    /// It goes before the one above it.
    Up,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    how: How,
    #[serde(default)]
    group: String,
    seen: String,
}

/// `POST …/members/groups`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    let Ok(group) = posted.group.parse::<GroupId>() else {
        return show(&org, &admin, &found, Some(bad("rules-choose"))).await;
    };
    let read = org.read().await?;
    let there = groups::rules(&read, admin.organization.id).await.map_err(broken)?;
    drop(read);
    let mut rules: Vec<(GroupId, PolicyId)> = there.iter().map(|rule| (rule.group, rule.policy)).collect();
    let at = rules.iter().position(|(of, _)| *of == group);
    match (posted.how, at) {
        (How::Add, None) => rules.push((group, found.policy.id)),
        (How::Remove, Some(at)) => drop(rules.remove(at)),
        (How::Up, Some(at)) if at > 0 => rules.swap(at, at - 1),
        _ => {}
    }
    let to = Rules { seen: &posted.seen, rules: &rules };
    let tx = org.begin().await?;
    let done = change_rules(&tx, &admin.word(), (admin.organization.id, to), org.now()).await;
    let notice = match settle(tx, done).await.map_err(broken)? {
        Ok(()) => good("rules-saved"),
        Err(Refusal::NoSuchGroup) => bad("rules-group-gone"),
        Err(refusal) => told(refusal).ok_or_else(Error::not_found)?,
    };
    show(&org, &admin, &found, Some(notice)).await
}

async fn show(org: &Org, admin: &OrgAdmin, found: &Found, notice: Option<Notice>) -> Result<Response, Error> {
    let of = admin.organization.id;
    let read = org.read().await?;
    let rules = groups::rules(&read, of).await.map_err(broken)?;
    let known = policy_members::groups(&read, of).await.map_err(broken)?;
    let all = policies::list(&read, of).await.map_err(broken)?;
    drop(read);
    let called = |id: GroupId| known.iter().find(|(known, _)| *known == id).map(|(_, name)| name.to_string());
    let policy = |id: PolicyId| all.iter().find(|one| one.id == id).map(|one| one.name.to_string());
    let lines = rules.iter().enumerate().map(|(at, rule)| Line {
        group: rule.group.to_string(),
        name: called(rule.group).unwrap_or_default(),
        policy: policy(rule.policy).unwrap_or_default(),
        own: rule.policy == found.policy.id,
        first: at == 0,
    });
    let has_rule = |id: GroupId| rules.iter().any(|rule| rule.group == id);
    let free = known.iter().filter(|(id, _)| !has_rule(*id));
    org.site().render(&GroupsPage {
        console: admin.console(),
        head: Head::new(admin, found, (At::Members, org.now())),
        notice,
        seen: Rules::seen(&rules),
        rules: lines.collect(),
        free: free.map(|(id, name)| (id.to_string(), name.to_string())).collect(),
        any_group: !known.is_empty(),
    })
}
