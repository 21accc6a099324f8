//! The event log, as `console` shows it.

use axum::extract::State;
use axum::response::Response;
use console::events::{EventsPage, Lookup, page};
use web::{Error, StrictQuery};

use super::console;
use crate::error::broken;
use crate::people::Admin;
use crate::state::Idp;

/// `GET /admin/events`.
pub(crate) async fn list(
    State(idp): State<Idp>,
    admin: Admin,
    StrictQuery(lookup): StrictQuery<Lookup>,
) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let found = page(&read, &lookup).await.map_err(broken)?;
    drop(read);
    let console = console(&idp, &admin, "/admin/events");
    idp.site().render(&EventsPage::new(console, "/admin/events", &lookup, found))
}

/// `GET /admin/events/export`: the log as far as it is sealed.
pub(crate) async fn export(State(idp): State<Idp>, _admin: Admin) -> Response {
    console::events::export(idp.sealer(), idp.now())
}
