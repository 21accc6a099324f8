//! One identity provider directory: its SAML configuration, its domains, its
//! settings, and how to be rid of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::person::DisplayName;
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Fields, Message, filters};

use super::OrgAdmin;
use super::confirm::{Ask, confirmed};
use super::domain::stale;
use super::domains::Badge;
use super::identity_providers::{saml_badge, wrong_name};
use super::saml::certificates::{CertificateLine, lines};
use crate::acts::directories::{DirectorySettings, disconnect, set};
use crate::acts::saml_configurations::{Shown, begin, delete};
use crate::acts::{Refusal, settle};
use crate::answer::broken;
use crate::model::{
    Directory, DirectoryId, DirectoryKind, JitProvisioning, SamlConfiguration, ServiceProvider,
};
use crate::service::Org;
use crate::store::{claims, configurations, directories, domains};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/identity_provider.html")]
pub(crate) struct IdentityProviderPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) policies: String,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) notice: Option<Notice>,
    pub(crate) badge: Badge,
    pub(crate) saml: Option<Saml>,
    pub(crate) domains: Vec<Linked>,
    pub(crate) typed: String,
    pub(crate) jit: bool,
    pub(crate) fields: Fields,
}

/// The configuration as *View SAML* shows it.
#[derive(Debug)]
pub(crate) struct Saml {
    pub(crate) draft: bool,
    pub(crate) version: i64,
    pub(crate) unique_id: String,
    pub(crate) sp_entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) entity_id: Option<String>,
    pub(crate) sso_url: Option<String>,
    pub(crate) certificates: Vec<CertificateLine>,
}

/// A domain that the identity provider speaks for.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) managed: u32,
}

/// The id in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    directory: String,
}

impl Which {
    pub(super) fn id(&self) -> Result<DirectoryId, Error> {
        self.directory.parse().map_err(|_| Error::not_found())
    }
}

/// A directory of this administrator's organisation, with what belongs to it.
pub(super) struct Found {
    pub(super) directory: Directory,
    pub(super) version: i64,
    pub(super) configuration: Option<SamlConfiguration>,
}

pub(super) async fn find(org: &Org, admin: &OrgAdmin, which: &Which) -> Result<Found, Error> {
    let (id, of) = (which.id()?, admin.organization.id);
    let read = org.read().await?;
    let found = directories::find(&read, of, id).await.map_err(broken)?;
    let speaks = found.filter(|found| found.kind == DirectoryKind::IdentityProvider);
    let directory = speaks.ok_or_else(Error::not_found)?;
    let version = directories::version(&read, of, id).await.map_err(broken)?.unwrap_or_default();
    let configuration = configurations::of_directory(&read, id).await.map_err(broken)?;
    Ok(Found { directory, version, configuration })
}

/// `GET /admin/{organization}/identity-providers/{directory}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    show(&org, &admin, found, (None, None)).await
}

/// The settings as they are posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Settings {
    name: String,
    #[serde(default)]
    jit: bool,
    version: i64,
}

/// `POST …/settings`: name and just-in-time provisioning.
pub(crate) async fn post_settings(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(posted): CheckedForm<Settings>,
) -> Result<Response, Error> {
    let name = match DisplayName::parse(&posted.name) {
        Ok(name) => name,
        Err(error) => {
            let fields = Fields::fault("name", wrong_name(error));
            let found = find(&org, &admin, &which).await?;
            return show(&org, &admin, found, (None, Some((posted, fields)))).await;
        }
    };
    let to = DirectorySettings {
        organization: admin.organization.id,
        directory: which.id()?,
        over: posted.version,
        name,
        jit: if posted.jit { JitProvisioning::On } else { JitProvisioning::Off },
    };
    let tx = org.begin().await?;
    let done = set(&tx, &admin.word(), to, org.now()).await;
    let done = settle(tx, done).await.map_err(broken)?;
    let found = find(&org, &admin, &which).await?;
    match done {
        Ok(()) => show(&org, &admin, found, (Some(good("directory-saved")), None)).await,
        Err(Refusal::ChangedMeanwhile) => {
            let kept = Some((posted, Fields::new()));
            show(&org, &admin, found, (Some(stale()), kept)).await
        }
        Err(_) => Err(Error::not_found()),
    }
}

/// `POST …/saml/begin`: a directory whose configuration was deleted gets a new
/// one.
pub(crate) async fn post_begin(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(_): CheckedForm<crate::pages::Nothing>,
) -> Result<Response, Error> {
    let id = which.id()?;
    let tx = org.begin().await?;
    let at = (org.now(), org.entropy());
    let done = begin(&tx, &admin.word(), (admin.organization.id, id), at).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(_) | Err(Refusal::ConfigurationThere) => {
            let path = admin.path(&format!("/identity-providers/{id}/saml"));
            Ok(Redirect::to(&path).into_response())
        }
        Err(_) => Err(Error::not_found()),
    }
}

/// What is deleted or disconnected.
#[derive(Debug, Deserialize)]
pub(crate) struct Ending {
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/saml/delete`: *Delete configuration*.
pub(crate) async fn post_delete(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Ending>,
) -> Result<Response, Response> {
    let found = find(&org, &admin, &which).await.map_err(Error::into_response)?;
    let Some(configuration) = found.configuration else {
        return Err(Error::not_found().into_response());
    };
    let words = ["saml-delete-ask", "saml-delete-ask-text", "saml-delete-confirmed"];
    let ask = ask(&admin, &found.directory, (words, "saml/delete"), &posted);
    let confirmed = confirmed(&org, &admin, &cookies, Ask { credential: posted.credential, ..ask }).await?;
    let what = Shown {
        organization: admin.organization.id,
        unique_id: configuration.unique_id,
        over: posted.version,
    };
    let answer = async {
        let tx = org.begin().await?;
        let done = delete(&tx, &admin.word(), what, org.now()).await;
        let notice = match settle(tx, done).await.map_err(broken)? {
            Ok(()) => good("saml-deleted"),
            Err(refusal) => refused(refusal)?,
        };
        show(&org, &admin, find(&org, &admin, &which).await?, (Some(notice), None)).await
    };
    Ok(confirmed.answer(answer.await))
}

/// `POST …/disconnect`: the directory goes, its people and domains come home.
pub(crate) async fn post_disconnect(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Ending>,
) -> Result<Response, Response> {
    let found = find(&org, &admin, &which).await.map_err(Error::into_response)?;
    let words = ["disconnect-ask", "disconnect-ask-text", "disconnect-confirmed"];
    let ask = ask(&admin, &found.directory, (words, "disconnect"), &posted);
    let confirmed = confirmed(&org, &admin, &cookies, Ask { credential: posted.credential, ..ask }).await?;
    let answer = async {
        let tx = org.begin().await?;
        let what = (admin.organization.id, found.directory.id);
        let done = disconnect(&tx, &admin.word(), what, org.now()).await;
        match settle(tx, done).await.map_err(broken)? {
            Ok(_) => Ok(Redirect::to(&admin.path("/identity-providers")).into_response()),
            Err(refusal) => {
                let notice = refused(refusal)?;
                show(&org, &admin, find(&org, &admin, &which).await?, (Some(notice), None)).await
            }
        }
    };
    Ok(confirmed.answer(answer.await))
}

fn ask(
    admin: &OrgAdmin,
    directory: &Directory,
    ([title, text, button], act): ([&'static str; 3], &'static str),
    posted: &Ending,
) -> Ask {
    let back = admin.path(&format!("/identity-providers/{}", directory.id));
    Ask {
        title: Message::new(title).with("directory", directory.name.as_str()),
        text: text.into(),
        button: button.into(),
        action: format!("{back}/{act}"),
        back,
        posted: vec![("version", posted.version.to_string())],
        credential: None,
    }
}

/// What stands in the way, as a notice; anything else is not there.
fn refused(refusal: Refusal) -> Result<Notice, Error> {
    let message = match refusal {
        Refusal::ChangedMeanwhile => return Ok(stale()),
        Refusal::SsoEnforced => "directory-sso-enforced",
        Refusal::ConfigurationThere => "directory-configuration-there",
        _ => return Err(Error::not_found()),
    };
    Ok(Notice { kind: NoticeKind::Danger, message: message.into() })
}

fn good(message: &'static str) -> Notice {
    Notice { kind: NoticeKind::Success, message: message.into() }
}

/// The page, with a notice and with what was typed.
pub(super) async fn show(
    org: &Org,
    admin: &OrgAdmin,
    found: Found,
    (notice, typed): (Option<Notice>, Option<(Settings, Fields)>),
) -> Result<Response, Error> {
    let Found { directory, version, configuration } = found;
    let of = admin.organization.id;
    let read = org.read().await?;
    let mut linked = Vec::new();
    for domain in domains::list(&read, of).await.map_err(broken)? {
        if domain.linked_to == Some(directory.id) {
            let managed = claims::count_managed(&read, of, &domain.name).await.map_err(broken)?;
            let path = admin.path(&format!("/domains/{}", domain.name));
            linked.push(Linked { name: domain.name.to_string(), path, managed });
        }
    }
    drop(read);
    let badge = saml_badge(configuration.as_ref());
    let (typed, jit, fields) = match typed {
        Some((typed, fields)) => (typed.name, typed.jit, fields),
        None => (directory.name.to_string(), directory.jit == JitProvisioning::On, Fields::new()),
    };
    org.site().render(&IdentityProviderPage {
        console: admin.console(),
        path: admin.path(&format!("/identity-providers/{}", directory.id)),
        policies: admin.path("/policies"),
        name: directory.name.to_string(),
        version,
        notice,
        badge,
        saml: configuration.map(|configuration| saml(org, &configuration)).transpose()?,
        domains: linked,
        typed,
        jit,
        fields,
    })
}

fn saml(org: &Org, configuration: &SamlConfiguration) -> Result<Saml, Error> {
    let us = ServiceProvider::new(org.public_url(), configuration.unique_id).map_err(Error::internal)?;
    let known = &configuration.identity_provider;
    Ok(Saml {
        draft: configuration.is_draft(),
        version: configuration.version,
        unique_id: configuration.unique_id.to_string(),
        sp_entity_id: us.entity_id.to_string(),
        acs_url: us.acs_url.to_string(),
        entity_id: known.entity_id.as_ref().map(ToString::to_string),
        sso_url: known.sso_url.as_ref().map(ToString::to_string),
        certificates: lines(&known.certificates, org.now()),
    })
}
