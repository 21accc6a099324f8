//! Verifying: from a posted element to a new value that holds what was signed, and only that.

use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::algorithm::Refused;
use crate::c14n::{C14nError, canonicalize};
use crate::grammar::{self, DS};
use crate::keys::Keys;
use crate::limits::Limits;
use crate::xml::{Document, Element, XmlError};

/// Checks the one signature of `element`, which must be signed whole by one of `keys`.
///
/// Everything about the shape is refused before any cryptography. Then the signature is
/// checked (so that nobody without a key makes us canonicalise what he likes), then the
/// digest, over the element as it was posted. The result is made of the octets that were
/// digested; it holds nothing of the posted tree.
///
/// # Errors
/// The first rule that is broken.
///
/// ```
/// use xmldsig::{Document, KeyKind, Keys, Limits, SignatureError, SigningKey, verify};
///
/// let (key, _) = SigningKey::generate(KeyKind::Rsa2048)?;
/// let keys = Keys::new(key.verifying_key()?, []);
/// let posted = Document::parse(br#"<letter ID="_1"/>"#, &Limits::MESSAGE)?;
/// assert_eq!(verify(posted.root(), &keys).unwrap_err(), SignatureError::Missing);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// See [`sign`](crate::sign) for one that verifies.
pub fn verify(element: Element<'_>, keys: &Keys) -> Result<Signed, SignatureError> {
    let signature = signature_of(element)?.ok_or(SignatureError::Missing)?;
    let in_message = element.document().elements().filter(|other| other.is(DS, "Signature")).count();
    if in_message > MOST_SIGNATURES {
        return Err(SignatureError::TooMany);
    }
    let claim = grammar::read(element, signature)?;
    let info = canonicalize(claim.signed_info, &claim.info_prefixes, None)?;
    let key = keys
        .verify_octets(claim.method, &info, &claim.value)
        .map_err(|_| SignatureError::SignatureMismatch)?;
    let octets = canonicalize(element, &claim.prefixes, Some(signature))?;
    let digest = claim.digest_method.digest(&octets);
    if !bool::from(digest.as_ref().ct_eq(&claim.digest)) {
        return Err(SignatureError::DigestMismatch);
    }
    Ok(Signed { octets, key, limits: *element.document().limits() })
}

/// The signature that `element` itself holds, if any: among its children, the first or the
/// second, which is where the schemas of protocols put it.
///
/// # Errors
/// [`SignatureError::Repeated`] or [`SignatureError::Misplaced`].
///
/// ```
/// use xmldsig::{Document, Limits, SignatureError, signature_of};
///
/// let unsigned = Document::parse(b"<a><b/></a>", &Limits::MESSAGE)?;
/// assert_eq!(signature_of(unsigned.root()), Ok(None));
///
/// let late = br#"<a><b/><c/><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></a>"#;
/// let late = Document::parse(late, &Limits::MESSAGE)?;
/// assert_eq!(signature_of(late.root()), Err(SignatureError::Misplaced));
/// # Ok::<(), xmldsig::XmlError>(())
/// ```
pub fn signature_of(element: Element<'_>) -> Result<Option<Element<'_>>, SignatureError> {
    let mut signatures = element.elements().enumerate().filter(|(_, child)| child.is(DS, "Signature"));
    match (signatures.next(), signatures.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(SignatureError::Repeated),
        (Some((0 | 1, signature)), None) => Ok(Some(signature)),
        (Some(_), None) => Err(SignatureError::Misplaced),
    }
}

/// What was signed. Only [`verify`] makes one, so holding it is the proof.
pub struct Signed {
    octets: Vec<u8>,
    key: usize,
    limits: Limits,
}

impl Signed {
    /// The octets whose digest was checked: the element in canonical form, its own signature left out.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Which of the keys signed, in the order of [`Keys::iter`], counted from 0.
    #[must_use]
    pub fn key(&self) -> usize {
        self.key
    }

    /// A new document, read from [`octets`](Self::octets).
    ///
    /// # Errors
    /// When a limit that the posted document kept is broken by its canonical form, which
    /// can declare more namespaces on one element.
    pub fn document(&self) -> Result<Document, XmlError> {
        Document::parse(&self.octets, &self.limits)
    }
}

impl std::fmt::Debug for Signed {
    /// No content: messages carry personal data and do not belong in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signed").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Why a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// The element holds no signature.
    #[error("the element is not signed")]
    Missing,
    /// The element holds more than one.
    #[error("the element holds more than one signature")]
    Repeated,
    /// The message holds more than two.
    #[error("the message holds more than two signatures")]
    TooMany,
    /// It is neither the first nor the second child of the element.
    #[error("the signature is not in its place")]
    Misplaced,
    /// The signed element has no `ID`.
    #[error("the signed element has no ID")]
    IdMissing,
    /// `Signature` is not `SignedInfo`, `SignatureValue` and perhaps `KeyInfo`.
    #[error("Signature does not consist of SignedInfo, SignatureValue and perhaps KeyInfo")]
    SignatureContent,
    /// `SignedInfo` is not `CanonicalizationMethod`, `SignatureMethod` and `Reference`.
    #[error("SignedInfo does not consist of CanonicalizationMethod, SignatureMethod and Reference")]
    SignedInfoContent,
    /// More than one `Reference`.
    #[error("there is more than one Reference")]
    SeveralReferences,
    /// `Reference` is not `Transforms`, `DigestMethod` and `DigestValue`.
    #[error("Reference does not consist of Transforms, DigestMethod and DigestValue")]
    ReferenceContent,
    /// `KeyInfo` holds something other than a description of a key.
    #[error("KeyInfo holds something other than a description of a key")]
    KeyInfoContent,
    /// An attribute that has no place in a signature.
    #[error("an attribute has no place in a signature")]
    UnexpectedAttribute,
    /// An element where none may be, or another than may be.
    #[error("an element has no place in a signature")]
    UnexpectedContent,
    /// Text between the elements of a signature.
    #[error("there is text between the elements of a signature")]
    StrayText,
    /// Canonicalisation of `SignedInfo` other than exclusive without comments.
    #[error("SignedInfo is not canonicalised exclusively without comments")]
    CanonicalizationMethod,
    /// The way of signing is refused.
    #[error("signature method: {0}")]
    SignatureMethod(Refused),
    /// The way of digesting is refused.
    #[error("digest method: {0}")]
    DigestMethod(Refused),
    /// `Reference` without `URI`.
    #[error("Reference has no URI")]
    ReferenceMissing,
    /// `URI=""`, the document.
    #[error("Reference is to the document instead of an ID")]
    ReferenceWhole,
    /// A `URI` that is not within the document.
    #[error("Reference is to something outside of the document")]
    ReferenceExternal,
    /// An XPointer.
    #[error("Reference is an XPointer")]
    ReferencePointer,
    /// The `ID` of another element, or of none.
    #[error("Reference is not to the element that holds the signature")]
    ReferenceElsewhere,
    /// A transform other than the enveloped signature and exclusive canonicalisation.
    #[error("a transform is refused")]
    TransformRefused,
    /// The two transforms are not there, or not in their order.
    #[error("the transforms are not the enveloped signature, then exclusive canonicalisation")]
    Transforms,
    /// `DigestValue` or `SignatureValue` is not base64.
    #[error("a value is not base64")]
    Base64,
    /// `DigestValue` has not the length of a digest.
    #[error("the digest has a wrong length")]
    DigestLength,
    /// `SignatureValue` is empty.
    #[error("the signature value is empty")]
    SignatureEmpty,
    /// There is no canonical form, or its prefix list is refused.
    #[error(transparent)]
    Canonical(#[from] C14nError),
    /// None of the keys made this signature.
    #[error("the signature was made by none of the keys")]
    SignatureMismatch,
    /// The element is not what was signed.
    #[error("the element was changed after it was signed")]
    DigestMismatch,
}

/// One on the message, one on what it carries.
const MOST_SIGNATURES: usize = 2;
