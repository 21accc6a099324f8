//! The overview: what is set up, and what is next.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use web::page::Console;
use web::{Error, Message, filters};

use super::OrgAdmin;
use crate::answer::broken;
use crate::model::{
    AuthenticationPolicy, Claim, Directory, DirectoryKind, Domain, Plan, SamlConfiguration, Sso, effective,
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

/// `GET /admin`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let directories = directories::list(&read, id).await.map_err(broken)?;
    let configurations = configurations::list(&read, id).await.map_err(broken)?;
    let domains = domains::list(&read, id).await.map_err(broken)?;
    let policies = policies::list(&read, id).await.map_err(broken)?;
    drop(read);
    let now = org.now();
    let page = Overview {
        console: admin.console(),
        plan: plan(admin.organization.plan).into(),
        steps: steps(&configurations, &domains, (&policies, now)),
        domains: domains.iter().map(|d| domain_line(d, &directories)).collect(),
        policies: policies.iter().map(|p| policy_line((p, now), &directories)).collect(),
    };
    org.site().render(&page)
}

/// The guide's way: details, domain, enforcement; the first that is missing is next.
fn steps(
    configurations: &[SamlConfiguration],
    domains: &[Domain],
    (policies, now): (&[AuthenticationPolicy], Timestamp),
) -> Vec<Step> {
    let complete = configurations.iter().any(|configuration| configuration.identity_provider.is_complete());
    let linked = domains.iter().any(|domain| domain.verified_at.is_some() && domain.linked_to.is_some());
    let enforced = policies.iter().any(|policy| effective(policy, now) == Sso::Enforced);
    let path = configurations.first().map(|configuration| format!("/admin/saml/{}", configuration.unique_id));
    let mut next_found = false;
    let mut state = |done: bool| match (done, next_found) {
        (true, _) => "done",
        (false, true) => "todo",
        (false, false) => {
            next_found = true;
            "now"
        }
    };
    vec![
        Step { title: "step-saml".into(), text: "step-saml-text".into(), state: state(complete), path },
        Step {
            title: "step-domain".into(),
            text: "step-domain-text".into(),
            state: state(linked),
            path: None,
        },
        Step {
            title: "step-enforce".into(),
            text: "step-enforce-text".into(),
            state: state(enforced),
            path: None,
        },
    ]
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

fn policy_line((policy, now): (&AuthenticationPolicy, Timestamp), directories: &[Directory]) -> PolicyLine {
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

fn plan(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "plan-free",
        Plan::GuardStandard => "plan-guard-standard",
        Plan::Enterprise => "plan-enterprise",
    }
}
