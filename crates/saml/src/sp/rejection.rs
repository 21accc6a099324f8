//! Why a response was refused.

use crate::xml::read::shorten;

/// The rules of a response, in the order in which they are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// An encrypted assertion is not taken.
    Encryption,
    /// There is exactly one assertion in the whole document, in its place.
    OneAssertion,
    /// Every signature stands in its schema place, and the parts that must be
    /// signed are.
    SignedPart,
    /// Every signature holds under a key of the trust.
    Signature,
    /// What was signed has the shape of the schema.
    Schema,
    /// Response and assertion are of version 2.0 (core 2.3.3, 3.2.2).
    Version,
    /// Neither was issued in the future (core 2.3.3, 3.2.2).
    IssueInstant,
    /// The response is destined for this address (bindings 3.5.5.2).
    Destination,
    /// The response answers what was asked (core 3.2.2).
    InResponseTo,
    /// The response comes from the identity provider (profiles 4.1.4.2).
    ResponseIssuer,
    /// The status is Success, at the top (core 3.2.2.2).
    Status,
    /// The assertion comes from the identity provider (profiles 4.1.4.2).
    Issuer,
    /// The subject has a NameID (profiles 4.1.4.2).
    Subject,
    /// A bearer may confirm the subject (profiles 4.1.4.2).
    Bearer,
    /// The bearer delivers to this address (profiles 4.1.4.2).
    Recipient,
    /// The bearer answers what was asked (profiles 4.1.4.2).
    BearerInResponseTo,
    /// The bearer's confirmation has no beginning (profiles 4.1.4.2).
    BearerNotBefore,
    /// The bearer's confirmation has an end, still to come (profiles 4.1.4.2).
    BearerNotOnOrAfter,
    /// There are conditions, and their window is one (core 2.5.1).
    Conditions,
    /// The conditions have begun (core 2.5.1.2).
    NotBefore,
    /// The conditions have not ended (core 2.5.1.2).
    NotOnOrAfter,
    /// We are in every audience, and there is one (core 2.5.1.4).
    Audience,
    /// Every condition is known, OneTimeUse and ProxyRestriction at most once
    /// (core 2.5.1.1, 2.5.1.5, 2.5.1.6).
    KnownConditions,
    /// There is a statement of an authentication (profiles 4.1.4.2).
    AuthnStatement,
    /// The authentication did not happen in the future (core 2.7.2).
    AuthnInstant,
    /// The session at the identity provider has not ended (core 2.7.2).
    SessionNotOnOrAfter,
}

impl Rule {
    /// A stable code for pages, logs and support: `wrong-audience` and the like.
    ///
    /// ```
    /// assert_eq!(saml::sp::Rule::Audience.code(), "wrong-audience");
    /// ```
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Rule::Encryption => "encrypted-assertion",
            Rule::OneAssertion => "not-one-assertion",
            Rule::SignedPart => "not-signed",
            Rule::Signature => "wrong-signature",
            Rule::Schema => "malformed-assertion",
            Rule::Version => "wrong-version",
            Rule::IssueInstant => "issued-in-future",
            Rule::Destination => "wrong-destination",
            Rule::InResponseTo => "wrong-request",
            Rule::ResponseIssuer => "wrong-response-issuer",
            Rule::Status => "not-success",
            Rule::Issuer => "wrong-issuer",
            Rule::Subject => "no-name-id",
            Rule::Bearer => "no-bearer",
            Rule::Recipient => "wrong-recipient",
            Rule::BearerInResponseTo => "bearer-wrong-request",
            Rule::BearerNotBefore => "bearer-not-before",
            Rule::BearerNotOnOrAfter => "bearer-expired",
            Rule::Conditions => "conditions-missing",
            Rule::NotBefore => "not-yet-valid",
            Rule::NotOnOrAfter => "expired",
            Rule::Audience => "wrong-audience",
            Rule::KnownConditions => "unknown-condition",
            Rule::AuthnStatement => "no-authn-statement",
            Rule::AuthnInstant => "authenticated-in-future",
            Rule::SessionNotOnOrAfter => "session-ended",
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A refused response: the broken rule, what was expected, and what came.
/// For administrators and the log; it holds no NameID and no attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: expected {expected}, received {received}")]
pub struct Rejection {
    /// The rule.
    pub rule: Rule,
    /// What it wanted.
    pub expected: String,
    /// What came. Anybody may have written parts of it.
    pub received: String,
    /// Whether the signature had been verified before the rule broke, so that
    /// the refusal is tied to the identity provider.
    pub signed: bool,
}

/// What one rule says of one response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule.
    pub rule: Rule,
    /// What it found.
    pub finding: Finding,
}

/// Held or broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The rule holds.
    Held,
    /// The rule is broken.
    Broken {
        /// What it wanted.
        expected: String,
        /// What came.
        received: String,
    },
}

/// What a rule wanted and what it got.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub(super) expected: String,
    pub(super) received: String,
}

/// The result of a rule that is broken.
pub(super) fn mismatch<T>(expected: impl ToString, received: impl ToString) -> Result<T, Mismatch> {
    Err(Mismatch { expected: expected.to_string(), received: shorten(received.to_string()) })
}
