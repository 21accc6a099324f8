//! The flow of a sign-in, a file per hop.
//!
//! ```text
//! start    hop 1: an address → the identity provider, or the local door
//! acs      hop 6: the posted response → verified, kept under a one-time handle
//! arrival         the browser's own GET: verified again, facts loaded
//! admit    hop 7: who that is here, or why nobody signs in
//! session  hop 8: the session, and back to the deep link of hop 1
//! local           the local door: a passkey that this service keeps
//! test            hops 2 to 7 and then a verdict; no session, no change
//! ```
//!
//! A `PendingRequest` leaves with the browser and is taken when a response
//! was verified; what was posted becomes an `Arrival`, which is taken when
//! the session is opened. Nothing that arrives cross-site is looked at together
//! with a session: that happens on our own GET.

pub(crate) mod acs;
pub mod admit;
pub(crate) mod arrival;
mod browser;
mod connection;
pub(crate) mod enrol;
pub(crate) mod local;
pub(crate) mod refused;
pub(crate) mod session;
pub mod start;
pub(crate) mod step_up;
pub(crate) mod test;
pub(crate) mod why;

use console::person::EmailAddress;
use console::sessions::SessionId;
use jiff::{SignedDuration, Timestamp};
use saml::core::RequestId;
use web::{ReturnTo, TokenHash};

use crate::model::UniqueId;

pub(crate) use connection::{Connection, Connections};
pub use session::{Account, SignedIn, to_sign_in};

/// A request that a browser took to an identity provider.
#[derive(Clone, Debug)]
pub(crate) struct PendingRequest {
    /// The ID of the `AuthnRequest`.
    pub(crate) id: RequestId,
    /// Whose it is: the hash of the secret in the pending cookie.
    pub(crate) browser: TokenHash,
    /// The hash of the RelayState, which is an opaque handle.
    pub(crate) relay_state: TokenHash,
    /// The SAML configuration that it was made under.
    pub(crate) connection: UniqueId,
    /// What was typed.
    pub(crate) typed: Option<EmailAddress>,
    /// The product's page to go back to.
    pub(crate) return_to: ReturnTo,
    /// When it left.
    pub(crate) opened_at: Timestamp,
    /// When it is forgotten.
    pub(crate) expires_at: Timestamp,
}

/// A response that was verified when it was posted.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// The one-time handle in the address of the browser's own GET.
    pub(crate) handle: String,
    /// Whose it is.
    pub(crate) browser: TokenHash,
    /// The SAML configuration whose ACS it was posted to.
    pub(crate) connection: UniqueId,
    /// The request that it answers.
    pub(crate) request: RequestId,
    /// The hash of that request's RelayState.
    pub(crate) relay_state: TokenHash,
    /// SHA-256 of the message.
    pub(crate) digest: [u8; 32],
    /// The message as it was posted, decoded; empty once taken.
    pub(crate) message: Vec<u8>,
    /// What was typed at the start.
    pub(crate) typed: Option<EmailAddress>,
    /// The product's page to go back to.
    pub(crate) return_to: ReturnTo,
    /// When it was posted: the time as of which it is verified again.
    pub(crate) arrived_at: Timestamp,
    /// When it is forgotten.
    pub(crate) expires_at: Timestamp,
    /// What came of it, once taken.
    pub(crate) taken: Option<Taken>,
}

/// What came of an arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It opened this session.
    Session(SessionId),
    /// It was refused.
    Refused {
        /// The code of the refusal.
        code: String,
        /// The tracking id under which the event stands.
        tracking: String,
    },
}

/// How long a request may stay away, and how long an answer is remembered.
const PENDING: SignedDuration = SignedDuration::from_mins(70);

/// How long a verified answer waits for the browser's own GET.
const WAITING: SignedDuration = SignedDuration::from_mins(10);
