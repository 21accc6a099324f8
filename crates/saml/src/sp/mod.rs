//! The service provider: make a request, verify the response.
//!
//! A value passes through like this:
//!
//! ```text
//! RequestToSend ─► AuthnRequest ─► binding::redirect::encode ─► browser
//! browser ─► binding::post::decode ─► Received ─► verify(&Expected) ─► Outcome
//!                                        └──────► inspect(&Expected) ─► every Verdict
//! ```
//!
//! [`verify`] is the only maker of a [`VerifiedAssertion`], and everything in it
//! was parsed again from the very octets whose digest was checked. What is not
//! signed may refuse, never grant.
//!
//! Not here: who asked (the pending request of this browser), whether the
//! assertion was seen before (the replay memory), and whether the person is let
//! in. Those are the caller's.

mod case;
mod expected;
mod received;
mod rejection;
mod request;
mod rules;
mod verified;

use crate::protocol::Status;

pub use expected::{Asked, Encryption, Expected, SignedPart, Trust, UnsolicitedAllowed};
pub use received::Received;
pub use rejection::{Finding, Rejection, Rule, Verdict};
pub use request::RequestToSend;
pub use verified::{Ambiguous, VerifiedAssertion};

/// What a response that broke no rule says.
#[derive(Debug)]
#[must_use]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one in a sign-in, and the large variant is the common one"
)]
pub enum Outcome {
    /// The identity provider vouches for a person.
    SignedIn(VerifiedAssertion),
    /// The identity provider says no. Anybody may have written it, signed or
    /// not: show it as unproven, and let it use up nothing.
    Declined(Status),
}

/// Verifies a response: walks the table of rules and stops at the first one
/// that is broken.
///
/// A response without assertion and with a status other than Success is
/// `Declined`, even unsigned, if its InResponseTo, Issuer and Destination fit.
///
/// # Errors
/// The [`Rejection`] names the broken rule, what was expected and what came.
///
/// ```
/// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
/// # let (received, trust, audience, recipient, request, now) = sample::response();
/// use saml::{core::Skew, sp};
/// let expected = sp::Expected {
///     trust: &trust,
///     audience: &audience,
///     recipient: &recipient,
///     asked: sp::Asked::Request(&request),
///     encryption: &sp::Encryption::Refused,
///     now,
///     skew: Skew::default(),
/// };
/// let sp::Outcome::SignedIn(assertion) = sp::verify(&received, &expected)? else { panic!() };
/// assert_eq!(assertion.name_id().value(), "maya@acme.test");
/// # Ok::<(), sp::Rejection>(())
/// ```
pub fn verify(received: &Received, expected: &Expected<'_>) -> Result<Outcome, Rejection> {
    let case = case::Case::open(received, expected, case::Look::AtProven);
    for (rule, check) in rules::of(&case) {
        check(&case).map_err(|mismatch| case.reject(*rule, mismatch))?;
    }
    case.conclude()
}

/// Judges a response by every rule of the table and reports each verdict, for
/// people who look into a refusal. It grants nothing: no value leaves it.
///
/// When the signature does not hold, the other rules judge what was posted.
///
/// ```
/// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
/// # let (received, trust, audience, recipient, request, now) = sample::response();
/// # use saml::{core::Skew, sp};
/// # let expected = sp::Expected {
/// #     trust: &trust,
/// #     audience: &audience,
/// #     recipient: &recipient,
/// #     asked: sp::Asked::Request(&request),
/// #     encryption: &sp::Encryption::Refused,
/// #     now,
/// #     skew: Skew::default(),
/// # };
/// let verdicts = sp::inspect(&received, &expected);
/// assert!(verdicts.iter().all(|verdict| verdict.finding == sp::Finding::Held));
/// ```
#[must_use]
pub fn inspect(received: &Received, expected: &Expected<'_>) -> Vec<Verdict> {
    let case = case::Case::open(received, expected, case::Look::AtAnything);
    let verdict = |(rule, check): &(Rule, rules::Check)| Verdict {
        rule: *rule,
        finding: match check(&case) {
            Ok(()) => Finding::Held,
            Err(mismatch) => Finding::Broken { expected: mismatch.expected, received: mismatch.received },
        },
    };
    rules::of(&case).iter().map(verdict).collect()
}
