//! Signing again what was changed, with the true key.
//!
//! A changed message fails by its signature and proves no other rule. Signed
//! again it is what a hostile or broken holder of the key would send.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use xmldsig::{Document, Element, Limits, SigningKey, canonicalize};

use super::xml;

/// The message with the signature in the element at `path` made anew: digest
/// and signature value, nothing else of it. RSA with SHA-256, exclusive C14N
/// without `InclusiveNamespaces`.
///
/// Where assertion and response are both signed, sign the assertion first.
///
/// # Panics
/// When the message is no longer one that the strict parser reads, or has no
/// signature there.
#[must_use]
pub fn sign_again(message: &[u8], path: &str, key: &SigningKey) -> Vec<u8> {
    let signature = format!("{path}/Signature");
    let info = format!("{signature}/SignedInfo");
    let signed = canonical(message, path, Some(&signature));
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, &signed));
    let digested = xml::set_content(message, &format!("{info}/Reference/DigestValue"), &digest);
    let value = sign(key, &canonical(&digested, &info, None));
    let place = format!("{signature}/SignatureValue");
    xml::set_content(&digested, &place, &STANDARD.encode(value))
}

fn canonical(message: &[u8], path: &str, without: Option<&str>) -> Vec<u8> {
    let document = Document::parse(message, &Limits::MESSAGE).expect("strict XML");
    let element = at(&document, path);
    let without = without.map(|path| at(&document, path));
    canonicalize(element, &[], without).expect("has a canonical form")
}

fn at<'d>(document: &'d Document, path: &str) -> Element<'d> {
    let mut segments = path.split('/');
    let root = document.root();
    assert_eq!(segments.next(), Some(root.local_name()), "the root of {path}");
    segments.fold(root, |parent, segment| {
        let (name, number) = match segment.strip_suffix(']').and_then(|s| s.split_once('[')) {
            Some((name, number)) => (name, number.parse().expect("a number")),
            None => (segment, 1_usize),
        };
        parent
            .elements()
            .filter(|element| element.local_name() == name)
            .nth(number - 1)
            .unwrap_or_else(|| panic!("no {segment} of {path}"))
    })
}

#[expect(clippy::disallowed_methods, reason = "the test kit may ask the machine for chance")]
fn sign(key: &SigningKey, octets: &[u8]) -> Vec<u8> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    key.sign_octets(octets, &random).expect("signs")
}
