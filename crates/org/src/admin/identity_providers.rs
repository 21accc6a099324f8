//! The identity provider directories of an organisation: the list, and one more.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::{DisplayName, NameError};
use serde::Deserialize;
use web::page::Console;
use web::{CheckedForm, Error, Fields, Message, filters};

use super::OrgAdmin;
use super::domains::Badge;
use crate::acts::directories::{NewDirectory, create};
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::{DirectoryKind, SamlConfiguration};
use crate::service::Org;
use crate::store::{configurations, directories, domains};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/identity_providers.html")]
pub(crate) struct IdentityProviders {
    pub(crate) console: Console,
    pub(crate) action: String,
    pub(crate) lines: Vec<Line>,
    /// Whether the plan includes one more.
    pub(crate) room: bool,
    pub(crate) plan: Message,
    pub(crate) typed: String,
    pub(crate) fields: Fields,
}

/// A directory as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) saml: Badge,
    pub(crate) domains: String,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    name: String,
}

/// `GET /admin/{organization}/identity-providers`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    show(&org, &admin, String::new(), Fields::new()).await
}

/// `POST /admin/{organization}/identity-providers`: one more directory, with a
/// draft of its configuration.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let name = match DisplayName::parse(&posted.name) {
        Ok(name) => name,
        Err(error) => {
            let fields = Fields::fault("name", wrong_name(error));
            return show(&org, &admin, posted.name, fields).await;
        }
    };
    let now = org.now();
    let new = NewDirectory::draw((admin.organization.id, name), now, org.entropy());
    let tx = org.begin().await?;
    let done = create(&tx, &admin.word(), new, now).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(made) => {
            let path = admin.path(&format!("/identity-providers/{}/saml", made.directory));
            Ok(Redirect::to(&path).into_response())
        }
        Err(Refusal::PlanWithoutDirectory) => {
            let fields = Fields::fault("name", "directory-plan");
            show(&org, &admin, posted.name, fields).await
        }
        Err(_) => Err(Error::not_found()),
    }
}

pub(super) fn wrong_name(error: NameError) -> &'static str {
    match error {
        NameError::Empty => "name-empty",
        NameError::TooLong => "name-too-long",
        NameError::Character => "name-invisible",
    }
}

async fn show(org: &Org, admin: &OrgAdmin, typed: String, fields: Fields) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let all = directories::list(&read, id).await.map_err(broken)?;
    let configurations = configurations::list(&read, id).await.map_err(broken)?;
    let domains = domains::list(&read, id).await.map_err(broken)?;
    drop(read);
    let providers = all.iter().filter(|directory| directory.kind == DirectoryKind::IdentityProvider);
    let lines: Vec<Line> = providers
        .map(|directory| {
            let own = configurations.iter().find(|c| c.directory == directory.id);
            let linked = domains.iter().filter(|domain| domain.linked_to == Some(directory.id));
            let linked: Vec<&str> = linked.map(|domain| domain.name.as_str()).collect();
            Line {
                name: directory.name.to_string(),
                path: admin.path(&format!("/identity-providers/{}", directory.id)),
                saml: saml_badge(own),
                domains: linked.join(", "),
            }
        })
        .collect();
    org.site().render(&IdentityProviders {
        console: admin.console(),
        action: admin.path("/identity-providers"),
        room: lines.len() < admin.organization.plan.identity_provider_directories(),
        plan: super::organizations::plan(admin.organization.plan).into(),
        lines,
        typed,
        fields,
    })
}

pub(super) fn saml_badge(configuration: Option<&SamlConfiguration>) -> Badge {
    let (tone, text) = match configuration {
        None => ("neutral", "saml-none"),
        Some(draft) if draft.is_draft() => ("warn", "saml-draft"),
        Some(_) => ("good", "saml-complete"),
    };
    Badge { tone, text: text.into() }
}
