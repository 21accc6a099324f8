//! The overview: what is set up, and what is next.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use web::page::Console;
use web::{Error, Message, filters};

use super::OrgAdmin;
use super::fallback::fallback_administrators;
use super::organizations::plan;
use crate::answer::broken;
use crate::model::{
    AuthenticationPolicy, Claim, Directory, DirectoryKind, Domain, SamlConfiguration, Sso, effective,
};
use crate::service::Org;
use crate::store::{configurations, directories, domains, policies};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/overview.html")]
pub(crate) struct Overview {
    pub(crate) console: Console,
    pub(crate) plan: Message,
    pub(crate) steps: Vec<Step>,
    pub(crate) all_domains: String,
    pub(crate) domains: Vec<DomainLine>,
    pub(crate) policies: Vec<PolicyLine>,
}

/// One step on the way to single sign-on.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) title: Message,
    pub(crate) text: Message,
    pub(crate) state: &'static str,
    pub(crate) path: Option<String>,
}

/// A domain as the page shows it.
#[derive(Debug)]
pub(crate) struct DomainLine {
    pub(crate) name: String,
    pub(crate) verified: bool,
    pub(crate) automatic: bool,
    pub(crate) linked_to: Option<String>,
}

/// A policy as the page shows it.
#[derive(Debug)]
pub(crate) struct PolicyLine {
    pub(crate) name: String,
    pub(crate) directory: String,
    pub(crate) is_default: bool,
    pub(crate) tone: &'static str,
    pub(crate) sso: Message,
}

/// `GET /admin/{organization}`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let directories = directories::list(&read, id).await.map_err(broken)?;
    let configurations = configurations::list(&read, id).await.map_err(broken)?;
    let domains = domains::list(&read, id).await.map_err(broken)?;
    let policies = policies::list(&read, id).await.map_err(broken)?;
    let fallback = fallback_administrators(&read, id, org.now()).await.map_err(broken)?;
    drop(read);
    let now = org.now();
    let page = Overview {
        console: admin.console(),
        plan: plan(admin.organization.plan).into(),
        steps: steps(&admin, !fallback.is_empty(), (&configurations, &domains, (&policies, now))),
        all_domains: admin.path("/domains"),
        domains: domains.iter().map(|d| domain_line(d, &directories)).collect(),
        policies: policies.iter().map(|p| policy_line((p, now), &directories)).collect(),
    };
    org.site().render(&page)
}

/// The guide's way; the first that is missing is next.
fn steps(
    admin: &OrgAdmin,
    fallback: bool,
    (configurations, domains, (policies, now)): (
        &[SamlConfiguration],
        &[Domain],
        (&[AuthenticationPolicy], Timestamp),
    ),
) -> Vec<Step> {
    let saved = configurations.iter().any(|configuration| !configuration.is_draft());
    let verified = domains.iter().any(|domain| domain.verified_at.is_some());
    let linked = domains.iter().any(|domain| domain.verified_at.is_some() && domain.linked_to.is_some());
    let enforced = policies.iter().any(|policy| effective(policy, now) == Sso::Enforced);
    let wizard = configurations.first().map(|configuration| {
        let below = if saved { "" } else { "/saml" };
        admin.path(&format!("/identity-providers/{}{below}", configuration.directory))
    });
    let providers = wizard.unwrap_or_else(|| admin.path("/identity-providers"));
    let table = [
        (fallback, ["step-fallback", "step-fallback-text"], admin.path("/accounts")),
        (verified, ["step-verify", "step-verify-text"], admin.path("/domains")),
        (saved, ["step-saml", "step-saml-text"], providers.clone()),
        (linked, ["step-domain", "step-domain-text"], providers),
        (enforced, ["step-enforce", "step-enforce-text"], admin.path("/policies")),
    ];
    let next = table.iter().position(|(done, ..)| !done);
    let step = |(at, (done, [title, text], path)): (usize, (bool, [&'static str; 2], String))| Step {
        title: title.into(),
        text: text.into(),
        state: match (done, next == Some(at)) {
            (true, _) => "done",
            (false, true) => "now",
            (false, false) => "todo",
        },
        path: Some(path),
    };
    table.into_iter().enumerate().map(step).collect()
}

fn domain_line(domain: &Domain, directories: &[Directory]) -> DomainLine {
    DomainLine {
        name: domain.name.to_string(),
        verified: domain.verified_at.is_some(),
        automatic: domain.claim == Claim::Automatic,
        linked_to: domain
            .linked_to
            .and_then(|id| directories.iter().find(|directory| directory.id == id))
            .map(|directory| directory.name.to_string()),
    }
}

pub(super) fn policy_line(
    (policy, now): (&AuthenticationPolicy, Timestamp),
    directories: &[Directory],
) -> PolicyLine {
    let directory = directories.iter().find(|d| d.id == policy.directory);
    let local = directory.is_none_or(|d| d.kind == DirectoryKind::Local);
    let (tone, sso) = match effective(policy, now) {
        Sso::Off => ("neutral", "sso-off"),
        Sso::Offered => ("warn", "sso-offered"),
        Sso::Enforced => ("good", "sso-enforced"),
    };
    PolicyLine {
        name: match local && policy.is_default {
            true => "".to_owned(),
            false => policy.name.to_string(),
        },
        directory: directory
            .filter(|d| d.kind == DirectoryKind::IdentityProvider)
            .map(|d| d.name.to_string())
            .unwrap_or_default(),
        is_default: policy.is_default,
        tone,
        sso: sso.into(),
    }
}
