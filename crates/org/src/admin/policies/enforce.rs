//! *Enforce single sign-on*: everything that it needs, each with what to do,
//! and then the act, which takes the evidence.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use web::page::{Console, Notice};
use web::{CheckedForm, Cookies, Error, Message, filters};

use super::evidence::{Requirement, Ways, requirements};
use super::words::{bad, told};
use super::{At, Found, Head, Which, ask, find, path_of};
use crate::acts::enforcement::{Rehearsal, enforce, rehearse};
use crate::acts::{Refusal, settle};
use crate::admin::OrgAdmin;
use crate::admin::confirm::{Ask, confirmed};
use crate::admin::domain::stale;
use crate::admin::fallback::fallback_if_enforced;
use crate::answer::broken;
use crate::model::enforce::{Members, Missing, Override, PROBATION};
use crate::model::{Sso, effective};
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/enforce.html")]
pub(crate) struct EnforcePage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) notice: Option<Notice>,
    pub(crate) requirements: Vec<Requirement>,
    /// Whether all that cannot be taken upon oneself is there.
    pub(crate) possible: bool,
    /// Whether something has to be taken upon oneself.
    pub(crate) overriding: bool,
    pub(crate) members: Members,
    pub(crate) minutes: Vec<(i64, Message)>,
    pub(crate) chosen: i64,
}

/// The form as it is posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    version: i64,
    minutes: i64,
    #[serde(default, rename = "override")]
    over: Vec<String>,
    #[serde(default)]
    credential: Option<String>,
}

/// `GET …/policies/{policy}/enforce`. What is enforced already has its own page.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    if effective(&found.policy, org.now()) == Sso::Enforced {
        return Ok(Redirect::to(&format!("{}/probation", path_of(&admin, found.policy.id))).into_response());
    }
    show(&org, &admin, &found, (None, minutes_of(PROBATION))).await
}

/// `POST …/enforce`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Response> {
    let found = find(&org, &admin, &which).await.map_err(Error::into_response)?;
    let words = ["enforce-ask", "enforce-ask-text", "enforce-confirmed"];
    let mut fields = vec![("version", posted.version.to_string()), ("minutes", posted.minutes.to_string())];
    fields.extend(posted.over.iter().map(|code| ("override", code.clone())));
    let ask = ask(&admin, &found.policy, (words, "/enforce", "/enforce"), fields);
    let credential = posted.credential.clone();
    let confirmed = confirmed(&org, &admin, &cookies, Ask { credential, ..ask }).await?;
    Ok(confirmed.answer(enforced(&org, &admin, (&found, &which), &posted).await))
}

async fn enforced(
    org: &Org,
    admin: &OrgAdmin,
    (found, which): (&Found, &Which),
    posted: &Posted,
) -> Result<Response, Error> {
    let whose = (admin.organization.id, found.policy.id);
    let again = async |notice| {
        show(org, admin, &find(org, admin, which).await?, (Some(notice), posted.minutes)).await
    };
    if found.policy.version != posted.version {
        return again(stale()).await;
    }
    let taken = Override { by: admin.who.account.id, over: codes(&posted.over) };
    let overridden = Some(&taken).filter(|taken| !taken.over.is_empty());
    let read = org.read().await?;
    let rehearsal = rehearse(&read, whose, overridden, org.now()).await.map_err(broken)?;
    drop(read);
    let Some(Rehearsal { answer: Ok(evidence), .. }) = rehearsal else {
        return again(bad("enforce-missing")).await;
    };
    let probation = SignedDuration::from_mins(posted.minutes.clamp(0, 7 * 24 * 60));
    let tx = org.begin().await?;
    let what = (admin.organization.id, &evidence, probation);
    let done = enforce(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(_) => {
            let path = format!("{}/probation", path_of(admin, found.policy.id));
            Ok(Redirect::to(&path).into_response())
        }
        Err(Refusal::Probation(_)) => again(bad("probation-length")).await,
        Err(refusal) => again(told(refusal).ok_or_else(Error::not_found)?).await,
    }
}

/// What may be overridden, out of what was ticked.
fn codes(ticked: &[String]) -> BTreeSet<&'static str> {
    OVERRIDABLE.iter().map(|one| one.code()).filter(|code| ticked.iter().any(|one| one == code)).collect()
}

async fn show(
    org: &Org,
    admin: &OrgAdmin,
    found: &Found,
    (notice, chosen): (Option<Notice>, i64),
) -> Result<Response, Error> {
    let now = org.now();
    let whose = (admin.organization.id, found.policy.id);
    let read = org.read().await?;
    let rehearsal = rehearse(&read, whose, None, now).await.map_err(broken)?;
    let fallback = fallback_if_enforced(&read, whose, now).await.map_err(broken)?;
    drop(read);
    let (missing, members) = said(found, rehearsal);
    let possible = missing.iter().all(|one| one.may_be_overridden());
    org.site().render(&EnforcePage {
        console: admin.console(),
        head: Head::new(admin, found, (At::Settings, now)),
        notice,
        requirements: requirements(&missing, (&members, &fallback), &ways(admin, found)),
        possible,
        overriding: possible && !missing.is_empty(),
        members,
        minutes: minutes(),
        chosen,
    })
}

/// What is missing, and how the members would fare. Without a configuration
/// nobody can be asked.
pub(super) fn said(found: &Found, rehearsal: Option<Rehearsal>) -> (Vec<Missing>, Members) {
    match rehearsal {
        Some(Rehearsal { answer, members }) => (answer.err().unwrap_or_default(), members),
        None if found.is_local() => (vec![Missing::IdentityProvider], Members::default()),
        None => (vec![Missing::Configuration], Members::default()),
    }
}

pub(super) fn ways(admin: &OrgAdmin, found: &Found) -> Ways {
    let policy = path_of(admin, found.policy.id);
    let directory = admin.path(&format!("/identity-providers/{}", found.directory.id));
    Ways {
        administrators: admin.path("/administrators"),
        settings: admin.path("/settings"),
        saml: match found.is_local() {
            true => admin.path("/identity-providers"),
            false => format!("{directory}/saml"),
        },
        link: format!("{directory}/saml/domain"),
        test: format!("{policy}/test"),
        roll_out: format!("{policy}/roll-out"),
    }
}

/// The lengths of a probation, with their words.
pub(super) fn minutes() -> Vec<(i64, Message)> {
    MINUTES.iter().map(|(minutes, label)| (*minutes, Message::new(*label))).collect()
}

fn minutes_of(duration: SignedDuration) -> i64 {
    duration.as_mins()
}

/// How long a probation may be chosen to last.
const MINUTES: &[(i64, &str)] =
    &[(15, "minutes-15"), (60, "minutes-60"), (240, "minutes-240"), (1440, "minutes-1440")];

/// One of each kind that may be taken upon oneself.
const OVERRIDABLE: &[Missing] = &[
    Missing::TestSignIn,
    Missing::TestFailed,
    Missing::TestVoid(crate::model::enforce::Void::Changed),
    Missing::TestVoid(crate::model::enforce::Void::TooOld),
    Missing::MembersWillFail(0),
];
