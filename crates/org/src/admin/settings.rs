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
    pub(crate) allows: Message,
    pub(crate) fallback: Vec<String>,
    pub(crate) sign_in: String,
}

/// `GET /admin/{organization}/settings`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let read = org.read().await?;
    let fallback = fallback_administrators(&read, admin.organization.id, org.now()).await;
    let fallback = fallback.map_err(broken)?;
    drop(read);
    let allows = match admin.organization.plan {
        Plan::Free => "plan-free-allows",
        Plan::GuardStandard => "plan-guard-standard-allows",
        Plan::Enterprise => "plan-enterprise-allows",
    };
    org.site().render(&SettingsPage {
        console: admin.console(),
        key: admin.organization.key.as_str().to_owned(),
        plan: super::organizations::plan(admin.organization.plan).into(),
        allows: allows.into(),
        fallback,
        sign_in: org.public_url().join("/login").to_string(),
    })
}
