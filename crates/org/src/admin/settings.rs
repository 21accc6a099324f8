//! What an organisation is called and what it subscribed to.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use web::page::Console;
use web::{Error, Message, filters};

use super::OrgAdmin;
use super::fallback::fallback_administrators;
use crate::answer::broken;
use crate::model::Plan;
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/settings.html")]
pub(crate) struct SettingsPage {
    pub(crate) console: Console,
    pub(crate) key: String,
    pub(crate) plan: Message,
    /// Every plan, what it allows, and whether it is this organisation's.
    pub(crate) plans: Vec<(Message, Message, bool)>,
    pub(crate) administrators: String,
    pub(crate) fallback: Vec<String>,
    pub(crate) sign_in: String,
}

/// `GET /admin/{organization}/settings`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let read = org.read().await?;
    let fallback = fallback_administrators(&read, admin.organization.id, org.now()).await;
    let fallback = fallback.map_err(broken)?;
    drop(read);
    let own = admin.organization.plan;
    let all = [Plan::Free, Plan::GuardStandard, Plan::Enterprise];
    let plans = all.map(|plan| (super::organizations::plan(plan).into(), allows(plan).into(), plan == own));
    org.site().render(&SettingsPage {
        console: admin.console(),
        key: admin.organization.key.as_str().to_owned(),
        plan: super::organizations::plan(own).into(),
        plans: plans.into(),
        administrators: admin.path("/administrators"),
        fallback,
        sign_in: org.public_url().join("/login").to_string(),
    })
}

const fn allows(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "plan-free-allows",
        Plan::GuardStandard => "plan-guard-standard-allows",
        Plan::Enterprise => "plan-enterprise-allows",
    }
}
