//! Links that let one person register one passkey: to set up the first owner, to enrol a computer or a phone.
//!
//! The token is 256 random bits; the table has its hash. Looking at a link changes nothing ([`look_up`]; T083): it is used
//! up in the very transaction that stores the passkey, by a conditional update of which exactly one wins. What an
//! invitation is for ([`Purpose`]) is the service's own word.
//!
//! The page of a link must send its origin only and its address must not be logged: `web`'s headers and matched-path logging
//! see to both.

mod acts;
mod rows;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use web::ambient::Entropy;
use web::token::Token;

use crate::door::DoorRefusal;
use crate::ids::row_id;
use crate::person::PersonId;

pub(crate) use acts::{give_back, use_up};
pub use acts::{invite, list_open, look_up, withdraw, withdraw_all};
pub(crate) use rows::{STATEMENTS, SWEEP};

/// The id of an invitation's row: names it on pages and in events, and opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct InvitationId(Uuid);

impl InvitationId {
    /// The invitation whose row has this id.
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// What an invitation is for, in the service's word: `set-up`, `phone`, `fallback-administrator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose(&'static str);

impl Purpose {
    /// A purpose of the service.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The word.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// How long an invitation can be used: never more than 24 hours (T083).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(SignedDuration);

impl Lifetime {
    /// The most there is: 24 hours.
    pub const DAY: Self = Self(SignedDuration::from_hours(24));

    /// The set-up link of the first owner: one hour (T090).
    pub const SET_UP: Self = Self(SignedDuration::from_hours(1));

    /// A shorter one; what is above 24 hours or below a minute is cut.
    pub fn new(duration: SignedDuration) -> Self {
        Self(duration.clamp(SignedDuration::from_mins(1), Self::DAY.0))
    }
}

/// The id and the secret of an invitation to be made, drawn before the transaction begins.
#[derive(Debug)]
pub struct Draft {
    id: InvitationId,
    token: Token,
}

impl Draft {
    /// Draws both.
    pub fn draw(now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self { id: InvitationId(row_id(now, entropy)), token: Token::new(entropy) }
    }
}

/// Whom to invite.
#[derive(Debug)]
pub struct NewInvitation {
    /// The person who will own the passkey.
    pub person: PersonId,
    /// What for.
    pub purpose: Purpose,
    /// Until when.
    pub lifetime: Lifetime,
    /// Its id and secret.
    pub draft: Draft,
}

/// An invitation was made; this is the only moment at which its token is known.
#[derive(Debug)]
#[must_use = "the token goes into the link and is kept nowhere"]
pub struct Invited {
    /// Which.
    pub id: InvitationId,
    /// For the link.
    pub token: Token,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An invitation that can still be used, as of the moment it was looked up.
#[derive(Debug, Clone)]
pub struct OpenInvitation {
    id: InvitationId,
    person: PersonId,
    purpose: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl OpenInvitation {
    /// Which.
    pub const fn id(&self) -> InvitationId {
        self.id
    }

    /// Who is invited.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// Whether it is for this.
    pub fn is_for(&self, purpose: Purpose) -> bool {
        self.purpose == purpose.0
    }

    /// The service's word for what it is for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// When it was made.
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it ends.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// Why an invitation cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvitationRefusal {
    /// No invitation has this token (any more).
    #[error("there is no such invitation")]
    Unknown,
    /// Somebody has used it.
    #[error("the invitation has been used")]
    Used,
    /// Its time is over.
    #[error("the invitation has expired")]
    Expired,
    /// A newer one, or an administrator, took its place.
    #[error("the invitation was withdrawn")]
    Withdrawn,
}

impl InvitationRefusal {
    /// The stable code on the page and in the event.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "invitation-unknown",
            Self::Used => "invitation-used",
            Self::Expired => "invitation-expired",
            Self::Withdrawn => "invitation-withdrawn",
        }
    }

    /// The message of the error page.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unknown => "error-invitation-unknown",
            Self::Used => "error-invitation-used",
            Self::Expired => "error-invitation-expired",
            Self::Withdrawn => "error-invitation-withdrawn",
        }
    }
}

impl From<InvitationRefusal> for web::Error {
    fn from(refusal: InvitationRefusal) -> Self {
        Self::from(&DoorRefusal::from(refusal))
    }
}

/// The three moments that decide whether an invitation can be used.
#[derive(Debug, Clone, Copy)]
struct Course {
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    withdrawn_at: Option<Timestamp>,
}

impl Course {
    /// Used is said before expired: whoever used it learns that it worked.
    fn judge(self, now: Timestamp) -> Result<(), InvitationRefusal> {
        if self.used_at.is_some() {
            Err(InvitationRefusal::Used)
        } else if self.withdrawn_at.is_some() {
            Err(InvitationRefusal::Withdrawn)
        } else if now >= self.expires_at {
            Err(InvitationRefusal::Expired)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_good_once_and_for_its_time() {
        use InvitationRefusal::{Expired, Used, Withdrawn};
        let at = |second| Timestamp::from_second(second).expect("in range");
        let cases = [
            // used, withdrawn, now, verdict
            (None, None, 0, Ok(())),
            (None, None, 99, Ok(())),
            (None, None, 100, Err(Expired)),
            (Some(5), None, 6, Err(Used)),
            (Some(5), None, 200, Err(Used)),
            (None, Some(5), 6, Err(Withdrawn)),
            (None, Some(5), 200, Err(Withdrawn)),
            (Some(5), Some(6), 7, Err(Used)),
        ];
        for (used, withdrawn, now, verdict) in cases {
            let course =
                Course { expires_at: at(100), used_at: used.map(at), withdrawn_at: withdrawn.map(at) };
            assert_eq!(course.judge(at(now)), verdict, "used {used:?}, withdrawn {withdrawn:?}, now {now}");
        }
    }

    #[test]
    fn no_invitation_outlives_a_day() {
        let cases = [(0, 60), (-1, 60), (3_600, 3_600), (86_400, 86_400), (86_401, 86_400)];
        for (asked, given) in cases {
            assert_eq!(Lifetime::new(SignedDuration::from_secs(asked)).0.as_secs(), given);
        }
        assert_eq!(Lifetime::SET_UP.0.as_secs(), 3_600);
    }
}
