//! The first page: what there is, and what to do next.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use console::passkeys;
use web::page::Console;
use web::{Error, filters};

use super::console;
use crate::error::broken;
use crate::people::Admin;
use crate::state::Idp;
use crate::store::{applications, users};

/// The page.
#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    console: Console,
    people: u64,
    applications: u64,
    owners: u64,
    devices: u64,
    used: bool,
}

impl OverviewPage {
    /// Everything of the list of first steps is done.
    fn is_ready(&self) -> bool {
        self.people > 1 && self.applications > 0 && self.used && self.owners > 1 && self.devices > 1
    }
}

/// `GET /admin`.
pub(crate) async fn show(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let people = users::count(&read).await.map_err(broken)?;
    let owners = users::count_owners(&read).await.map_err(broken)?;
    let devices = passkeys::count(&read, admin.user.id).await.map_err(broken)?;
    let listed = applications::list(&read, ("", None), 50).await.map_err(broken)?;
    let count = applications::count(&read).await.map_err(broken)?;
    drop(read);
    let used = listed.iter().any(|application| application.last_used_at.is_some());
    let console = console(&idp, &admin, "/admin");
    idp.site().render(&OverviewPage { console, people, applications: count, owners, devices, used })
}
