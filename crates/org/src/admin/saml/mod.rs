//! The wizard *Set up SAML single sign-on*, with the guide's words and in
//! either order: every step can be gone to at any time, left and come back to.
//!
//! - [`before`] what should be there first
//! - [`details`] the three values to copy, and the three fields
//! - [`urls`] *Copy URLs*
//! - [`link`] *Link a domain*, and *Stop and save SAML*
//!
//! What is typed is a draft in the database, by which nobody signs in, until
//! *Stop and save SAML*; from then on *details* edits what is in use.

pub(crate) mod before;
pub(crate) mod certificates;
pub(crate) mod details;
mod form;
pub(crate) mod link;
pub(crate) mod urls;

use axum::response::{IntoResponse as _, Redirect, Response};
use web::{Error, Message};

use super::OrgAdmin;
use super::identity_provider::{Found, Which, find};
use crate::model::{Directory, SamlConfiguration, ServiceProvider};
use crate::service::Org;

/// What every step shows.
#[derive(Debug)]
pub(crate) struct Wizard {
    pub(crate) directory: String,
    /// The path of the directory's page, and of the wizard.
    pub(crate) back: String,
    pub(crate) path: String,
    pub(crate) draft: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) number: usize,
    pub(crate) us: Us,
}

/// A step as the list of them shows it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) title: Message,
    pub(crate) path: String,
    pub(crate) state: &'static str,
    pub(crate) current: bool,
}

/// What is to be copied to the identity provider. It never changes.
#[derive(Debug)]
pub(crate) struct Us {
    pub(crate) entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) unique_id: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Before,
    Details,
    Urls,
    Link,
}

/// A configuration of this administrator's organisation, and its directory.
struct Shown {
    directory: Directory,
    configuration: SamlConfiguration,
}

/// Without a configuration there is no wizard: its directory's page begins one.
async fn shown(org: &Org, admin: &OrgAdmin, which: &Which) -> Result<Shown, Response> {
    let Found { directory, configuration, .. } =
        find(org, admin, which).await.map_err(Error::into_response)?;
    match configuration {
        Some(configuration) => Ok(Shown { directory, configuration }),
        None => {
            let path = admin.path(&format!("/identity-providers/{}", directory.id));
            Err(Redirect::to(&path).into_response())
        }
    }
}

impl Wizard {
    fn new(org: &Org, admin: &OrgAdmin, shown: &Shown, (at, linked): (At, bool)) -> Result<Self, Error> {
        let configuration = &shown.configuration;
        let us = ServiceProvider::new(org.public_url(), configuration.unique_id).map_err(Error::internal)?;
        let back = admin.path(&format!("/identity-providers/{}", shown.directory.id));
        let path = format!("{back}/saml");
        let complete = configuration.identity_provider.is_complete();
        let table = [
            (At::Before, "saml-step-before", "", at != At::Before),
            (At::Details, "saml-step-details", "/details", complete),
            (At::Urls, "saml-step-urls", "/urls", complete),
            (At::Link, "saml-step-link", "/domain", linked),
        ];
        let steps = table.map(|(step, title, below, done)| Step {
            title: title.into(),
            path: format!("{path}{below}"),
            state: match (step == at, done) {
                (true, _) => "now",
                (false, true) => "done",
                (false, false) => "todo",
            },
            current: step == at,
        });
        Ok(Self {
            directory: shown.directory.name.to_string(),
            back,
            path,
            draft: configuration.is_draft(),
            number: steps.iter().position(|step| step.current).map_or(1, |at| at + 1),
            steps: steps.into(),
            us: Us {
                entity_id: us.entity_id.to_string(),
                acs_url: us.acs_url.to_string(),
                unique_id: configuration.unique_id.to_string(),
            },
        })
    }
}
