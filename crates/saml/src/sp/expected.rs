//! What a response must be. Nothing in it is optional: there is no flag that
//! skips a check, and no way to trust nobody's key.

use jiff::Timestamp;
use xmldsig::Keys;

use crate::core::{AcsUrl, EntityId, RequestId, Skew};

/// Everything that a response is held against.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The identity provider, its keys, and which part must be signed.
    pub trust: &'a Trust,
    /// Our entity ID.
    pub audience: &'a EntityId,
    /// The address that the response was posted to.
    pub recipient: &'a AcsUrl,
    /// What was asked.
    pub asked: Asked<'a>,
    /// Whether the assertion may be encrypted.
    pub encryption: &'a Encryption,
    /// The time of arrival.
    pub now: Timestamp,
    /// How far the identity provider's clock may be from ours.
    pub skew: Skew,
}

/// An identity provider as a service provider trusts it.
#[derive(Debug, Clone)]
pub struct Trust {
    pub(super) issuer: EntityId,
    pub(super) keys: Keys,
    pub(super) signed: SignedPart,
}

impl Trust {
    /// Trust in an identity provider by its keys, of which there is at least one.
    /// The keys decide: a certificate's dates and a message's `KeyInfo` do not.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (_, trust, ..) = sample::response();
    /// # let keys = trust.keys().clone();
    /// use saml::{core::EntityId, sp::{SignedPart, Trust}};
    /// let issuer = EntityId::parse("https://idp.example/saml").unwrap();
    /// let trust = Trust::new(issuer, keys, SignedPart::Assertion);
    /// assert_eq!(trust.signed(), SignedPart::Assertion);
    /// ```
    #[must_use]
    pub fn new(issuer: EntityId, keys: Keys, signed: SignedPart) -> Trust {
        Trust { issuer, keys, signed }
    }

    /// The identity provider's entity ID.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (_, trust, ..) = sample::response();
    /// assert_eq!(trust.issuer().as_str(), "https://idp.example/saml");
    /// ```
    #[must_use]
    pub fn issuer(&self) -> &EntityId {
        &self.issuer
    }

    /// Its keys.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (_, trust, ..) = sample::response();
    /// let same = trust.keys().clone();
    /// ```
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Which part must be signed.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (_, trust, ..) = sample::response();
    /// assert_eq!(trust.signed(), saml::sp::SignedPart::Assertion);
    /// ```
    #[must_use]
    pub fn signed(&self) -> SignedPart {
        self.signed
    }
}

/// Which part of a response must be signed. A signature on another part is
/// verified too, and refuses when it does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignedPart {
    /// The assertion.
    Assertion,
    /// The response around it.
    Response,
    /// Either of them, or both.
    Either,
    /// Both of them.
    Both,
}

/// What the response is the answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    /// A request that this browser carried and that is still open.
    Request(&'a RequestId),
    /// Nothing: the identity provider began, and a setting allows that.
    Nothing(UnsolicitedAllowed),
}

/// That a directory's setting allows unsolicited responses. Made of that
/// setting and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsolicitedAllowed(());

impl UnsolicitedAllowed {
    /// The permission, if the setting gives it.
    ///
    /// ```
    /// use saml::sp::UnsolicitedAllowed;
    /// assert_eq!(UnsolicitedAllowed::by_setting(false), None);
    /// ```
    #[must_use]
    pub fn by_setting(allowed: bool) -> Option<UnsolicitedAllowed> {
        allowed.then_some(UnsolicitedAllowed(()))
    }
}

/// Whether an assertion may come encrypted. Decryption is not part of this
/// crate yet, so there is one case: an `EncryptedAssertion` is refused by name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encryption {
    /// It may not.
    Refused,
}
