//! Members by CSV: a dry run that names each bad row, then all that fit, or
//! nobody.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use web::page::{Console, Notice};
use web::{CheckedForm, Error, Fields, Message, filters};

use super::members::{fault, told_there};
use super::words::{good, told};
use super::{At, Found, Head, Which, find};
use crate::acts::imports::{Into, Ready, WithBadRows, apply, dry_run};
use crate::acts::settle;
use crate::admin::OrgAdmin;
use crate::admin::domain::stale;
use crate::answer::broken;
use crate::model::import::{FileError, Plan, read};
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/import.html")]
pub(crate) struct ImportPage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) notice: Option<Notice>,
    pub(crate) rows: String,
    pub(crate) plan: Option<Planned>,
    pub(crate) fields: Fields,
}

/// What the rows would do.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) fit: usize,
    pub(crate) bad: Vec<Bad>,
    /// How many bad rows there are, and how many of them are not shown.
    pub(crate) all_bad: usize,
    pub(crate) hidden: usize,
}

/// A bad row.
#[derive(Debug)]
pub(crate) struct Bad {
    pub(crate) line: u64,
    pub(crate) text: String,
    pub(crate) fault: Message,
}

/// `GET …/policies/{policy}/members/import`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    show(&org, &admin, &found, (String::new(), None, None), Fields::new())
}

/// The rows as they are posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    rows: String,
    step: Step,
    version: i64,
}

/// What is to be done with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Step {
    /// Said what they would do.
    Check,
    /// Moved, if all of them fit.
    All,
    /// Moved, as far as they fit.
    Others,
}

/// `POST …/members/import`.
pub(crate) async fn post(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    let rows = match read(posted.rows.as_bytes()) {
        Ok(rows) => rows,
        Err(error) => {
            let fields = Fields::fault("rows", file_error(error));
            return show(&org, &admin, &found, (posted.rows, None, None), fields);
        }
    };
    let into = Into::Policy(found.policy.id);
    let snapshot = org.read().await?;
    let plan = dry_run(&snapshot, (admin.organization.id, into), &rows).await.map_err(broken)?;
    drop(snapshot);
    let shown = planned(&plan, &posted.rows);
    let notice = match posted.step {
        Step::Check => None,
        _ if posted.version != found.policy.version => Some(stale()),
        // Whoever asked for all is asked again once a row does not fit any more.
        Step::All if !plan.bad.is_empty() => None,
        _ => {
            let ready = Ready::of(&plan, into, WithBadRows::TheOthers);
            let tx = org.begin().await?;
            let done = apply(&tx, &admin.word(), (admin.organization.id, &ready), org.now()).await;
            match settle(tx, done).await.map_err(broken)? {
                Ok(count) => {
                    let notice = good(Message::new("members-imported").with("count", count));
                    return told_there(&org, &admin, &found, notice).await;
                }
                Err(refusal) => Some(told(refusal).ok_or_else(Error::not_found)?),
            }
        }
    };
    show(&org, &admin, &found, (posted.rows, Some(shown), notice), Fields::new())
}

fn planned(plan: &Plan, rows: &str) -> Planned {
    let lines: Vec<&str> = rows.lines().collect();
    let bad = plan.bad.iter().take(SHOWN).map(|row| {
        let at = usize::try_from(row.line).unwrap_or(usize::MAX).wrapping_sub(1);
        let text: String = lines.get(at).copied().unwrap_or_default().chars().take(TEXT).collect();
        let first = text.split([',', ';', '\t']).next().unwrap_or_default().trim().to_owned();
        Bad { line: row.line, fault: Message::new(fault(row.fault)).with("address", first), text }
    });
    Planned {
        fit: plan.accounts.len(),
        bad: bad.collect(),
        all_bad: plan.bad.len(),
        hidden: plan.bad.len().saturating_sub(SHOWN),
    }
}

const fn file_error(error: FileError) -> &'static str {
    match error {
        FileError::TooManyRows | FileError::TooLarge => "import-too-many",
        FileError::Empty => "import-empty",
    }
}

fn show(
    org: &Org,
    admin: &OrgAdmin,
    found: &Found,
    (rows, plan, notice): (String, Option<Planned>, Option<Notice>),
    fields: Fields,
) -> Result<Response, Error> {
    org.site().render(&ImportPage {
        console: admin.console(),
        head: Head::new(admin, found, (At::Members, org.now())),
        notice,
        rows,
        plan,
        fields,
    })
}

/// So many bad rows are shown by name, and so much of each.
const SHOWN: usize = 200;
const TEXT: usize = 120;
