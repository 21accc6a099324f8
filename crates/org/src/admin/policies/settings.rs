//! What a policy says, and what its members meet.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use console::person::DisplayName;
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Notice};
use web::{CheckedForm, Error, Fields, Message, filters};

use super::words::{Unit, good, parts, told as refused, typed};
use super::{At, Found, Head, Which, find};
use crate::acts::enforcement::in_the_way;
use crate::acts::policies::{Edit, edit};
use crate::acts::settle;
use crate::admin::OrgAdmin;
use crate::admin::identity_providers::wrong_name;
use crate::answer::broken;
use crate::model::enforce::Missing;
use crate::model::{
    AuthenticationPolicy, DurationsError, Reverification, SessionDurations, Sso, SsoSetting, effective,
};
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/settings.html")]
pub(crate) struct SettingsPage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) notice: Option<Notice>,
    pub(crate) sso: SingleSignOn,
    pub(crate) meets: Vec<Message>,
    pub(crate) form: Form,
    pub(crate) fields: Fields,
}

/// Where single sign-on stands, and what can be done about it.
#[derive(Debug)]
pub(crate) enum SingleSignOn {
    /// The local directory has none; identity providers are there.
    Local { providers: String },
    /// The directory has no saved configuration: its wizard.
    NotSetUp { wizard: String },
    /// It can be enforced, or this is in the way.
    Ready { saml: String, missing: Vec<Message> },
    /// It is enforced, and may return.
    Probation { saml: String, returns_at: Timestamp },
    /// It is enforced for good.
    Enforced { saml: String },
    /// It was enforced, and has returned by itself.
    Returned { saml: String, returned_at: Timestamp, missing: Vec<Message> },
}

/// The form, as it is or as it was typed.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) idle: Span,
    pub(crate) absolute: Span,
    pub(crate) again: Span,
    /// Whether SSO is offered; none where that is not to be said.
    pub(crate) offered: Option<bool>,
}

/// A duration in two fields.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) number: String,
    pub(crate) unit: String,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    name: String,
    idle: String,
    idle_unit: String,
    absolute: String,
    absolute_unit: String,
    #[serde(default)]
    again: String,
    #[serde(default)]
    again_unit: String,
    #[serde(default)]
    offered: bool,
    version: i64,
}

/// `GET /admin/{organization}/policies/{policy}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    show(&org, &admin, &found, (None, None)).await
}

/// The page, with what came of an act that was asked for elsewhere.
pub(super) async fn told(
    org: &Org,
    admin: &OrgAdmin,
    found: &Found,
    notice: Notice,
) -> Result<Response, Error> {
    show(org, admin, found, (Some(notice), None)).await
}

/// `POST …/settings`: *Update*.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    let to = match read(&posted, &found) {
        Ok(to) => to,
        Err(fields) => return show(&org, &admin, &found, (None, Some((posted, fields)))).await,
    };
    let tx = org.begin().await?;
    let what = (admin.organization.id, found.policy.id, to);
    let done = edit(&tx, &admin.word(), what, org.now()).await;
    let done = settle(tx, done).await.map_err(broken)?;
    let found = find(&org, &admin, &which).await?;
    match done {
        Ok(()) => show(&org, &admin, &found, (Some(good("policy-saved")), None)).await,
        Err(refusal) => {
            let notice = refused(refusal).ok_or_else(Error::not_found)?;
            show(&org, &admin, &found, (Some(notice), Some((posted, Fields::new())))).await
        }
    }
}

/// What is to be written, or what is wrong with it. Whatever the page does not
/// ask for stays as it is.
fn read(posted: &Posted, found: &Found) -> Result<Edit, Fields> {
    let mut fields = Fields::new();
    let name = fields.check("name", DisplayName::parse(&posted.name).map_err(wrong_name));
    let idle = typed(&posted.idle, &posted.idle_unit).ok_or("span-wrong");
    let idle = fields.check("idle", idle);
    let absolute = typed(&posted.absolute, &posted.absolute_unit).ok_or("span-wrong");
    let absolute = fields.check("absolute", absolute);
    let mut sessions = None;
    if let (Some(idle), Some(absolute)) = (idle, absolute) {
        sessions = durations(&mut fields, idle, absolute);
    }
    let again = match posted.again.trim().is_empty() {
        true => Some(None),
        false => {
            let age = typed(&posted.again, &posted.again_unit).ok_or("span-wrong");
            let age = age.and_then(|age| Reverification::new(age).map_err(|_| "span-out-of-range"));
            fields.check("again", age).map(Some)
        }
    };
    let asked = may_offer(found).then_some(posted.offered);
    match (name, sessions, again) {
        (Some(name), Some(sessions), Some(reverification)) => Ok(Edit {
            name,
            sessions,
            reverification,
            api_tokens: found.policy.api_tokens,
            offers_sso: asked,
            over: Some(posted.version),
        }),
        _ => Err(fields),
    }
}

fn durations(fields: &mut Fields, idle: Duration, absolute: Duration) -> Option<SessionDurations> {
    match SessionDurations::new(idle, absolute) {
        Ok(sessions) => Some(sessions),
        Err(DurationsError::IdleLongerThanWhole) => {
            fields.add("idle", "span-idle-longer");
            None
        }
        Err(DurationsError::OutOfRange) => {
            let short = SessionDurations::new(idle, idle).is_err();
            fields.add(if short { "idle" } else { "absolute" }, "span-out-of-range");
            None
        }
    }
}

/// Whether SSO is offered is said here as long as it is not enforced: that
/// never ends by a tick.
fn may_offer(found: &Found) -> bool {
    !found.is_local() && !found.policy.sso.sends()
}

async fn show(
    org: &Org,
    admin: &OrgAdmin,
    found: &Found,
    (notice, typed): (Option<Notice>, Option<(Posted, Fields)>),
) -> Result<Response, Error> {
    let now = org.now();
    let read = org.read().await?;
    let whose = (admin.organization.id, found.policy.id);
    let missing = in_the_way(&read, whose, now).await.map_err(broken)?.unwrap_or_default();
    drop(read);
    let (form, fields) = match typed {
        Some((posted, fields)) => (as_typed(posted, found), fields),
        None => (as_it_is(found), Fields::new()),
    };
    org.site().render(&SettingsPage {
        console: admin.console(),
        head: Head::new(admin, found, (At::Settings, now)),
        notice,
        sso: single_sign_on(admin, found, (&missing, now)),
        meets: meets(&found.policy, now),
        form,
        fields,
    })
}

fn single_sign_on(admin: &OrgAdmin, found: &Found, (missing, now): (&[Missing], Timestamp)) -> SingleSignOn {
    let directory = admin.path(&format!("/identity-providers/{}", found.directory.id));
    if found.is_local() {
        return SingleSignOn::Local { providers: admin.path("/identity-providers") };
    }
    if found.configuration.as_ref().is_none_or(|one| one.is_draft()) {
        return SingleSignOn::NotSetUp { wizard: format!("{directory}/saml") };
    }
    let saml = format!("{directory}/saml/details");
    let said = || missing.iter().map(|one| Message::new(super::evidence::short(*one))).collect();
    match (effective(&found.policy, now), found.policy.sso) {
        (Sso::Enforced, SsoSetting::Enforced(one)) if one.is_on_probation(now) => {
            SingleSignOn::Probation { saml, returns_at: one.returns_at }
        }
        (Sso::Enforced, _) => SingleSignOn::Enforced { saml },
        (_, SsoSetting::Enforced(one)) => {
            let returned_at = found.policy.required_until.unwrap_or(one.returns_at);
            SingleSignOn::Returned { saml, returned_at, missing: said() }
        }
        _ => SingleSignOn::Ready { saml, missing: said() },
    }
}

/// What a member really meets at this moment.
fn meets(policy: &AuthenticationPolicy, now: Timestamp) -> Vec<Message> {
    let sso = match effective(policy, now) {
        Sso::Off => "meets-local",
        Sso::Offered => "meets-both",
        Sso::Enforced => "meets-sso",
    };
    let [idle, absolute] = [policy.sessions.idle, policy.sessions.absolute].map(parts);
    let again = match policy.reverification.map(|within| parts(within.age())) {
        Some((age, unit)) => Message::new("meets-again").with("age", age).with("unit", unit.word()),
        None => Message::new("meets-never-again"),
    };
    vec![
        sso.into(),
        Message::new("meets-session")
            .with("idle", idle.0)
            .with("idle_unit", idle.1.word())
            .with("absolute", absolute.0)
            .with("absolute_unit", absolute.1.word()),
        again,
    ]
}

fn as_it_is(found: &Found) -> Form {
    let policy = &found.policy;
    let again = policy.reverification.map(|within| within.age());
    Form {
        name: policy.name.to_string(),
        idle: Span::of(policy.sessions.idle),
        absolute: Span::of(policy.sessions.absolute),
        again: again.map_or_else(Span::empty, Span::of),
        offered: may_offer(found).then_some(policy.sso == SsoSetting::Offered),
    }
}

fn as_typed(posted: Posted, found: &Found) -> Form {
    Form {
        name: posted.name,
        idle: Span { number: posted.idle, unit: posted.idle_unit },
        absolute: Span { number: posted.absolute, unit: posted.absolute_unit },
        again: Span { number: posted.again, unit: posted.again_unit },
        offered: may_offer(found).then_some(posted.offered),
    }
}

impl Span {
    fn of(duration: Duration) -> Self {
        let (number, unit) = parts(duration);
        Self { number: number.to_string(), unit: unit.word().to_owned() }
    }

    fn empty() -> Self {
        Self { number: String::new(), unit: Unit::Hours.word().to_owned() }
    }
}
