//! What follows from a check of a domain. Pure: the looking is done before.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::domain::{CHECK_EVERY, Domain, Proof};
use super::organization::UnknownWord;

/// What one look at a domain saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Its token.
    Token,
    /// A record or line of ours with another token.
    AnotherToken,
    /// Neither record nor line of ours.
    Nothing,
    /// The web server has no such file.
    NoFile,
    /// The web server points to another address, which is nobody's proof.
    Redirected,
    /// The name has no address.
    NoAddress,
    /// The name leads to an address that is not spoken to.
    Inside,
    /// The file is larger than any of ours.
    TooLarge,
    /// Nobody answered: it is not known what is there.
    Unanswered,
}

impl Finding {
    const ALL: [Self; 9] = [
        Self::Token,
        Self::AnotherToken,
        Self::Nothing,
        Self::NoFile,
        Self::Redirected,
        Self::NoAddress,
        Self::Inside,
        Self::TooLarge,
        Self::Unanswered,
    ];

    /// The word in the database and in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::AnotherToken => "another-token",
            Self::Nothing => "nothing",
            Self::NoFile => "no-file",
            Self::Redirected => "redirected",
            Self::NoAddress => "no-address",
            Self::Inside => "inside",
            Self::TooLarge => "too-large",
            Self::Unanswered => "unanswered",
        }
    }
}

impl FromStr for Finding {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|finding| finding.as_str() == word).ok_or(UnknownWord)
    }
}

/// What follows from looking at a domain that nobody of its organisation has
/// proved yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It is proved.
    Proved,
    /// It is proved, and the organisation that held it until now loses it.
    Supersedes,
    /// The organisation that holds it has notice from now on.
    Waits {
        /// The end of the notice.
        until: Timestamp,
    },
    /// Its token is not there.
    NotFound(Finding),
    /// Another organisation holds it, and its token is there, or it is not
    /// known whether it is.
    Held,
}

/// Decides about a domain by what was found under its own token, and by the
/// proof that another organisation holds for the name, with what was found
/// under that one's token at the same moment.
pub fn verification(found: Finding, holder: Option<(&Domain, Finding)>, now: Timestamp) -> Verification {
    if found != Finding::Token {
        return Verification::NotFound(found);
    }
    let Some((holder, theirs)) = holder else {
        return Verification::Proved;
    };
    let vouched = holder.proof.is_none_or(|proof| proof == Proof::Operator);
    if vouched || matches!(theirs, Finding::Token | Finding::Unanswered) {
        return Verification::Held;
    }
    let until = holder.checks.missing_since.unwrap_or(now) + NOTICE;
    match until <= now {
        true => Verification::Supersedes,
        false => Verification::Waits { until },
    }
}

/// What follows from looking again at a domain that is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// Its token is there.
    Stands,
    /// Its token is there again: the notice is over.
    Returned,
    /// Its token is not there: notice begins.
    Missing,
    /// Its token is not there yet: the notice goes on.
    StillMissing,
    /// The notice is over, and its token is still not there.
    Lost,
    /// Nobody answered: nothing follows.
    Unknown,
}

/// Decides about a proved domain by what was found under its token.
pub fn recheck(domain: &Domain, found: Finding, now: Timestamp) -> Recheck {
    match (found, domain.checks.missing_since) {
        (Finding::Unanswered, _) => Recheck::Unknown,
        (Finding::Token, None) => Recheck::Stands,
        (Finding::Token, Some(_)) => Recheck::Returned,
        (_, None) => Recheck::Missing,
        (_, Some(since)) if since + NOTICE <= now => Recheck::Lost,
        (_, Some(_)) => Recheck::StillMissing,
    }
}

impl Recheck {
    /// When to look again.
    pub fn next(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Unknown => now + RETRY_AFTER,
            Self::Stands | Self::Returned | Self::Missing | Self::StillMissing | Self::Lost => {
                now + CHECK_EVERY
            }
        }
    }
}

/// How long a token may be missing before anything changes.
pub const NOTICE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How soon a name is asked about again when nobody answered.
const RETRY_AFTER: SignedDuration = SignedDuration::from_hours(1);

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{DomainToken, OrganizationId};

    const NOW: &str = "2026-11-23T09:30:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn days_ago(days: i64) -> Timestamp {
        now() - SignedDuration::from_hours(24 * days)
    }

    fn proved(proof: Proof, missing_days: Option<i64>) -> Domain {
        let token: DomainToken = "abcdefghijklmnopqrstuvwxyz-_0123".parse().unwrap();
        let of = OrganizationId::new(Uuid::from_u128(1));
        let mut domain = Domain::unverified(of, "acme.example".parse().unwrap(), token);
        domain.verified_at = Some(days_ago(100));
        domain.proof = Some(proof);
        domain.checks.missing_since = missing_days.map(days_ago);
        domain
    }

    #[test]
    fn every_finding_is_stored_by_its_word() {
        for finding in Finding::ALL {
            assert_eq!(finding.as_str().parse(), Ok(finding));
        }
    }

    /// (own token, holder and what its token's check found, what follows)
    type Case = (Finding, Option<(Proof, Option<i64>, Finding)>, Verification);

    #[test]
    fn who_holds_a_domain_is_decided_by_tokens() {
        use Finding::{AnotherToken, Inside, NoAddress, NoFile, Nothing, Redirected, Token, Unanswered};
        use Proof::{Dns, Http, Operator};
        use Verification::{Held, NotFound, Proved, Supersedes, Waits};
        let in_days = |days: i64| Waits { until: now() + SignedDuration::from_hours(24 * days) };
        let cases: &[Case] = &[
            (Token, None, Proved),
            (Nothing, None, NotFound(Nothing)),
            (AnotherToken, None, NotFound(AnotherToken)),
            (Redirected, None, NotFound(Redirected)),
            (Unanswered, None, NotFound(Unanswered)),
            (Inside, None, NotFound(Inside)),
            (Token, Some((Dns, None, Token)), Held),
            (Token, Some((Http, None, Token)), Held),
            (Token, Some((Dns, Some(30), Token)), Held),
            (Token, Some((Dns, None, Unanswered)), Held),
            (Token, Some((Http, Some(30), Unanswered)), Held),
            (Token, Some((Operator, None, Nothing)), Held),
            (Token, Some((Operator, Some(30), Nothing)), Held),
            (Token, Some((Dns, None, Nothing)), in_days(7)),
            (Token, Some((Http, None, NoFile)), in_days(7)),
            (Token, Some((Http, None, NoAddress)), in_days(7)),
            (Token, Some((Dns, Some(2), AnotherToken)), in_days(5)),
            (Token, Some((Dns, Some(7), Nothing)), Supersedes),
            (Token, Some((Http, Some(8), Redirected)), Supersedes),
            (Nothing, Some((Dns, Some(8), Nothing)), NotFound(Nothing)),
            (AnotherToken, Some((Dns, Some(8), Token)), NotFound(AnotherToken)),
        ];
        for (found, holder, follows) in cases {
            let there = holder.map(|(proof, missing, theirs)| (proved(proof, missing), theirs));
            let holder_now = there.as_ref().map(|(domain, theirs)| (domain, *theirs));
            assert_eq!(verification(*found, holder_now, now()), *follows, "{found:?} {holder:?}");
        }
    }

    #[test]
    fn a_proof_is_lost_only_after_seven_days_of_notice() {
        use Finding::{AnotherToken, Inside, NoAddress, NoFile, Nothing, Token, TooLarge, Unanswered};
        use Recheck::{Lost, Missing, Returned, Stands, StillMissing, Unknown};
        // (days since the token was missed first, what is found, what follows)
        let cases = [
            (None, Token, Stands),
            (None, Nothing, Missing),
            (None, AnotherToken, Missing),
            (None, NoFile, Missing),
            (None, NoAddress, Missing),
            (None, Inside, Missing),
            (None, TooLarge, Missing),
            (None, Unanswered, Unknown),
            (Some(1), Token, Returned),
            (Some(1), Nothing, StillMissing),
            (Some(6), AnotherToken, StillMissing),
            (Some(7), Nothing, Lost),
            (Some(7), Token, Returned),
            (Some(30), Unanswered, Unknown),
            (Some(30), Token, Returned),
            (Some(30), NoFile, Lost),
        ];
        for (missing, found, follows) in cases {
            let domain = proved(Proof::Dns, missing);
            assert_eq!(recheck(&domain, found, now()), follows, "{missing:?} {found:?}");
        }
        assert_eq!(Stands.next(now()), now() + CHECK_EVERY);
        assert!(Unknown.next(now()) < Stands.next(now()));
    }
}
