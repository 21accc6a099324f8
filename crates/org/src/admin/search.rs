//! The search box: finds settings by our words, the guide's and the field's.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use web::page::Console;
use web::{Error, Message, StrictQuery, Text, filters};

use super::OrgAdmin;
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
    let lines = lines.collect();
    org.site().render(&Results { console: admin.console(), query: q, lines })
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
    place("nav-products", "way-products", "words-products", "/products"),
    place("nav-settings", "way-settings", "words-settings", "/settings"),
    place("before-fallback", "way-settings", "words-fallback", "/settings"),
    place("nav-events", "way-events", "words-events", "/events"),
];

/// More words than this make no question clearer.
const MOST: usize = 200;
