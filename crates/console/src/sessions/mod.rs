//! Who is signed in: sessions, their limits, and the fresh ceremony that dangerous acts ask for.
//!
//! A session is opened by a proof ([`Opening`]) and by nothing else: a ceremony the [`door`](crate::door) took, a
//! registration, or an assertion that `saml` verified. Its token lives in a `__Host-` cookie of the browser; the database
//! has only the token's hash. Sign-in and step-up always give a new token, and the one that this browser showed ends.
//!
//! - [`visit`] finds the session of a request ([`current`]) and notes its use ([`touch`]), once a minute at most;
//! - [`open`], [`end`], [`end_one`], [`end_all`] and [`step_up`] are acts;
//! - [`demand_fresh`], [`Limits`] and [`Course`] are the rules.

mod acts;
mod rows;
mod rules;

use std::fmt;

use jiff::Timestamp;
use saml::sp::VerifiedAssertion;
use uuid::Uuid;
use web::ambient::Entropy;
use web::cookie::{Cookie, Cookies, SetCookie};
use web::token::Token;

use crate::door::Proven;
use crate::ids::row_id;
use crate::person::PersonId;

pub use acts::{NotYou, current, end, end_all, end_one, is_live, list, open, step_up, touch, visit};
pub(crate) use rows::{STATEMENTS, SWEEP};
pub use rules::{Course, FRESH, Fresh, Limits, State, StepUp, demand_fresh};

/// The id of a session's row: names the session on pages and in events, and opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct SessionId(Uuid);

impl SessionId {
    /// The session whose row has this id.
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// What a session is for: a session of one kind is unknown to pages of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static str);

impl Kind {
    /// A person's session: single sign-on at the identity provider, products at the organisation.
    pub const PERSON: Self = Self("session");

    /// A session of the administration console.
    pub const CONSOLE: Self = Self("console");

    /// The kind as it is stored, and the last part of the cookie's name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The token that a request's cookie carries.
    pub fn token(self, cookies: &Cookies) -> Option<Token> {
        cookies.get(&Cookie::lax(self.0)).and_then(Token::parse)
    }

    /// Gives the browser its token. The cookie goes with the browser's session; the row ends it on our side.
    pub fn cookie(self, cookies: &Cookies, token: &Token) -> SetCookie {
        cookies.set(&Cookie::lax(self.0), &token.expose())
    }

    /// Takes the token from the browser.
    pub fn clear(self, cookies: &Cookies) -> SetCookie {
        cookies.clear(&Cookie::lax(self.0))
    }
}

/// How the person of a session was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A passkey, in the browser that got the session.
    Passkey,
    /// The same, begun by "use your phone" (the browser's own hybrid transport was asked for).
    Hybrid,
    /// A ceremony on a phone that approved another browser by our QR code.
    Qr,
    /// A verified assertion of an identity provider.
    Saml,
}

impl Method {
    /// As stored, and as events have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Hybrid => "hybrid",
            Self::Qr => "qr",
            Self::Saml => "saml",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Passkey, Self::Hybrid, Self::Qr, Self::Saml].into_iter().find(|method| method.name() == name)
    }
}

/// Somebody is signed in. Only [`current`] makes one, out of a live session; a service's extractors wrap it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    session: SessionId,
    kind: String,
    person: PersonId,
    method: Method,
    authenticated_at: Timestamp,
    verified_at: Option<Timestamp>,
    opened_at: Timestamp,
    course: Course,
}

impl SignedIn {
    /// The session.
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Who is signed in.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// How the session was opened.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// When the person was proven: the ceremony, or for an assertion its statement's moment. What `AuthnInstant` says.
    pub const fn authenticated_at(&self) -> Timestamp {
        self.authenticated_at
    }

    /// The last ceremony in this browser with a passkey of this service, if there was one in this session.
    pub const fn verified_at(&self) -> Option<Timestamp> {
        self.verified_at
    }

    /// When the session was opened.
    pub const fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// The end of its absolute life.
    pub const fn expires_at(&self) -> Timestamp {
        self.course.expires_at
    }

    /// Whether this use is worth [`touch`]ing the row.
    pub fn touch_due(&self, now: Timestamp) -> bool {
        self.course.touch_due(now)
    }

    #[cfg(test)]
    pub(crate) fn for_test(
        session: SessionId,
        person: PersonId,
        method: Method,
        (authenticated_at, verified_at): (Timestamp, Option<Timestamp>),
    ) -> Self {
        let limits = Limits::ADMINISTRATION;
        let course = Course {
            last_seen_at: authenticated_at,
            idle: limits.idle(),
            expires_at: authenticated_at + limits.absolute(),
            ended_at: None,
        };
        Self {
            session,
            kind: Kind::CONSOLE.name().to_owned(),
            person,
            method,
            authenticated_at,
            verified_at,
            opened_at: authenticated_at,
            course,
        }
    }
}

/// What the session cookie of a request leads to.
#[derive(Debug, Clone)]
pub enum Found {
    /// A live session.
    SignedIn(SignedIn),
    /// A session that is over; the page can say why. Never [`State::Live`].
    Over(State),
    /// No cookie, or one that is not a session of this kind.
    Nobody,
}

impl Found {
    /// The live session, if it is one.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(who) => Some(who),
            Self::Over(_) | Self::Nobody => None,
        }
    }
}

/// A session as its person sees it in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Which.
    pub session: SessionId,
    /// What for.
    pub kind: String,
    /// How it was opened.
    pub method: Method,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last used, up to a minute behind.
    pub last_seen_at: Timestamp,
}

/// Who was proven and how: the one way to a session. Made of a proof, never of plain values.
#[derive(Debug)]
#[must_use]
pub struct Opening {
    person: PersonId,
    method: Method,
    authenticated_at: Timestamp,
    verified_at: Option<Timestamp>,
}

impl Opening {
    /// By a ceremony that the door took; a registration is one too ([`Enrolled::into_proven`](crate::door::Enrolled)).
    pub fn proven(proof: Proven) -> Self {
        let verified_at = proof.how().is_local_ceremony().then(|| proof.at());
        Self { person: proof.person(), method: proof.how(), authenticated_at: proof.at(), verified_at }
    }

    /// By an identity provider's assertion, of which the service found that it speaks for `person`.
    pub fn asserted(person: PersonId, proof: &VerifiedAssertion) -> Self {
        Self { person, method: Method::Saml, authenticated_at: proof.authn_instant(), verified_at: None }
    }

    /// Who was proven. The service asks its own rules (still active?) before it opens.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// How.
    pub const fn method(&self) -> Method {
        self.method
    }
}

/// The id and the secret of a session to be opened, drawn before the transaction begins.
#[derive(Debug)]
pub struct FreshToken {
    id: SessionId,
    token: Token,
}

impl FreshToken {
    /// Draws both.
    pub fn draw(now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self { id: SessionId(row_id(now, entropy)), token: Token::new(entropy) }
    }
}

/// Which session is to be opened.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// What for.
    pub kind: Kind,
    /// How long it lives.
    pub limits: Limits,
    /// The token this browser showed, if any: its session ends, so that a fixed token never becomes a signed-in one.
    pub replaces: Option<&'a Token>,
    /// The new one.
    pub fresh: FreshToken,
}

/// A session was opened, or got a new token.
#[derive(Debug)]
#[must_use = "the browser needs the cookie"]
pub struct Opened {
    /// The session.
    pub session: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// What to put into the session cookie.
    pub token: Token,
}
