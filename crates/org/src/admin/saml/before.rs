//! *Before you begin*: the guide's first step, a verified domain, the plan.
//! Nothing here stops anybody; what would lock somebody out is refused when it
//! is done.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use web::page::Console;
use web::{Error, Message, filters};

use super::{At, Wizard, shown};
use crate::admin::OrgAdmin;
use crate::admin::fallback::fallback_administrators;
use crate::admin::identity_provider::Which;
use crate::answer::broken;
use crate::service::Org;
use crate::store::domains;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/saml/before.html")]
pub(crate) struct BeforePage {
    pub(crate) console: Console,
    pub(crate) wizard: Wizard,
    pub(crate) checks: Vec<Check>,
}

/// Something that should be there first.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) done: bool,
    pub(crate) title: Message,
    pub(crate) text: Message,
    /// Whom or what was found.
    pub(crate) found: String,
    /// Where to see to it.
    pub(crate) way_on: Option<(Message, String)>,
}

/// `GET …/saml`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Response> {
    let shown = shown(&org, &admin, &which).await?;
    let page = async {
        let of = admin.organization.id;
        let read = org.read().await?;
        let fallback = fallback_administrators(&read, of, org.now()).await.map_err(broken)?;
        let domains = domains::list(&read, of).await.map_err(broken)?;
        drop(read);
        let verified: Vec<&str> = domains
            .iter()
            .filter(|domain| domain.verified_at.is_some())
            .map(|domain| domain.name.as_str())
            .collect();
        let linked = domains.iter().any(|domain| domain.linked_to == Some(shown.directory.id));
        let check = |name: [&'static str; 2], found: String, (label, path): (&'static str, &str)| Check {
            done: !found.is_empty(),
            title: name[0].into(),
            text: name[1].into(),
            way_on: found.is_empty().then(|| (Message::new(label), admin.path(path))),
            found,
        };
        let checks = vec![
            check(
                ["before-fallback", "before-fallback-text"],
                fallback.join(", "),
                ("before-fallback-on", "/accounts"),
            ),
            check(
                ["before-domain", "before-domain-text"],
                verified.join(", "),
                ("before-domain-on", "/domains"),
            ),
        ];
        let wizard = Wizard::new(&org, &admin, &shown, (At::Before, linked))?;
        org.site().render(&BeforePage { console: admin.console(), wizard, checks })
    };
    page.await.map_err(Error::into_response)
}
