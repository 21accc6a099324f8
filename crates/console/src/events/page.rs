//! Reading: pages of the log, and what is behind a tracking id.

use askama::Template;
use serde_json::Value;
use store::events::{Event, Filter, list};
use store::{ReadTx, StoreError};
use url::form_urlencoded;
use uuid::Uuid;
use web::filters;
use web::page::{Console, Pager};

/// Which events a page asks for, out of its query string.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Lookup {
    /// An id; empty for all events.
    pub id: String,
    /// What the id is.
    pub by: By,
    /// Only events before this one: the last of the page before.
    pub before: Option<Uuid>,
}

/// What the id of a lookup is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The tracking id of an error page.
    #[default]
    Tracking,
    /// Whom or what events are about.
    Subject,
    /// Who acted.
    Actor,
}

impl By {
    /// As the query string has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tracking => "tracking",
            Self::Subject => "subject",
            Self::Actor => "actor",
        }
    }
}

/// One event as the page shows it.
#[derive(Debug, Clone)]
pub struct EventLine {
    /// The event.
    pub event: Event,
    /// Its data, a name and a value for each row.
    pub details: Vec<(String, String)>,
}

/// A page of the event log, in a console.
#[derive(Template)]
#[template(path = "console/events.html")]
pub struct EventsPage {
    console: Console,
    path: String,
    lookup: Lookup,
    lines: Vec<EventLine>,
    pager: Pager,
}

impl EventsPage {
    /// The page at `path`, showing what [`page`] found.
    pub fn new(console: Console, path: &str, lookup: &Lookup, found: Vec<Event>) -> Self {
        let next = (found.len() == PAGE as usize).then(|| found.last()).flatten();
        let next = next.map(|last| address(path, lookup, Some(last.id)));
        let previous = lookup.before.map(|_| address(path, lookup, None));
        let lines = found.into_iter().map(EventLine::from).collect();
        let (path, lookup) = (path.to_owned(), lookup.clone());
        Self { console, path, lookup, lines, pager: Pager { previous, next } }
    }
}

impl From<Event> for EventLine {
    fn from(event: Event) -> Self {
        let details = match &event.data {
            Value::Object(data) => data.iter().filter(|(_, value)| !value.is_null()).map(detail).collect(),
            Value::Null => Vec::new(),
            other => vec![(String::new(), plain(other))],
        };
        Self { event, details }
    }
}

fn detail((name, value): (&String, &Value)) -> (String, String) {
    (name.clone(), plain(value))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn address(path: &str, lookup: &Lookup, before: Option<Uuid>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !lookup.id.is_empty() {
        query.append_pair("by", lookup.by.word()).append_pair("id", &lookup.id);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The events of a lookup, newest first, 50 at most.
///
/// # Errors
/// Only the store's.
pub async fn page(read: &ReadTx, lookup: &Lookup) -> Result<Vec<Event>, StoreError> {
    let filter = match (lookup.id.trim(), lookup.by) {
        ("", _) => Filter::All,
        (id, By::Tracking) => Filter::Trace(id),
        (id, By::Subject) => Filter::Subject(id),
        (id, By::Actor) => Filter::Actor(id),
    };
    list(read, filter, lookup.before, PAGE).await
}

/// Events on one page.
const PAGE: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_keeps_the_filter() {
        let lookup = Lookup { id: "a b&c".to_owned(), by: By::Subject, before: None };
        assert_eq!(address("/admin/events", &lookup, None), "/admin/events?by=subject&id=a+b%26c");
        let id = Uuid::from_u128(7);
        let all = Lookup::default();
        assert_eq!(address("/admin/events", &all, Some(id)), format!("/admin/events?before={id}"));
        assert_eq!(address("/admin/events", &all, None), "/admin/events");
    }
}
