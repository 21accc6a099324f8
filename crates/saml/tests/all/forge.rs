//! Makes responses that nobody would send: edits the bytes of a valid one and
//! signs again with the true key, so that only the edited rule can refuse it.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use saml::core::{Skew, write_instant};
use saml::idp::{self, Signing};
use saml::sp::{self, Asked, Expected, Outcome, Received, Rejection, SignedPart, Trust};
use xmldsig::{Document, Element, Limits, canonicalize};

use crate::sample::{self, IdentityProvider, Parties};

/// One identity provider with one key for all tests.
pub(crate) static IDP: LazyLock<IdentityProvider> = LazyLock::new(IdentityProvider::new);
pub(crate) static PARTIES: LazyLock<Parties> = LazyLock::new(Parties::new);

/// The three forms of a signed response, with the trust that asks for each.
pub(crate) const FORMS: [(Signing, SignedPart); 3] = [
    (Signing::Assertion, SignedPart::Assertion),
    (Signing::Response, SignedPart::Response),
    (Signing::Both, SignedPart::Both),
];

/// Where a signature goes in a template.
pub(crate) const OF_ASSERTION: &str = "{A}";
pub(crate) const OF_RESPONSE: &str = "{R}";

/// A valid response of every part that we write, its signatures still to come.
pub(crate) fn template() -> String {
    let rng = sample::chance();
    let mut statement = sample::statement();
    statement.session_not_on_or_after = Some(sample::now() + jiff::SignedDuration::from_hours(8));
    let reply = sample::checked().reply(None);
    let issuer = idp::Issuer { signing: Signing::Both, ..IDP.issuer() };
    let issued = idp::issue(reply, &statement, &issuer, &sample::fresh(&rng)).unwrap();
    let xml = String::from_utf8(issued.xml().to_vec()).unwrap();
    let xml = cut(&xml, "<ds:Signature ", "</ds:Signature>", OF_RESPONSE);
    cut(&xml, "<ds:Signature ", "</ds:Signature>", OF_ASSERTION)
}

/// Replaces the first `from … to` by something else.
pub(crate) fn cut(xml: &str, from: &str, to: &str, by: &str) -> String {
    let start = xml.find(from).unwrap_or_else(|| panic!("no {from}"));
    let end = start + xml[start..].find(to).unwrap_or_else(|| panic!("no {to}")) + to.len();
    format!("{}{by}{}", &xml[..start], &xml[end..])
}

/// Replaces a text that must be there.
pub(crate) fn edit(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "nothing to edit: {from}");
    xml.replacen(from, to, 1)
}

/// Signs a template in a form with the true key.
pub(crate) fn sign(template: &str, form: Signing) -> String {
    let (assertion, response) = match form {
        Signing::Assertion => (true, false),
        Signing::Response => (false, true),
        Signing::Both => (true, true),
    };
    let xml = match assertion {
        true => sign_place(template, OF_ASSERTION, "Assertion", &[], &IDP),
        false => template.replacen(OF_ASSERTION, "", 1),
    };
    match response {
        true => sign_place(&xml, OF_RESPONSE, "Response", &[], &IDP),
        false => xml.replacen(OF_RESPONSE, "", 1),
    }
}

/// Puts the signature of the first element of a name into a place of a template.
pub(crate) fn sign_place(
    template: &str,
    place: &str,
    local: &str,
    prefixes: &[&str],
    signer: &IdentityProvider,
) -> String {
    let signature = signature(template, local, prefixes, signer);
    template.replacen(place, &signature, 1)
}

fn signature(template: &str, local: &str, prefixes: &[&str], signer: &IdentityProvider) -> String {
    let unsigned = template.replace(OF_ASSERTION, "").replace(OF_RESPONSE, "");
    let limits = Limits { comments: true, ..Limits::MESSAGE };
    let document = Document::parse(unsigned.as_bytes(), &limits).unwrap();
    let element = find(document.root(), local).unwrap_or_else(|| panic!("no {local}"));
    let id = element.attribute("ID").unwrap_or("none");
    let octets = canonicalize(element, prefixes, None).unwrap();
    let list = match prefixes {
        [] => String::new(),
        prefixes => format!(
            r#"<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{}"></ec:InclusiveNamespaces>"#,
            prefixes.join(" ")
        ),
    };
    let digest = STANDARD.encode(digest(&SHA256, &octets));
    let content = format!(
        r##"<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">{list}</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"##
    );
    let namespace = r#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#""#;
    let canonical = format!("<ds:SignedInfo{namespace}>{content}");
    let rng = sample::chance();
    let value = signer.key.sign_octets(canonical.as_bytes(), &rng).unwrap();
    let value = STANDARD.encode(value);
    format!(
        "<ds:Signature{namespace}><ds:SignedInfo>{content}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
    )
}

fn find<'d>(element: Element<'d>, local: &str) -> Option<Element<'d>> {
    if element.local_name() == local {
        return Some(element);
    }
    element.elements().find_map(|child| find(child, local))
}

/// What the samples expect, but for the part that must be signed.
pub(crate) fn verify(xml: &str, signed: SignedPart) -> Result<Outcome, Failure> {
    let request = sample::request().id;
    judge(xml, &IDP.trust(signed), Asked::Request(&request), |received, expected| {
        sp::verify(received, expected)
    })
    .and_then(|outcome| outcome.map_err(Failure::Rejected))
}

/// Judges a message by the samples' expectations.
pub(crate) fn judge<T>(
    xml: &str,
    trust: &Trust,
    asked: Asked<'_>,
    judge: impl FnOnce(&Received, &Expected<'_>) -> T,
) -> Result<T, Failure> {
    let received = Received::parse(xml.as_bytes()).map_err(|why| Failure::Unread(why.to_string()))?;
    let expected = Expected {
        trust,
        audience: &PARTIES.sp,
        recipient: &PARTIES.acs_url,
        asked,
        encryption: &sp::Encryption::Refused,
        now: sample::now(),
        skew: Skew::default(),
    };
    Ok(judge(&received, &expected))
}

/// Why a message did not sign in.
#[derive(Debug)]
#[allow(dead_code, reason = "shown by the assertions that fail")]
pub(crate) enum Failure {
    Unread(String),
    Rejected(Rejection),
}

/// The person whom a message signs in, if it does.
pub(crate) fn signs_in(xml: &str, signed: SignedPart) -> Option<String> {
    match verify(xml, signed) {
        Ok(Outcome::SignedIn(assertion)) => Some(assertion.name_id().value().to_owned()),
        _ => None,
    }
}

/// An instant so many seconds from the samples' time, as it stands in messages.
pub(crate) fn at(seconds: i64) -> String {
    write_instant(sample::now() + jiff::SignedDuration::from_secs(seconds))
}
