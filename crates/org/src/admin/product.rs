//! One product: what it is told, who may open it, how to be rid of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Fields, Message, Token, filters};

use super::OrgAdmin;
use super::confirm::{Ask, confirmed};
use super::domain::{shut, stale};
use super::domains::Badge;
use super::products::{Typed, state};
use crate::acts::{ActError, Refusal, settle};
use crate::answer::broken;
use crate::model::GroupId;
use crate::products::administer::{self, Edit, Over};
use crate::products::{Access, Product, ProductId, find, registry};
use crate::service::Org;
use crate::store::groups;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/product.html")]
pub(crate) struct ProductPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) list: String,
    pub(crate) all_groups: String,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) disabled: bool,
    pub(crate) client_id: String,
    pub(crate) issuer: String,
    pub(crate) confidential: bool,
    /// Shown this once.
    pub(crate) secret: Option<String>,
    pub(crate) version: i64,
    pub(crate) for_groups: bool,
    pub(crate) groups: Vec<Choice>,
    pub(crate) typed: Typed,
    pub(crate) fields: Fields,
    pub(crate) notice: Option<Notice>,
}

/// A group that may be chosen.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) members: u32,
    pub(crate) chosen: bool,
}

/// The product in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    product: String,
}

impl Named {
    fn read(&self) -> Result<ProductId, Error> {
        self.product.parse().map_err(|_| Error::not_found())
    }
}

/// What is said on the page beside what it shows.
#[derive(Default)]
pub(super) struct Shown {
    secret: Option<String>,
    typed: Option<Typed>,
    fields: Fields,
    notice: Option<Notice>,
}

impl Shown {
    /// A secret, this once, and what was done.
    pub(super) fn secret(secret: Option<String>, said: &'static str) -> Self {
        let notice = Notice { kind: NoticeKind::Success, message: Message::new(said) };
        Self { secret, notice: Some(notice), ..Self::default() }
    }
}

/// `GET /admin/{organization}/products/{product}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
) -> Result<Response, Error> {
    show(&org, &admin, named.read()?, Shown::default()).await
}

pub(super) async fn show(
    org: &Org,
    admin: &OrgAdmin,
    id: ProductId,
    shown: Shown,
) -> Result<Response, Error> {
    let of = admin.organization.id;
    let product = found(org, admin, id).await?;
    let read = org.read().await?;
    let uris = registry::redirect_uris(&read, id).await.map_err(broken)?;
    let chosen = registry::groups(&read, id).await.map_err(broken)?;
    let all = groups::list(&read, of, "", CHOICES).await.map_err(broken)?;
    drop(read);
    let choice = |one: groups::Listed| Choice {
        chosen: chosen.contains(&one.group.id),
        id: one.group.id.to_string(),
        name: one.group.name.to_string(),
        members: one.members,
    };
    let as_is = || {
        let uris: Vec<&str> = uris.iter().map(crate::products::RedirectUri::as_str).collect();
        Typed {
            name: product.name.to_string(),
            url: product.url.as_url().to_string(),
            redirect_uris: uris.join("\n"),
            public: product.secret.is_none(),
        }
    };
    org.site().render(&ProductPage {
        console: admin.console(),
        path: path(admin, id),
        list: admin.path("/products"),
        all_groups: admin.path("/groups"),
        name: product.name.to_string(),
        state: state(&product),
        disabled: product.disabled,
        client_id: id.to_string(),
        issuer: org.issuer(&admin.organization.key),
        confidential: product.secret.is_some(),
        secret: shown.secret,
        version: product.version,
        for_groups: product.access == Access::Groups,
        groups: all.into_iter().map(choice).collect(),
        typed: shown.typed.unwrap_or_else(as_is),
        fields: shown.fields,
        notice: shown.notice,
    })
}

async fn found(org: &Org, admin: &OrgAdmin, id: ProductId) -> Result<Product, Error> {
    let read = org.read().await?;
    let found = find(&read, admin.organization.id, id).await.map_err(broken)?;
    found.ok_or_else(Error::not_found)
}

/// What is written into a product.
#[derive(Debug, Deserialize)]
pub(crate) struct EditPosted {
    version: i64,
    name: String,
    url: String,
    redirect_uris: String,
}

/// `POST /admin/{organization}/products/{product}`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<EditPosted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let EditPosted { version, name, url, redirect_uris } = posted;
    let typed = Typed { name, url, redirect_uris, public: false };
    let mut fields = Fields::new();
    let Some(known) = typed.read(&mut fields) else {
        let shown = Shown { typed: Some(typed), fields, ..Shown::default() };
        return show(&org, &admin, id, shown).await;
    };
    let edit = Edit { name: known.name, url: known.url, redirect_uris: known.redirect_uris };
    let tx = org.begin().await?;
    let done = administer::edit(&tx, &admin.word(), (over(&admin, id, version), edit), org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => show(&org, &admin, id, Shown::secret(None, "product-saved")).await,
        // What was typed stays, over what somebody else wrote.
        Err(Refusal::ChangedMeanwhile) => {
            let shown = Shown { typed: Some(typed), notice: Some(stale()), ..Shown::default() };
            show(&org, &admin, id, shown).await
        }
        Err(_) => Err(Error::not_found()),
    }
}

/// Who may open it, as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct AccessPosted {
    version: i64,
    access: String,
    #[serde(default)]
    group: Vec<String>,
}

/// `POST …/access`.
pub(crate) async fn post_access(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<AccessPosted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let access: Access = posted.access.parse().map_err(|_| Error::not_found())?;
    let groups: Vec<GroupId> = posted.group.iter().filter_map(|id| id.parse().ok()).collect();
    let tx = org.begin().await?;
    let what = (over(&admin, id, posted.version), access, groups.as_slice());
    let done = administer::set_access(&tx, &admin.word(), what, org.now()).await;
    answer(&org, &admin, id, (tx, done, "product-access-saved")).await
}

/// Off or on.
#[derive(Debug, Deserialize)]
pub(crate) struct SwitchPosted {
    version: i64,
    #[serde(default)]
    off: bool,
}

/// `POST …/switch`.
pub(crate) async fn post_switch(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<SwitchPosted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let tx = org.begin().await?;
    let what = (over(&admin, id, posted.version), posted.off);
    let done = administer::switch(&tx, &admin.word(), what, org.now()).await;
    let said = if posted.off { "product-was-disabled" } else { "product-was-enabled" };
    answer(&org, &admin, id, (tx, done, said)).await
}

/// Over which version, and the passkey.
#[derive(Debug, Deserialize)]
pub(crate) struct DangerPosted {
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/secret`: a new one, shown this once.
pub(crate) async fn post_secret(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<DangerPosted>,
) -> Result<Response, Response> {
    let id = named.read().map_err(Error::into_response)?;
    let version = posted.version;
    let ask = ask(&org, &admin, id, ("secret", posted)).await.map_err(Error::into_response)?;
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let secret = Token::new(org.entropy());
        let tx = org.begin().await?;
        let what = (over(&admin, id, version), &secret);
        let done = administer::renew_secret(&tx, &admin.word(), what, org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(()) => {
                let shown = Shown::secret(Some(secret.expose()), "product-secret-renewed");
                show(&org, &admin, id, shown).await
            }
            Err(refusal) => refused(&org, &admin, id, refusal).await,
        }
    };
    Ok(confirmed.answer(done.await))
}

/// `POST …/delete`.
pub(crate) async fn post_delete(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<DangerPosted>,
) -> Result<Response, Response> {
    let id = named.read().map_err(Error::into_response)?;
    let version = posted.version;
    let ask = ask(&org, &admin, id, ("delete", posted)).await.map_err(Error::into_response)?;
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let done = administer::delete(&tx, &admin.word(), over(&admin, id, version), org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(()) => Ok(Redirect::to(&admin.path("/products")).into_response()),
            Err(refusal) => refused(&org, &admin, id, refusal).await,
        }
    };
    Ok(confirmed.answer(done.await))
}

async fn answer(
    org: &Org,
    admin: &OrgAdmin,
    id: ProductId,
    (tx, done, said): (::store::Tx, Result<(), ActError>, &'static str),
) -> Result<Response, Error> {
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => show(org, admin, id, Shown::secret(None, said)).await,
        Err(refusal) => refused(org, admin, id, refusal).await,
    }
}

async fn refused(org: &Org, admin: &OrgAdmin, id: ProductId, refusal: Refusal) -> Result<Response, Error> {
    let notice = match refusal {
        Refusal::NoSuchGroup => Notice { kind: NoticeKind::Danger, message: "product-group-gone".into() },
        other => shut(other).ok_or_else(Error::not_found)?,
    };
    show(org, admin, id, Shown { notice: Some(notice), ..Shown::default() }).await
}

/// What the passkey is asked for.
async fn ask(
    org: &Org,
    admin: &OrgAdmin,
    id: ProductId,
    (act, posted): (&'static str, DangerPosted),
) -> Result<Ask, Error> {
    let product = found(org, admin, id).await?;
    let (title, text, button) = match act {
        "secret" => ("product-secret-ask", "product-secret-ask-text", "product-secret-confirmed"),
        _ => ("product-delete-ask", "product-delete-ask-text", "product-delete-confirmed"),
    };
    let back = path(admin, id);
    Ok(Ask {
        title: Message::new(title).with("product", product.name.as_str()),
        text: text.into(),
        button: button.into(),
        action: format!("{back}/{act}"),
        back,
        posted: vec![("version", posted.version.to_string())],
        credential: posted.credential,
    })
}

fn over(admin: &OrgAdmin, product: ProductId, version: i64) -> Over {
    Over { organization: admin.organization.id, product, version }
}

fn path(admin: &OrgAdmin, id: ProductId) -> String {
    admin.path(&format!("/products/{id}"))
}

/// How many groups there are to choose from.
const CHOICES: u32 = 500;
