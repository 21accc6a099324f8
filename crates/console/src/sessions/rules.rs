//! When a session lives and when a ceremony is fresh. Pure.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::{Method, SessionId, SignedIn};
use crate::person::PersonId;

/// How long a session lives: without use, and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    idle: SignedDuration,
    absolute: SignedDuration,
}

impl Limits {
    /// An administrator's session: 15 minutes without use, 12 hours in all (T092; NIST SP 800-63B-4, AAL3's figures).
    pub const ADMINISTRATION: Self =
        Self { idle: SignedDuration::from_mins(15), absolute: SignedDuration::from_hours(12) };

    /// Limits of a service's policy. What is below a minute counts as a minute, and idle is never above absolute.
    pub fn new(idle: SignedDuration, absolute: SignedDuration) -> Self {
        let absolute = absolute.max(SignedDuration::from_mins(1));
        Self { idle: idle.clamp(SignedDuration::from_mins(1), absolute), absolute }
    }

    /// The longest pause between two requests.
    pub const fn idle(self) -> SignedDuration {
        self.idle
    }

    /// The longest life, whatever its use.
    pub const fn absolute(self) -> SignedDuration {
        self.absolute
    }
}

/// The four moments that decide whether a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// When it was last used; up to a minute behind.
    pub last_seen_at: Timestamp,
    /// The longest pause.
    pub idle: SignedDuration,
    /// The end of its absolute life.
    pub expires_at: Timestamp,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
}

/// Whether a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Live,
    /// Signed out, ended by an administrator, or replaced at a sign-in.
    Ended,
    /// Its absolute life is over.
    Expired,
    /// It was not used for too long.
    Idle,
}

impl Course {
    /// The state at `now`. Each limit is exclusive: at its very end a session is over.
    pub fn state(&self, now: Timestamp) -> State {
        if self.ended_at.is_some() {
            State::Ended
        } else if now >= self.expires_at {
            State::Expired
        } else if now.duration_since(self.last_seen_at) >= self.idle {
            State::Idle
        } else {
            State::Live
        }
    }

    /// Whether the use at `now` is worth a write: once a minute at most.
    pub fn touch_due(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_seen_at) >= TOUCH_EVERY
    }
}

/// The person of this session has just proven presence with a passkey of this service, in this browser: what a dangerous
/// act takes as its argument (T093). Only [`demand_fresh`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Fresh {
    session: SessionId,
    person: PersonId,
    at: Timestamp,
}

impl Fresh {
    /// The session in which the ceremony took place.
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Whose ceremony it was.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// When it was.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

/// The last ceremony is too old for this act, or the session came without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs your passkey again")]
pub struct StepUp;

impl From<StepUp> for web::Error {
    /// 403, for scripts and forms; a page redirects to its step-up page instead.
    fn from(step_up: StepUp) -> Self {
        Self::new(StatusCode::FORBIDDEN, "error-step-up").because(step_up)
    }
}

/// Asks for a ceremony with user verification at most five minutes old.
///
/// A QR approval or an assertion of an identity provider opens sessions but is never fresh here: only a ceremony in this
/// very browser, with a passkey this service keeps, counts.
///
/// # Errors
/// [`StepUp`]: send the person through a step-up ceremony and back.
pub fn demand_fresh(who: &SignedIn, now: Timestamp) -> Result<Fresh, StepUp> {
    match who.verified_at() {
        Some(at) if now.duration_since(at) <= FRESH => {
            Ok(Fresh { session: who.session(), person: who.person(), at })
        }
        Some(_) | None => Err(StepUp),
    }
}

impl Method {
    /// Whether the ceremony ran in the browser that got the session, with a passkey of this service.
    pub const fn is_local_ceremony(self) -> bool {
        match self {
            Self::Passkey | Self::Hybrid => true,
            Self::Qr | Self::Saml => false,
        }
    }
}

/// The age up to which a ceremony is fresh.
pub const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// The pause between two writes of `last_seen_at`.
pub(super) const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).expect("in range")
    }

    fn course(last_seen: i64, ended: Option<i64>) -> Course {
        let limits = Limits::ADMINISTRATION;
        Course {
            last_seen_at: at(last_seen),
            idle: limits.idle(),
            expires_at: at(0).saturating_add(limits.absolute()).expect("in range"),
            ended_at: ended.map(at),
        }
    }

    #[test]
    fn a_session_lives_until_a_limit_or_an_end() {
        const HOUR: i64 = 3_600;
        let cases = [
            // last seen, ended, now, state
            (0, None, 0, State::Live),
            (0, None, 899, State::Live),
            (0, None, 900, State::Idle),
            (600, None, 1_499, State::Live),
            (600, None, 1_500, State::Idle),
            (12 * HOUR - 60, None, 12 * HOUR - 1, State::Live),
            (12 * HOUR - 60, None, 12 * HOUR, State::Expired),
            (0, None, 13 * HOUR, State::Expired),
            (0, Some(10), 11, State::Ended),
            (0, Some(10), 13 * HOUR, State::Ended),
            (30, None, 0, State::Live), // a node whose clock is behind
        ];
        for (seen, ended, now, state) in cases {
            assert_eq!(course(seen, ended).state(at(now)), state, "seen {seen}, ended {ended:?}, now {now}");
        }
    }

    #[test]
    fn use_is_written_once_a_minute() {
        for (now, due) in [(0, false), (59, false), (60, true), (61, true), (-5, false)] {
            assert_eq!(course(0, None).touch_due(at(now)), due, "{now} s after the last write");
        }
    }

    #[test]
    fn limits_are_never_absurd() {
        let minute = SignedDuration::from_mins(1);
        let cases = [
            ((0, 0), (60, 60)),
            ((-5, 600), (60, 600)),
            ((900, 600), (600, 600)),
            ((900, 43_200), (900, 43_200)),
        ];
        for ((idle, absolute), (idle_is, absolute_is)) in cases {
            let limits = Limits::new(SignedDuration::from_secs(idle), SignedDuration::from_secs(absolute));
            assert_eq!((limits.idle().as_secs(), limits.absolute().as_secs()), (idle_is, absolute_is));
            assert!(limits.idle() >= minute && limits.idle() <= limits.absolute());
        }
    }

    #[test]
    fn a_dangerous_act_needs_a_ceremony_of_the_last_five_minutes() {
        let person = PersonId::new(Uuid::from_u128(1));
        let session = SessionId::from_uuid(Uuid::from_u128(2));
        for (verified, now, fresh) in [
            (None, 0, false),
            (Some(0), 0, true),
            (Some(0), 300, true),
            (Some(0), 301, false),
            (Some(10), 0, true), // a node whose clock is behind
        ] {
            let who = SignedIn::for_test(session, person, Method::Passkey, (at(0), verified.map(at)));
            let answer = demand_fresh(&who, at(now));
            assert_eq!(answer.is_ok(), fresh, "verified {verified:?}, now {now}");
            if let Ok(proof) = answer {
                assert_eq!((proof.session(), proof.person()), (session, person));
            }
        }
    }

    #[test]
    fn only_a_ceremony_in_this_browser_is_local() {
        let local: Vec<bool> = [Method::Passkey, Method::Hybrid, Method::Qr, Method::Saml]
            .map(Method::is_local_ceremony)
            .to_vec();
        assert_eq!(local, [true, true, false, false]);
    }
}
