//! What the pages of the sign-in show, and who is calling.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use console::agent;
use console::events::Actor;
use http::header::USER_AGENT;
use http::request::Parts;
use serde::Deserialize;
use web::network::Source;
use web::page::Person;
use web::shell::Tracking;
use web::{CsrfToken, Entropy, Error, Fields, Peer, filters};

use crate::products::ProductTile;
use crate::service::Org;

/// Who calls, as events name them, before it is known whose request it is.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// For events.
    pub(crate) actor: Actor,
    /// What limits count by.
    pub(crate) source: Source,
    /// What the browser says of itself.
    agent: String,
}

impl Caller {
    /// The browser and its system, in words.
    pub(crate) fn agent(&self) -> String {
        agent::describe(&self.agent)
    }
}

impl FromRequestParts<Org> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Error> {
        let tracking = Tracking::from_request_parts(parts, org).await?;
        let peer = Peer::from_request_parts(parts, org).await?;
        let entropy: Arc<dyn Entropy> = org.shared_entropy();
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let agent = agent.unwrap_or_default().chars().take(512).collect();
        Ok(Self { actor: Actor::stranger(&tracking, peer, entropy), source: peer.source(), agent })
    }
}

/// A form that has nothing but its token.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// Hop 1: asks for the address.
#[derive(Debug, Template)]
#[template(path = "sign_in/login.html")]
pub(crate) struct Login {
    pub(crate) address: String,
    pub(crate) return_to: String,
    pub(crate) fields: Fields,
    pub(crate) csrf: CsrfToken,
}

/// The local door.
#[derive(Debug, Template)]
#[template(path = "sign_in/local_door.html")]
pub(crate) struct LocalDoor {
    pub(crate) return_to: String,
    pub(crate) csrf: CsrfToken,
}

/// Another account is signed in in this browser.
#[derive(Debug, Template)]
#[template(path = "sign_in/change_account.html")]
pub(crate) struct ChangeAccount {
    pub(crate) current: String,
    pub(crate) asserted: String,
    pub(crate) action: String,
    pub(crate) csrf: CsrfToken,
}

/// The start page: who is signed in, and to what.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub(crate) struct Home {
    pub(crate) person: Person,
    /// Whether the person's name is more than the address.
    pub(crate) named: bool,
    pub(crate) organizations: Vec<String>,
    pub(crate) tiles: Vec<ProductTile>,
    pub(crate) administers: bool,
    pub(crate) csrf: CsrfToken,
}

/// A passkey was made.
#[derive(Debug, Template)]
#[template(path = "sign_in/enrolled.html")]
pub(crate) struct Enrolled {
    /// Whoever is signed in now; nobody, if the account comes by SSO only.
    pub(crate) address: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::texts;

    fn render(page: &impl Template) -> String {
        let html = texts().unwrap().render(page).unwrap();
        assert!(!html.contains(" style=") && !html.contains("<script>"), "{html}");
        html
    }

    #[test]
    fn every_page_renders() {
        let csrf = CsrfToken::sample;
        let hostile = "<b>\"&'";
        let login = Login {
            address: hostile.to_owned(),
            return_to: "/a?b=c&d".to_owned(),
            fields: Fields::fault("address", "login-address-wrong"),
            csrf: csrf(),
        };
        assert!(render(&login).contains("Enter an address like"));
        let door = LocalDoor { return_to: "/a?b=c&d=\"".to_owned(), csrf: csrf() };
        assert!(render(&door).contains("Use your passkey"));
        let change = ChangeAccount {
            current: hostile.to_owned(),
            asserted: "b@acme.example".to_owned(),
            action: "/login/arrival/x".to_owned(),
            csrf: csrf(),
        };
        assert!(!render(&change).contains(hostile));
        let tile = ProductTile {
            name: hostile.to_owned(),
            url: url::Url::parse("http://jira.localhost:8095/").unwrap(),
        };
        for tiles in [vec![], vec![tile]] {
            let person = Person { name: hostile.to_owned(), email: "a@b.example".to_owned() };
            let organizations = vec![hostile.to_owned()];
            let home = Home { person, named: true, organizations, tiles, administers: true, csrf: csrf() };
            assert!(!render(&home).contains(hostile));
        }
        for address in [None, Some(hostile.to_owned())] {
            assert!(render(&Enrolled { address }).contains("Your passkey is ready"));
        }
    }
}
