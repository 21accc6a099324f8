//! The organisations that one administers.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use web::page::Person;
use web::{CsrfToken, Error, Message, filters};

use super::Administers;
use crate::model::{Organization, Plan};
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/organizations.html")]
pub(crate) struct Organizations {
    pub(crate) person: Person,
    pub(crate) lines: Vec<Line>,
    pub(crate) csrf: CsrfToken,
}

/// An organisation as the page shows it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) plan: Message,
    pub(crate) path: String,
}

/// `GET /admin`: the one, or the list of them.
pub(crate) async fn page(State(org): State<Org>, admin: Administers) -> Result<Response, Error> {
    if let [one] = admin.organizations.as_slice() {
        return Ok(Redirect::to(&path(one)).into_response());
    }
    let line = |organization: &Organization| Line {
        name: organization.name.to_string(),
        plan: plan(organization.plan).into(),
        path: path(organization),
    };
    org.site().render(&Organizations {
        person: Person {
            name: admin.who.account.shown(),
            email: admin.who.account.address.shown().to_owned(),
        },
        lines: admin.organizations.iter().map(line).collect(),
        csrf: admin.csrf.0,
    })
}

fn path(organization: &Organization) -> String {
    format!("/admin/{}", organization.key.as_str())
}

/// What a plan is called.
pub(super) fn plan(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "plan-free",
        Plan::GuardStandard => "plan-guard-standard",
        Plan::Enterprise => "plan-enterprise",
    }
}
