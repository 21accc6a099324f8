//! What a code says: an address with 128 bits that nobody else has.
//!
//! A handle is made of the desktop's cookie secret and the transaction's seed, so that every node shows the same code at
//! the same time, and the database, which keeps hashes only, opens nothing.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use web::{Browser, TokenHash};

use crate::model::qr::{HANDLE_SHOWN, IN_ALL, Transaction, shown_at};

/// The secret in a code.
pub(super) struct Handle([u8; 16]);

impl Handle {
    /// The code with this number of a transaction in this browser.
    pub(super) fn nth(browser: &Browser, seed: &[u8; 16], number: u8) -> Self {
        let mut purpose = b"qr handle ".to_vec();
        purpose.extend_from_slice(seed);
        purpose.push(number);
        let derived = browser.derive(&purpose);
        let mut handle = [0; 16];
        handle.copy_from_slice(&derived[..16]);
        Self(handle)
    }

    /// All codes of a transaction, hashed, in the order in which they are shown.
    pub(super) fn hashes(browser: &Browser, seed: &[u8; 16]) -> Vec<TokenHash> {
        (0..CODES).filter_map(|number| Self::nth(browser, seed, number).hash()).collect()
    }

    /// The handle that an address spells: exactly 22 characters of base64url, else none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (text.len() == TEXT_LENGTH).then_some(())?;
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The text for the code.
    pub(super) fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the table keeps.
    pub(super) fn hash(&self) -> Option<TokenHash> {
        TokenHash::from_slice(digest(&SHA256, &self.0).as_ref())
    }
}

/// The number of the code that is shown now, and until when it is.
pub(super) fn shown_now(transaction: &Transaction, now: Timestamp) -> (u8, Timestamp) {
    let shown = |number| shown_at(transaction.began_at, number);
    let number = (1..CODES).take_while(|number| shown(*number) <= now).last().unwrap_or(0);
    (number, shown(number + 1))
}

/// How many codes a transaction shows, one after the other.
const CODES: u8 = {
    let codes = IN_ALL.as_secs() / HANDLE_SHOWN.as_secs();
    assert!(codes > 0 && codes < 100, "a few");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 100, just asserted"
    )]
    {
        codes as u8
    }
};

const TEXT_LENGTH: usize = 22;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_read_back_and_nothing_else_is() {
        let handle = Handle([7; 16]);
        let text = handle.expose();
        assert_eq!(text.len(), TEXT_LENGTH);
        assert_eq!(Handle::parse(&text).and_then(|h| h.hash()), handle.hash());
        for bad in ["", "a", &text[1..], &format!("{text}="), &format!("{text}A"), &text.replace('B', "+")] {
            assert!(Handle::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(CODES, 10);
    }
}
