//! The domains of an organisation: the list, and one more.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::AddressError;
use serde::Deserialize;
use web::page::Console;
use web::{CheckedForm, Error, Fields, Message, filters};

use super::OrgAdmin;
use crate::acts::domains::add;
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::{Claim, Directory, Domain, DomainName, DomainState};
use crate::service::Org;
use crate::store::{claims, directories, domains};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/domains.html")]
pub(crate) struct Domains {
    pub(crate) console: Console,
    pub(crate) action: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) typed: String,
    pub(crate) fields: Fields,
}

/// A domain as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) state: Badge,
    pub(crate) claim: Option<Message>,
    pub(crate) managed: u32,
    pub(crate) linked_to: Option<String>,
}

/// A state as a badge shows it.
#[derive(Debug)]
pub(crate) struct Badge {
    pub(crate) tone: &'static str,
    pub(crate) text: Message,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    name: String,
}

/// `GET /admin/{organization}/domains`.
pub(crate) async fn page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    show(&org, &admin, String::new(), Fields::new()).await
}

/// `POST /admin/{organization}/domains`: names one more.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let name: DomainName = match as_typed(&posted.name).parse() {
        Ok(name) => name,
        Err(error) => {
            let fields = Fields::fault("name", wrong_name(&posted.name, error));
            return show(&org, &admin, posted.name, fields).await;
        }
    };
    let tx = org.begin().await?;
    let what = (admin.organization.id, name.clone());
    let done = add(&tx, &admin.word(), what, (org.now(), org.entropy())).await;
    let path = admin.path(&format!("/domains/{name}"));
    match settle(tx, done).await.map_err(broken)? {
        Ok(_) => Ok(Redirect::to(&path).into_response()),
        Err(refusal) => match fault(refusal) {
            Some(message) => {
                let fields = Fields::fault("name", Message::new(message));
                show(&org, &admin, posted.name, fields).await
            }
            None => Err(Error::not_found()),
        },
    }
}

fn fault(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::PublicMailDomain => Some("domain-name-public-mail"),
        Refusal::DomainTaken => Some("domain-name-there"),
        Refusal::TooManyDomains => Some("domain-name-too-many"),
        _ => None,
    }
}

/// White space that came with the clipboard is dropped, and nothing else.
fn as_typed(text: &str) -> &str {
    text.trim()
}

/// What is wrong, for the mistakes that are made often.
fn wrong_name(text: &str, error: AddressError) -> &'static str {
    match error {
        _ if text.contains("://") || text.contains('/') => "domain-name-address",
        _ if text.contains('@') => "domain-name-mail",
        _ => "domain-name-wrong",
    }
}

async fn show(org: &Org, admin: &OrgAdmin, typed: String, fields: Fields) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let found = domains::list(&read, id).await.map_err(broken)?;
    let directories = directories::list(&read, id).await.map_err(broken)?;
    let mut lines = Vec::new();
    for domain in &found {
        let managed = claims::count_managed(&read, id, &domain.name).await.map_err(broken)?;
        lines.push(line(admin, domain, (&directories, managed)));
    }
    drop(read);
    org.site().render(&Domains {
        console: admin.console(),
        action: admin.path("/domains"),
        lines,
        typed,
        fields,
    })
}

fn line(admin: &OrgAdmin, domain: &Domain, (directories, managed): (&[Directory], u32)) -> Line {
    Line {
        name: domain.name.to_string(),
        path: admin.path(&format!("/domains/{}", domain.name)),
        state: badge(domain),
        claim: domain.verified_at.is_some().then(|| claim_word(domain.claim).into()),
        managed,
        linked_to: domain
            .linked_to
            .and_then(|id| directories.iter().find(|directory| directory.id == id))
            .map(|directory| directory.name.to_string()),
    }
}

pub(super) fn badge(domain: &Domain) -> Badge {
    let (tone, text) = match domain.state() {
        DomainState::Unverified => ("neutral", "domain-is-unverified"),
        DomainState::Waiting { .. } => ("accent", "domain-is-waiting"),
        DomainState::Verified { .. } => ("good", "domain-is-verified"),
        DomainState::MissingToken { .. } => ("warn", "domain-is-missing-token"),
        DomainState::Superseded { .. } => ("bad", "domain-is-superseded"),
    };
    Badge { tone, text: text.into() }
}

pub(super) fn claim_word(claim: Claim) -> &'static str {
    match claim {
        Claim::Automatic => "claim-automatic",
        Claim::Manual => "claim-manual",
    }
}
