//! The event log, as far as it is this organisation's: its own events, and
//! those of its members that name no organisation.

use std::collections::HashMap;

use ::store::events::{Event, open_personal};
use ::store::{ReadTx, StoreError};
use axum::extract::State;
use axum::response::Response;
use console::events::{EventsPage, Lookup, page as look};
use serde_json::Value as Json;
use web::{Error, StrictQuery};

use super::OrgAdmin;
use crate::answer::broken;
use crate::model::{AccountId, OrganizationId};
use crate::service::Org;
use crate::store::accounts;

/// `GET /admin/events`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    StrictQuery(lookup): StrictQuery<Lookup>,
) -> Result<Response, Error> {
    let read = org.read().await?;
    let mut found = visible(&read, admin.organization.id, &lookup).await.map_err(broken)?;
    for event in found.iter_mut().filter(|event| event.has_personal) {
        let opened = open_personal(&read, org.master_key(), event.id).await;
        add(event, opened.map_err(Error::internal)?);
    }
    drop(read);
    let page = EventsPage::new(admin.console(), PATH, &lookup, found);
    org.site().render(&page)
}

/// Shows the personal values of an event beside its own; those that were
/// erased are simply not there.
fn add(event: &mut Event, personal: Option<Json>) {
    if let (Some(data), Some(Json::Object(values))) = (event.data.as_object_mut(), personal) {
        data.extend(values);
    }
}

/// A page of what this organisation may see. Other organisations' events in
/// between cost further looks, of which there is an end.
async fn visible(
    read: &ReadTx,
    organization: OrganizationId,
    lookup: &Lookup,
) -> Result<Vec<Event>, StoreError> {
    let mut scope = Scope { organization, members: HashMap::new() };
    let mut lookup = lookup.clone();
    let mut seen = Vec::new();
    for _ in 0..LOOKS {
        let found = look(read, &lookup).await?;
        let full = found.len() == PAGE;
        lookup.before = found.last().map(|last| last.id);
        for event in found {
            if seen.len() < PAGE && scope.has(read, &event).await? {
                seen.push(event);
            }
        }
        if !full || seen.len() == PAGE {
            break;
        }
    }
    Ok(seen)
}

/// What belongs to an organisation.
struct Scope {
    organization: OrganizationId,
    members: HashMap<String, bool>,
}

impl Scope {
    async fn has(&mut self, read: &ReadTx, event: &Event) -> Result<bool, StoreError> {
        if let Some(named) = event.data.get("organization").and_then(|id| id.as_str()) {
            return Ok(named == self.organization.to_string());
        }
        for id in [&event.subject, &event.actor].into_iter().flatten() {
            if self.has_member(read, id).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn has_member(&mut self, read: &ReadTx, id: &str) -> Result<bool, StoreError> {
        if let Some(known) = self.members.get(id) {
            return Ok(*known);
        }
        let member = match id.parse::<AccountId>() {
            Ok(account) => accounts::find_membership(read, self.organization, account).await?.is_some(),
            Err(_) => false,
        };
        self.members.insert(id.to_owned(), member);
        Ok(member)
    }
}

const PATH: &str = "/admin/events";

/// Events on a page of the log.
const PAGE: usize = 50;

/// How many pages of the log one page of ours looks at.
const LOOKS: usize = 20;
