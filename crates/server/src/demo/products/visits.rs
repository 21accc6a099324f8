//! Who is signed in at one product. In memory: a restart of the demo asks people to come again,
//! which costs them no more than a blink while the organisation knows them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use web::Token;

use super::departure::AWAY;

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

/// The visits of one product.
#[derive(Default)]
pub(super) struct Visits {
    came_back: Mutex<HashMap<[u8; 32], Timestamp>>,
    sessions: Mutex<HashMap<[u8; 32], Session>>,
}

impl Visits {
    /// Whether nobody has come back with this `state` before.
    pub(super) fn is_first(&self, state: &str, now: Timestamp) -> bool {
        let mut all = lock(&self.came_back);
        all.retain(|_, at| now.duration_since(*at) < AWAY);
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, state.as_bytes()).as_ref());
        let is_first = !all.contains_key(&key);
        insert(&mut all, key, now, |at| *at);
        is_first
    }

    /// Opens a session under a token that is new; what the browser had before ends.
    pub(super) fn open(&self, token: &Token, before: Option<&Token>, session: Session) {
        let mut all = lock(&self.sessions);
        if let Some(before) = before {
            all.remove(before.hash().as_bytes());
        }
        let now = session.at;
        all.retain(|_, one| now.duration_since(one.at) < DAY);
        insert(&mut all, *token.hash().as_bytes(), session, |one| one.at);
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

fn insert<T>(all: &mut HashMap<[u8; 32], T>, key: [u8; 32], one: T, at: fn(&T) -> Timestamp) {
    if all.len() >= MOST
        && let Some(oldest) = all.iter().min_by_key(|(_, one)| at(one)).map(|(key, _)| *key)
    {
        all.remove(&oldest);
    }
    all.insert(key, one);
}

/// A panic elsewhere leaves a map whole: every change is one call.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

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

    fn session_at(at: Timestamp) -> Session {
        Session { sub: "maya".to_owned(), access_token: String::new(), at }
    }

    #[test]
    fn an_answer_is_looked_at_once() {
        let visits = Visits::default();
        assert!(visits.is_first("one", at(0)));
        assert!(!visits.is_first("one", at(60)));
        assert!(visits.is_first("two", at(60)));
    }

    #[test]
    fn a_session_has_a_new_token_and_ends() {
        let visits = Visits::default();
        visits.open(&token(1), None, session_at(at(0)));
        visits.open(&token(2), Some(&token(1)), session_at(at(1)));
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
            let token = Token::new(&move |bytes: &mut [u8]| {
                bytes.fill(0);
                bytes[..8].copy_from_slice(&count.to_be_bytes());
            });
            let at = at(i64::try_from(count).unwrap() / 1000);
            visits.open(&token, None, session_at(at));
        }
        assert_eq!(lock(&visits.sessions).len(), MOST);
    }
}
