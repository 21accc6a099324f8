//! The one shape of a signature.
//!
//! ```text
//! Signature      @Id? SignedInfo SignatureValue KeyInfo?
//! SignedInfo     CanonicalizationMethod SignatureMethod Reference
//! Reference      @URI="#" + the ID of the very element that holds the signature
//!                Transforms(enveloped, exclusive C14N) DigestMethod DigestValue
//! ```
//!
//! Elements in this order, no other element, attribute or text anywhere in it. Whatever
//! deviates is refused by name before any cryptography: each open door of XML signatures
//! (other transforms, several references, objects, manifests, key look-ups) has been walked
//! through by somebody. `KeyInfo` is checked to hold nothing but descriptions of keys, and
//! then never looked at again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::c14n::check_prefixes;
use crate::name::Namespace;
use crate::verify::SignatureError as Error;
use crate::xml::{Element, is_xml_space};

/// XML signatures.
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// As signatures are written here.
pub(crate) const DS_WRITTEN: Namespace<'static> = Namespace::new("ds", DS);
/// Exclusive canonicalisation without comments: the algorithm, and the namespace of its parameters.
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The enveloped signature transform.
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A signature of the right shape: what it claims, and nothing of it checked yet.
pub(crate) struct Claim<'d> {
    pub(crate) signed_info: Element<'d>,
    /// The inclusive prefixes for canonicalising `SignedInfo`.
    pub(crate) info_prefixes: Vec<&'d str>,
    pub(crate) method: SignatureAlgorithm,
    /// The inclusive prefixes for canonicalising the signed element.
    pub(crate) prefixes: Vec<&'d str>,
    pub(crate) digest_method: DigestAlgorithm,
    /// As long as the digests of `digest_method`.
    pub(crate) digest: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

/// Reads the `signature` that `signed` holds.
pub(crate) fn read<'d>(signed: Element<'d>, signature: Element<'d>) -> Result<Claim<'d>, Error> {
    let id = signed.attribute("ID").ok_or(Error::IdMissing)?;
    let (signed_info, value) = signature_parts(signature)?;
    no_attributes(signed_info)?;
    if signed_info.elements().filter(|child| child.is(DS, "Reference")).count() > 1 {
        return Err(Error::SeveralReferences);
    }
    let names = ["CanonicalizationMethod", "SignatureMethod", "Reference"];
    let [canonicalization, method, reference] = children(signed_info, names, Error::SignedInfoContent)?;
    if algorithm(canonicalization)? != EXCLUSIVE {
        return Err(Error::CanonicalizationMethod);
    }
    let info_prefixes = prefix_list(canonicalization, signed_info)?;
    let method_uri = algorithm(method)?;
    empty(method)?;
    let method = SignatureAlgorithm::from_uri(method_uri).map_err(Error::SignatureMethod)?;
    refers_to(reference, id)?;
    let names = ["Transforms", "DigestMethod", "DigestValue"];
    let [transforms, digest_method, digest] = children(reference, names, Error::ReferenceContent)?;
    let prefixes = transforms_prefixes(transforms, signed)?;
    let digest_uri = algorithm(digest_method)?;
    empty(digest_method)?;
    let digest_method = DigestAlgorithm::from_uri(digest_uri).map_err(Error::DigestMethod)?;
    let digest = base64(digest)?;
    if digest.len() != digest_method.length() {
        return Err(Error::DigestLength);
    }
    let value = base64(value)?;
    if value.is_empty() {
        return Err(Error::SignatureEmpty);
    }
    Ok(Claim { signed_info, info_prefixes, method, prefixes, digest_method, digest, value })
}

/// `SignedInfo` and `SignatureValue`, after a look that `KeyInfo`, if there, is harmless.
fn signature_parts(signature: Element<'_>) -> Result<(Element<'_>, Element<'_>), Error> {
    // Nothing refers to it, and nothing else has its value: the reader saw to that.
    only_attribute(signature, "Id")?;
    let names = ["SignedInfo", "SignatureValue"];
    if signature.elements().count() == names.len() {
        let [signed_info, value] = children(signature, names, Error::SignatureContent)?;
        return Ok((signed_info, value));
    }
    let names = ["SignedInfo", "SignatureValue", "KeyInfo"];
    let [signed_info, value, key_info] = children(signature, names, Error::SignatureContent)?;
    for element in std::iter::once(key_info).chain(key_info.descendants()) {
        let known = KEY_INFO.iter().any(|local| element.is(DS, local));
        if !known || element.attributes().next().is_some() {
            return Err(Error::KeyInfoContent);
        }
    }
    Ok((signed_info, value))
}

/// One reference, to the element whose `ID` is `id`: by its name, in this document.
fn refers_to(reference: Element<'_>, id: &str) -> Result<(), Error> {
    only_attribute(reference, "URI")?;
    match reference.attribute("URI") {
        None => Err(Error::ReferenceMissing),
        Some("") => Err(Error::ReferenceWhole),
        Some(uri) => match uri.strip_prefix('#') {
            None => Err(Error::ReferenceExternal),
            Some(pointer) if pointer.contains('(') => Err(Error::ReferencePointer),
            Some(other) if other != id => Err(Error::ReferenceElsewhere),
            Some(_) => Ok(()),
        },
    }
}

/// Exactly the two transforms, in their order; returns the prefix list of the second.
fn transforms_prefixes<'d>(transforms: Element<'d>, signed: Element<'d>) -> Result<Vec<&'d str>, Error> {
    no_attributes(transforms)?;
    for transform in transforms.elements().filter(|child| child.is(DS, "Transform")) {
        if ![ENVELOPED, EXCLUSIVE].contains(&algorithm(transform)?) {
            return Err(Error::TransformRefused);
        }
    }
    let [first, second] = children(transforms, ["Transform", "Transform"], Error::Transforms)?;
    if algorithm(first)? != ENVELOPED || algorithm(second)? != EXCLUSIVE {
        return Err(Error::Transforms);
    }
    empty(first)?;
    prefix_list(second, signed)
}

/// The prefixes that `method` lists as inclusive, each declared at `apex`.
fn prefix_list<'d>(method: Element<'d>, apex: Element<'d>) -> Result<Vec<&'d str>, Error> {
    if method.elements().next().is_none() {
        empty(method)?;
        return Ok(Vec::new());
    }
    let [list] = only_children(method, Error::UnexpectedContent)?;
    if !list.is(EXCLUSIVE, "InclusiveNamespaces") {
        return Err(Error::UnexpectedContent);
    }
    only_attribute(list, "PrefixList")?;
    empty(list)?;
    let tokens = list.attribute("PrefixList").unwrap_or_default().split([' ', '\t', '\n', '\r']);
    let prefixes: Vec<_> = tokens
        .filter(|token| !token.is_empty())
        .map(|token| if token == "#default" { "" } else { token })
        .take(MOST_TOKENS)
        .collect();
    check_prefixes(apex, &prefixes).map_err(Error::Canonical)?;
    Ok(prefixes)
}

// What the parts above are made of.

/// The children of `parent`, which are the elements `names` and nothing else.
fn children<'d, const N: usize>(
    parent: Element<'d>,
    names: [&str; N],
    otherwise: Error,
) -> Result<[Element<'d>; N], Error> {
    let found = only_children(parent, otherwise)?;
    let fits = found.iter().zip(names).all(|(child, name)| child.is(DS, name));
    if fits { Ok(found) } else { Err(otherwise) }
}

fn only_children<const N: usize>(parent: Element<'_>, otherwise: Error) -> Result<[Element<'_>; N], Error> {
    if parent.has_stray_text() {
        return Err(Error::StrayText);
    }
    let mut elements = parent.elements();
    let mut found = [parent; N];
    for child in &mut found {
        *child = elements.next().ok_or(otherwise)?;
    }
    if elements.next().is_some() { Err(otherwise) } else { Ok(found) }
}

fn algorithm(element: Element<'_>) -> Result<&str, Error> {
    only_attribute(element, "Algorithm")?;
    Ok(element.attribute("Algorithm").unwrap_or_default())
}

fn no_attributes(element: Element<'_>) -> Result<(), Error> {
    if element.attributes().next().is_some() { Err(Error::UnexpectedAttribute) } else { Ok(()) }
}

fn only_attribute(element: Element<'_>, local: &str) -> Result<(), Error> {
    let mut attributes = element.attributes();
    let only = attributes.all(|attribute| attribute.namespace.is_none() && attribute.local_name == local);
    if only { Ok(()) } else { Err(Error::UnexpectedAttribute) }
}

fn empty(element: Element<'_>) -> Result<(), Error> {
    let text = element.text().map_err(|_| Error::UnexpectedContent)?;
    if text.bytes().all(is_xml_space) { Ok(()) } else { Err(Error::StrayText) }
}

/// The octets that an element without attributes and child elements holds in base64: white
/// space may stand anywhere, everything else is as strict as RFC 4648 can be read.
fn base64(element: Element<'_>) -> Result<Vec<u8>, Error> {
    no_attributes(element)?;
    let text = element.text().map_err(|_| Error::UnexpectedContent)?;
    // Many signers break no lines, so white space is looked for only afterwards.
    STANDARD.decode(text.as_bytes()).or_else(|_| {
        let symbols: Vec<u8> = text.bytes().filter(|&octet| !is_xml_space(octet)).collect();
        STANDARD.decode(symbols).map_err(|_| Error::Base64)
    })
}

/// One more than is allowed is enough to see that there are too many.
const MOST_TOKENS: usize = 17;

/// What may stand in `KeyInfo`: keys and certificates described in place. References to
/// elsewhere (`RetrievalMethod`), objects and elements of others are not among them.
const KEY_INFO: &[&str] = &[
    "KeyInfo",
    "KeyName",
    "KeyValue",
    "RSAKeyValue",
    "Modulus",
    "Exponent",
    "X509Data",
    "X509Certificate",
    "X509SubjectName",
    "X509IssuerSerial",
    "X509IssuerName",
    "X509SerialNumber",
    "X509SKI",
    "X509CRL",
];
