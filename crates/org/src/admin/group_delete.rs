//! Deleting a group: what it will break, then the passkey.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use web::page::Console;
use web::{CheckedForm, Cookies, Error, Message, filters};

use super::OrgAdmin;
use super::confirm::{Ask, confirmed};
use super::groups::{Named, find, path, refused};
use crate::acts::groups::delete;
use crate::acts::settle;
use crate::answer::broken;
use crate::products::registry;
use crate::service::Org;
use crate::store::groups;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/group_delete.html")]
pub(crate) struct DeletePage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) breaks: Vec<Message>,
}

/// `GET /admin/{organization}/groups/{group}/delete`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
) -> Result<Response, Error> {
    let (id, of) = (named.read()?, admin.organization.id);
    let group = find(&org, &admin, id).await?;
    let read = org.read().await?;
    let count = groups::count_members(&read, id).await.map_err(broken)?;
    let opened = registry::opened_by(&read, of, id).await.map_err(broken)?;
    let policy = groups::policy_of(&read, of, id).await.map_err(broken)?;
    drop(read);
    let mut breaks = vec![Message::new("group-delete-members").with("count", count.to_string())];
    for product in opened {
        let id = if product.alone { "group-delete-product-last" } else { "group-delete-product" };
        breaks.push(Message::new(id).with("product", product.name));
    }
    if let Some((_, policy)) = policy {
        breaks.push(Message::new("group-delete-policy").with("policy", policy));
    }
    org.site().render(&DeletePage {
        console: admin.console(),
        path: path(&admin, id),
        name: group.name.to_string(),
        breaks,
    })
}

/// A form with nothing of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/delete`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Response> {
    let id = named.read().map_err(Error::into_response)?;
    let group = find(&org, &admin, id).await.map_err(Error::into_response)?;
    let back = path(&admin, id);
    let ask = Ask {
        title: Message::new("group-delete-ask").with("group", group.name.as_str()),
        text: "group-delete-ask-text".into(),
        button: "group-delete-confirmed".into(),
        action: format!("{back}/delete"),
        back,
        posted: vec![],
        credential: posted.credential,
    };
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let done = delete(&tx, &admin.word(), (admin.organization.id, id), org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(()) => Ok(Redirect::to(&admin.path("/groups")).into_response()),
            Err(refusal) => refused(&org, &admin, id, refusal).await,
        }
    };
    Ok(confirmed.answer(done.await))
}
