//! "Why can't Maya sign in?": one search, answered from the facts.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use console::person::{EmailAddress, PersonId};
use console::{invitations, passkeys};
use serde::Deserialize;
use store::{ReadTx, StoreError};
use uuid::Uuid;
use web::page::Console;
use web::{Error, StrictQuery, filters};

use super::activity::{Activity, Past, activity, by_reference};
use super::console;
use crate::error::broken;
use crate::model::application::{ApplicationId, ApplicationState};
use crate::model::search::Query;
use crate::model::user::User;
use crate::model::why::{At, Facts, Finding, Weight, findings, is_blocked};
use crate::people::Admin;
use crate::state::Idp;
use crate::store::{applications, facts, qr, users};

/// Whom and what is asked about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// A name, an address, or the reference of an error page.
    q: String,
    /// The row of an application; empty for none.
    application: String,
}

/// The page.
#[derive(Template)]
#[template(path = "admin/why.html")]
struct WhyPage {
    console: Console,
    asked: Asked,
    applications: Vec<applications::Listed>,
    /// Several people fit.
    people: Vec<User>,
    /// What stands behind a reference.
    reference: Vec<Past>,
    answer: Option<Answer>,
}

/// What the facts say of one person.
struct Answer {
    user: User,
    findings: Vec<Finding>,
    blocked: bool,
    activity: Activity,
}

/// `GET /admin/why`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    admin: Admin,
    StrictQuery(asked): StrictQuery<Asked>,
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let applications = applications::list(&read, ("", None), OFFERED).await.map_err(broken)?;
    let (reference, named) = match is_reference(&asked.q) {
        true => by_reference(idp.site(), &read, asked.q.trim()).await.map_err(broken)?,
        false => (Vec::new(), None),
    };
    let mut people = match named {
        Some(person) => users::find(&read, person).await.map_err(broken)?.into_iter().collect(),
        None if reference.is_empty() => sought(&read, &asked.q).await.map_err(broken)?,
        None => Vec::new(),
    };
    let answer = match people.len() {
        1 => {
            let application = Uuid::try_parse(&asked.application).ok().map(ApplicationId::new);
            Some(answer(&idp, &read, (people.remove(0), application)).await.map_err(broken)?)
        }
        _ => None,
    };
    drop(read);
    let console = console(&idp, &admin, "/admin/why");
    idp.site().render(&WhyPage { console, asked, applications, people, reference, answer })
}

/// The one with that very address, else those whom the words find.
async fn sought(read: &ReadTx, q: &str) -> Result<Vec<User>, StoreError> {
    if let Ok(address) = EmailAddress::parse(q.trim())
        && let Some(user) = users::find_by_email(read, &address).await?
    {
        return Ok(vec![user]);
    }
    match Query::parse(q) {
        Some(query) => users::search(read, &query, "", FOUND).await,
        None => Ok(Vec::new()),
    }
}

async fn answer(
    idp: &Idp,
    read: &ReadTx,
    (user, application): (User, Option<ApplicationId>),
) -> Result<Answer, StoreError> {
    let now = idp.now();
    let activity = activity(idp.site(), read, user.id, now).await?;
    let devices = passkeys::list(read, user.id).await?;
    let at = match application {
        Some(id) => at(read, (user.id, id), &activity).await?,
        None => None,
    };
    let facts = Facts {
        active: user.is_active(),
        devices: devices.len(),
        flagged: devices.iter().filter(|device| device.flagged_at.is_some()).count(),
        invited: !invitations::list_open(read, user.id, now).await?.is_empty(),
        qr: idp.settings().qr,
        frozen: qr::frozen_at(read, user.id).await?.is_some(),
        browsers: activity.browsers.len(),
        application: at,
    };
    let findings = findings(&facts);
    Ok(Answer { blocked: is_blocked(&findings), user, findings, activity })
}

async fn at(
    read: &ReadTx,
    (person, id): (PersonId, ApplicationId),
    activity: &Activity,
) -> Result<Option<At>, StoreError> {
    let Some(application) = applications::find(read, id).await? else { return Ok(None) };
    let there = facts::find(read, person, id).await?;
    Ok(Some(At {
        enabled: application.state == ApplicationState::Enabled,
        assigned: there.is_some_and(|there| there.assigned),
        used: activity.sign_ins.iter().any(|past| past.id == Some(id)),
    }))
}

/// 16 letters and digits, as error pages show them.
fn is_reference(text: &str) -> bool {
    let text = text.trim();
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

/// People to choose from.
const FOUND: u32 = 20;
const OFFERED: u32 = 200;
