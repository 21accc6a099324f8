//! How the members of a policy would fare if it enforced SSO now. `org` never
//! claims to know who exists at the identity provider: what it has not seen is
//! unknown.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::ids::AccountId;

/// An active member of a policy, and what is known of the way it would come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// Whether it is linked by a stable id at the directory.
    pub linked: bool,
    /// Whether it holds a passkey here.
    pub has_passkey: bool,
    /// What came of its last sign-in through the directory, if it made one.
    pub last: Option<Attempt>,
}

/// A sign-in through a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// The version of the configuration that it was made under.
    pub version: i64,
    /// The code of the refusal, if it was refused.
    pub refused: Option<String>,
}

impl Member {
    /// How it would fare. `version` is that of the present configuration;
    /// `stable_ids` what the last good test says of the identity provider:
    /// whether it states stable ids at all.
    pub fn outlook(&self, version: i64, stable_ids: Option<bool>) -> Outlook {
        let last = self.last.as_ref().filter(|attempt| attempt.version == version);
        if let Some(Attempt { refused: Some(code), .. }) = last {
            return Outlook::WillFail(WillFail::RefusedBefore(code.clone()));
        }
        if self.linked && stable_ids == Some(false) {
            return Outlook::WillFail(WillFail::StableIdMissing);
        }
        match last {
            Some(_) => Outlook::Proven,
            None => Outlook::Unknown,
        }
    }
}

/// How a member would fare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It came in through this very configuration.
    Proven,
    /// It would be refused.
    WillFail(WillFail),
    /// Nobody has seen it try.
    Unknown,
}

/// Why a member would be refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WillFail {
    /// It is linked by a stable id, and the identity provider states none.
    StableIdMissing,
    /// Its last sign-in through this configuration was refused with this code.
    RefusedBefore(String),
}

impl WillFail {
    /// The code of the refusal.
    pub fn code(&self) -> &str {
        match self {
            Self::StableIdMissing => "stable-id-missing",
            Self::RefusedBefore(code) => code,
        }
    }
}

/// The members of a policy, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// So many came in through this configuration.
    pub proven: u64,
    /// So many would be refused, by reason.
    pub will_fail: BTreeMap<WillFail, u64>,
    /// Of so many nobody knows.
    pub unknown: u64,
    /// So many are not proven and hold no passkey here either: if SSO fails
    /// them, they need a one-time link even after it has returned.
    pub without_any_way: u64,
}

impl Members {
    /// Counts them.
    pub fn count<'a>(
        members: impl IntoIterator<Item = &'a Member>,
        version: i64,
        stable_ids: Option<bool>,
    ) -> Self {
        let mut counted = Self::default();
        for member in members {
            let outlook = member.outlook(version, stable_ids);
            if outlook != Outlook::Proven && !member.has_passkey {
                counted.without_any_way += 1;
            }
            match outlook {
                Outlook::Proven => counted.proven += 1,
                Outlook::WillFail(reason) => *counted.will_fail.entry(reason).or_default() += 1,
                Outlook::Unknown => counted.unknown += 1,
            }
        }
        counted
    }

    /// How many would fail; none if nobody does.
    pub fn will_fail_count(&self) -> Option<u64> {
        let all: u64 = self.will_fail.values().sum();
        (all > 0).then_some(all)
    }
}
