//! The search box: finds settings by our words, the guide's and the field's.

use ::store::events::{Filter, list};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use web::page::Console;
use web::{Error, Message, StrictQuery, Text, filters};

use super::OrgAdmin;
use super::events::Scope;
use crate::answer::broken;
use crate::service::Org;

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/search.html")]
pub(crate) struct Results {
    pub(crate) console: Console,
    pub(crate) query: String,
    pub(crate) lines: Vec<Line>,
}

/// A setting that was found.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) title: Message,
    /// The way to it in the navigation, in the guide's words.
    pub(crate) way: Message,
    pub(crate) path: String,
}

/// What is asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Query {
    #[serde(default)]
    q: String,
}

/// `GET /admin/{organization}/search`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    StrictQuery(Query { q }): StrictQuery<Query>,
) -> Result<Response, Error> {
    let text = org.site().text();
    let asked = words(&q);
    let found = PLACES.iter().filter(|place| place.answers(text, &asked));
    let lines = found.map(|place| Line {
        title: place.title.into(),
        way: place.way.into(),
        path: admin.path(place.below),
    });
    let lines: Vec<Line> = traced(&org, &admin, q.trim()).await?.into_iter().chain(lines).collect();
    org.site().render(&Results { console: admin.console(), query: q, lines })
}

/// The trace of a sign-in, if that is its tracking id.
async fn traced(org: &Org, admin: &OrgAdmin, asked: &str) -> Result<Option<Line>, Error> {
    let plausible = (16..=64).contains(&asked.len())
        && asked.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plausible {
        return Ok(None);
    }
    let read = org.read().await?;
    let mut scope = Scope::new(admin.organization.id);
    for event in list(&read, Filter::Trace(asked), None, FEW).await.map_err(broken)? {
        if scope.has(&read, &event).await.map_err(broken)? {
            let path = admin.path(&format!("/traces/{asked}"));
            return Ok(Some(Line { title: "trace-title".into(), way: "way-trace".into(), path }));
        }
    }
    Ok(None)
}

/// A setting: what it is called, the way to it, words that mean it, its page.
struct Place {
    title: &'static str,
    way: &'static str,
    words: &'static str,
    below: &'static str,
}

impl Place {
    /// Every word asked begins a word of title, way or words.
    fn answers(&self, text: &Text, asked: &[String]) -> bool {
        let said = [self.title, self.way, self.words].map(|id| text.say(&Message::new(id)));
        let known = words(&said.join(" "));
        let begins = |word: &String| known.iter().any(|known| known.starts_with(word.as_str()));
        !asked.is_empty() && asked.iter().all(begins)
    }
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric() && c != '.');
    parts.filter(|part| !part.is_empty()).take(MOST).map(str::to_lowercase).collect()
}

const fn place(title: &'static str, way: &'static str, words: &'static str, below: &'static str) -> Place {
    Place { title, way, words, below }
}

const PLACES: &[Place] = &[
    place("nav-policies", "way-policies", "words-policies", "/policies"),
    place("saml-set-up", "way-saml", "words-saml", "/identity-providers"),
    place(
        "nav-identity-providers",
        "way-identity-providers",
        "words-identity-providers",
        "/identity-providers",
    ),
    place("nav-domains", "way-domains", "words-domains", "/domains"),
    place("nav-accounts", "way-accounts", "words-accounts", "/accounts"),
    place("nav-groups", "way-groups", "words-groups", "/groups"),
    place("nav-products", "way-products", "words-products", "/products"),
    place("nav-settings", "way-settings", "words-settings", "/settings"),
    place("nav-administrators", "way-administrators", "words-administrators", "/administrators"),
    place("nav-conflicts", "way-conflicts", "words-conflicts", "/conflicts"),
    place("before-fallback", "way-settings", "words-fallback", "/settings"),
    place("nav-events", "way-events", "words-events", "/events"),
];

/// So many events of one tracking id are looked at.
const FEW: u32 = 50;

/// More words than this make no question clearer.
const MOST: usize = 200;
