//! Deletes each element and each attribute of a valid response, one at a time.
//!
//! As posted, nothing but `KeyInfo`, which nobody reads, may go. Signed again
//! with the true key, what may go is what the rules leave to the sender.

use std::collections::BTreeSet;

use saml::idp::Signing;
use saml::sp::SignedPart;
use xmldsig::{Document, Element, Limits};

use crate::forge::{FORMS, IDP, sign, signs_in, template};
use crate::sample;

/// Harmless when signed again. `Attribute` and what is in it: the application
/// decides which attributes it needs. Times and indexes: the standard makes them
/// optional, and the bearer's own end stays demanded.
const HARMLESS: &[&str] = &[
    "Response/Assertion/AttributeStatement",
    "Response/Assertion/AttributeStatement/Attribute",
    "Response/Assertion/AttributeStatement/Attribute/@NameFormat",
    "Response/Assertion/AttributeStatement/Attribute/AttributeValue",
    "Response/Assertion/AuthnStatement/@SessionIndex",
    "Response/Assertion/AuthnStatement/@SessionNotOnOrAfter",
    "Response/Assertion/Conditions/@NotBefore",
    "Response/Assertion/Conditions/@NotOnOrAfter",
    "Response/Assertion/Subject/NameID/@Format",
];

#[test]
fn deleting_anything_from_a_posted_response_never_signs_in() {
    for (form, part) in FORMS {
        let xml = issued(form);
        assert!(signs_in(&xml, part).is_some());
        let mut harmless = BTreeSet::new();
        let deletions = deletions(&xml);
        assert!(deletions.len() > 60, "{}", deletions.len());
        for (path, left) in deletions {
            for trust in [part, SignedPart::Either, SignedPart::Assertion, SignedPart::Response] {
                if signs_in(&left, trust).is_some() {
                    harmless.insert(path.rsplit('/').next().unwrap_or_default().to_owned());
                }
            }
        }
        harmless.retain(|name| !["KeyInfo", "X509Data", "X509Certificate"].contains(&name.as_str()));
        // With two signatures, a trust that asks for one can lose the other.
        if form == Signing::Both {
            harmless.remove("Signature");
        }
        assert_eq!(harmless, BTreeSet::new(), "{form:?}");
    }
}

#[test]
fn both_signatures_are_needed_where_both_are_asked_for() {
    let xml = issued(Signing::Both);
    for (path, left) in deletions(&xml) {
        let of_key_info = path.contains("Response/Signature/KeyInfo");
        let harmless = signs_in(&left, SignedPart::Both).is_some();
        assert_eq!(harmless, of_key_info, "{path}");
    }
}

#[test]
fn signed_again_only_what_the_rules_leave_open_may_be_missing() {
    let template = template();
    for (form, part) in FORMS {
        let mut harmless = BTreeSet::new();
        for (path, left) in deletions(&template) {
            // Without an ID, or without the signed element, nothing can be signed.
            let signable = left.contains("{A}") && left.contains("{R}") && left.matches(" ID=").count() == 2;
            if signable && signs_in(&sign(&left, form), part).is_some() {
                harmless.insert(path);
            }
        }
        let expected: BTreeSet<String> = HARMLESS.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(harmless, expected, "{form:?}");
    }
}

/// A response as we issue it, certificate and all.
fn issued(signing: Signing) -> String {
    let rng = sample::chance();
    let issuer = saml::idp::Issuer { signing, ..IDP.issuer() };
    let mut statement = sample::statement();
    statement.session_not_on_or_after = Some(sample::now());
    let reply = sample::checked().reply(None);
    let response = saml::idp::issue(reply, &statement, &issuer, &sample::fresh(&rng));
    String::from_utf8(response.unwrap().xml().to_vec()).unwrap()
}

/// Every document that lacks one element or one attribute, with the path of it.
fn deletions(xml: &str) -> Vec<(String, String)> {
    let document = Document::parse(xml.as_bytes(), &Limits::MESSAGE).unwrap();
    let mut found = Vec::new();
    walk(xml, document.root(), "", 0, &mut found);
    found
}

/// Finds the source of an element by its position: ours are canonical, so start
/// and end tags stand in document order and nothing is self-closed.
fn walk(
    xml: &str,
    element: Element<'_>,
    above: &str,
    from: usize,
    found: &mut Vec<(String, String)>,
) -> usize {
    let path = format!("{above}{}", element.local_name());
    let tag = |at: usize| {
        let name_end = xml[at + 1..].find([' ', '>']).unwrap() + at + 1;
        xml[at + 1..name_end].rsplit(':').next() == Some(element.local_name())
            && !xml[at + 1..].starts_with('/')
    };
    let start = (from..xml.len()).find(|&at| xml.as_bytes()[at] == b'<' && tag(at)).unwrap();
    let open_end = start + xml[start..].find('>').unwrap() + 1;
    let mut at = open_end;
    let mut inner = Vec::new();
    for child in element.elements() {
        at = walk(xml, child, &format!("{path}/"), at, &mut inner);
    }
    let end = at + xml[at..].find("</").unwrap();
    let end = end + xml[end..].find('>').unwrap() + 1;
    if !above.is_empty() {
        found.push((path.clone(), [&xml[..start], &xml[end..]].concat()));
    }
    for attribute in element.attributes() {
        let text = format!(" {}=\"", attribute.local_name);
        let begin = start + xml[start..open_end].find(&text).unwrap();
        let value_end = begin + text.len();
        let stop = value_end + xml[value_end..].find('"').unwrap() + 1;
        let left = [&xml[..begin], &xml[stop..]].concat();
        found.push((format!("{path}/@{}", attribute.local_name), left));
    }
    found.append(&mut inner);
    end
}
