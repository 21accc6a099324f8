//! What follows enforcing: keep it, go back at once, or wait longer. Whoever
//! does nothing goes back.

use ::store::Tx;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use console::sessions::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use web::page::{Console, Notice};
use web::{CheckedForm, Cookies, Error, Message, filters};

use super::words::{bad, good, told};
use super::{At, Found, Head, Versioned, Which, ask, find, path_of};
use crate::acts::enforcement::{confirm, extend, return_now};
use crate::acts::{ActError, Refusal, settle};
use crate::admin::OrgAdmin;
use crate::admin::confirm::{Ask, confirmed};
use crate::answer::broken;
use crate::model::enforce::{NotYet, OwnSession};
use crate::model::{Enforcement, SsoSetting};
use crate::service::Org;
use crate::store::{accounts, members};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/probation.html")]
pub(crate) struct ProbationPage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) notice: Option<Notice>,
    pub(crate) state: Standing,
    pub(crate) enforced_at: Timestamp,
    pub(crate) roll_out: String,
    /// Who came in since, if anybody did.
    pub(crate) witness: Option<(String, Timestamp)>,
    /// Whether the administrator's own session is new enough.
    pub(crate) own: bool,
    pub(crate) minutes: Vec<(i64, Message)>,
}

/// Where the enforcement stands.
#[derive(Debug)]
pub(crate) enum Standing {
    /// It may return.
    Probation { returns_at: Timestamp, minutes_left: i64 },
    /// It stays.
    Kept { confirmed_at: Timestamp },
    /// It has returned by itself, or the plan ended it.
    Returned { returned_at: Timestamp },
}

/// `GET …/policies/{policy}/probation`. A policy that enforces nothing has none.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    show(&org, &admin, &found, None).await
}

/// `POST …/probation/keep`: SSO stays required.
pub(crate) async fn post_keep(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Versioned>,
) -> Result<Response, Response> {
    let words = ["keep-ask", "keep-ask-text", "keep-confirmed"];
    let what = (&which, (words, "/probation/keep"), posted);
    let own = own_session(&admin);
    act(&org, &admin, &cookies, what, async |tx, policy| {
        let what = (admin.organization.id, policy, own);
        confirm(tx, &admin.word(), what, org.now()).await.map(|()| "probation-kept")
    })
    .await
}

/// `POST …/probation/back`: SSO is not required any more, from this moment.
pub(crate) async fn post_back(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(which), cookies): (Path<Which>, Cookies),
    CheckedForm(posted): CheckedForm<Versioned>,
) -> Result<Response, Response> {
    let words = ["back-ask", "back-ask-text", "back-confirmed"];
    let what = (&which, (words, "/probation/back"), posted);
    act(&org, &admin, &cookies, what, async |tx, policy| {
        let what = (admin.organization.id, policy);
        return_now(tx, &admin.word(), what, org.now()).await.map(|()| "probation-returned-now")
    })
    .await
}

/// The form of a longer wait.
#[derive(Debug, Deserialize)]
pub(crate) struct Longer {
    version: i64,
    minutes: i64,
}

/// `POST …/probation/extend`.
pub(crate) async fn post_extend(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(posted): CheckedForm<Longer>,
) -> Result<Response, Error> {
    let more = SignedDuration::from_mins(posted.minutes.clamp(0, 7 * 24 * 60));
    let found = find(&org, &admin, &which).await?;
    let what = (admin.organization.id, (found.policy.id, posted.version), more);
    let tx = org.begin().await?;
    let done = extend(&tx, &admin.word(), what, org.now()).await.map(|()| "probation-extended");
    answer(&org, &admin, &which, settle(tx, done).await.map_err(broken)?).await
}

/// Asks for the passkey, does the act over the version that was shown, and
/// answers with the page.
async fn act(
    org: &Org,
    admin: &OrgAdmin,
    cookies: &Cookies,
    (which, (words, below), posted): (&Which, ([&'static str; 3], &str), Versioned),
    act: impl AsyncFnOnce(&Tx, (crate::model::PolicyId, i64)) -> Result<&'static str, ActError>,
) -> Result<Response, Response> {
    let found = find(org, admin, which).await.map_err(Error::into_response)?;
    let fields = vec![("version", posted.version.to_string())];
    let ask = ask(admin, &found.policy, (words, below, "/probation"), fields);
    let ask = Ask { credential: posted.credential, ..ask };
    let confirmed = confirmed(org, admin, cookies, ask).await?;
    let done = async {
        let tx = org.begin().await?;
        let done = act(&tx, (found.policy.id, posted.version)).await;
        answer(org, admin, which, settle(tx, done).await.map_err(broken)?).await
    };
    Ok(confirmed.answer(done.await))
}

async fn answer(
    org: &Org,
    admin: &OrgAdmin,
    which: &Which,
    done: Result<&'static str, Refusal>,
) -> Result<Response, Error> {
    let found = find(org, admin, which).await?;
    let notice = match done {
        Ok(message) => good(message),
        Err(Refusal::NotYet(NotYet::NobodyCameIn)) => bad("probation-nobody"),
        Err(Refusal::NotYet(NotYet::OwnSessionIsOlder)) => bad("probation-own"),
        Err(Refusal::NotYet(_)) => bad("probation-over"),
        Err(Refusal::Probation(crate::model::enforce::ProbationError::Length)) => bad("probation-length"),
        Err(Refusal::Probation(_)) => bad("probation-over"),
        Err(refusal) => told(refusal).ok_or_else(Error::not_found)?,
    };
    show(org, admin, &found, Some(notice)).await
}

/// The session in which the administrator asks.
fn own_session(admin: &OrgAdmin) -> OwnSession {
    let session = &admin.who.session;
    OwnSession { opened_at: session.opened_at(), by_local_door: session.method() != Method::Saml }
}

async fn show(org: &Org, admin: &OrgAdmin, found: &Found, notice: Option<Notice>) -> Result<Response, Error> {
    let now = org.now();
    let path = path_of(admin, found.policy.id);
    let SsoSetting::Enforced(enforcement) = found.policy.sso else {
        return match notice {
            Some(notice) => super::settings::told(org, admin, found, notice).await,
            None => Ok(Redirect::to(&path).into_response()),
        };
    };
    let read = org.read().await?;
    let of = (found.policy.directory, found.policy.id);
    let witness = members::witness(&read, of, enforcement.enforced_at).await.map_err(broken)?;
    let mut seen = None;
    if let Some(witness) = witness {
        let account = accounts::find(&read, witness.account).await.map_err(broken)?;
        seen = account.map(|account| (account.address.shown().to_owned(), witness.at));
    }
    drop(read);
    let own = own_session(admin);
    org.site().render(&ProbationPage {
        console: admin.console(),
        head: Head::new(admin, found, (At::Settings, now)),
        notice,
        state: state(found, enforcement, now),
        enforced_at: enforcement.enforced_at,
        roll_out: format!("{path}/roll-out"),
        witness: seen,
        own: own.by_local_door || own.opened_at > enforcement.enforced_at,
        minutes: super::enforce::minutes(),
    })
}

fn state(found: &Found, enforcement: Enforcement, now: Timestamp) -> Standing {
    let ended = found.policy.required_until.filter(|end| *end <= now);
    match (ended, enforcement.confirmed_at) {
        (Some(returned_at), _) => Standing::Returned { returned_at },
        (None, Some(confirmed_at)) => Standing::Kept { confirmed_at },
        (None, None) if enforcement.holds(now) => Standing::Probation {
            returns_at: enforcement.returns_at,
            minutes_left: (enforcement.returns_at.duration_since(now).as_secs() + 59) / 60,
        },
        (None, None) => Standing::Returned { returned_at: enforcement.returns_at },
    }
}
