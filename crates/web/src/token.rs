//! Secrets handed to a browser or put into a link, and what of them may be stored.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::ambient::{Entropy, random};

/// 32 random bytes, shown as 43 characters of base64url. `Debug` hides it; databases get [`Token::hash`].
#[derive(Clone)]
pub struct Token([u8; 32]);

impl Token {
    /// A new token.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(random(entropy))
    }

    /// The token that `text` spells: exactly 43 characters of base64url, else none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// SHA-256 of the bytes: what a table keeps, so that a stolen table opens nothing (T109).
    pub fn hash(&self) -> TokenHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.0).as_ref());
        TokenHash(hash)
    }

    /// The text for a cookie, a form or a link.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The bytes, as key of something derived.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Token {
    /// In constant time (T124).
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 of a [`Token`].
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// A hash as it was stored; none unless it has 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl AsRef<[u8]> for TokenHash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    /// In constant time (T124).
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({}…)", hex::encode(&self.0[..4]))
    }
}

/// Length of a token's text.
const TEXT_LENGTH: usize = 43;

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> Token {
        Token::new(&move |bytes: &mut [u8]| bytes.fill(byte))
    }

    #[test]
    fn text_and_back() {
        let token = token(7);
        assert_eq!(Token::parse(&token.expose()), Some(token.clone()));
        assert_eq!(token.expose().len(), TEXT_LENGTH);
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let text = token(7).expose();
        for bad in [
            String::new(),
            text[1..].to_owned(),
            format!("{text}="),
            format!("{}+", &text[1..]),
            // the same bytes with other unused bits at the end
            format!("{}d", &text[..42]),
            "é".repeat(21) + "a",
        ] {
            assert_eq!(Token::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let token = token(7);
        assert!(!format!("{token:?}").contains(&token.expose()[..8]));
    }

    #[test]
    fn different_tokens_have_different_hashes() {
        assert_ne!(token(1).hash(), token(2).hash());
        assert_eq!(token(1).hash(), token(1).hash());
        assert_ne!(token(1), token(2));
    }
}
