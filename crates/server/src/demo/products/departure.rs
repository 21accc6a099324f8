//! Somebody who left for the organisation. Nothing of it is kept here: the `state` that comes back says when and from
//! which page, and only the browser that left can have brought it, because it is sealed with that browser's secret. So a
//! restart of the demo in the middle of a sign-in costs nobody their way home.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use web::{ReturnTo, Token};

/// [`Browser::derive`](web::Browser::derive) of the browser that leaves or comes back.
type Derive<'a> = &'a dyn Fn(&[u8]) -> [u8; 32];

/// What a `state` stands for.
pub(super) struct Departure {
    /// What travels.
    pub(super) state: String,
    /// What the ID token must repeat.
    pub(super) nonce: String,
    /// What proves that the code was asked for here (PKCE).
    pub(super) verifier: String,
    /// The page that was asked for.
    pub(super) return_to: ReturnTo,
}

impl Departure {
    /// Leaves now, to come back to a page. (One whose address does not fit comes back to the start page.)
    pub(super) fn new(browser: Derive<'_>, chance: &Token, return_to: ReturnTo, now: Timestamp) -> Self {
        let fits = return_to.as_str().len() <= LONGEST;
        let return_to = if fits { return_to } else { ReturnTo::or(None, "/") };
        let mut payload = chance.hash().as_bytes().to_vec();
        payload.extend_from_slice(&now.as_second().to_be_bytes());
        payload.extend_from_slice(return_to.as_str().as_bytes());
        Self::of(browser, &payload, return_to)
    }

    /// What this browser left with under `state`, if it did and not too long ago.
    pub(super) fn come_back(browser: Derive<'_>, state: &str, now: Timestamp) -> Option<Self> {
        let (payload, _) = state.split_once('.')?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let (_, rest) = payload.split_at_checked(CHANCE)?;
        let (seconds, page) = rest.split_first_chunk::<8>()?;
        let left = Timestamp::from_second(i64::from_be_bytes(*seconds)).ok()?;
        let departure = Self::of(browser, &payload, ReturnTo::parse(std::str::from_utf8(page).ok()?)?);
        verify_slices_are_equal(departure.state.as_bytes(), state.as_bytes()).ok()?;
        (now.duration_since(left) < AWAY).then_some(departure)
    }

    fn of(browser: Derive<'_>, payload: &[u8], return_to: ReturnTo) -> Self {
        let derived = |purpose: &str| {
            let purpose = [purpose.as_bytes(), payload].concat();
            URL_SAFE_NO_PAD.encode(browser(&purpose))
        };
        Self {
            state: format!("{}.{}", URL_SAFE_NO_PAD.encode(payload), derived("sample seal ")),
            nonce: derived("sample nonce "),
            verifier: derived("sample verifier "),
            return_to,
        }
    }
}

/// As long as the organisation remembers a sign-in that was begun.
pub(super) const AWAY: SignedDuration = SignedDuration::from_mins(70);

/// Bytes that no two departures share.
const CHANCE: usize = 32;

/// The longest address that fits into a `state`: the organisation carries it on within an address of its own.
const LONGEST: usize = 768;

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};

    use super::*;

    fn token(byte: u8) -> Token {
        Token::new(&move |bytes: &mut [u8]| bytes.fill(byte))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn browser(secret: u8) -> impl Fn(&[u8]) -> [u8; 32] {
        move |purpose| {
            let digested = digest(&SHA256, &[&[secret], purpose].concat());
            digested.as_ref().try_into().unwrap()
        }
    }

    fn leaving(browser: Derive<'_>, page: &str) -> Departure {
        Departure::new(browser, &token(1), ReturnTo::parse(page).unwrap(), at(0))
    }

    #[test]
    fn a_state_is_good_in_its_own_browser_for_a_while() {
        let (own, other) = (browser(2), browser(3));
        let left = leaving(&own, "/browse/ACME-42");
        let back = Departure::come_back(&own, &left.state, at(60)).unwrap();
        assert_eq!(back.return_to.as_str(), "/browse/ACME-42");
        assert_eq!((&back.nonce, &back.verifier), (&left.nonce, &left.verifier));
        assert_ne!(back.nonce, back.verifier);
        assert!(Departure::come_back(&other, &left.state, at(60)).is_none(), "another browser");
        assert!(Departure::come_back(&own, &left.state, at(70 * 60)).is_none(), "too late");
    }

    #[test]
    fn a_state_that_was_changed_is_nobodys() {
        let own = browser(2);
        let left = leaving(&own, "/browse/ACME-42");
        let (payload, seal) = left.state.split_once('.').unwrap();
        let elsewhere = leaving(&own, "/browse/ACME-43");
        let (other_payload, _) = elsewhere.state.split_once('.').unwrap();
        for bad in [
            String::new(),
            payload.to_owned(),
            format!("{payload}."),
            format!(".{seal}"),
            format!("{other_payload}.{seal}"),
            format!("{}=", left.state),
            format!("{}.{seal}", &payload[..20]),
        ] {
            assert!(Departure::come_back(&own, &bad, at(60)).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_address_that_does_not_fit_comes_back_to_the_start() {
        let own = browser(2);
        let long = format!("/browse/{}", "a".repeat(LONGEST));
        assert_eq!(leaving(&own, &long).return_to.as_str(), "/");
        let left = leaving(&own, &long[..LONGEST]);
        assert_eq!(left.return_to.as_str(), &long[..LONGEST]);
        assert!(left.state.len() < 1200);
    }
}
