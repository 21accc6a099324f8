//! Groups of accounts.

use std::str::FromStr;

use console::person::DisplayName;

use super::ids::{GroupId, OrganizationId};
use super::organization::UnknownWord;

/// Accounts under one name: for policies, and for access to products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its row.
    pub id: GroupId,
    /// Whose.
    pub organization: OrganizationId,
    /// Its name, of which an organisation has one each.
    pub name: DisplayName,
    /// Who says who is in it.
    pub source: GroupSource,
    /// Counts the changes of its name.
    pub version: i64,
}

/// Who says who is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupSource {
    /// Administrators, by hand and by CSV.
    ByHand,
    /// An identity provider, by SCIM: nobody changes it here.
    Scim,
}

impl GroupSource {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::Scim => "scim",
        }
    }
}

impl FromStr for GroupSource {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "by-hand" => Ok(Self::ByHand),
            "scim" => Ok(Self::Scim),
            _ => Err(UnknownWord),
        }
    }
}
