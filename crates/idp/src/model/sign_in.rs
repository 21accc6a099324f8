//! A pending sign-in: what an application asked for, and how far the person has come.

use std::fmt;

use console::person::PersonId;
use console::sessions::Method;
use jiff::{SignedDuration, Timestamp};
use saml::core::{Ceremony, RelayState};
use uuid::Uuid;

use super::application::{ApplicationId, words};

/// The row of a sign-in, and the name in its addresses. It opens nothing without the browser's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignInId(Uuid);

impl SignInId {
    /// The sign-in whose row has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for SignInId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// An `AuthnRequest` as it came. It is read and checked again at every step, as of its arrival, against the registration
/// of that step: nothing that was once derived from it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRequest {
    /// The message, at most [`REQUEST_BYTES`].
    pub xml: Vec<u8>,
    /// Goes back as it came.
    pub relay_state: Option<RelayState>,
    /// When it came.
    pub arrived_at: Timestamp,
}

/// A pending sign-in of one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The row.
    pub id: SignInId,
    /// For which application.
    pub application: ApplicationId,
    /// What was asked; empty once it is finished.
    pub request: KeptRequest,
    /// Its end; a page left open for an hour still works.
    pub expires_at: Timestamp,
    /// How far it has come.
    pub stage: Stage,
    /// Somebody said "this isn't me": from then on no session of this browser answers.
    pub afresh: bool,
}

/// How far a sign-in has come. There is no way back but one: a person who is named and says "not me" starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has proven anything in it.
    Asked,
    /// A ceremony succeeded in it.
    Proven(Proof),
    /// And the person has seen the name of the account and gone on.
    Confirmed(Proof),
    /// Its answer was sent, whatever it said.
    Finished,
}

/// A ceremony that succeeded in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Whose credential it was.
    pub person: PersonId,
    /// How it was done.
    pub method: Method,
    /// When.
    pub at: Timestamp,
    /// Whose browser this was before.
    pub known: KnownHere,
}

/// Whose browser this was before a ceremony, going by the finished passkey and hybrid ceremonies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KnownHere {
    /// The same person's, perhaps among others.
    Them,
    /// Other people's only.
    Others,
    /// Nobody's.
    Nobody,
}
words!(KnownHere { Them = "them", Others = "others", Nobody = "nobody" });

/// What of the AuthnContext table a way of proving may state.
///
/// The browser's own phone flow counts as a passkey: that a phone took part is said by unsigned hints only, and a class
/// must not be stated for what may not have happened. `None` for a session that another identity provider opened.
pub const fn ceremony(method: Method) -> Option<Ceremony> {
    match method {
        Method::Passkey | Method::Hybrid => Some(Ceremony::Passkey),
        Method::Qr => Some(Ceremony::Qr),
        Method::Saml => None,
    }
}

/// How long a sign-in waits.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(60);

/// The largest request that is kept. Those of others' software, signed and with a certificate, have 2 to 6 KiB.
pub const REQUEST_BYTES: usize = 16 * 1024;
