//! Issuing a response: the only way out.

use aws_lc_rs::rand::SecureRandom;
use jiff::Timestamp;
use xmldsig::{Certificate, SignError, SigningKey, WriteError};

use super::check::Reply;
use super::write;
use crate::binding::post;
use crate::core::{
    AcsUrl, AssertionId, Attribute, AuthnContextClassRef, EntityId, NameId, RelayState, ResponseId,
    SessionIndex,
};
use crate::protocol::{Decline, Status};

/// The identity provider that signs.
#[derive(Clone, Copy)]
pub struct Issuer<'a> {
    /// Its entity ID.
    pub entity_id: &'a EntityId,
    /// Its key.
    pub key: &'a SigningKey,
    /// The certificate of that key, shown in `KeyInfo`: some service providers
    /// pick by it among the ones they trust.
    pub certificate: &'a Certificate,
    /// Which part it signs for this service provider.
    pub signing: Signing,
}

/// Which part of a response is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Signing {
    /// The assertion.
    #[default]
    Assertion,
    /// The response around it.
    Response,
    /// The assertion, and the response around it. Costs two signatures.
    Both,
}

/// What is said of a person who has proved who they are.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The name that the service provider knows.
    pub name_id: NameId,
    /// When the person proved it.
    pub authn_instant: Timestamp,
    /// How: what [`CheckedRequest::class_for`](super::CheckedRequest::class_for)
    /// gave for the ceremony that happened.
    pub authn_context: AuthnContextClassRef,
    /// The name of the session at the identity provider.
    pub session_index: SessionIndex,
    /// When a session that follows from this must end, if it must.
    pub session_not_on_or_after: Option<Timestamp>,
    /// The attributes, in this order.
    pub attributes: Vec<Attribute>,
}

/// Time and chance for one response.
#[derive(Clone, Copy)]
pub struct Fresh<'a> {
    /// The time.
    pub now: Timestamp,
    /// Random bytes for two IDs of 160 bits.
    pub random: [u8; 40],
    /// Chance for signature algorithms that need it.
    pub rng: &'a dyn SecureRandom,
}

/// Why no response was issued. Nothing was, then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The message cannot be written.
    #[error("the response cannot be written: {0}")]
    Write(#[from] WriteError),
    /// The message cannot be signed.
    #[error("the response cannot be signed: {0}")]
    Sign(#[from] SignError),
}

/// A response on its way to a registered address. Only [`issue`] and [`decline`]
/// make one, and nothing else fits the form that a browser posts.
#[derive(Clone)]
pub struct SignedResponse {
    acs_url: AcsUrl,
    relay_state: Option<RelayState>,
    xml: Vec<u8>,
    saml_response: String,
    response_id: ResponseId,
    assertion_id: Option<AssertionId>,
}

/// Issues a response that vouches for a person: one assertion for one audience
/// and one recipient, good for 4 minutes from now (and 1 minute before, for
/// clocks that are late).
///
/// # Errors
/// [`IssueError`] when it cannot be written or signed.
///
/// ```
/// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
/// # let (reply, statement, idp, rng) = sample::at_issue();
/// # let issuer = idp.issuer();
/// # let now = sample::now();
/// use saml::idp::{Fresh, issue};
/// let fresh = Fresh { now, random: [7; 40], rng: &rng };
/// let response = issue(reply, &statement, &issuer, &fresh)?;
/// assert_eq!(response.acs_url().as_str(), "https://sp.example/acs");
/// # Ok::<(), saml::idp::IssueError>(())
/// ```
pub fn issue(
    reply: Reply,
    statement: &Statement,
    issuer: &Issuer<'_>,
    fresh: &Fresh<'_>,
) -> Result<SignedResponse, IssueError> {
    let (response_id, assertion_id) = fresh.ids();
    let assertion = write::Assertion { id: &assertion_id, reply: &reply, statement };
    let assertion = assertion.write(issuer, fresh)?;
    let response = write::Response {
        id: &response_id,
        reply: &reply,
        status: &Status::success(),
        assertion: Some(assertion),
    };
    let xml = response.write(issuer, fresh, issuer.signing.signs_response())?;
    Ok(SignedResponse::new(reply, xml, response_id, Some(assertion_id)))
}

/// Issues a response that says no, signed as a whole, without assertion.
///
/// # Errors
/// [`IssueError`] when it cannot be written or signed.
///
/// ```
/// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
/// # let (reply, _, idp, rng) = sample::at_issue();
/// # let issuer = idp.issuer();
/// # let now = sample::now();
/// use saml::{idp::{Fresh, decline}, protocol::Decline};
/// let fresh = Fresh { now, random: [7; 40], rng: &rng };
/// let response = decline(reply, Decline::NoPassive, &issuer, &fresh)?;
/// assert_eq!(response.assertion_id(), None);
/// # Ok::<(), saml::idp::IssueError>(())
/// ```
pub fn decline(
    reply: Reply,
    reason: Decline,
    issuer: &Issuer<'_>,
    fresh: &Fresh<'_>,
) -> Result<SignedResponse, IssueError> {
    let (response_id, _) = fresh.ids();
    let response = write::Response {
        id: &response_id,
        reply: &reply,
        status: &Status::declined(reason),
        assertion: None,
    };
    let xml = response.write(issuer, fresh, true)?;
    Ok(SignedResponse::new(reply, xml, response_id, None))
}

impl Signing {
    pub(super) fn signs_assertion(self) -> bool {
        matches!(self, Signing::Assertion | Signing::Both)
    }

    fn signs_response(self) -> bool {
        matches!(self, Signing::Response | Signing::Both)
    }
}

impl Fresh<'_> {
    fn ids(&self) -> (ResponseId, AssertionId) {
        let (mut first, mut second) = ([0; 20], [0; 20]);
        first.copy_from_slice(&self.random[..20]);
        second.copy_from_slice(&self.random[20..]);
        (ResponseId::from_random(first), AssertionId::from_random(second))
    }
}

impl SignedResponse {
    fn new(
        reply: Reply,
        xml: Vec<u8>,
        response_id: ResponseId,
        assertion_id: Option<AssertionId>,
    ) -> SignedResponse {
        SignedResponse {
            acs_url: reply.acs_url,
            relay_state: reply.relay_state,
            saml_response: post::encode(&xml),
            xml,
            response_id,
            assertion_id,
        }
    }

    /// The address of the form.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let response = sample::issued();
    /// assert_eq!(response.acs_url().as_str(), "https://sp.example/acs");
    /// ```
    #[must_use]
    pub fn acs_url(&self) -> &AcsUrl {
        &self.acs_url
    }

    /// The value of the field `RelayState`, which is left out when there is none.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let response = sample::issued();
    /// assert_eq!(response.relay_state(), None);
    /// ```
    #[must_use]
    pub fn relay_state(&self) -> Option<&RelayState> {
        self.relay_state.as_ref()
    }

    /// The value of the field `SAMLResponse`: base64 on one line.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let response = sample::issued();
    /// let xml = saml::binding::post::decode_value(response.saml_response()).unwrap();
    /// assert_eq!(xml, response.xml());
    /// ```
    #[must_use]
    pub fn saml_response(&self) -> &str {
        &self.saml_response
    }

    /// The message itself, for previews and inspectors.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let response = sample::issued();
    /// assert!(response.xml().starts_with(b"<samlp:Response "));
    /// ```
    #[must_use]
    pub fn xml(&self) -> &[u8] {
        &self.xml
    }

    /// The ID of the response, for the log of what was issued.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let response = sample::issued();
    /// assert_eq!(response.response_id().as_str().len(), 41);
    /// ```
    #[must_use]
    pub fn response_id(&self) -> &ResponseId {
        &self.response_id
    }

    /// The ID of the assertion, unless the response says no.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let response = sample::issued();
    /// assert!(response.assertion_id().is_some());
    /// ```
    #[must_use]
    pub fn assertion_id(&self) -> Option<&AssertionId> {
        self.assertion_id.as_ref()
    }
}

impl std::fmt::Debug for SignedResponse {
    /// Without the message: it signs somebody in.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedResponse")
            .field("response_id", &self.response_id)
            .field("assertion_id", &self.assertion_id)
            .field("acs_url", &self.acs_url)
            .finish_non_exhaustive()
    }
}
