//! Signing: an enveloped signature, written into the place that was kept for it.

use aws_lc_rs::rand::SecureRandom;
use base64_simd::STANDARD;
use thiserror::Error;

use crate::algorithm::DigestAlgorithm;
use crate::canonical::{Canonical, Enveloped};
use crate::certificate::Certificate;
use crate::grammar::{DS_WRITTEN, ENVELOPED, EXCLUSIVE};
use crate::keys::{KeyError, SigningKey};

/// Signs an element. The digest is taken of its octets as they are; what is added is
/// canonical where it stands, so the result can be embedded and its parent signed again.
///
/// The certificate, if given, is written as `KeyInfo`, because many service providers look
/// for it there. Ours never reads it.
///
/// # Errors
/// See [`SignError`].
///
/// ```
/// use aws_lc_rs::rand::SystemRandom;
/// use xmldsig::{Document, KeyKind, Keys, Limits, Name, SigningKey, Writer, sign, verify};
///
/// let rng = SystemRandom::new();
/// let (key, _) = SigningKey::generate(KeyKind::Rsa2048)?;
/// let mut w = Writer::new();
/// w.open(Name::plain("letter")).attribute("ID", "_1").signature_here();
/// w.leaf(Name::plain("text"), "hello").close();
/// let signed = sign(w.finish_unsigned()?, &key, None, &rng)?;
///
/// let posted = Document::parse(signed.octets(), &Limits::MESSAGE)?;
/// let keys = Keys::new(key.verifying_key()?, []);
/// let proof = verify(posted.root(), &keys)?;
/// assert_eq!(proof.octets(), br#"<letter ID="_1"><text>hello</text></letter>"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign<'n>(
    unsigned: Enveloped<'n>,
    key: &SigningKey,
    certificate: Option<&Certificate>,
    rng: &dyn SecureRandom,
) -> Result<Canonical<'n>, SignError> {
    if certificate.is_some_and(|certificate| certificate.public_key() != key.public_key()) {
        return Err(SignError::CertificateOfAnotherKey);
    }
    let Enveloped { mut element, id, place } = unsigned;
    let digest = DigestAlgorithm::Sha256.digest(&element.octets);
    let info = signed_info(&id, key, &STANDARD.encode_to_string(digest));
    let value = STANDARD.encode_to_string(key.sign_octets(info.as_bytes(), rng)?);
    let shown = certificate.map_or([""; 3], |certificate| [KEY_INFO, certificate.base64(), KEY_INFO_END]);
    let [key_info, certificate, key_info_end] = shown;
    let parts = [
        SIGNATURE,
        // In its place it needs no declaration: `Signature` makes it.
        "<ds:SignedInfo>",
        &info[SIGNED_INFO.len()..],
        "<ds:SignatureValue>",
        &value,
        "</ds:SignatureValue>",
        key_info,
        certificate,
        key_info_end,
        "</ds:Signature>",
    ];
    insert(&mut element.octets, place, &parts);
    if !element.declared.contains(&DS_WRITTEN) {
        element.declared.push(DS_WRITTEN);
    }
    element.assert_canonical();
    Ok(element)
}

/// Why an element was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignError {
    /// The certificate that was to be shown belongs to another key.
    #[error("the certificate belongs to another key")]
    CertificateOfAnotherKey,
    /// The key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// `SignedInfo` in canonical form, which is what is signed. An `ID` needs no escape.
fn signed_info(id: &str, key: &SigningKey, digest: &str) -> String {
    [
        SIGNED_INFO,
        "<ds:CanonicalizationMethod Algorithm=\"",
        EXCLUSIVE,
        "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"",
        key.algorithm().uri(),
        "\"></ds:SignatureMethod><ds:Reference URI=\"#",
        id,
        "\"><ds:Transforms><ds:Transform Algorithm=\"",
        ENVELOPED,
        "\"></ds:Transform><ds:Transform Algorithm=\"",
        EXCLUSIVE,
        "\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"",
        DigestAlgorithm::Sha256.uri(),
        "\"></ds:DigestMethod><ds:DigestValue>",
        digest,
        "</ds:DigestValue></ds:Reference></ds:SignedInfo>",
    ]
    .concat()
}

/// Puts `parts` one after the other into their place, without another buffer.
fn insert(octets: &mut Vec<u8>, place: usize, parts: &[&str]) {
    let added: usize = parts.iter().map(|part| part.len()).sum();
    let end = octets.len();
    octets.resize(end + added, 0);
    octets.copy_within(place..end, place + added);
    let mut at = place;
    for part in parts {
        octets[at..at + part.len()].copy_from_slice(part.as_bytes());
        at += part.len();
    }
}

const SIGNATURE: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">";
const SIGNED_INFO: &str = "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">";
const KEY_INFO: &str = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>";
const KEY_INFO_END: &str = "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>";
