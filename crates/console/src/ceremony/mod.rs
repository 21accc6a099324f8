//! One row for each WebAuthn ceremony that waits for its answer.
//!
//! The row is named by its challenge and binds it to a [`Place`]: one purpose, one browser, and whatever the service wants
//! the answer to be about (for the QR sign-in: transaction, digits, application, context of the desktop; T068). It lives
//! five minutes, and one of many takers gets it (T073).

mod rows;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use store::{ReadTx, StoreError, Tx};
use web::token::TokenHash;
use webauthn::Challenge;

use crate::door::DoorRefusal;

pub(crate) use rows::{STATEMENTS, SWEEP};

/// What the person is asked for, in the service's word: `sign-in`, `step-up`, `approve`, `enrol`. A ceremony begun for one
/// purpose is never good for another.
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

/// Where a ceremony belongs. Given when it begins and again, from what is known then, when it ends: they must be equal.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What for.
    pub purpose: Purpose,
    /// The browser, by the hash of its cookie's secret.
    pub browser: TokenHash,
    /// What else the answer is about, in bytes that two different things never share; empty when there is nothing.
    pub bound: &'a [u8],
}

/// Registration or authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Registration,
    Authentication,
    /// An authentication begun by "use your phone".
    Hybrid,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Registration, Self::Authentication, Self::Hybrid];

    const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Authentication => "authentication",
            Self::Hybrid => "hybrid",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A ceremony to be remembered.
#[derive(Debug)]
pub(crate) struct NewCeremony {
    pub(crate) challenge: Challenge,
    pub(crate) kind: Kind,
    pub(crate) purpose: Purpose,
    pub(crate) browser: TokenHash,
    pub(crate) bound: [u8; 32],
    pub(crate) grantor: Option<String>,
    pub(crate) state: Vec<u8>,
}

/// A ceremony as it was found; it may be gone by now.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) challenge: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) purpose: String,
    pub(crate) browser: TokenHash,
    pub(crate) bound: [u8; 32],
    pub(crate) grantor: Option<String>,
    pub(crate) state: Vec<u8>,
    pub(crate) expires_at: Timestamp,
}

/// Why an answer does not belong to a waiting ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CeremonyRefusal {
    /// No ceremony has this challenge: never begun, answered already, or swept.
    #[error("no ceremony waits for this answer")]
    Unknown,
    /// Another browser began it.
    #[error("the ceremony was begun in another browser")]
    OtherBrowser,
    /// It was begun for something else, or is of the other kind.
    #[error("the ceremony was begun for another purpose")]
    OtherPurpose,
    /// What it was bound to is not what the answer is about now.
    #[error("the ceremony was begun about something else")]
    OtherContext,
    /// Five minutes are over.
    #[error("the ceremony was begun more than five minutes ago")]
    Expired,
    /// Another request took it at the same moment.
    #[error("the ceremony was answered a moment ago")]
    Taken,
    /// This source has too many open ceremonies.
    #[error("too many open ceremonies from this source")]
    TooMany,
}

impl CeremonyRefusal {
    /// The stable code on the page and in the event.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "ceremony-unknown",
            Self::OtherBrowser => "ceremony-other-browser",
            Self::OtherPurpose => "ceremony-other-purpose",
            Self::OtherContext => "ceremony-other-context",
            Self::Expired => "ceremony-expired",
            Self::Taken => "ceremony-taken",
            Self::TooMany => "ceremony-too-many",
        }
    }
}

impl From<CeremonyRefusal> for web::Error {
    fn from(refusal: CeremonyRefusal) -> Self {
        Self::from(&DoorRefusal::from(refusal))
    }
}

impl Waiting {
    /// Whether this is the ceremony that the answer is for. The browser is asked first: a stranger learns nothing else.
    pub(crate) fn fits(
        &self,
        registration: bool,
        place: &Place<'_>,
        now: Timestamp,
    ) -> Result<(), CeremonyRefusal> {
        if self.browser != place.browser {
            Err(CeremonyRefusal::OtherBrowser)
        } else if registration != (self.kind == Kind::Registration) || self.purpose != place.purpose.0 {
            Err(CeremonyRefusal::OtherPurpose)
        } else if self.bound != bound_hash(place.bound) {
            Err(CeremonyRefusal::OtherContext)
        } else if now >= self.expires_at {
            Err(CeremonyRefusal::Expired)
        } else {
            Ok(())
        }
    }
}

/// What a row keeps of the bytes a ceremony is bound to.
pub(crate) fn bound_hash(bound: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bound).as_ref());
    hash
}

/// Writes the row, unless its source has too many already.
pub(crate) async fn remember(
    tx: &Tx,
    ceremony: &NewCeremony,
    source: &str,
    now: Timestamp,
) -> Result<Result<(), CeremonyRefusal>, StoreError> {
    if rows::is_crowded(tx, source, OPEN_PER_SOURCE, now).await? {
        return Ok(Err(CeremonyRefusal::TooMany));
    }
    let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
    rows::insert(tx, ceremony, source, expires_at).await?;
    Ok(Ok(()))
}

/// The ceremony with this challenge.
pub(crate) async fn find(tx: &ReadTx, challenge: &Challenge) -> Result<Option<Waiting>, StoreError> {
    rows::find(tx, challenge.as_bytes()).await
}

/// Takes the ceremony: of many at once exactly one gets `true`.
pub(crate) async fn take(tx: &Tx, ceremony: &Waiting, now: Timestamp) -> Result<bool, StoreError> {
    rows::take(tx, ceremony, now).await
}

/// How long a challenge is good (T073).
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// Room for a large office behind one address, each page view of which begins a ceremony.
const OPEN_PER_SOURCE: i64 = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn browser(byte: u8) -> TokenHash {
        TokenHash::from_slice(&[byte; 32]).expect("32 bytes")
    }

    fn waiting(kind: Kind) -> Waiting {
        Waiting {
            challenge: vec![1; 32],
            kind,
            purpose: "sign-in".to_owned(),
            browser: browser(1),
            bound: bound_hash(b"41"),
            grantor: None,
            state: Vec::new(),
            expires_at: at(300),
        }
    }

    #[test]
    fn an_answer_fits_one_place_only() {
        use CeremonyRefusal::{Expired, OtherBrowser, OtherContext, OtherPurpose};
        let sign_in = Purpose::new("sign-in");
        let approve = Purpose::new("approve");
        type Case<'a> = (bool, Purpose, u8, &'a [u8], i64, Result<(), CeremonyRefusal>);
        let cases: [Case<'_>; 9] = [
            (false, sign_in, 1, b"41", 0, Ok(())),
            (false, sign_in, 1, b"41", 299, Ok(())),
            (false, sign_in, 1, b"41", 300, Err(Expired)),
            (true, sign_in, 1, b"41", 0, Err(OtherPurpose)),
            (false, approve, 1, b"41", 0, Err(OtherPurpose)),
            (false, sign_in, 2, b"41", 0, Err(OtherBrowser)),
            (true, approve, 2, b"42", 900, Err(OtherBrowser)),
            (false, sign_in, 1, b"42", 0, Err(OtherContext)),
            (false, sign_in, 1, b"", 0, Err(OtherContext)),
        ];
        for (registration, purpose, browser_byte, bound, now, verdict) in cases {
            let place = Place { purpose, browser: browser(browser_byte), bound };
            for kind in [Kind::Authentication, Kind::Hybrid] {
                assert_eq!(waiting(kind).fits(registration, &place, at(now)), verdict, "{place:?} at {now}");
            }
        }
        let place = Place { purpose: sign_in, browser: browser(1), bound: b"41" };
        assert_eq!(waiting(Kind::Registration).fits(true, &place, at(0)), Ok(()));
        assert_eq!(waiting(Kind::Registration).fits(false, &place, at(0)), Err(OtherPurpose));
    }

    #[test]
    fn kinds_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
    }
}
