//! *Add SAML details*: three values to copy above three fields to fill in.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Fields, filters};

use super::certificates::{CertificateLine, lines};
use super::form::Form;
use super::{At, Shown, Wizard, shown};
use crate::acts::saml_configurations::{Save, save, save_draft};
use crate::acts::{Refusal, settle};
use crate::admin::OrgAdmin;
use crate::admin::confirm::{Ask, confirmed};
use crate::admin::identity_provider::{self, Which};
use crate::answer::broken;
use crate::model::IdentityProvider;
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/saml/details.html")]
pub(crate) struct DetailsPage {
    pub(crate) console: Console,
    pub(crate) wizard: Wizard,
    pub(crate) notice: Option<Notice>,
    pub(crate) version: i64,
    pub(crate) form: Form,
    pub(crate) fields: Fields,
    pub(crate) certificates: Vec<CertificateLine>,
    /// What is saved now, when it is not what was shown.
    pub(crate) instead: Option<Form>,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    entity_id: String,
    sso_url: String,
    certificate: String,
    next_certificate: String,
    version: i64,
    /// *Next* keeps a draft with empty fields; everything else must be complete.
    #[serde(default)]
    then: String,
    #[serde(default)]
    credential: Option<String>,
}

/// `GET …/saml/details`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Response> {
    let shown = shown(&org, &admin, &which).await?;
    let form = Form::of(&shown.configuration.identity_provider);
    let draft = Typed { form, fields: Fields::new(), stale: false };
    show(&org, &admin, &shown, draft).map_err(Error::into_response)
}

/// `POST …/saml/details`. Over a configuration in use it asks for the passkey:
/// whoever decides whom we trust decides who signs in.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Response> {
    let shown = shown(&org, &admin, &which).await?;
    let draft = shown.configuration.is_draft();
    let next = draft && posted.then == "next";
    let (form, version) = (posted.form(), posted.version);
    let identity_provider = match form.parse(!next) {
        Ok(parsed) => parsed,
        Err(fields) => {
            let typed = Typed { form, fields, stale: false };
            return show(&org, &admin, &shown, typed).map_err(Error::into_response);
        }
    };
    let what = what(&admin, &shown, (version, identity_provider));
    if draft {
        let saved = keep(&org, &admin, what).await.map_err(Error::into_response)?;
        let wizard = admin.path(&format!("/identity-providers/{}/saml", shown.directory.id));
        return match saved {
            Ok(()) if next => Ok(Redirect::to(&format!("{wizard}/urls")).into_response()),
            Ok(()) => Ok(Redirect::to(&format!("{wizard}/domain")).into_response()),
            Err(refusal) => refused(&org, &admin, &which, (form, refusal)).await,
        };
    }
    let confirmed = confirmed(&org, &admin, &cookies, ask(&admin, &shown, posted)).await?;
    Ok(confirmed.answer(saved(&org, &admin, &which, (what, form)).await))
}

async fn keep(org: &Org, admin: &OrgAdmin, what: Save) -> Result<Result<(), Refusal>, Error> {
    let tx = org.begin().await?;
    let done = save_draft(&tx, &admin.word(), what, org.now()).await;
    settle(tx, done).await.map_err(broken)
}

/// Saves what is in use, and shows the directory.
async fn saved(
    org: &Org,
    admin: &OrgAdmin,
    which: &Which,
    (what, form): (Save, Form),
) -> Result<Response, Error> {
    let tx = org.begin().await?;
    let done = save(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => {
            let found = identity_provider::find(org, admin, which).await?;
            let notice = Notice { kind: NoticeKind::Success, message: "saml-saved".into() };
            identity_provider::show(org, admin, found, (Some(notice), None)).await
        }
        Err(refusal) => {
            let answer = refused(org, admin, which, (form, refusal)).await;
            Ok(answer.unwrap_or_else(|answer| answer))
        }
    }
}

/// Whoever edited what somebody else has changed is told, keeps what was
/// typed, and sees what stands there now.
async fn refused(
    org: &Org,
    admin: &OrgAdmin,
    which: &Which,
    (form, refusal): (Form, Refusal),
) -> Result<Response, Response> {
    match refusal {
        Refusal::ChangedMeanwhile | Refusal::NoDraft => {
            let now = shown(org, admin, which).await?;
            let typed = Typed { form, fields: Fields::new(), stale: true };
            show(org, admin, &now, typed).map_err(Error::into_response)
        }
        _ => Err(Error::not_found().into_response()),
    }
}

fn what(admin: &OrgAdmin, shown: &Shown, (version, identity_provider): (i64, IdentityProvider)) -> Save {
    Save {
        organization: admin.organization.id,
        unique_id: shown.configuration.unique_id,
        over: Some(version),
        identity_provider,
    }
}

fn ask(admin: &OrgAdmin, shown: &Shown, posted: Posted) -> Ask {
    let action = admin.path(&format!("/identity-providers/{}/saml/details", shown.directory.id));
    Ask {
        title: "saml-edit".into(),
        text: "saml-confirm".into(),
        button: "saml-save-confirmed".into(),
        back: action.clone(),
        action,
        posted: vec![
            ("entity_id", posted.entity_id),
            ("sso_url", posted.sso_url),
            ("certificate", posted.certificate),
            ("next_certificate", posted.next_certificate),
            ("version", posted.version.to_string()),
            ("then", posted.then),
        ],
        credential: posted.credential,
    }
}

/// What the form shows at the moment.
struct Typed {
    form: Form,
    fields: Fields,
    stale: bool,
}

fn show(org: &Org, admin: &OrgAdmin, shown: &Shown, typed: Typed) -> Result<Response, Error> {
    let known = &shown.configuration.identity_provider;
    let notice = Notice { kind: NoticeKind::Danger, message: "saml-changed-meanwhile".into() };
    org.site().render(&DetailsPage {
        console: admin.console(),
        wizard: Wizard::new(org, admin, shown, (At::Details, false))?,
        notice: typed.stale.then_some(notice),
        version: shown.configuration.version,
        form: typed.form,
        fields: typed.fields,
        certificates: lines(&known.certificates, org.now()),
        instead: typed.stale.then(|| Form::of(known)),
    })
}

impl Posted {
    fn form(&self) -> Form {
        Form {
            entity_id: self.entity_id.clone(),
            sso_url: self.sso_url.clone(),
            certificate: self.certificate.clone(),
            next_certificate: self.next_certificate.clone(),
        }
    }
}
