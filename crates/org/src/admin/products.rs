//! The products of an organisation: the list, and one more.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use console::person::DisplayName;
use serde::Deserialize;
use web::page::Console;
use web::{CheckedForm, Error, Fields, Message, StrictQuery, filters};

use super::OrgAdmin;
use super::domains::Badge;
use super::identity_providers::wrong_name;
use super::product::{self, Shown};
use crate::acts::settle;
use crate::answer::broken;
use crate::products::acts::{Client, NewProduct, register};
use crate::products::{Access, AddressError, Product, RedirectUri, StartUrl, list_of};
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/products.html")]
pub(crate) struct Products {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) issuer: String,
    pub(crate) lines: Vec<Line>,
    /// The guide's four, as far as they are not there yet.
    pub(crate) offered: Vec<&'static str>,
}

/// A product as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) url: String,
    pub(crate) access: Message,
    pub(crate) state: Badge,
}

/// `GET /admin/{organization}/products`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let read = org.read().await?;
    let found = list_of(&read, admin.organization.id).await.map_err(broken)?;
    drop(read);
    let there = |name: &&str| found.iter().any(|product| product.name.as_str().eq_ignore_ascii_case(name));
    let page = Products {
        console: admin.console(),
        path: admin.path("/products"),
        issuer: org.issuer(&admin.organization.key),
        offered: FOUR.iter().copied().filter(|name| !there(name)).collect(),
        lines: found.iter().map(|product| line(&admin, product)).collect(),
    };
    org.site().render(&page)
}

fn line(admin: &OrgAdmin, product: &Product) -> Line {
    Line {
        name: product.name.to_string(),
        path: admin.path(&format!("/products/{}", product.id)),
        url: product.url.as_url().to_string(),
        access: access_word(product.access),
        state: state(product),
    }
}

pub(super) fn access_word(access: Access) -> Message {
    match access {
        Access::Everyone => "product-for-everyone".into(),
        Access::Groups => "product-for-groups".into(),
    }
}

pub(super) fn state(product: &Product) -> Badge {
    let (tone, text) = match product.disabled {
        true => ("bad", "product-off"),
        false => ("good", "product-on"),
    };
    Badge { tone, text: text.into() }
}

/// What is typed about a product.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) redirect_uris: String,
    pub(crate) public: bool,
}

/// The same, read.
pub(super) struct Known {
    pub(super) name: DisplayName,
    pub(super) url: StartUrl,
    pub(super) redirect_uris: Vec<RedirectUri>,
}

/// The form.
#[derive(Debug, Template)]
#[template(path = "admin/product_new.html")]
pub(crate) struct NewPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) typed: Typed,
    pub(crate) fields: Fields,
}

/// Which of the four, if one was chosen.
#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    name: String,
}

/// `GET /admin/{organization}/products/new`.
pub(crate) async fn new_page(
    State(org): State<Org>,
    admin: OrgAdmin,
    StrictQuery(Chosen { name }): StrictQuery<Chosen>,
) -> Result<Response, Error> {
    form(&org, &admin, Typed { name, ..Typed::default() }, Fields::new())
}

/// `POST /admin/{organization}/products/new`: shows the secret, this once.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(typed): CheckedForm<Typed>,
) -> Result<Response, Error> {
    let mut fields = Fields::new();
    let Some(known) = typed.read(&mut fields) else {
        return form(&org, &admin, typed, fields);
    };
    let now = org.now();
    let client = if typed.public { Client::Public } else { Client::Confidential };
    let mut uris = known.redirect_uris.into_iter();
    let Some(first) = uris.next() else { return Err(Error::not_found()) };
    let names = (admin.organization.id, known.name, known.url);
    let new = NewProduct::draw(names, first, client, now, org.entropy());
    let new = uris.fold(new, NewProduct::and_redirect_uri);
    let tx = org.begin().await?;
    let done = register(&tx, &admin.word(), new, now).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(made) => {
            let secret = made.client_secret.map(|secret| secret.expose());
            product::show(&org, &admin, made.client_id, Shown::secret(secret, "product-added")).await
        }
        Err(_) => Err(Error::not_found()),
    }
}

fn form(org: &Org, admin: &OrgAdmin, typed: Typed, fields: Fields) -> Result<Response, Error> {
    let path = admin.path("/products");
    org.site().render(&NewPage { console: admin.console(), path, typed, fields })
}

impl Typed {
    /// None when something is wrong, which is then said beside its field.
    pub(super) fn read(&self, fields: &mut Fields) -> Option<Known> {
        let name = DisplayName::parse(self.name.trim()).map_err(wrong_name);
        let name = fields.check("name", name);
        let url = StartUrl::parse(self.url.trim()).map_err(wrong_address);
        let url = fields.check("url", url);
        let uris = fields.check("redirect_uris", redirect_uris(&self.redirect_uris));
        Some(Known { name: name?, url: url?, redirect_uris: uris? })
    }
}

/// One in a line; white space that came with the clipboard is dropped.
fn redirect_uris(text: &str) -> Result<Vec<RedirectUri>, Message> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err("product-redirect-none".into());
    }
    if lines.len() > MOST_URIS {
        return Err("product-redirect-many".into());
    }
    let read = |line: &&str| {
        RedirectUri::parse(line).map_err(|error| {
            let line: String = line.chars().take(80).collect();
            Message::new(wrong_redirect(error)).with("line", line)
        })
    };
    lines.iter().map(read).collect()
}

fn wrong_address(error: AddressError) -> &'static str {
    match error {
        AddressError::Malformed => "product-url-malformed",
        AddressError::MoreThanAnAddress => "product-url-more",
        AddressError::Scheme => "product-url-scheme",
    }
}

fn wrong_redirect(error: AddressError) -> &'static str {
    match error {
        AddressError::Malformed => "product-redirect-malformed",
        AddressError::MoreThanAnAddress => "product-redirect-more",
        AddressError::Scheme => "product-redirect-scheme",
    }
}

/// The guide's products.
const FOUR: &[&str] = &["Jira", "Confluence", "Bitbucket", "Statuspage"];

/// More addresses than this nobody can compare.
const MOST_URIS: usize = 20;
