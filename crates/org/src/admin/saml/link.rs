//! *Link a domain*: every domain, with the reason where it cannot be linked;
//! and *Stop and save SAML*, which enforces nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Message, filters};

use super::{At, Shown, Wizard, shown};
use crate::acts::domains::{Over, link_over};
use crate::acts::saml_configurations::{self, finish};
use crate::acts::{ActError, Refusal, settle, way_back};
use crate::admin::OrgAdmin;
use crate::admin::confirm::{Ask, confirmed};
use crate::admin::domain::shut;
use crate::admin::identity_provider::{self, Which};
use crate::answer::broken;
use crate::model::{Claim, DirectoryId, Domain};
use crate::service::Org;
use crate::store::{claims, directories, domains};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/saml/link.html")]
pub(crate) struct LinkPage {
    pub(crate) console: Console,
    pub(crate) wizard: Wizard,
    pub(crate) notice: Option<Notice>,
    pub(crate) version: i64,
    pub(crate) lines: Vec<Line>,
    pub(crate) domains: String,
    pub(crate) complete: bool,
}

/// A domain as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) path: String,
    pub(crate) linked: bool,
    /// Whether it can be chosen at all.
    pub(crate) open: bool,
    /// Why not, or what to know about it.
    pub(crate) remark: Option<Message>,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    version: i64,
    /// Those that are ticked, by name.
    #[serde(default)]
    domain: Vec<String>,
    /// What was shown: `name=version`.
    #[serde(default)]
    seen: Vec<String>,
    #[serde(default)]
    credential: Option<String>,
}

/// `GET …/saml/domain`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Response> {
    let shown = shown(&org, &admin, &which).await?;
    show(&org, &admin, &shown, None).await.map_err(Error::into_response)
}

/// `POST …/saml/domain`: *Stop and save SAML*.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Response> {
    let shown = shown(&org, &admin, &which).await?;
    if !shown.configuration.identity_provider.is_complete() {
        let notice = Some(danger("saml-incomplete"));
        return show(&org, &admin, &shown, notice).await.map_err(Error::into_response);
    }
    let confirmed = confirmed(&org, &admin, &cookies, ask(&admin, &shown, &posted)).await?;
    let answer = match saved(&org, &admin, &shown, &posted).await {
        Ok(Ok(())) => finished(&org, &admin, &which).await,
        Ok(Err(refusal)) => refused(&org, &admin, &which, refusal).await,
        Err(error) => Err(error),
    };
    Ok(confirmed.answer(answer))
}

/// Saves the configuration and the links in one transaction, if all is still
/// as it was shown.
async fn saved(
    org: &Org,
    admin: &OrgAdmin,
    shown: &Shown,
    posted: &Posted,
) -> Result<Result<(), Refusal>, Error> {
    let (of, directory) = (admin.organization.id, shown.directory.id);
    let tx = org.begin().await?;
    let locked = way_back::lock(&tx).await.map_err(broken)?;
    let there = domains::list(&tx, of).await.map_err(broken)?;
    if there.iter().any(|domain| posted.saw_another(domain)) {
        return Ok(Err(Refusal::ChangedMeanwhile));
    }
    let word = admin.word();
    let what = saml_configurations::Shown {
        organization: of,
        unique_id: shown.configuration.unique_id,
        over: posted.version,
    };
    let done = async {
        if shown.configuration.is_draft() {
            finish(&tx, &word, what, org.now()).await?;
        }
        for domain in there {
            if let Some(to) = posted.change(&domain, directory) {
                let what = Over { organization: of, name: domain.name, over: Some(domain.version), to };
                link_over(locked, &word, what, org.now()).await?;
            }
        }
        Ok::<_, ActError>(())
    };
    let done = done.await;
    settle(tx, done).await.map_err(broken)
}

impl Posted {
    /// Whether the page showed this domain in another version.
    fn saw_another(&self, domain: &Domain) -> bool {
        let seen = self.seen.iter().filter_map(|seen| seen.split_once('='));
        let mut own = seen.filter(|(name, _)| *name == domain.name.as_str());
        own.next().is_some_and(|(_, version)| version != domain.version.to_string())
    }

    /// What is to become of a domain that the page offered, if anything.
    fn change(&self, domain: &Domain, directory: DirectoryId) -> Option<Option<DirectoryId>> {
        let name = domain.name.as_str();
        let offered = self.seen.iter().any(|seen| seen.split_once('=').is_some_and(|(of, _)| of == name));
        let wanted = self.domain.iter().any(|wanted| wanted == name);
        let linked = domain.linked_to == Some(directory);
        match (offered, wanted, linked) {
            (true, true, false) => Some(Some(directory)),
            (true, false, true) => Some(None),
            _ => None,
        }
    }
}

async fn finished(org: &Org, admin: &OrgAdmin, which: &Which) -> Result<Response, Error> {
    let found = identity_provider::find(org, admin, which).await?;
    let notice = Notice { kind: NoticeKind::Success, message: "saml-stopped".into() };
    identity_provider::show(org, admin, found, (Some(notice), None)).await
}

async fn refused(org: &Org, admin: &OrgAdmin, which: &Which, refusal: Refusal) -> Result<Response, Error> {
    let notice = match refusal {
        Refusal::IncompleteConfiguration => danger("saml-incomplete"),
        Refusal::DomainNotVerified => danger("link-not-verified"),
        other => shut(other).ok_or_else(Error::not_found)?,
    };
    match shown(org, admin, which).await {
        Ok(now) => show(org, admin, &now, Some(notice)).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

fn danger(message: &'static str) -> Notice {
    Notice { kind: NoticeKind::Danger, message: message.into() }
}

fn ask(admin: &OrgAdmin, shown: &Shown, posted: &Posted) -> Ask {
    let action = admin.path(&format!("/identity-providers/{}/saml/domain", shown.directory.id));
    let mut fields = vec![("version", posted.version.to_string())];
    fields.extend(posted.domain.iter().map(|name| ("domain", name.clone())));
    fields.extend(posted.seen.iter().map(|seen| ("seen", seen.clone())));
    let known = &shown.configuration.identity_provider;
    let issuer = known.entity_id.as_ref().map(ToString::to_string).unwrap_or_default();
    Ask {
        title: "saml-stop".into(),
        text: Message::new("saml-stop-ask").with("issuer", issuer),
        button: "saml-stop-confirmed".into(),
        back: action.clone(),
        action,
        posted: fields,
        credential: posted.credential.clone(),
    }
}

async fn show(org: &Org, admin: &OrgAdmin, shown: &Shown, notice: Option<Notice>) -> Result<Response, Error> {
    let (of, directory) = (admin.organization.id, shown.directory.id);
    let read = org.read().await?;
    let all = domains::list(&read, of).await.map_err(broken)?;
    let directories = directories::list(&read, of).await.map_err(broken)?;
    let mut lines = Vec::new();
    for domain in &all {
        let stranded = claims::count_stranded(&read, (of, &domain.name), directory).await.map_err(broken)?;
        let other = domain.linked_to.filter(|to| *to != directory);
        let other = other.and_then(|to| directories.iter().find(|d| d.id == to));
        let other = other.map(|other| other.name.to_string());
        lines.push(Line {
            name: domain.name.to_string(),
            version: domain.version,
            path: admin.path(&format!("/domains/{}", domain.name)),
            linked: domain.linked_to == Some(directory),
            open: domain.verified_at.is_some(),
            remark: remark(domain, other, stranded),
        });
    }
    drop(read);
    let linked = lines.iter().any(|line| line.linked);
    org.site().render(&LinkPage {
        console: admin.console(),
        wizard: Wizard::new(org, admin, shown, (At::Link, linked))?,
        notice,
        version: shown.configuration.version,
        lines,
        domains: admin.path("/domains"),
        complete: shown.configuration.identity_provider.is_complete(),
    })
}

/// Why a domain cannot be linked, or what happens when it is.
fn remark(domain: &Domain, other: Option<String>, stranded: u32) -> Option<Message> {
    if domain.verified_at.is_none() {
        return Some("link-not-verified".into());
    }
    if let Some(other) = other {
        let moves = Message::new("link-elsewhere").with("directory", other);
        return Some(moves.with("count", stranded));
    }
    if domain.checks.missing_since.is_some() {
        return Some("link-missing-token".into());
    }
    (domain.claim == Claim::Manual).then(|| "link-not-claimed".into())
}
