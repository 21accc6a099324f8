//! The passkey door: ceremonies in, proofs out.
//!
//! ```text
//! page's script  ── POST …/begin ──►  Door::ask_*        options drawn, nothing stored yet
//!                                     begin_*            one row: the ceremony (one short transaction)
//!                ◄── options JSON ──
//! page's script  ── POST …/finish ─►  Door::judge_*      loads the row and the passkey, verifies; no transaction is open
//!                                     take_*             one short transaction: the row is taken, the passkey counted on or
//!                                                        stored, a refusal written; gives a proof
//!                                     sessions::open …   the service's own act, in the same transaction
//! ```
//!
//! [`Proven`] and [`Enrolled`] have no public maker: who holds one has the ceremony behind them. What the person may do is
//! not asked here; the service asks its own rules about `proof.person()` before it opens anything.

mod authentication;
mod kept;
mod refusal;
mod registration;
mod wire;

use jiff::Timestamp;
use store::{StoreError, Tx};
use webauthn::RelyingParty;

use crate::ceremony::{self, CeremonyRefusal, Waiting};
use crate::passkeys::PasskeyId;
use crate::person::PersonId;
use crate::sessions::Method;

pub use authentication::{Ask, Asked, Authenticated, begin_authentication, take_authentication};
pub use kept::{KeptProof, keep, redeem};
pub(crate) use kept::{STATEMENTS, SWEEP};
pub use refusal::DoorRefusal;
pub use registration::{
    AskedRegistration, Enrolled, Grant, NewOwner, Registered, Registration, begin_registration,
    take_registration,
};
pub use wire::{Answer, Go, Wish};

/// The relying party of a service, asking and judging. Cheap to share behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Door {
    relying_party: RelyingParty,
}

impl Door {
    /// The door of this relying party.
    pub const fn new(relying_party: RelyingParty) -> Self {
        Self { relying_party }
    }

    /// The relying party.
    pub const fn relying_party(&self) -> &RelyingParty {
        &self.relying_party
    }
}

/// A person was proven by a ceremony with user verification. Only the door makes one ([`take_authentication`],
/// [`redeem`], [`Enrolled::into_proven`]). A clone proves nothing more: one sign-in may open a session of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Proven {
    person: PersonId,
    passkey: PasskeyId,
    how: Method,
    at: Timestamp,
}

impl Proven {
    /// Who.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// By which passkey.
    pub const fn passkey(&self) -> PasskeyId {
        self.passkey
    }

    /// How: in this browser, or on a phone for this browser. [`Method::Hybrid`] says which way was asked for, not which
    /// was taken: nothing of that is signed.
    pub const fn how(&self) -> Method {
        self.how
    }

    /// When the server judged the ceremony.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

/// An answer, judged: with the ceremony it belongs to, and what it proves or why it is refused. The transaction that
/// takes it writes either.
#[derive(Debug)]
#[must_use = "a refusal is written too"]
pub struct Verdict<V> {
    /// The ceremony, if the answer came from the browser that began it: taken whatever the verdict is.
    waiting: Option<Waiting>,
    /// Whom the answer is about, by the passkey or the registration it names: not proven yet.
    about: Option<PersonId>,
    outcome: Result<V, DoorRefusal>,
    at: Timestamp,
}

impl<V> Verdict<V> {
    fn stray(refusal: impl Into<DoorRefusal>, at: Timestamp) -> Self {
        Self { waiting: None, about: None, outcome: Err(refusal.into()), at }
    }

    /// Takes the ceremony: what the verdict still says when this very call got it.
    async fn settle(self, tx: &Tx, now: Timestamp) -> Result<Settled<V>, StoreError> {
        let Self { waiting, about, outcome, at } = self;
        let outcome = match &waiting {
            Some(waiting) if !ceremony::take(tx, waiting, now).await? => Err(CeremonyRefusal::Taken.into()),
            Some(_) | None => outcome,
        };
        Ok(Settled { purpose: waiting.map(|waiting| waiting.purpose), about, outcome, at })
    }

    /// Why it is refused so far, if it is.
    pub fn refusal(&self) -> Option<&DoorRefusal> {
        self.outcome.as_ref().err()
    }
}

/// A verdict whose ceremony is gone.
struct Settled<V> {
    /// The ceremony's purpose, if it was this browser's own.
    purpose: Option<String>,
    about: Option<PersonId>,
    outcome: Result<V, DoorRefusal>,
    at: Timestamp,
}
