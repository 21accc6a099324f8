//! An assertion that broke no rule.

use jiff::{SignedDuration, Timestamp};

use crate::core::{AssertionId, Attribute, AuthnContextClassRef, EntityId, NameId, SessionIndex, Skew};
use crate::protocol::assertion::{Assertion, AuthnStatement};
use crate::xml::names::BEARER;

/// Every rule held. Only [`verify`](super::verify) makes one, so holding it is
/// the proof. All of it was read from signed octets.
#[derive(Debug)]
pub struct VerifiedAssertion {
    assertion: Assertion,
    name_id: NameId,
    authn: AuthnStatement,
    not_on_or_after: Timestamp,
}

/// An attribute that must have one value has several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the attribute {name} has {values} values where one is needed")]
pub struct Ambiguous {
    /// The name of the attribute.
    pub name: String,
    /// How many values came.
    pub values: usize,
}

impl VerifiedAssertion {
    /// `None` if a part is missing whose presence is a rule: never after the
    /// rules held.
    pub(super) fn new(mut assertion: Assertion) -> Option<VerifiedAssertion> {
        let subject = assertion.subject.take()?;
        let bearers = subject.confirmations.iter().filter(|c| c.method == BEARER);
        let bearer_ends = bearers.filter_map(|bearer| bearer.not_on_or_after).max()?;
        let conditions_end = assertion.conditions.as_ref()?.not_on_or_after;
        let session_ends = assertion.authn_statements.iter();
        let session_end = session_ends.filter_map(|s| s.session_not_on_or_after).min();
        let mut authn = std::mem::take(&mut assertion.authn_statements).into_iter().next()?;
        authn.session_not_on_or_after = session_end;
        Some(VerifiedAssertion {
            name_id: subject.name_id?,
            authn,
            not_on_or_after: conditions_end.map_or(bearer_ends, |end| end.min(bearer_ends)),
            assertion,
        })
    }

    /// The identity provider.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert_eq!(assertion.issuer().as_str(), "https://idp.example/saml");
    /// ```
    #[must_use]
    pub fn issuer(&self) -> &EntityId {
        &self.assertion.issuer
    }

    /// The ID. With the issuer it is the key of the replay memory.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert!(assertion.assertion_id().as_str().starts_with('_'));
    /// ```
    #[must_use]
    pub fn assertion_id(&self) -> &AssertionId {
        &self.assertion.id
    }

    /// Whom the assertion is about.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert_eq!(assertion.name_id().value(), "maya@acme.test");
    /// ```
    #[must_use]
    pub fn name_id(&self) -> &NameId {
        &self.name_id
    }

    /// The attributes, in the order of the message. One name may stand several
    /// times: some identity providers write one element for each value.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert_eq!(assertion.attributes()[0].name(), "email");
    /// ```
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.assertion.attributes
    }

    /// The one value of the attribute of a name, whatever its NameFormat, or
    /// `None` when it has none.
    ///
    /// # Errors
    /// [`Ambiguous`] when there are several values, in one element or in several.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert_eq!(assertion.single("email").unwrap(), Some("maya@acme.test"));
    /// assert_eq!(assertion.single("e-mail").unwrap(), None);
    /// ```
    pub fn single(&self, name: &str) -> Result<Option<&str>, Ambiguous> {
        let named = self.attributes().iter().filter(|a| a.name() == name);
        let mut values = named.flat_map(Attribute::values);
        let first = values.next();
        match values.count() {
            0 => Ok(first.map(String::as_str)),
            more => Err(Ambiguous { name: name.to_owned(), values: more + 1 }),
        }
    }

    /// When the person proved who they are.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert!(assertion.authn_instant() < assertion.not_on_or_after());
    /// ```
    #[must_use]
    pub fn authn_instant(&self) -> Timestamp {
        self.authn.authn_instant
    }

    /// How, if the identity provider named a class.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert!(assertion.authn_context().is_some());
    /// ```
    #[must_use]
    pub fn authn_context(&self) -> Option<&AuthnContextClassRef> {
        self.authn.class.as_ref()
    }

    /// The identity provider's name for its session.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert!(assertion.session_index().is_some());
    /// ```
    #[must_use]
    pub fn session_index(&self) -> Option<&SessionIndex> {
        self.authn.session_index.as_ref()
    }

    /// When a session that follows from this must end at the latest.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert_eq!(assertion.session_not_on_or_after(), None);
    /// ```
    #[must_use]
    pub fn session_not_on_or_after(&self) -> Option<Timestamp> {
        self.authn.session_not_on_or_after
    }

    /// The end of the assertion: from then on, plus the skew, `verify` refuses it.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// assert!(assertion.not_on_or_after() < assertion.remember_until());
    /// ```
    #[must_use]
    pub fn not_on_or_after(&self) -> Timestamp {
        self.not_on_or_after
    }

    /// Until when the replay memory must know this assertion: its end plus the
    /// largest skew that a deployment may set, whatever it is set to today.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let assertion = sample::verified();
    /// let beyond = assertion.remember_until().duration_since(assertion.not_on_or_after());
    /// assert_eq!(beyond.as_secs(), 180);
    /// ```
    #[must_use]
    pub fn remember_until(&self) -> Timestamp {
        let beyond: SignedDuration = Skew::MAX.duration();
        let until = self.not_on_or_after.checked_add(beyond);
        until.unwrap_or(Timestamp::MAX)
    }
}
