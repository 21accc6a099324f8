//! *Copy URLs to your identity provider*.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use web::page::Console;
use web::{Error, filters};

use super::{At, Wizard, shown};
use crate::admin::OrgAdmin;
use crate::admin::identity_provider::Which;
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/saml/urls.html")]
pub(crate) struct UrlsPage {
    pub(crate) console: Console,
    pub(crate) wizard: Wizard,
    /// Whether the identity provider's values are there.
    pub(crate) complete: bool,
}

/// `GET …/saml/urls`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Response> {
    let shown = shown(&org, &admin, &which).await?;
    let complete = shown.configuration.identity_provider.is_complete();
    let wizard = Wizard::new(&org, &admin, &shown, (At::Urls, false)).map_err(Error::into_response)?;
    let page = UrlsPage { console: admin.console(), wizard, complete };
    org.site().render(&page).map_err(Error::into_response)
}
