//! Keys made once, a signed message to begin with, and the tools that tamper with it: they
//! take text and give text, and sign again with the true key where the rule asks for it.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xmldsig::{
    Canonical, Certificate, Document, Element, KeyKind, Keys, Limits, Namespace, SignatureError, Signed,
    SigningKey, Writer, canonicalize, self_signed, sign, signature_of, verify,
};

pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const R: Namespace<'static> = Namespace::new("r", "urn:r");
pub(crate) const A: Namespace<'static> = Namespace::new("a", "urn:a");

pub(crate) struct Pair {
    pub(crate) key: SigningKey,
    pub(crate) pkcs8: Vec<u8>,
    pub(crate) certificate: Certificate,
}

impl Pair {
    fn new() -> Pair {
        let (key, pkcs8) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
        let validity = "2020-01-01T00:00:00Z".parse().unwrap().."2040-01-01T00:00:00Z".parse().unwrap();
        let certificate = self_signed(&key, "test", validity, [1; 16], rng()).unwrap();
        Pair { key, pkcs8: pkcs8.to_vec(), certificate }
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys::new(self.key.verifying_key().unwrap(), [])
    }
}

/// The key that is trusted.
pub(crate) static TRUE: LazyLock<Pair> = LazyLock::new(Pair::new);
/// Somebody else's.
pub(crate) static FALSE: LazyLock<Pair> = LazyLock::new(Pair::new);

pub(crate) fn rng() -> &'static SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "a test draws its own randomness")]
    static RNG: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);
    &RNG
}

pub(crate) fn parse(xml: &str) -> Document {
    Document::parse(xml.as_bytes(), &Limits::MESSAGE).unwrap_or_else(|error| panic!("{error}: {xml}"))
}

/// An assertion, signed by the true key.
pub(crate) fn assertion(id: &str) -> Canonical<'static> {
    let mut w = Writer::new();
    w.open(A.name("Assertion")).attribute("ID", id);
    w.leaf(A.name("Issuer"), "https://idp.example").signature_here();
    w.open(A.name("Subject")).leaf(A.name("NameID"), "maya@acme.example").close();
    w.open(A.name("Attribute")).attribute("Name", "email").attribute("Format", "uri");
    w.leaf(A.name("Value"), "maya@acme.example").close().close();
    sign(w.finish_unsigned().unwrap(), &TRUE.key, Some(&TRUE.certificate), rng()).unwrap()
}

/// A response around `assertion`, signed by the true key too.
pub(crate) fn response(assertion: &Canonical<'static>) -> Canonical<'static> {
    let mut w = Writer::new();
    w.open(R.name("Response"))
        .attribute("ID", "_r")
        .attribute("Destination", "https://sp.example/acs?a=1&b=2");
    w.leaf(A.name("Issuer"), "https://idp.example").signature_here();
    w.open(R.name("Status")).close().embed(assertion).close();
    sign(w.finish_unsigned().unwrap(), &TRUE.key, None, rng()).unwrap()
}

pub(crate) fn text(canonical: &Canonical<'_>) -> String {
    String::from_utf8(canonical.octets().to_vec()).unwrap()
}

/// The verdict on the root of `xml`, under the true key.
pub(crate) fn verdict(xml: &str) -> Result<Signed, SignatureError> {
    verify(parse(xml).root(), &TRUE.keys())
}

/// Replaces `from`, which must stand in `xml`, once.
pub(crate) fn swap(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "{from} is not in {xml}");
    xml.replacen(from, to, 1)
}

/// Signs the root's `SignedInfo` again, as it stands now.
pub(crate) fn resign(xml: &str) -> String {
    resign_with(xml, &TRUE.key)
}

pub(crate) fn resign_with(xml: &str, key: &SigningKey) -> String {
    let document = parse(xml);
    let Some(info) = signature_child(document.root(), "SignedInfo") else {
        return xml.to_owned();
    };
    let octets = canonicalize(info, &info_prefixes(info), None).unwrap();
    let value = STANDARD.encode(key.sign_octets(&octets, rng()).unwrap());
    fill(xml, "SignatureValue", &value)
}

/// Digests the root again, as it stands now, and signs it again.
pub(crate) fn redigest(xml: &str) -> String {
    let document = parse(xml);
    let signature = signature_of(document.root()).unwrap();
    let octets = canonicalize(document.root(), &[], signature).unwrap();
    resign(&fill(xml, "DigestValue", &STANDARD.encode(digest(&SHA256, &octets))))
}

fn info_prefixes<'d>(info: Element<'d>) -> Vec<&'d str> {
    let method = info.elements().next().expect("a method");
    let list = method.elements().next().and_then(|list| list.attribute("PrefixList"));
    list.map(|list| list.split(' ').collect()).unwrap_or_default()
}

fn signature_child<'d>(root: Element<'d>, local: &str) -> Option<Element<'d>> {
    let signature = root.elements().find(|child| child.is(DS, "Signature"))?;
    signature.elements().find(|child| child.is(DS, local))
}

/// Puts `value` into the first element `local`, if there is one, whatever it held.
fn fill(xml: &str, local: &str, value: &str) -> String {
    let tags = [format!("<ds:{local}>"), format!("<{local}>")];
    let Some((start, tag)) = tags.iter().find_map(|tag| Some((xml.find(tag)?, tag))) else {
        return xml.to_owned();
    };
    let open = start + tag.len();
    let close = open + xml[open..].find("</").expect("its end");
    [&xml[..open], value, &xml[close..]].concat()
}
