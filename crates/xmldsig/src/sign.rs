//! Signing: an enveloped signature, written into the place that was kept for it.

use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::algorithm::DigestAlgorithm;
use crate::canonical::{Canonical, Enveloped};
use crate::certificate::Certificate;
use crate::grammar::{DS, DS_WRITTEN, ENVELOPED, EXCLUSIVE};
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
    let info = signed_info(&id, key, &STANDARD.encode(digest));
    let to_sign = ["<ds:SignedInfo xmlns:ds=\"", DS, "\">", &info].concat();
    let value = key.sign_octets(to_sign.as_bytes(), rng)?;
    let mut signature = String::with_capacity(info.len() + value.len() * 2 + 512);
    signature += &["<ds:Signature xmlns:ds=\"", DS, "\"><ds:SignedInfo>", &info].concat();
    signature += "<ds:SignatureValue>";
    STANDARD.encode_string(value, &mut signature);
    signature += "</ds:SignatureValue>";
    if let Some(certificate) = certificate {
        signature += "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>";
        signature += certificate.base64();
        signature += "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>";
    }
    signature += "</ds:Signature>";
    // Not `splice`, which moves octets one by one.
    let tail = element.octets.split_off(place);
    element.octets.reserve(signature.len() + tail.len());
    element.octets.extend_from_slice(signature.as_bytes());
    element.octets.extend_from_slice(&tail);
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

/// `SignedInfo` after its start tag, in canonical form. An `ID` needs no escape.
fn signed_info(id: &str, key: &SigningKey, digest: &str) -> String {
    [
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
