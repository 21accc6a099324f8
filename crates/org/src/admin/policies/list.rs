//! Every policy by its directory, and one more.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::DisplayName;
use jiff::Timestamp;
use serde::Deserialize;
use web::page::Console;
use web::{CheckedForm, Error, Fields, Message, filters};

use super::{path_of, words};
use crate::acts::policies::{NewPolicy, create};
use crate::acts::{Refusal, settle};
use crate::admin::OrgAdmin;
use crate::admin::domains::Badge;
use crate::admin::identity_providers::wrong_name;
use crate::answer::broken;
use crate::model::{AuthenticationPolicy, Directory, DirectoryId, DirectoryKind, SamlConfiguration};
use crate::service::Org;
use crate::store::{configurations, directories, policies, policy_members};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/list.html")]
pub(crate) struct Policies {
    pub(crate) console: Console,
    pub(crate) action: String,
    pub(crate) providers: String,
    pub(crate) directories: Vec<Section>,
    /// Whether the plan includes SSO, and whether one more policy.
    pub(crate) sso: bool,
    pub(crate) room: bool,
    pub(crate) typed: String,
    pub(crate) chosen: String,
    pub(crate) fields: Fields,
}

/// A directory with its policies.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) local: bool,
    pub(crate) name: String,
    /// Where SAML is set up, as long as it is not.
    pub(crate) set_up: Option<String>,
    pub(crate) lines: Vec<Line>,
}

/// A policy as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) is_default: bool,
    pub(crate) members: Message,
    pub(crate) badge: Badge,
    pub(crate) idle: Message,
}

/// `GET /admin/{organization}/policies`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    show(&org, &admin, None).await
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    name: String,
    directory: String,
}

/// `POST /admin/{organization}/policies`: *Add policy*.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let mut fields = Fields::new();
    let name = fields.check("name", DisplayName::parse(&posted.name).map_err(wrong_name));
    let directory: Result<DirectoryId, _> = posted.directory.parse().map_err(|_| "policy-directory-gone");
    let directory = fields.check("directory", directory);
    let (Some(name), Some(directory)) = (name, directory) else {
        return show(&org, &admin, Some((posted, fields))).await;
    };
    let now = org.now();
    let new = NewPolicy::draw((admin.organization.id, directory), (name, false), now, org.entropy());
    let tx = org.begin().await?;
    let done = create(&tx, &admin.word(), new, now).await;
    let fault = match settle(tx, done).await.map_err(broken)? {
        Ok(id) => return Ok(Redirect::to(&path_of(&admin, id)).into_response()),
        Err(Refusal::PlanOnePolicy) => ("name", "policy-plan-one"),
        Err(Refusal::NoSuchDirectory) => ("directory", "policy-directory-gone"),
        Err(_) => return Err(Error::not_found()),
    };
    show(&org, &admin, Some((posted, Fields::fault(fault.0, fault.1)))).await
}

async fn show(org: &Org, admin: &OrgAdmin, typed: Option<(Posted, Fields)>) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let all = directories::list(&read, id).await.map_err(broken)?;
    let found = policies::list(&read, id).await.map_err(broken)?;
    let saml = configurations::list(&read, id).await.map_err(broken)?;
    let now = org.now();
    let mut lines: Vec<(DirectoryId, Line)> = Vec::new();
    for policy in &found {
        let members = policy_members::count(&read, policy, MOST + 1).await.map_err(broken)?;
        lines.push((policy.directory, line(admin, (policy, now), members)));
    }
    drop(read);
    let mut sections: Vec<Section> = all.iter().map(|one| section(admin, one, &saml)).collect();
    for section in &mut sections {
        let own = |(directory, _): &mut (DirectoryId, Line)| directory.to_string() == section.id;
        section.lines.extend(lines.extract_if(.., own).map(|(_, line)| line));
        // The default policy stands first.
        section.lines.sort_by_key(|line| !line.is_default);
    }
    // Identity providers first: that is where something is to be done.
    sections.sort_by_key(|section| section.local);
    let plan = admin.organization.plan;
    let (typed, fields) = typed.unzip();
    let first = || sections.first().map(|section| section.id.clone()).unwrap_or_default();
    let (typed, chosen) = typed.map_or_else(|| (String::new(), first()), |one| (one.name, one.directory));
    org.site().render(&Policies {
        console: admin.console(),
        action: admin.path("/policies"),
        providers: admin.path("/identity-providers"),
        sso: plan.includes_sso(),
        room: found.len() < plan.policies(),
        directories: sections,
        typed,
        chosen,
        fields: fields.unwrap_or_default(),
    })
}

fn section(admin: &OrgAdmin, directory: &Directory, saml: &[SamlConfiguration]) -> Section {
    let local = directory.kind == DirectoryKind::Local;
    let saved = saml.iter().any(|one| one.directory == directory.id && !one.is_draft());
    let wizard = || admin.path(&format!("/identity-providers/{}/saml", directory.id));
    Section {
        id: directory.id.to_string(),
        local,
        name: directory.name.to_string(),
        set_up: (!local && !saved).then(wizard),
        lines: Vec::new(),
    }
}

fn line(admin: &OrgAdmin, (policy, now): (&AuthenticationPolicy, Timestamp), members: u32) -> Line {
    Line {
        path: path_of(admin, policy.id),
        name: policy.name.to_string(),
        is_default: policy.is_default,
        members: counted(members),
        badge: words::badge(policy, now),
        idle: words::span(policy.sessions.idle),
    }
}

/// A count as far as it was counted.
pub(super) fn counted(members: u32) -> Message {
    match members > MOST {
        true => Message::new("policy-members-many").with("count", MOST),
        false => Message::new("policy-members-count").with("count", members),
    }
}

/// More members than this are not counted for a list.
pub(super) const MOST: u32 = 10_000;
