//! The SAML configuration: what to copy to the identity provider, and the
//! three fields that come from there.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::sessions::{Kind, demand_fresh};
use jiff::Timestamp;
use saml::core::{EntityId, SsoUrl};
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Fields, Message, filters};
use xmldsig::Certificate;

use super::OrgAdmin;
use crate::acts::saml_configurations::{Save, save};
use crate::acts::{Refusal, settle};
use crate::answer::{broken, changed_meanwhile};
use crate::model::pasted::{self, PasteError};
use crate::model::{Certificates, IdentityProvider, SamlConfiguration, ServiceProvider, UniqueId};
use crate::service::Org;
use crate::sign_in::step_up;
use crate::store::{configurations, directories};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/saml.html")]
pub(crate) struct SamlPage {
    pub(crate) console: Console,
    pub(crate) directory: String,
    pub(crate) unique_id: String,
    pub(crate) entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) complete: bool,
    pub(crate) version: i64,
    pub(crate) form: Form,
    pub(crate) fields: Fields,
    pub(crate) notice: Option<Notice>,
    pub(crate) certificates: Vec<CertificateLine>,
    pub(crate) confirm: bool,
}

/// A certificate that is trusted.
#[derive(Debug)]
pub(crate) struct CertificateLine {
    pub(crate) use_now: Message,
    pub(crate) subject: String,
    pub(crate) fingerprint: String,
    pub(crate) not_after: Timestamp,
    pub(crate) expired: bool,
}

/// The fields as they are typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Form {
    pub(crate) entity_id: String,
    pub(crate) sso_url: String,
    pub(crate) certificate: String,
    pub(crate) next_certificate: String,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    entity_id: String,
    sso_url: String,
    certificate: String,
    next_certificate: String,
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// An organisation without an identity provider.
#[derive(Debug, Template)]
#[template(path = "admin/no_saml.html")]
pub(crate) struct NoSaml {
    pub(crate) console: Console,
}

/// `GET /admin/saml`: the organisation's one configuration.
pub(crate) async fn first(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    let read = org.read().await?;
    let found = configurations::list(&read, admin.organization.id).await;
    match found.map_err(broken)?.first() {
        Some(first) => {
            let path = format!("/admin/saml/{}", first.unique_id);
            Ok(Redirect::to(&path).into_response())
        }
        None => org.site().render(&NoSaml { console: admin.console() }),
    }
}

/// `GET /admin/saml/{unique id}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(unique_id): Path<String>,
) -> Result<Response, Error> {
    let shown = find(&org, &admin, &unique_id).await?;
    let form = Form::of(&shown.configuration);
    show(&org, &admin, shown, Draft::new(form))
}

/// `POST /admin/saml/{unique id}`. Values are kept until a passkey confirms
/// them: whoever decides whom we trust decides who signs in.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(unique_id), cookies): (Path<String>, Cookies),
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let shown = find(&org, &admin, &unique_id).await?;
    let (form, version, credential) = posted.split();
    let identity_provider = match form.parse() {
        Ok(parsed) => parsed,
        Err(fields) => {
            let draft = Draft { fields, ..Draft::new(form) };
            return show(&org, &admin, shown, draft);
        }
    };
    let mut cookie = None;
    if demand_fresh(&admin.who.session, org.now()).is_err() {
        let Some(credential) = credential.filter(|text| !text.is_empty()) else {
            let draft = Draft { confirm: true, ..Draft::new(form) };
            return show(&org, &admin, shown, draft);
        };
        let by = (&admin.browser, &admin.caller);
        let opened = step_up::confirm(&org, &admin.who, by, credential.as_bytes()).await?;
        cookie = Some(Kind::PERSON.cookie(&cookies, &opened.token));
    }
    let what = Save {
        organization: admin.organization.id,
        unique_id: shown.configuration.unique_id,
        over: Some(version),
        identity_provider,
    };
    // The session has its new token by now, whatever becomes of the rest.
    let mut answer = saved(&org, &admin, what).await.unwrap_or_else(Error::into_response);
    if let Some(cookie) = cookie {
        cookie.append_to(answer.headers_mut());
    }
    Ok(answer)
}

/// Saves and shows what is there now.
async fn saved(org: &Org, admin: &OrgAdmin, what: Save) -> Result<Response, Error> {
    let unique_id = what.unique_id.to_string();
    let tx = org.begin().await?;
    let done = save(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(()) => {
            let shown = find(org, admin, &unique_id).await?;
            let notice = match shown.configuration.identity_provider.is_complete() {
                true => (NoticeKind::Success, "saml-saved"),
                false => (NoticeKind::Info, "saml-saved-draft"),
            };
            let form = Form::of(&shown.configuration);
            show(org, admin, shown, Draft { notice: Some(notice), ..Draft::new(form) })
        }
        Err(Refusal::ChangedMeanwhile) => Err(changed_meanwhile()),
        Err(_) => Err(Error::not_found()),
    }
}

/// A configuration of this administrator's organisation, and its directory's name.
struct Shown {
    configuration: SamlConfiguration,
    directory: String,
}

async fn find(org: &Org, admin: &OrgAdmin, unique_id: &str) -> Result<Shown, Error> {
    let unique_id: UniqueId = unique_id.parse().map_err(|_| Error::not_found())?;
    let organization = admin.organization.id;
    let read = org.read().await?;
    let found = configurations::find(&read, unique_id).await.map_err(broken)?;
    let ours = found.filter(|found| found.organization == organization);
    let configuration = ours.ok_or_else(Error::not_found)?;
    let directory = directories::find(&read, organization, configuration.directory).await;
    let directory = directory.map_err(broken)?.ok_or_else(Error::not_found)?;
    Ok(Shown { configuration, directory: directory.name.to_string() })
}

/// What the form shows at the moment.
struct Draft {
    form: Form,
    fields: Fields,
    notice: Option<(NoticeKind, &'static str)>,
    confirm: bool,
}

impl Draft {
    fn new(form: Form) -> Self {
        Self { form, fields: Fields::new(), notice: None, confirm: false }
    }
}

fn show(org: &Org, admin: &OrgAdmin, shown: Shown, draft: Draft) -> Result<Response, Error> {
    let configuration = &shown.configuration;
    let us = ServiceProvider::new(org.public_url(), configuration.unique_id);
    let us = us.map_err(Error::internal)?;
    let trusted = &configuration.identity_provider.certificates;
    let line = |certificate: &Option<Certificate>, use_now: &'static str| {
        let certificate = certificate.as_ref()?;
        Some(certificate_line(certificate, use_now, org.now()))
    };
    let certificates =
        [line(&trusted.current, "certificate-current"), line(&trusted.next, "certificate-next")];
    let page = SamlPage {
        console: admin.console(),
        directory: shown.directory,
        unique_id: configuration.unique_id.to_string(),
        entity_id: us.entity_id.to_string(),
        acs_url: us.acs_url.to_string(),
        complete: configuration.identity_provider.is_complete(),
        version: configuration.version,
        form: draft.form,
        fields: draft.fields,
        notice: draft.notice.map(|(kind, message)| Notice { kind, message: message.into() }),
        certificates: certificates.into_iter().flatten().collect(),
        confirm: draft.confirm,
    };
    org.site().render(&page)
}

fn certificate_line(certificate: &Certificate, use_now: &'static str, now: Timestamp) -> CertificateLine {
    let print = hex::encode_upper(certificate.sha256_fingerprint());
    let pairs: Vec<&str> = print.as_bytes().chunks(2).filter_map(|p| str::from_utf8(p).ok()).collect();
    CertificateLine {
        use_now: use_now.into(),
        subject: certificate.subject().to_owned(),
        fingerprint: pairs.join(":"),
        not_after: certificate.not_after(),
        expired: certificate.not_after() <= now,
    }
}

impl Posted {
    fn split(self) -> (Form, i64, Option<String>) {
        let form = Form {
            entity_id: self.entity_id,
            sso_url: self.sso_url,
            certificate: self.certificate,
            next_certificate: self.next_certificate,
        };
        (form, self.version, self.credential)
    }
}

impl Form {
    fn of(configuration: &SamlConfiguration) -> Self {
        let known = &configuration.identity_provider;
        let pem = |certificate: &Option<Certificate>| {
            certificate.as_ref().map(Certificate::pem).unwrap_or_default()
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            entity_id: text(known.entity_id.as_ref().map(EntityId::as_str)),
            sso_url: text(known.sso_url.as_ref().map(SsoUrl::as_str)),
            certificate: pem(&known.certificates.current),
            next_certificate: pem(&known.certificates.next),
        }
    }

    /// Empty fields make a draft; what is filled in must be right.
    fn parse(&self) -> Result<IdentityProvider, Fields> {
        let mut fields = Fields::new();
        let entity_id =
            optional(&self.entity_id, |text| EntityId::parse(text).map_err(|_| "saml-entity-id-wrong"));
        let sso_url = optional(&self.sso_url, |text| SsoUrl::parse(text).map_err(|_| "saml-sso-url-wrong"));
        let certificate = |text: &str| pasted::certificate(text).map_err(wrong_certificate);
        let current = optional(&self.certificate, certificate);
        let next = optional(&self.next_certificate, certificate);
        let parsed = IdentityProvider {
            entity_id: fields.check("entity_id", entity_id).flatten(),
            sso_url: fields.check("sso_url", sso_url).flatten(),
            certificates: Certificates {
                current: fields.check("certificate", current).flatten(),
                next: fields.check("next_certificate", next).flatten(),
            },
        };
        match fields.is_empty() {
            true => Ok(parsed),
            false => Err(fields),
        }
    }
}

fn optional<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    let text = text.trim();
    (!text.is_empty()).then(|| parse(text)).transpose()
}

fn wrong_certificate(error: PasteError) -> &'static str {
    match error {
        PasteError::Empty => "paste-empty",
        PasteError::TooLong => "paste-too-long",
        PasteError::PrivateKey => "paste-private-key",
        PasteError::Several => "paste-several",
        PasteError::Torn => "paste-torn",
        PasteError::NotBase64 => "paste-not-base64",
        PasteError::NotACertificate => "paste-not-a-certificate",
        PasteError::WeakKey => "paste-weak-key",
    }
}
