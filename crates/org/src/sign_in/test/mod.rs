//! A test sign-in: hops 2 to 7, and then a verdict.
//!
//! ```text
//! begin    an administrator asks → the identity provider, remembered as a PendingTest
//! acs      hop 6 finds the PendingTest in place of a PendingRequest and hands over here
//! judge    verified, read, admitted as if the policy enforced SSO → a TestSignIn
//! page     the verdict, rule by rule, for administrators
//! ```
//!
//! Nothing here can open a session or change an account: those need an
//! `Arrival`, of which a test makes none, and an `Entering`, which is made of
//! one. What a test leaves behind is a [`TestSignIn`](crate::model::enforce::TestSignIn),
//! and that its assertion is used up.

pub(crate) mod begin;
pub(crate) mod judge;
pub(crate) mod page;

use jiff::{SignedDuration, Timestamp};
use saml::core::RequestId;
use serde::{Deserialize, Serialize};
use web::TokenHash;

use crate::model::{AccountId, OrganizationId, PolicyId, UniqueId};

/// A test sign-in that is at the identity provider.
#[derive(Clone, Debug)]
pub(crate) struct PendingTest {
    /// The ID of the `AuthnRequest`.
    pub(crate) request: RequestId,
    /// Whose it is: the hash of the secret in the pending cookie.
    pub(crate) browser: TokenHash,
    /// The hash of the RelayState.
    pub(crate) relay_state: TokenHash,
    /// The SAML configuration that it was made under.
    pub(crate) connection: UniqueId,
    /// Whose test.
    pub(crate) organization: OrganizationId,
    /// The policy that is tested.
    pub(crate) policy: PolicyId,
    /// The administrator.
    pub(crate) begun_by: AccountId,
    /// When it left.
    pub(crate) opened_at: Timestamp,
    /// When it is forgotten.
    pub(crate) expires_at: Timestamp,
}

/// What one rule found, as it is kept for the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FindingLine {
    /// The rule's code.
    pub(crate) rule: String,
    /// What was expected and received, if it did not hold.
    pub(crate) broken: Option<[String; 2]>,
}

/// How long somebody may stay at the identity provider.
const PENDING: SignedDuration = SignedDuration::from_mins(70);

/// How long a verdict is kept: as long as it could prove something, and a day.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(8 * 24);
