//! Hop 3: a sign-in and the facts about it → the next step. Pure, and the only place that decides it.
//!
//! Every page of a sign-in, every ceremony that ends and every new request asks here; none goes to another step by itself.

use console::person::PersonId;
use console::sessions::Method;
use jiff::Timestamp;
use saml::core::Ceremony;
use saml::idp::CheckedRequest;

use crate::model::application::ApplicationState;
use crate::model::sign_in::{KnownHere, Proof, SignIn, Stage, ceremony};

/// What is known when the next step is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The sign-in.
    pub(crate) sign_in: &'a SignIn,
    /// Its request, checked against the registration of now.
    pub(crate) request: &'a CheckedRequest,
    /// Whether the application takes part now.
    pub(crate) application: ApplicationState,
    /// The live session of this browser.
    pub(crate) session: Option<Held>,
    /// About the person that [`in_question`] names, as it is now.
    pub(crate) person: Option<PersonFacts>,
    /// The time.
    pub(crate) now: Timestamp,
}

/// A live session of this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Whose.
    pub(crate) person: PersonId,
    /// How the person was proven.
    pub(crate) method: Method,
    /// When.
    pub(crate) at: Timestamp,
}

/// The person in question, read after the ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PersonFacts {
    /// Not suspended.
    pub(crate) active: bool,
    /// The application is for them.
    pub(crate) assigned: bool,
    /// The request names nobody, or them.
    pub(crate) is_subject: bool,
}

/// Who would be answered for: whose facts must be read before [`next_step`] is asked.
pub(crate) fn in_question(
    sign_in: &SignIn,
    request: &CheckedRequest,
    session: Option<Held>,
) -> Option<PersonId> {
    match sign_in.stage {
        Stage::Proven(proof) | Stage::Confirmed(proof) => Some(proof.person),
        Stage::Asked => usable(sign_in, request, session).map(|session| session.person),
        Stage::Finished => None,
    }
}

/// The next step of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The sign-in page, with these ways.
    Ask(Ways),
    /// "Continue as Maya": the account is named, and a click is waited for.
    Name(PersonId),
    /// The assertion.
    Respond(Grounds),
    /// A signed answer without an assertion.
    Decline(Declined),
    /// A page of ours that says why not; the application hears nothing.
    Refuse(Refused),
    /// It was answered before: a page says so.
    Finished,
}

/// The ways to prove oneself that can meet what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The passkey of this device, and the browser's own phone flow.
    pub(crate) passkey: bool,
    /// Our QR code.
    pub(crate) qr: bool,
}

/// Why an assertion may be issued. Only [`next_step`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grounds {
    person: PersonId,
    ceremony: Ceremony,
    method: Method,
    at: Timestamp,
}

impl Grounds {
    /// Who is asserted.
    pub(crate) const fn person(self) -> PersonId {
        self.person
    }

    /// What happened.
    pub(crate) const fn ceremony(self) -> Ceremony {
        self.ceremony
    }

    /// The same as events have it.
    pub(crate) const fn method(self) -> Method {
        self.method
    }

    /// When: the `AuthnInstant`.
    pub(crate) const fn at(self) -> Timestamp {
        self.at
    }
}

/// What an application is told instead of an assertion. What a request cannot have at all is declined in hop 2 already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declined {
    /// It asked for no page, and one is needed.
    NoPassive,
    /// It asked for a class that this ceremony cannot state.
    NoAuthnContext,
}

/// Why a person is told no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The hour is over.
    Expired,
    /// The application is switched off.
    ApplicationDisabled,
    /// The person is suspended.
    Suspended,
    /// The application is not for this person.
    NotAssigned,
    /// The application asked for somebody else.
    AnotherPerson,
}

/// Decides. See the table of cases in the tests.
pub(crate) fn next_step(facts: &Facts<'_>) -> Step {
    if facts.sign_in.stage == Stage::Finished {
        return Step::Finished;
    }
    if facts.now >= facts.sign_in.expires_at {
        return Step::Refuse(Refused::Expired);
    }
    if facts.application == ApplicationState::Disabled {
        return refuse(facts, Refused::ApplicationDisabled);
    }
    match facts.sign_in.stage {
        Stage::Asked => by_session(facts),
        Stage::Proven(proof) => by_proof(facts, proof, must_name(proof)),
        Stage::Confirmed(proof) => by_proof(facts, proof, false),
        Stage::Finished => Step::Finished,
    }
}

/// A new request: the session of this browser, or the sign-in page.
fn by_session(facts: &Facts<'_>) -> Step {
    let ask = match facts.request.is_passive() {
        true => Step::Decline(Declined::NoPassive),
        false => Step::Ask(ways(facts.request)),
    };
    let held = usable(facts.sign_in, facts.request, facts.session);
    let (Some(held), Some(person)) = (held, facts.person) else {
        return ask;
    };
    match (person, grounds(facts.request, held.person, held.method, held.at)) {
        // A session whose owner is suspended is no session; one that is too weak, or not the one meant, may be followed
        // by a ceremony that serves.
        (PersonFacts { active: false, .. } | PersonFacts { is_subject: false, .. }, _) | (_, None) => ask,
        (PersonFacts { assigned: false, .. }, Some(_)) => refuse(facts, Refused::NotAssigned),
        (_, Some(grounds)) => Step::Respond(grounds),
    }
}

/// A ceremony that ended in this sign-in: judged by the facts read after it.
fn by_proof(facts: &Facts<'_>, proof: Proof, must_name: bool) -> Step {
    match facts.person {
        None | Some(PersonFacts { active: false, .. }) => refuse(facts, Refused::Suspended),
        Some(PersonFacts { is_subject: false, .. }) => refuse(facts, Refused::AnotherPerson),
        Some(PersonFacts { assigned: false, .. }) => refuse(facts, Refused::NotAssigned),
        Some(_) if must_name => Step::Name(proof.person),
        Some(_) => match grounds(facts.request, proof.person, proof.method, proof.at) {
            Some(grounds) => Step::Respond(grounds),
            None => Step::Decline(Declined::NoAuthnContext),
        },
    }
}

/// The session that may answer: none when a fresh ceremony is asked for, or when the person said "this isn't me".
fn usable(sign_in: &SignIn, request: &CheckedRequest, session: Option<Held>) -> Option<Held> {
    session.filter(|_| !request.force_authn() && !sign_in.afresh)
}

/// Whether the account is named before it is used: a browser may have offered another one than meant (T080), and a QR
/// approval may have come from another person's phone.
pub(crate) const fn must_name(proof: Proof) -> bool {
    match (proof.method, proof.known) {
        (_, KnownHere::Them) => false,
        (Method::Qr, KnownHere::Others | KnownHere::Nobody) | (_, KnownHere::Others) => true,
        (Method::Passkey | Method::Hybrid | Method::Saml, KnownHere::Nobody) => false,
    }
}

/// A request that allows no page gets an answer instead of one (core 3.4.1, IsPassive).
fn refuse(facts: &Facts<'_>, why: Refused) -> Step {
    match facts.request.is_passive() {
        true => Step::Decline(Declined::NoPassive),
        false => Step::Refuse(why),
    }
}

fn grounds(request: &CheckedRequest, person: PersonId, method: Method, at: Timestamp) -> Option<Grounds> {
    let ceremony = ceremony(method)?;
    request.class_for(ceremony)?;
    Some(Grounds { person, ceremony, method, at })
}

/// The ways that can meet the classes asked for.
fn ways(request: &CheckedRequest) -> Ways {
    let meets = |ceremony: Ceremony| request.class_for(ceremony).is_some();
    Ways { passkey: meets(Ceremony::Passkey), qr: meets(Ceremony::Qr) }
}

#[cfg(test)]
mod cases;
