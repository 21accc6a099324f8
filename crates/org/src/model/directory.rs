//! Directories: where accounts come from.

use std::str::FromStr;

use console::person::DisplayName;

use super::ids::{DirectoryId, OrganizationId};
use super::organization::UnknownWord;

/// A source of accounts. Each organisation has one local directory and any
/// number of identity provider directories that its plan allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its row.
    pub id: DirectoryId,
    /// Whose.
    pub organization: OrganizationId,
    /// Local, or an identity provider's.
    pub kind: DirectoryKind,
    /// Its name on pages.
    pub name: DisplayName,
    /// Whether anybody may sign in through it. Read when the answer arrives,
    /// not when it was asked for.
    pub enabled: bool,
    /// Whether a sign-in may create an account, when all other conditions of
    /// just-in-time provisioning hold too.
    pub jit: JitProvisioning,
}

/// The two kinds of directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryKind {
    /// Accounts that no identity provider speaks for.
    Local,
    /// Accounts on the domains linked to an identity provider.
    IdentityProvider,
}

impl DirectoryKind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::IdentityProvider => "identity-provider",
        }
    }
}

impl FromStr for DirectoryKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "local" => Ok(Self::Local),
            "identity-provider" => Ok(Self::IdentityProvider),
            _ => Err(UnknownWord),
        }
    }
}

/// Whether signing in may create an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JitProvisioning {
    /// It may.
    On,
    /// It never does.
    Off,
}
