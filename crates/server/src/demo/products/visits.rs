//! Who is signed in at one product, and who is on the way. In memory: a restart of the demo asks
//! people to come again, which costs them no more than a blink while the organisation knows them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use web::{ReturnTo, Token, TokenHash};

/// Somebody who left for the organisation.
pub(super) struct Leaving {
    /// Whose browser: nobody else brings the answer.
    pub(super) browser: TokenHash,
    /// What the ID token must repeat.
    pub(super) nonce: Token,
    /// What proves that the code was asked for here (PKCE).
    pub(super) verifier: Token,
    /// The page that was asked for.
    pub(super) return_to: ReturnTo,
    /// When.
    pub(super) at: Timestamp,
}

/// Somebody comes with an answer.
pub(super) enum Back {
    /// For the first time: the answer is looked at.
    First(Leaving),
    /// Once more, by Back or Refresh: the page that was asked for, and nothing else.
    Again(ReturnTo),
}

/// Somebody who is signed in. Without `Debug`: the token is a secret.
#[derive(Clone)]
pub(super) struct Session {
    /// The account at the organisation.
    pub(super) sub: String,
    /// What the organisation is asked with, whether that still holds.
    pub(super) access_token: String,
    /// Since when.
    pub(super) at: Timestamp,
}

/// Somebody who left, and whether they have come back.
struct Away {
    browser: TokenHash,
    return_to: ReturnTo,
    at: Timestamp,
    secrets: Option<(Token, Token)>,
}

/// The visits of one product.
#[derive(Default)]
pub(super) struct Visits {
    leaving: Mutex<HashMap<[u8; 32], Away>>,
    sessions: Mutex<HashMap<[u8; 32], Session>>,
}

impl Visits {
    /// Remembers who leaves under `state`; the oldest is forgotten where too many are away.
    pub(super) fn leave(&self, state: &Token, leaving: Leaving) {
        let mut all = lock(&self.leaving);
        let Leaving { browser, nonce, verifier, return_to, at } = leaving;
        all.retain(|_, one| at.duration_since(one.at) < AWAY);
        let away = Away { browser, return_to, at, secrets: Some((nonce, verifier)) };
        insert(&mut all, state, away, |one| one.at);
    }

    /// What was remembered under `state`, if this is its browser. Another browser takes nothing.
    pub(super) fn come_back(&self, state: &Token, browser: TokenHash, now: Timestamp) -> Option<Back> {
        let mut all = lock(&self.leaving);
        let away = all.get_mut(state.hash().as_bytes())?;
        if away.browser != browser || now.duration_since(away.at) >= AWAY {
            return None;
        }
        let (return_to, at) = (away.return_to.clone(), away.at);
        Some(match away.secrets.take() {
            Some((nonce, verifier)) => Back::First(Leaving { browser, nonce, verifier, return_to, at }),
            None => Back::Again(return_to),
        })
    }

    /// Opens a session under a token that is new; what the browser had before ends.
    pub(super) fn open(&self, token: &Token, before: Option<&Token>, session: Session) {
        let mut all = lock(&self.sessions);
        if let Some(before) = before {
            all.remove(before.hash().as_bytes());
        }
        let now = session.at;
        all.retain(|_, one| now.duration_since(one.at) < DAY);
        insert(&mut all, token, session, |one| one.at);
    }

    /// The session of a token.
    pub(super) fn find(&self, token: &Token, now: Timestamp) -> Option<Session> {
        let found = lock(&self.sessions).get(token.hash().as_bytes()).cloned();
        found.filter(|one| now.duration_since(one.at) < DAY)
    }

    /// Ends it.
    pub(super) fn end(&self, token: &Token) {
        lock(&self.sessions).remove(token.hash().as_bytes());
    }
}

fn insert<T>(all: &mut HashMap<[u8; 32], T>, token: &Token, one: T, at: fn(&T) -> Timestamp) {
    if all.len() >= MOST
        && let Some(oldest) = all.iter().min_by_key(|(_, one)| at(one)).map(|(key, _)| *key)
    {
        all.remove(&oldest);
    }
    all.insert(*token.hash().as_bytes(), one);
}

/// A panic elsewhere leaves a map whole: every change is one call.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As long as the organisation remembers a sign-in that was begun.
const AWAY: SignedDuration = SignedDuration::from_mins(70);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const MOST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> Token {
        Token::new(&move |bytes: &mut [u8]| bytes.fill(byte))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn leaving(browser: u8) -> Leaving {
        Leaving {
            browser: token(browser).hash(),
            nonce: token(8),
            verifier: token(9),
            return_to: ReturnTo::parse("/browse/ACME-42").unwrap(),
            at: at(0),
        }
    }

    #[test]
    fn an_answer_is_taken_once_and_by_its_own_browser() {
        let visits = Visits::default();
        visits.leave(&token(1), leaving(2));
        let back = |browser| visits.come_back(&token(1), token(browser).hash(), at(60));
        assert!(back(3).is_none(), "another browser");
        assert!(matches!(back(2), Some(Back::First(_))), "and the owner still gets in");
        let again = back(2);
        let page = "/browse/ACME-42";
        assert!(matches!(again, Some(Back::Again(to)) if to.as_str() == page), "once, and then the page");
        assert!(back(3).is_none(), "another browser");
        visits.leave(&token(1), leaving(2));
        assert!(visits.come_back(&token(1), token(2).hash(), at(70 * 60)).is_none(), "too late");
    }

    #[test]
    fn a_session_has_a_new_token_and_ends() {
        let visits = Visits::default();
        let session = |at| Session { sub: "maya".to_owned(), access_token: String::new(), at };
        visits.open(&token(1), None, session(at(0)));
        visits.open(&token(2), Some(&token(1)), session(at(1)));
        assert!(visits.find(&token(1), at(2)).is_none(), "what was there before is over");
        assert!(visits.find(&token(2), at(2)).is_some());
        assert!(visits.find(&token(2), at(86_401)).is_none());
        visits.end(&token(2));
        assert!(visits.find(&token(2), at(2)).is_none());
    }

    #[test]
    fn a_flood_forgets_the_oldest() {
        let visits = Visits::default();
        for count in 0..=u64::try_from(MOST).unwrap() {
            let state = Token::new(&move |bytes: &mut [u8]| {
                bytes.fill(0);
                bytes[..8].copy_from_slice(&count.to_be_bytes());
            });
            let mut one = leaving(2);
            one.at = at(i64::try_from(count).unwrap() / 1000);
            visits.leave(&state, one);
        }
        assert_eq!(lock(&visits.leaving).len(), MOST);
    }
}
