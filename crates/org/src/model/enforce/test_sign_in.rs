//! A test sign-in and what it proved.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::{SignedDuration, Timestamp};
use saml::core::{EntityId, SsoUrl};
use xmldsig::Certificate;

use crate::model::directory::Directory;
use crate::model::domain::DomainName;
use crate::model::ids::{AccountId, PolicyId, TestId};
use crate::model::saml_configuration::SamlConfiguration;

/// Somebody went to the identity provider and came back, and what would have
/// become of them. It opened no session and changed no account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSignIn {
    /// Its row.
    pub id: TestId,
    /// The policy under which it was judged, as if that enforced SSO.
    pub policy: PolicyId,
    /// The administrator who made it.
    pub begun_by: AccountId,
    /// What it proved.
    pub fingerprint: Fingerprint,
    /// What would have become of the person.
    pub outcome: Outcome,
    /// When the answer came.
    pub at: Timestamp,
}

/// What would have become of whoever came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They would have come in as a member of the policy.
    WouldEnter {
        /// As this account; none if it would have been made.
        account: Option<AccountId>,
        /// Whether the identity provider stated a stable id.
        stable_id: bool,
    },
    /// They would have been refused with this code.
    Refused {
        /// The code of the refusal.
        code: String,
    },
}

impl TestSignIn {
    /// Why it proves nothing any more, if so. A test from the future proves
    /// nothing either: a clock was wrong.
    pub fn void(&self, is: &Fingerprint, now: Timestamp) -> Option<Void> {
        if self.fingerprint != *is {
            return Some(Void::Changed);
        }
        let age = now.duration_since(self.at);
        (age < SignedDuration::ZERO || age > GOOD_FOR).then_some(Void::TooOld)
    }
}

/// Why a test sign-in proves nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    /// What it proved has changed since.
    Changed,
    /// It is older than seven days.
    TooOld,
}

/// SHA-256 of all that decides whether a sign-in through a directory works:
/// the configuration, the directory, the linked domains. Any change gives
/// another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of what is there now. The order of the domains does not matter.
    pub fn of(configuration: &SamlConfiguration, directory: &Directory, domains: &[DomainName]) -> Self {
        let mut context = Context::new(&SHA256);
        // Each part with its length before it, so that no two sets of parts run together.
        let mut part = |bytes: &[u8]| {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        let known = &configuration.identity_provider;
        let der = |certificate: &Option<Certificate>| {
            certificate.as_ref().map(|one| one.der().to_vec()).unwrap_or_default()
        };
        part(configuration.unique_id.to_string().as_bytes());
        part(known.entity_id.as_ref().map(EntityId::as_str).unwrap_or_default().as_bytes());
        part(known.sso_url.as_ref().map(SsoUrl::as_str).unwrap_or_default().as_bytes());
        part(&der(&known.certificates.current));
        part(&der(&known.certificates.next));
        part(directory.id.to_string().as_bytes());
        part(&[u8::from(directory.enabled)]);
        let mut names: Vec<&str> = domains.iter().map(DomainName::as_str).collect();
        names.sort_unstable();
        names.iter().for_each(|name| part(name.as_bytes()));
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }

    /// The hash as stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash out of the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// For how long a test sign-in proves anything.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
