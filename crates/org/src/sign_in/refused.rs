//! Every way in which an answer can be turned away, with its page.

use http::StatusCode;
use saml::protocol::Status;
use saml::sp::{Rejection, Rule};

use super::admit;

/// Why nobody was signed in. The person sees a sentence, a code and a tracking
/// id; the event has what was expected and received.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// It is not a form with one SAML response in it.
    Malformed(String),
    /// There is no such SAML configuration, or it is a draft.
    ConnectionUnknown,
    /// The answer names no request: nobody here asked for it.
    Unsolicited,
    /// This browser has no such request open.
    RequestUnknown,
    /// This browser posted another answer to the same request before.
    RequestUsed,
    /// The assertion was accepted before.
    Replayed,
    /// A rule of the response is broken.
    Rejected(Rejection),
    /// The identity provider says no.
    Declined(Status),
    /// Nothing waits under this handle for this browser.
    ArrivalUnknown,
    /// The browser came back to its answer too late.
    ArrivalExpired,
    /// The identity provider's own end of the session is over.
    SessionOver,
    /// The person proved who they are, and does not get in.
    NotAdmitted(admit::Refusal),
    /// Three round trips within a minute.
    TooManyRoundTrips,
    /// A passkey kept here opens nothing for this account.
    LocalDoor(ClosedDoor),
}

/// Why the local door stays shut after a good ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClosedDoor {
    /// The account's policy enforces SSO.
    SsoEnforced,
    /// The account is deactivated.
    Deactivated,
    /// The passkey belongs to no account.
    NoAccount,
}

impl Refused {
    /// The message of its page; its code is what follows `error-`.
    pub(crate) fn message(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "error-response-malformed",
            Self::ConnectionUnknown => "error-connection-unknown",
            Self::Unsolicited => "error-unsolicited",
            Self::RequestUnknown => "error-request-unknown",
            Self::RequestUsed => "error-request-used",
            Self::Replayed => "error-replayed",
            Self::Rejected(rejection) => broken_rule(rejection.rule),
            Self::Declined(_) => "error-declined",
            Self::ArrivalUnknown => "error-arrival-unknown",
            Self::ArrivalExpired => "error-arrival-expired",
            Self::SessionOver => "error-session-not-on-or-after",
            Self::NotAdmitted(refusal) => refusal.message(),
            Self::TooManyRoundTrips => "error-too-many-round-trips",
            Self::LocalDoor(ClosedDoor::SsoEnforced) => "error-sso-required",
            Self::LocalDoor(ClosedDoor::Deactivated) => "error-account-deactivated",
            Self::LocalDoor(ClosedDoor::NoAccount) => "error-no-account",
        }
    }

    /// Its stable code.
    pub(crate) fn code(&self) -> &'static str {
        let message = self.message();
        message.strip_prefix("error-").unwrap_or(message)
    }

    /// What was expected and received, for the event.
    pub(crate) fn reason(&self) -> (String, String) {
        let (expected, received) = match self {
            Self::Rejected(rejection) => {
                return (rejection.expected.clone(), rejection.received.clone());
            }
            Self::NotAdmitted(refusal) => return (refusal.expected(), refusal.received()),
            Self::Declined(status) => {
                let words = [Some(status.code()), status.second_code(), status.message()];
                let words: Vec<&str> = words.into_iter().flatten().collect();
                return ("success".to_owned(), words.join(" "));
            }
            Self::Malformed(reason) => ("a form with one SAMLResponse", reason.as_str()),
            Self::ConnectionUnknown => ("a complete SAML configuration", "none"),
            Self::Unsolicited => ("the answer to a request", "no InResponseTo"),
            Self::RequestUnknown => ("a request that this browser has open", "none"),
            Self::RequestUsed => ("the first answer to the request", "a second one"),
            Self::Replayed => ("a new assertion", "one that was accepted before"),
            Self::ArrivalUnknown => ("an answer that waits for this browser", "none"),
            Self::ArrivalExpired => ("a return within ten minutes", "a later one"),
            Self::SessionOver => ("a session that has not ended", "one that has"),
            Self::TooManyRoundTrips => ("at most three round trips a minute", "more"),
            Self::LocalDoor(ClosedDoor::SsoEnforced) => ("a sign-in by SSO", "a local passkey"),
            Self::LocalDoor(ClosedDoor::Deactivated) => ("an active account", "a deactivated one"),
            Self::LocalDoor(ClosedDoor::NoAccount) => ("an account", "none"),
        };
        (expected.to_owned(), received.to_owned())
    }

    /// Whether the reason names a person.
    pub(crate) const fn is_personal(&self) -> bool {
        matches!(self, Self::NotAdmitted(refusal) if refusal.is_personal())
    }

    /// The error page.
    pub(crate) fn page(&self) -> web::Error {
        let page = web::Error::new(self.status(), self.message());
        if self.is_personal() {
            return page.because(self.code());
        }
        let (expected, received) = self.reason();
        page.because(format!("{}: expected {expected}, received {received}", self.code()))
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::ConnectionUnknown | Self::ArrivalUnknown => StatusCode::NOT_FOUND,
            Self::TooManyRoundTrips => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::FORBIDDEN,
        }
    }
}

impl From<admit::Refusal> for Refused {
    fn from(refusal: admit::Refusal) -> Self {
        Self::NotAdmitted(refusal)
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// Each rule of the verifier has its page. A rule that a later version of it
/// brings gets the general one, and a test that fails here.
fn broken_rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Encryption => "error-encrypted-assertion",
        Rule::OneAssertion => "error-not-one-assertion",
        Rule::SignedPart => "error-not-signed",
        Rule::Signature => "error-wrong-signature",
        Rule::Schema => "error-malformed-assertion",
        Rule::Version => "error-wrong-version",
        Rule::IssueInstant => "error-issued-in-future",
        Rule::Destination => "error-wrong-destination",
        Rule::InResponseTo => "error-wrong-request",
        Rule::ResponseIssuer => "error-wrong-response-issuer",
        Rule::Status => "error-not-success",
        Rule::Issuer => "error-wrong-issuer",
        Rule::Subject => "error-no-name-id",
        Rule::Bearer => "error-no-bearer",
        Rule::Recipient => "error-wrong-recipient",
        Rule::BearerInResponseTo => "error-bearer-wrong-request",
        Rule::BearerNotBefore => "error-bearer-not-before",
        Rule::BearerNotOnOrAfter => "error-bearer-expired",
        Rule::Conditions => "error-conditions-missing",
        Rule::NotBefore => "error-not-yet-valid",
        Rule::NotOnOrAfter => "error-expired",
        Rule::Audience => "error-wrong-audience",
        Rule::KnownConditions => "error-unknown-condition",
        Rule::AuthnStatement => "error-no-authn-statement",
        Rule::AuthnInstant => "error-authenticated-in-future",
        Rule::SessionNotOnOrAfter => "error-session-ended",
        _ => "error-response-refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PolicyId, Sso};
    use crate::service::texts;
    use crate::sign_in::admit::{Refusal, StableId};
    use console::person::EmailAddress;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    const RULES: &[Rule] = &[
        Rule::Encryption,
        Rule::OneAssertion,
        Rule::SignedPart,
        Rule::Signature,
        Rule::Schema,
        Rule::Version,
        Rule::IssueInstant,
        Rule::Destination,
        Rule::InResponseTo,
        Rule::ResponseIssuer,
        Rule::Status,
        Rule::Issuer,
        Rule::Subject,
        Rule::Bearer,
        Rule::Recipient,
        Rule::BearerInResponseTo,
        Rule::BearerNotBefore,
        Rule::BearerNotOnOrAfter,
        Rule::Conditions,
        Rule::NotBefore,
        Rule::NotOnOrAfter,
        Rule::Audience,
        Rule::KnownConditions,
        Rule::AuthnStatement,
        Rule::AuthnInstant,
        Rule::SessionNotOnOrAfter,
    ];

    fn admission() -> Vec<Refusal> {
        let address = || EmailAddress::parse("a@acme.example").unwrap();
        let other = || EmailAddress::parse("b@acme.example").unwrap();
        let domain = || "acme.example".parse().unwrap();
        let policy = PolicyId::new(Uuid::from_u128(1));
        let id = |id| StableId::parse(id).unwrap();
        vec![
            Refusal::DirectoryDisabled,
            Refusal::NameIdNotAnAddress("x".to_owned()),
            Refusal::AttributeRepeated("name".to_owned()),
            Refusal::DomainNotVerified(domain()),
            Refusal::DomainNotLinked(domain()),
            Refusal::AccountDeactivated,
            Refusal::AccountNotManaged,
            Refusal::ManagedElsewhere,
            Refusal::PolicyForbidsSso(policy),
            Refusal::PolicyOfAnotherDirectory(policy),
            Refusal::AddressConflict(address()),
            Refusal::AdministratorAddress { from: address(), to: other() },
            Refusal::StableIdMissing,
            Refusal::LinkedToAnother { bound: id("1"), asserted: id("2") },
            Refusal::NameIdMismatch { typed: address(), asserted: other() },
            Refusal::JitClaimManual(domain()),
            Refusal::JitNotEnforced(Sso::Offered),
            Refusal::JitOff,
            Refusal::JitFirstNameMissing,
            Refusal::JitLastNameMissing,
        ]
    }

    fn all() -> Vec<Refused> {
        let rejected = |rule: &Rule| {
            Refused::Rejected(Rejection {
                rule: *rule,
                expected: "one".to_owned(),
                received: "another".to_owned(),
                signed: true,
            })
        };
        let mut all: Vec<Refused> = RULES.iter().map(rejected).collect();
        all.extend(admission().into_iter().map(Refused::from));
        all.extend([
            Refused::Malformed("x".to_owned()),
            Refused::ConnectionUnknown,
            Refused::Unsolicited,
            Refused::RequestUnknown,
            Refused::RequestUsed,
            Refused::Replayed,
            Refused::Declined(Status::declined(saml::protocol::Decline::NoPassive)),
            Refused::ArrivalUnknown,
            Refused::ArrivalExpired,
            Refused::SessionOver,
            Refused::TooManyRoundTrips,
            Refused::LocalDoor(ClosedDoor::SsoEnforced),
            Refused::LocalDoor(ClosedDoor::NoAccount),
        ]);
        all
    }

    #[test]
    fn every_refusal_has_its_page_and_its_reason() {
        let texts = texts().unwrap();
        for refused in all() {
            let message = refused.message();
            assert!(texts.has(message), "{message}");
            assert!(texts.has(&format!("{message}.title")), "{message}.title");
            let (expected, received) = refused.reason();
            assert_ne!(expected, received, "{message}");
            let page = refused.page();
            assert!(page.status().is_client_error(), "{message}");
            assert_eq!(page.code(), refused.code());
        }
    }

    #[test]
    fn codes_are_different_and_those_of_the_verifier_are_its_own() {
        let codes: Vec<&str> = all().iter().map(Refused::code).collect();
        let different: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(different.len(), codes.len());
        for rule in RULES {
            assert_eq!(broken_rule(*rule).strip_prefix("error-"), Some(rule.code()));
        }
    }
}
