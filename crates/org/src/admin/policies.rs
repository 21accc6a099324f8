//! The authentication policies of an organisation, and the way from each to
//! *Set up SAML single sign-on*.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use web::page::Console;
use web::{Error, filters};

use super::OrgAdmin;
use super::overview::{PolicyLine, policy_line};
use crate::answer::broken;
use crate::model::{AuthenticationPolicy, Directory, DirectoryKind};
use crate::service::Org;
use crate::store::{directories, policies};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies.html")]
pub(crate) struct Policies {
    pub(crate) console: Console,
    pub(crate) lines: Vec<Line>,
}

/// A policy, and where SAML is set up for its members.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) policy: PolicyLine,
    pub(crate) set_up: String,
}

/// `GET /admin/{organization}/policies`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let directories = directories::list(&read, id).await.map_err(broken)?;
    let found = policies::list(&read, id).await.map_err(broken)?;
    drop(read);
    let now = org.now();
    let lines = found.iter().map(|policy| Line {
        policy: policy_line((policy, now), &directories),
        set_up: set_up(&admin, policy, &directories),
    });
    let page = Policies { console: admin.console(), lines: lines.collect() };
    org.site().render(&page)
}

/// The wizard of the policy's directory; a policy of the local directory needs
/// an identity provider first.
fn set_up(admin: &OrgAdmin, policy: &AuthenticationPolicy, directories: &[Directory]) -> String {
    let own = directories.iter().find(|directory| directory.id == policy.directory);
    match own.filter(|directory| directory.kind == DirectoryKind::IdentityProvider) {
        Some(directory) => admin.path(&format!("/identity-providers/{}/saml", directory.id)),
        None => admin.path("/identity-providers"),
    }
}
