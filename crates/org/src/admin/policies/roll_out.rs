//! How the members would fare: proven, will fail, unknown; who came in since;
//! and what would be missing if SSO were enforced now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Pager};
use web::{Error, Message, StrictQuery, filters};

use super::evidence::{Requirement, requirements};
use super::{At, Found, Head, Which, enforce, find, path_of};
use crate::acts::enforcement::{outlooks, rehearse};
use crate::admin::OrgAdmin;
use crate::admin::domains::Badge;
use crate::admin::fallback::fallback_if_enforced;
use crate::answer::broken;
use crate::model::enforce::{Members, Missing, Outlook};
use crate::model::{AccountId, SsoSetting, Standing};
use crate::service::Org;
use crate::store::policy_members::{self, Listed};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/policies/roll_out.html")]
pub(crate) struct RollOutPage {
    pub(crate) console: Console,
    pub(crate) head: Head,
    pub(crate) members: Members,
    pub(crate) failing: u64,
    /// Why some would fail: the code, and how many.
    pub(crate) reasons: Vec<(String, u64)>,
    /// Since when it is enforced, if it is set to be.
    pub(crate) enforced_at: Option<Timestamp>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) ready: bool,
    pub(crate) filters: Vec<Filter>,
    pub(crate) lines: Vec<Line>,
    pub(crate) pager: Pager,
}

/// A part of the list.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) title: Message,
    pub(crate) path: String,
    pub(crate) current: bool,
}

/// A member as the list shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) named: bool,
    pub(crate) address: String,
    pub(crate) badge: Badge,
    pub(crate) code: Option<String>,
    pub(crate) has_passkey: bool,
    pub(crate) came_in_at: Option<Timestamp>,
    /// Whether that was since SSO is enforced.
    pub(crate) since: bool,
}

/// Which part is shown, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Query {
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: Option<String>,
}

/// `GET …/policies/{policy}/roll-out`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(which): Path<Which>,
    StrictQuery(query): StrictQuery<Query>,
) -> Result<Response, Error> {
    let found = find(&org, &admin, &which).await?;
    if found.is_local() {
        return Err(Error::not_found());
    }
    let now = org.now();
    let whose = (admin.organization.id, found.policy.id);
    let read = org.read().await?;
    let rehearsal = rehearse(&read, whose, None, now).await.map_err(broken)?;
    let fallback = fallback_if_enforced(&read, whose, now).await.map_err(broken)?;
    let after: Option<AccountId> = query.after.as_deref().and_then(|after| after.parse().ok());
    let (shown, next) = some(&read, (&found, now), (&query.show, after)).await?;
    drop(read);
    let (mut missing, members) = enforce::said(&found, rehearsal);
    missing.retain(|one| *one != Missing::AlreadyEnforced);
    let path = format!("{}/roll-out", path_of(&admin, found.policy.id));
    let reasons = members.will_fail.iter().map(|(why, count)| (why.code().to_owned(), *count));
    let enforced_at = match found.policy.sso {
        SsoSetting::Enforced(enforcement) => Some(enforcement.enforced_at),
        SsoSetting::Off | SsoSetting::Offered => None,
    };
    let lines = shown.iter().map(|(listed, outlook)| line(listed, outlook, enforced_at));
    org.site().render(&RollOutPage {
        console: admin.console(),
        head: Head::new(&admin, &found, (At::RollOut, now)),
        failing: members.will_fail_count().unwrap_or(0),
        reasons: reasons.collect(),
        enforced_at,
        requirements: requirements(&missing, (&members, &fallback), &enforce::ways(&admin, &found)),
        ready: missing.is_empty(),
        filters: PARTS.iter().map(|(part, title)| filter(&path, (part, title), &query.show)).collect(),
        lines: lines.collect(),
        pager: Pager {
            previous: after.map(|_| format!("{path}?show={}", part(&query.show))),
            next: next.map(|id| format!("{path}?show={}&after={id}", part(&query.show))),
        },
        members,
    })
}

/// The members of one part, and where they go on: looked for page by page, of
/// which there is an end.
async fn some(
    read: &::store::ReadTx,
    (found, now): (&Found, Timestamp),
    (show, mut after): (&str, Option<AccountId>),
) -> Result<(Vec<(Listed, Outlook)>, Option<AccountId>), Error> {
    let mut shown: Vec<(Listed, Outlook)> = Vec::new();
    let judge = outlooks(read, &found.policy, now).await.map_err(broken)?;
    for _ in 0..LOOKS {
        let page = policy_members::list(read, &found.policy, after, LOOK).await.map_err(broken)?;
        let last = page.len() < LOOK as usize;
        for listed in page {
            if shown.len() == PAGE {
                return Ok((shown, after));
            }
            after = Some(listed.account.id);
            let active = listed.account.standing == Standing::Active;
            let outlook = judge.of(&listed.member);
            if active && fits(part(show), &outlook) {
                shown.push((listed, outlook));
            }
        }
        if last {
            return Ok((shown, None));
        }
    }
    Ok((shown, after))
}

fn fits(part: &str, outlook: &Outlook) -> bool {
    match outlook {
        _ if part == "all" => true,
        Outlook::Proven => part == "proven",
        Outlook::WillFail(_) => part == "failing",
        Outlook::Unknown => part == "unknown",
    }
}

/// The part that is asked for; all of them if there is none such.
fn part(show: &str) -> &'static str {
    PARTS.iter().map(|(part, _)| *part).find(|part| *part == show).unwrap_or("all")
}

fn filter(path: &str, (name, title): (&'static str, &'static str), show: &str) -> Filter {
    Filter { title: title.into(), path: format!("{path}?show={name}"), current: part(show) == name }
}

fn line(listed: &Listed, outlook: &Outlook, enforced_at: Option<Timestamp>) -> Line {
    let (tone, text) = match outlook {
        Outlook::Proven => ("good", "outlook-proven"),
        Outlook::WillFail(_) => ("bad", "outlook-failing"),
        Outlook::Unknown => ("neutral", "outlook-unknown"),
    };
    Line {
        name: listed.account.shown(),
        named: listed.account.has_name(),
        address: listed.account.address.shown().to_owned(),
        badge: Badge { tone, text: text.into() },
        code: match outlook {
            Outlook::WillFail(why) => Some(why.code().to_owned()),
            Outlook::Proven | Outlook::Unknown => None,
        },
        has_passkey: listed.member.has_passkey,
        came_in_at: listed.came_in_at,
        since: listed.came_in_at.zip(enforced_at).is_some_and(|(at, since)| at > since),
    }
}

/// The parts of the list.
const PARTS: &[(&str, &str)] = &[
    ("all", "roll-out-all"),
    ("proven", "outlook-proven"),
    ("failing", "outlook-failing"),
    ("unknown", "outlook-unknown"),
];

/// So many are shown at once; so many are looked at at once, and so often.
const PAGE: usize = 50;
const LOOK: u32 = 500;
const LOOKS: usize = 20;
