//! Accounts and their memberships.

use std::str::FromStr;

use console::person::{DisplayName, EmailAddress};
use jiff::Timestamp;

use super::ids::{AccountId, OrganizationId, PolicyId};
use super::organization::UnknownWord;

/// A person who may sign in. Global: one per normalised address, whatever the
/// organisations that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its row, and the opaque person of its sessions and passkeys.
    pub id: AccountId,
    /// The address that names it.
    pub address: EmailAddress,
    /// Given name, if known.
    pub first_name: Option<DisplayName>,
    /// Family name, if known.
    pub last_name: Option<DisplayName>,
    /// Whether it may sign in at all.
    pub standing: Standing,
    /// The organisation that manages it through a verified and claimed domain;
    /// nobody's policy applies to an unmanaged account.
    pub managed_by: Option<OrganizationId>,
    /// Since when it exists.
    pub created_at: Timestamp,
}

impl Account {
    /// Whether a first or last name is known.
    pub const fn has_name(&self) -> bool {
        self.first_name.is_some() || self.last_name.is_some()
    }

    /// `First Last` as far as known, else the address.
    pub fn shown(&self) -> String {
        let parts: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().flatten().map(DisplayName::as_str).collect();
        match parts.is_empty() {
            true => self.address.to_string(),
            false => parts.join(" "),
        }
    }
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may, as far as its policy says.
    Active,
    /// It never does, by no way, until somebody reactivates it.
    Deactivated,
}

impl Standing {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }
}

impl FromStr for Standing {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "active" => Ok(Self::Active),
            "deactivated" => Ok(Self::Deactivated),
            _ => Err(UnknownWord),
        }
    }
}

/// What joins an account to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The organisation.
    pub organization: OrganizationId,
    /// The account.
    pub account: AccountId,
    /// What it may do there.
    pub role: Role,
    /// The policy named for this member, which goes before the default one.
    pub named_policy: Option<PolicyId>,
}

/// What a member may do in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Uses products.
    Member,
    /// Administers the organisation.
    Administrator,
}

impl Role {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Administrator => "administrator",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "member" => Ok(Self::Member),
            "administrator" => Ok(Self::Administrator),
            _ => Err(UnknownWord),
        }
    }
}
