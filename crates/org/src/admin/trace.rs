//! The SSO trace: everything that happened under one tracking id, with the
//! rule, what it expected and what it received side by side.

use ::store::events::{Filter, list, open_personal};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use web::page::Console;
use web::{Error, Message, filters};

use super::OrgAdmin;
use super::events::{Line, Scope};
use crate::answer::broken;
use crate::model::AccountId;
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/trace.html")]
pub(crate) struct TracePage {
    pub(crate) console: Console,
    pub(crate) log: String,
    pub(crate) tracking: String,
    pub(crate) steps: Vec<Step>,
    /// All of it as text, to be sent to somebody.
    pub(crate) report: String,
}

/// One event of the attempt.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) line: Line,
    /// What is to be done about a refusal.
    pub(crate) hint: Option<Message>,
    pub(crate) expected: Option<String>,
    pub(crate) received: Option<String>,
    /// The page of whom it is about.
    pub(crate) account: Option<String>,
    pub(crate) at: Timestamp,
}

/// The tracking id in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    trace: String,
}

/// `GET /admin/{organization}/traces/{trace}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(Named { trace }): Path<Named>,
) -> Result<Response, Error> {
    let read = org.read().await?;
    let mut scope = Scope::new(admin.organization.id);
    let mut found = list(&read, Filter::Trace(&trace), None, MOST).await.map_err(broken)?;
    found.reverse();
    let mut steps = Vec::new();
    for event in &found {
        if !scope.has(&read, event).await.map_err(broken)? {
            continue;
        }
        let personal = match event.has_personal {
            true => open_personal(&read, org.master_key(), event.id).await.map_err(Error::internal)?,
            false => None,
        };
        let said = |name: &str| {
            let own = event.data.get(name).or_else(|| personal.as_ref().and_then(|values| values.get(name)));
            own.and_then(Json::as_str).map(str::to_owned)
        };
        let (expected, received) = (said("expected"), said("received"));
        let account = event.subject.as_ref().and_then(|id| id.parse::<AccountId>().ok());
        let mut line = scope.line(&read, org.site().text(), (event, None)).await.map_err(broken)?;
        line.details.retain(|(name, _)| !SHOWN.contains(&name.as_str()));
        let hint = line.code.as_ref().map(|code| format!("error-{code}.hint"));
        steps.push(Step {
            hint: hint.filter(|id| org.site().text().has(id)).map(Message::new),
            line,
            expected,
            received,
            account: account.map(|id| admin.path(&format!("/accounts/{id}"))),
            at: event.at,
        });
    }
    drop(read);
    if steps.is_empty() {
        return Err(Error::not_found());
    }
    let report = steps.iter().map(|step| report(&org, step)).collect::<Vec<_>>().join("\n\n");
    org.site().render(&TracePage {
        console: admin.console(),
        log: admin.path("/events"),
        report: format!("{trace}\n\n{report}"),
        tracking: trace,
        steps,
    })
}

/// A step as text.
fn report(org: &Org, step: &Step) -> String {
    let text = org.site().text();
    let mut lines = vec![step.at.to_string(), step.line.kind.clone()];
    lines.extend(step.line.sentence.as_ref().map(|sentence| text.say(sentence)));
    let rest = [("code", &step.line.code), ("expected", &step.expected), ("received", &step.received)];
    lines.extend(
        rest.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}: {value}"))),
    );
    lines.extend(step.line.details.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.join("\n")
}

/// What stands in places of its own.
const SHOWN: &[&str] = &["code", "expected", "received", "tracking id"];

/// More happens under no tracking id.
const MOST: u32 = 100;
