//! What is written about every act and every refusal, and the pages that show it.
//!
//! [`note`] writes what an act did, [`refuse`] what was refused, both in the transaction of the act. Junk that is tied to
//! nobody is only counted ([`refuse_stray`]). [`page()`] lists, by
//! [`Lookup`] also what is behind a tracking id; [`export`] answers with the sealed log.

mod export;
mod page;
mod write;

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use web::ambient::Entropy;
use web::network::Source;
use web::peer::Peer;
use web::shell::Tracking;
use web::site::Site;

use crate::person::PersonId;

pub use export::export;
pub use page::{By, EventLine, EventsPage, Lookup, page};
pub(crate) use write::{DoorRefused, door_refused};
pub use write::{Entry, Refused, note, refuse, refuse_stray};

/// Who acts, and by which request: what every event of an act says beside the act itself. An extractor.
#[derive(Clone)]
pub struct Actor {
    who: Who,
    trace: Option<String>,
    source: String,
    entropy: Arc<dyn Entropy>,
}

#[derive(Debug, Clone, Copy)]
enum Who {
    Stranger,
    Person(PersonId),
    Machine(&'static str),
}

impl Actor {
    /// Somebody unknown, by this request.
    pub fn stranger(tracking: &Tracking, peer: Peer, entropy: Arc<dyn Entropy>) -> Self {
        let source = Source::from(peer.0).to_string();
        Self { who: Who::Stranger, trace: Some(tracking.as_str().to_owned()), source, entropy }
    }

    /// The same request, now that it is known whose it is.
    #[must_use]
    pub fn known_as(&self, person: PersonId) -> Self {
        Self { who: Who::Person(person), ..self.clone() }
    }

    /// No person but a program: a command on the host, a job, the demo's seeding. `name` says which.
    pub fn machine(name: &'static str, entropy: Arc<dyn Entropy>) -> Self {
        Self { who: Who::Machine(name), trace: None, source: "host".to_owned(), entropy }
    }

    /// The person, if it is a known one.
    pub const fn person(&self) -> Option<PersonId> {
        match self.who {
            Who::Person(person) => Some(person),
            Who::Stranger | Who::Machine(_) => None,
        }
    }

    /// The network it comes from, as limits count it: an IPv4 address or the first address of an IPv6 /64; `host` for a
    /// program.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The tracking id of the request.
    pub fn trace(&self) -> Option<&str> {
        self.trace.as_deref()
    }

    /// As an event names it: a person's id, or `host:` and the name of a program.
    fn name(&self) -> Option<String> {
        match self.who {
            Who::Stranger => None,
            Who::Person(person) => Some(person.to_string()),
            Who::Machine(name) => Some(format!("host:{name}")),
        }
    }
}

/// A stranger: handlers that know more say [`Actor::known_as`].
impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = web::Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, web::Error> {
        let tracking = Tracking::from_request_parts(parts, state).await?;
        let peer = Peer::from_request_parts(parts, state).await?;
        let site = Site::from_request_parts(parts, state).await?;
        Ok(Self::stranger(&tracking, peer, site.entropy_shared()))
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actor({:?} from {}, {:?})", self.who, self.source, self.trace)
    }
}
