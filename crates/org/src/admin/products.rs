//! The products of an organisation.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use web::page::Console;
use web::{Error, filters};

use super::OrgAdmin;
use crate::answer::broken;
use crate::products::list_of;
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/products.html")]
pub(crate) struct Products {
    pub(crate) console: Console,
    pub(crate) issuer: String,
    pub(crate) lines: Vec<Line>,
}

/// A product as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) client_id: String,
}

/// `GET /admin/{organization}/products`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let read = org.read().await?;
    let found = list_of(&read, admin.organization.id).await.map_err(broken)?;
    drop(read);
    let lines = found.iter().map(|product| Line {
        name: product.name.to_string(),
        url: product.url.as_url().to_string(),
        client_id: product.id.to_string(),
    });
    let page = Products {
        console: admin.console(),
        issuer: org.issuer(&admin.organization.key),
        lines: lines.collect(),
    };
    org.site().render(&page)
}
