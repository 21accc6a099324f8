//! Why a verified assertion lets nobody in.

use console::person::EmailAddress;

use super::StableId;
use crate::model::{DomainName, PolicyId, Sso};

/// The first rule of admission that did not hold. The person sees a sentence
/// and a code; what was expected and received stands in the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The directory is switched off, or its organisation may not use it.
    DirectoryDisabled,
    /// The NameID is not an e-mail address.
    NameIdNotAnAddress(String),
    /// An attribute that identifies stands there twice, or with two values.
    AttributeRepeated(String),
    /// The organisation has not proved that the domain is its own.
    DomainNotVerified(DomainName),
    /// The domain is not linked to this directory.
    DomainNotLinked(DomainName),
    /// The account may not sign in by any way.
    AccountDeactivated,
    /// The account exists, but no organisation manages it: only its own
    /// person may bring it in.
    AccountNotManaged,
    /// Another organisation manages the account.
    ManagedElsewhere,
    /// The account's policy does not let it sign in by SSO.
    PolicyForbidsSso(PolicyId),
    /// The account's policy belongs to another directory.
    PolicyOfAnotherDirectory(PolicyId),
    /// The linked account would get an address that another account has.
    AddressConflict(EmailAddress),
    /// An administrator's address does not change by an assertion.
    AdministratorAddress {
        /// The address that the account has.
        from: EmailAddress,
        /// The address that was asserted.
        to: EmailAddress,
    },
    /// The account was linked by a stable id, and none was asserted.
    StableIdMissing,
    /// The account is linked to another stable id.
    LinkedToAnother {
        /// The one that it is linked to.
        bound: StableId,
        /// The one that was asserted.
        asserted: StableId,
    },
    /// Another address was typed at the start than the one that came back.
    NameIdMismatch {
        /// What was typed.
        typed: EmailAddress,
        /// What was asserted.
        asserted: EmailAddress,
    },
    /// No account, and the domain's accounts are not claimed by themselves.
    JitClaimManual(DomainName),
    /// No account, and the directory's default policy does not enforce SSO.
    JitNotEnforced(Sso),
    /// No account, and just-in-time provisioning is switched off.
    JitOff,
    /// No account, and a new one needs a first name.
    JitFirstNameMissing,
    /// No account, and a new one needs a last name.
    JitLastNameMissing,
}

/// A stable, lower-case code: ends the message id of the page, stands on the
/// page and in the event.
pub type Code = &'static str;

impl Refusal {
    /// The message of its page; its code is what follows `error-`.
    pub const fn message(&self) -> &'static str {
        match self {
            Self::DirectoryDisabled => "error-directory-disabled",
            Self::NameIdNotAnAddress(_) => "error-name-id-not-an-address",
            Self::AttributeRepeated(_) => "error-attribute-repeated",
            Self::DomainNotVerified(_) => "error-domain-not-verified",
            Self::DomainNotLinked(_) => "error-domain-not-linked",
            Self::AccountDeactivated => "error-account-deactivated",
            Self::AccountNotManaged => "error-account-not-managed",
            Self::ManagedElsewhere => "error-account-managed-elsewhere",
            Self::PolicyForbidsSso(_) => "error-authentication-policy-strategy-mismatch",
            Self::PolicyOfAnotherDirectory(_) => "error-policy-of-another-directory",
            Self::AddressConflict(_) => "error-address-conflict",
            Self::AdministratorAddress { .. } => "error-administrator-address-change",
            Self::StableIdMissing => "error-stable-id-missing",
            Self::LinkedToAnother { .. } => "error-linked-to-another-id",
            Self::NameIdMismatch { .. } => "error-name-id-mismatch",
            Self::JitClaimManual(_) => "error-jit-claim-not-automatic",
            Self::JitNotEnforced(_) => "error-jit-sso-not-enforced",
            Self::JitOff => "error-jit-switched-off",
            Self::JitFirstNameMissing => "error-jit-first-name-missing",
            Self::JitLastNameMissing => "error-jit-last-name-missing",
        }
    }

    /// Its stable code.
    pub fn code(&self) -> Code {
        let message = self.message();
        message.strip_prefix("error-").unwrap_or(message)
    }

    /// Whether what was expected and received names a person: then it stands
    /// beside the event log's chain, under that person's key.
    pub const fn is_personal(&self) -> bool {
        matches!(
            self,
            Self::NameIdNotAnAddress(_)
                | Self::AddressConflict(_)
                | Self::AdministratorAddress { .. }
                | Self::LinkedToAnother { .. }
                | Self::NameIdMismatch { .. }
        )
    }

    /// Whether the same person would be refused again, whatever the browser, the
    /// address typed and the policy's word on SSO.
    pub const fn would_happen_again(&self) -> bool {
        matches!(
            self,
            Self::AddressConflict(_)
                | Self::AdministratorAddress { .. }
                | Self::StableIdMissing
                | Self::LinkedToAnother { .. }
        )
    }

    /// What the rule wanted, for the administrators' event log.
    pub fn expected(&self) -> String {
        match self {
            Self::DirectoryDisabled => "a directory that is switched on".to_owned(),
            Self::NameIdNotAnAddress(_) => "an e-mail address as NameID".to_owned(),
            Self::AttributeRepeated(_) => "one value".to_owned(),
            Self::DomainNotVerified(_) => "a verified domain".to_owned(),
            Self::DomainNotLinked(_) => "a domain linked to this directory".to_owned(),
            Self::AccountDeactivated => "an active account".to_owned(),
            Self::AccountNotManaged | Self::ManagedElsewhere => {
                "an account that this organisation manages".to_owned()
            }
            Self::PolicyForbidsSso(_) => "a policy that offers or enforces SSO".to_owned(),
            Self::PolicyOfAnotherDirectory(_) => "a policy of this directory".to_owned(),
            Self::AddressConflict(_) => "an address that no other account has".to_owned(),
            Self::AdministratorAddress { from, .. } => from.to_string(),
            Self::StableIdMissing => "the stable id that the account is linked by".to_owned(),
            Self::LinkedToAnother { bound, .. } => bound.as_str().to_owned(),
            Self::NameIdMismatch { typed, .. } => typed.to_string(),
            Self::JitClaimManual(_) => "a domain whose accounts are claimed automatically".to_owned(),
            Self::JitNotEnforced(_) => "a default policy that enforces SSO".to_owned(),
            Self::JitOff => "just-in-time provisioning switched on, or an account".to_owned(),
            Self::JitFirstNameMissing => "a first name".to_owned(),
            Self::JitLastNameMissing => "a last name".to_owned(),
        }
    }

    /// What stood there instead.
    pub fn received(&self) -> String {
        match self {
            Self::DirectoryDisabled => "one that is switched off".to_owned(),
            Self::NameIdNotAnAddress(text) => text.clone(),
            Self::AttributeRepeated(name) => format!("several of {name}"),
            Self::DomainNotVerified(domain)
            | Self::DomainNotLinked(domain)
            | Self::JitClaimManual(domain) => domain.to_string(),
            Self::AccountDeactivated => "a deactivated one".to_owned(),
            Self::AccountNotManaged => "one that nobody manages".to_owned(),
            Self::ManagedElsewhere => "one that another organisation manages".to_owned(),
            Self::PolicyForbidsSso(policy) | Self::PolicyOfAnotherDirectory(policy) => policy.to_string(),
            Self::AddressConflict(address) => address.to_string(),
            Self::AdministratorAddress { to, .. } => to.to_string(),
            Self::StableIdMissing => "none".to_owned(),
            Self::LinkedToAnother { asserted, .. } => asserted.as_str().to_owned(),
            Self::NameIdMismatch { asserted, .. } => asserted.to_string(),
            Self::JitNotEnforced(sso) => format!("SSO {}", sso.as_str()),
            Self::JitOff => "neither".to_owned(),
            Self::JitFirstNameMissing | Self::JitLastNameMissing => "none".to_owned(),
        }
    }
}
