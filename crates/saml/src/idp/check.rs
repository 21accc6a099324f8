//! Holding a request against the registration of who sent it.

use jiff::Timestamp;

use super::checks::{ANSWERED, UNANSWERED};
use super::registration::ServiceProvider;
use crate::core::{
    AcsUrl, AuthnContextClassRef, Ceremony, ClassPolicy, EntityId, NameId, RelayState, RequestId,
    RequestedAuthnContext, SsoUrl,
};
use crate::protocol::{AuthnRequest, Decline};

/// The identity provider that a request arrived at, and when.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// Our entity ID.
    pub entity_id: &'a EntityId,
    /// The address that takes requests.
    pub sso_url: &'a SsoUrl,
    /// The time of arrival.
    pub now: Timestamp,
}

/// A request that fits the registration of who sent it. Only [`check`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRequest {
    pub(super) request: AuthnRequest,
    pub(super) acs_url: AcsUrl,
    pub(super) class_policy: ClassPolicy,
}

/// Where a response goes, and what it answers. Made of a checked request or of a
/// registration; what a message says cannot become an address here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub(super) acs_url: AcsUrl,
    pub(super) audience: EntityId,
    pub(super) in_response_to: Option<RequestId>,
    pub(super) relay_state: Option<RelayState>,
}

/// A request that is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It gets a page of our own: it is not known where an answer may go, or
    /// whether the request is one.
    NoAnswer(RequestRejection),
    /// The service provider is told, by [`decline`](super::decline).
    Answer {
        /// The status that says why.
        decline: Decline,
        /// Where the answer goes; give it the RelayState of the request.
        reply: Box<Reply>,
        /// The broken rule.
        rejection: RequestRejection,
    },
}

impl Refused {
    /// The broken rule.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (request, sp, here) = sample::request_at_idp();
    /// # let mut request = request;
    /// use saml::idp::{check, RequestRule};
    /// request.destination = Some("https://elsewhere.example/".to_owned());
    /// let refused = check(request, &sp, &here.borrow()).unwrap_err();
    /// assert_eq!(refused.rejection().rule, RequestRule::Destination);
    /// ```
    #[must_use]
    pub fn rejection(&self) -> &RequestRejection {
        match self {
            Refused::NoAnswer(rejection) | Refused::Answer { rejection, .. } => rejection,
        }
    }
}

/// The rules of a request, in the order in which they are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RequestRule {
    /// The issuer is the service provider whose registration was looked up.
    Issuer,
    /// The service provider must sign its requests.
    Signature,
    /// The Destination, if there is one, is this address (bindings 3.4.5.2).
    Destination,
    /// The request was made within 5 minutes of now.
    IssueInstant,
    /// The address for the response is a registered one.
    Acs,
    /// The response is wanted by the POST binding.
    ProtocolBinding,
    /// We are among the identity providers that it takes (core 3.4.1.2).
    Scoping,
    /// The NameID is wanted in the format of the registration (core 3.4.1.1).
    NameIdPolicy,
    /// Some ceremony meets the context wanted (core 3.3.2.2.1).
    RequestedAuthnContext,
    /// A fresh ceremony is not wanted without a page (core 3.4.1).
    Passive,
}

impl RequestRule {
    /// A stable code for pages, logs and support.
    ///
    /// ```
    /// assert_eq!(saml::idp::RequestRule::Acs.code(), "foreign-acs-url");
    /// ```
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            RequestRule::Issuer => "unknown-issuer",
            RequestRule::Signature => "request-not-signed",
            RequestRule::Destination => "wrong-destination",
            RequestRule::IssueInstant => "request-too-old",
            RequestRule::Acs => "foreign-acs-url",
            RequestRule::ProtocolBinding => "unsupported-binding",
            RequestRule::Scoping => "other-identity-provider",
            RequestRule::NameIdPolicy => "wrong-name-id-policy",
            RequestRule::RequestedAuthnContext => "no-authn-context",
            RequestRule::Passive => "fresh-but-passive",
        }
    }
}

impl std::fmt::Display for RequestRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A refused request: the broken rule, what was expected, and what came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: expected {expected}, received {received}")]
pub struct RequestRejection {
    /// The rule.
    pub rule: RequestRule,
    /// What it wanted.
    pub expected: String,
    /// What came. Anybody can have written it.
    pub received: String,
}

/// Checks a request against the registration of its issuer.
///
/// # Errors
/// [`Refused`] says whether the service provider may be told, and by which
/// status. It is told only when issuer and address are registered, the request
/// is for us, and it is fresh.
///
/// ```
/// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
/// # let (request, sp, here) = sample::request_at_idp();
/// # let here = here.borrow();
/// let checked = saml::idp::check(request, &sp, &here).unwrap();
/// assert_eq!(checked.acs_url(), sp.acs.default_url());
/// ```
pub fn check(
    request: AuthnRequest,
    sp: &ServiceProvider,
    here: &Here<'_>,
) -> Result<CheckedRequest, Refused> {
    let rejected = |rule, (expected, received)| RequestRejection { rule, expected, received };
    for (rule, holds) in UNANSWERED {
        holds(&request, sp, here).map_err(|why| Refused::NoAnswer(rejected(*rule, why)))?;
    }
    let acs_url = super::checks::acs_url(&request, sp)
        .map_err(|why| Refused::NoAnswer(rejected(RequestRule::Acs, why)))?
        .clone();
    let checked = CheckedRequest { request, acs_url, class_policy: sp.class_policy };
    for (rule, decline, holds) in ANSWERED {
        holds(&checked.request, sp, here).map_err(|why| Refused::Answer {
            decline: *decline,
            reply: Box::new(checked.reply(None)),
            rejection: rejected(*rule, why),
        })?;
    }
    Ok(checked)
}

impl CheckedRequest {
    /// The ID of the request.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert!(checked.id().as_str().starts_with('_'));
    /// ```
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.request.id
    }

    /// Who asks.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert_eq!(checked.issuer().as_str(), "https://sp.example/saml");
    /// ```
    #[must_use]
    pub fn issuer(&self) -> &EntityId {
        &self.request.issuer
    }

    /// The registered address that the answer goes to.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert_eq!(checked.acs_url().as_str(), "https://sp.example/acs");
    /// ```
    #[must_use]
    pub fn acs_url(&self) -> &AcsUrl {
        &self.acs_url
    }

    /// Whether a fresh ceremony is demanded, whatever session there is.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert!(!checked.force_authn());
    /// ```
    #[must_use]
    pub fn force_authn(&self) -> bool {
        self.request.force_authn
    }

    /// Whether no page may be shown: without a live session that serves, the
    /// answer is [`Decline::NoPassive`].
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert!(!checked.is_passive());
    /// ```
    #[must_use]
    pub fn is_passive(&self) -> bool {
        self.request.is_passive
    }

    /// The only person who may be named in the answer, if the request names one;
    /// for anybody else it is [`Decline::UnknownPrincipal`] (core 3.4.1.4).
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert_eq!(checked.subject(), None);
    /// ```
    #[must_use]
    pub fn subject(&self) -> Option<&NameId> {
        self.request.subject.as_ref()
    }

    /// What is wanted of the authentication.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert_eq!(checked.requested_authn_context(), None);
    /// ```
    #[must_use]
    pub fn requested_authn_context(&self) -> Option<&RequestedAuthnContext> {
        self.request.requested_authn_context.as_ref()
    }

    /// The class to state after a ceremony, or `None` when that ceremony does
    /// not serve this request.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert!(checked.class_for(saml::core::Ceremony::Qr).is_some());
    /// ```
    #[must_use]
    pub fn class_for(&self, ceremony: Ceremony) -> Option<AuthnContextClassRef> {
        ceremony.states(self.requested_authn_context(), self.class_policy)
    }

    /// Where the answer goes, with the RelayState that came beside the request.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// let reply = checked.reply(None);
    /// assert_eq!(reply.acs_url(), checked.acs_url());
    /// ```
    #[must_use]
    pub fn reply(&self, relay_state: Option<RelayState>) -> Reply {
        Reply {
            acs_url: self.acs_url.clone(),
            audience: self.request.issuer.clone(),
            in_response_to: Some(self.request.id.clone()),
            relay_state,
        }
    }
}

impl Reply {
    /// An answer to nothing (IdP-initiated): to the default address of a
    /// registered service provider.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (_, sp, _) = sample::request_at_idp();
    /// let reply = saml::idp::Reply::unsolicited(&sp, None);
    /// assert_eq!(reply.acs_url(), sp.acs.default_url());
    /// ```
    #[must_use]
    pub fn unsolicited(sp: &ServiceProvider, relay_state: Option<RelayState>) -> Reply {
        Reply {
            acs_url: sp.acs.default_url().clone(),
            audience: sp.entity_id.clone(),
            in_response_to: None,
            relay_state,
        }
    }

    /// The same answer with the RelayState that came beside the request.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (_, sp, _) = sample::request_at_idp();
    /// let relay_state = saml::core::RelayState::parse("r").unwrap();
    /// let reply = saml::idp::Reply::unsolicited(&sp, None).with_relay_state(Some(relay_state));
    /// ```
    #[must_use]
    pub fn with_relay_state(self, relay_state: Option<RelayState>) -> Reply {
        Reply { relay_state, ..self }
    }

    /// The address.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let checked = sample::checked();
    /// assert_eq!(checked.reply(None).acs_url().as_str(), "https://sp.example/acs");
    /// ```
    #[must_use]
    pub fn acs_url(&self) -> &AcsUrl {
        &self.acs_url
    }
}
