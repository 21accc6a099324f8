//! What the Redirect and the POST binding carry, packed and unpacked.

use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use url::Url;

/// Base64 as in a form field of the POST binding.
#[must_use]
pub fn to_post(message: &[u8]) -> String {
    STANDARD.encode(message)
}

/// The message of a form field of the POST binding.
///
/// # Panics
/// When it is not base64.
#[must_use]
pub fn from_post(field: &str) -> Vec<u8> {
    STANDARD.decode(field.trim()).expect("base64")
}

/// Deflated base64 as in a query parameter of the Redirect binding, before it
/// is percent-encoded.
///
/// # Panics
/// Never: it is written to memory.
#[must_use]
pub fn to_redirect(message: &[u8]) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message).expect("writes to memory");
    STANDARD.encode(encoder.finish().expect("writes to memory"))
}

/// The message of a query parameter of the Redirect binding.
///
/// # Panics
/// When it is not base64 of deflated bytes.
#[must_use]
pub fn from_redirect(parameter: &str) -> Vec<u8> {
    let deflated = STANDARD.decode(parameter).expect("base64");
    let mut message = Vec::new();
    DeflateDecoder::new(&deflated[..]).read_to_end(&mut message).expect("deflated");
    message
}

/// The value of a query parameter of an address.
#[must_use]
pub fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The address with a query parameter set to another value, added if need be.
#[must_use]
pub fn with_query(url: &Url, name: &str, value: &str) -> Url {
    let others: Vec<_> = url
        .query_pairs()
        .filter(|(key, _)| key != name)
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks() {
        let message = b"<samlp:AuthnRequest>\xc3\xa4</samlp:AuthnRequest>";
        assert_eq!(from_post(&to_post(message)), message);
        assert_eq!(from_redirect(&to_redirect(message)), message);
        let url = Url::parse("https://idp.example/sso?RelayState=a%20b&SAMLRequest=x").unwrap();
        let changed = with_query(&url, "SAMLRequest", &to_redirect(message));
        let parameter = query(&changed, "SAMLRequest").unwrap();
        assert_eq!(from_redirect(&parameter), message);
        assert_eq!(query(&changed, "RelayState").as_deref(), Some("a b"));
        assert_eq!(query(&changed, "Nothing"), None);
    }
}
