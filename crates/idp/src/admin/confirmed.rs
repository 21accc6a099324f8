//! "Confirmed": the page of a tab that was opened to confirm who it is, while another tab keeps what was typed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use web::page::Console;
use web::{Error, filters};

use super::console;
use crate::people::Admin;
use crate::state::Idp;

/// The page.
#[derive(Template)]
#[template(path = "admin/confirmed.html")]
struct ConfirmedPage {
    console: Console,
}

/// `GET /admin/confirmed`.
pub(crate) async fn show(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    idp.site().render(&ConfirmedPage { console: console(&idp, &admin, CONFIRMED) })
}

/// Where the step-up comes back to.
pub(super) const CONFIRMED: &str = "/admin/confirmed";
