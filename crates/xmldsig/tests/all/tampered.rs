//! The table of refusals. Unless a row says otherwise, the tampered `SignedInfo` is signed
//! again with the true key: what refuses it is the rule, not the signature value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xmldsig::SignatureError as E;
use xmldsig::{C14nError, Refused};

use crate::support::{
    DS, ENVELOPED, EXCLUSIVE, FALSE, TRUE, assertion, redigest, resign, resign_with, swap, text, verdict,
};

/// The text of the element `local` of the signature, tags included.
pub(crate) fn part<'x>(xml: &'x str, local: &str) -> &'x str {
    let start =
        xml.find(&format!("<ds:{local}>")).or_else(|| xml.find(&format!("<ds:{local} "))).expect(local);
    let close = format!("</ds:{local}>");
    let end = start + xml[start..].find(&close).expect(local) + close.len();
    &xml[start..end]
}

fn without(xml: &str, local: &str) -> String {
    swap(xml, part(xml, local), "")
}

fn twice(xml: &str, local: &str) -> String {
    swap(xml, part(xml, local), &part(xml, local).repeat(2))
}

pub(crate) fn inside(xml: &str, local: &str, more: &str) -> String {
    let close = format!("</ds:{local}>");
    swap(xml, &close, &format!("{more}{close}"))
}

fn with(xml: &str, local: &str, text: &str) -> String {
    swap(xml, part(xml, local), &format!("<ds:{local}>{text}</ds:{local}>"))
}

fn transforms(xml: &str, algorithms: &[&str]) -> String {
    let all: String = algorithms.iter().map(|uri| format!("<ds:Transform Algorithm=\"{uri}\"/>")).collect();
    with(xml, "Transforms", &all)
}

fn prefix_list(xml: &str, list: &str) -> String {
    let c14n = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform>");
    swap(xml, &c14n, &c14n.replace("></", &format!(">{list}</")))
}

fn inclusive(attributes: &str) -> String {
    format!("<e:InclusiveNamespaces xmlns:e=\"{EXCLUSIVE}\" {attributes}/>")
}

fn check(rows: &[(&str, String, E)]) {
    for (what, xml, expected) in rows {
        let refused =
            verdict(&resign(xml)).map(|signed| String::from_utf8_lossy(signed.octets()).into_owned());
        assert_eq!(refused, Err(*expected), "{what}\n{xml}");
    }
}

#[test]
fn where_the_signature_is() {
    let xml = &text(&assertion("_a"));
    let signature = part(xml, "Signature").to_owned();
    let moved = |to: &str| swap(&swap(xml, &signature, ""), to, &format!("{signature}{to}"));
    check(&[
        ("none", without(xml, "Signature"), E::Missing),
        ("two", twice(xml, "Signature"), E::Repeated),
        (
            "four in the message",
            swap(xml, "<a:NameID>", &format!("{}<a:NameID>", signature.repeat(3))),
            E::TooMany,
        ),
        ("third child", moved("<a:Attribute "), E::Misplaced),
        ("last child", moved("</a:Assertion>"), E::Misplaced),
        ("a grandchild", moved("<a:NameID>"), E::Missing),
        ("of another namespace", xml.replace(DS, "urn:ds"), E::Missing),
        ("on an element without ID", swap(xml, " ID=\"_a\"", ""), E::IdMissing),
    ]);
}

#[test]
fn what_the_signature_holds() {
    let xml = &text(&assertion("_a"));
    let (info, value) = (part(xml, "SignedInfo"), part(xml, "SignatureValue"));
    let object = format!("<ds:Object>{}</ds:Object>", swap(&without(xml, "Signature"), "_a", "_b"));
    check(&[
        ("an object", inside(xml, "Signature", &object), E::SignatureContent),
        ("an object instead of KeyInfo", swap(xml, part(xml, "KeyInfo"), &object), E::SignatureContent),
        (
            "an assertion instead of KeyInfo",
            swap(xml, part(xml, "KeyInfo"), "<a:Assertion/>"),
            E::SignatureContent,
        ),
        ("two SignedInfo", twice(xml, "SignedInfo"), E::SignatureContent),
        ("two SignatureValue", twice(xml, "SignatureValue"), E::SignatureContent),
        ("two KeyInfo", twice(xml, "KeyInfo"), E::SignatureContent),
        ("no SignedInfo", without(xml, "SignedInfo"), E::SignatureContent),
        ("no SignatureValue", without(xml, "SignatureValue"), E::SignatureContent),
        (
            "the value first",
            swap(xml, &format!("{info}{value}"), &format!("{value}{info}")),
            E::SignatureContent,
        ),
        (
            "nothing",
            with(xml, "Signature", "")
                .replace("<ds:Signature>", &format!("<ds:Signature xmlns:ds=\"{DS}\">")),
            E::SignatureContent,
        ),
        ("text", inside(xml, "Signature", "x"), E::StrayText),
        ("an attribute", swap(xml, "<ds:Signature ", "<ds:Signature a=\"1\" "), E::UnexpectedAttribute),
        ("an ID", swap(xml, "<ds:Signature ", "<ds:Signature ID=\"_s\" "), E::UnexpectedAttribute),
        (
            "an attribute of the value",
            swap(xml, "<ds:SignatureValue>", "<ds:SignatureValue a=\"1\">"),
            E::UnexpectedAttribute,
        ),
        (
            "an attribute of SignedInfo",
            swap(xml, "<ds:SignedInfo>", "<ds:SignedInfo a=\"1\">"),
            E::UnexpectedAttribute,
        ),
        ("no method", without(xml, "SignatureMethod"), E::SignedInfoContent),
        ("two methods", twice(xml, "SignatureMethod"), E::SignedInfoContent),
        ("no canonicalisation", without(xml, "CanonicalizationMethod"), E::SignedInfoContent),
        ("no reference", without(xml, "Reference"), E::SignedInfoContent),
        ("two references", twice(xml, "Reference"), E::SeveralReferences),
        (
            "a digest beside the reference",
            inside(xml, "SignedInfo", part(xml, "DigestValue")),
            E::SignedInfoContent,
        ),
        ("text in SignedInfo", inside(xml, "SignedInfo", "x"), E::StrayText),
        ("no transforms", without(xml, "Transforms"), E::ReferenceContent),
        ("no digest method", without(xml, "DigestMethod"), E::ReferenceContent),
        ("no digest", without(xml, "DigestValue"), E::ReferenceContent),
        ("two digests", twice(xml, "DigestValue"), E::ReferenceContent),
        ("text in the reference", inside(xml, "Reference", "x"), E::StrayText),
        ("a foreign element", swap(xml, part(xml, "DigestMethod"), "<a:DigestMethod/>"), E::ReferenceContent),
    ]);
}

#[test]
fn which_algorithms() {
    let xml = &text(&assertion("_a"));
    let c14n = part(xml, "CanonicalizationMethod");
    let method = part(xml, "SignatureMethod");
    let digest = part(xml, "DigestMethod");
    let other = |part: &str, uri: &str| swap(xml, part, &part.replace(part.split('"').nth(1).unwrap(), uri));
    let mut rows = Vec::new();
    for uri in [
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "",
    ] {
        rows.push((uri, other(c14n, uri), E::CanonicalizationMethod));
    }
    for (uri, why) in [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", Refused::Sha1),
        ("http://www.w3.org/2000/09/xmldsig#dsa-sha1", Refused::Sha1),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", Refused::Sha1),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", Refused::Md5),
        ("http://www.w3.org/2009/xmldsig11#dsa-sha256", Refused::Dsa),
        ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", Refused::Hmac),
        ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", Refused::Hmac),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Refused::NotSupported),
        ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Refused::NotSupported),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Refused::NotSupported),
        ("none", Refused::None),
        ("", Refused::None),
        ("urn:mine", Refused::Unknown),
    ] {
        rows.push((uri, other(method, uri), E::SignatureMethod(why)));
    }
    for (uri, why) in [
        ("http://www.w3.org/2000/09/xmldsig#sha1", Refused::Sha1),
        ("http://www.w3.org/2001/04/xmldsig-more#md5", Refused::Md5),
        ("http://www.w3.org/2001/04/xmlenc#sha512", Refused::NotSupported),
        ("http://www.w3.org/2001/04/xmlenc#SHA256", Refused::Unknown),
        ("", Refused::None),
    ] {
        rows.push((uri, other(digest, uri), E::DigestMethod(why)));
    }
    rows.push((
        "no attribute",
        swap(xml, method, "<ds:SignatureMethod/>"),
        E::SignatureMethod(Refused::None),
    ));
    rows.push(("another attribute", other(method, "x\" b=\"1"), E::UnexpectedAttribute));
    rows.push((
        "a length",
        inside(xml, "SignatureMethod", "<ds:HMACOutputLength>8</ds:HMACOutputLength>"),
        E::UnexpectedContent,
    ));
    rows.push(("text", inside(xml, "DigestMethod", "x"), E::StrayText));
    check(&rows);
}

#[test]
fn what_it_refers_to() {
    let xml = &text(&assertion("_a"));
    let uri = |uri: &str| swap(xml, "URI=\"#_a\"", uri);
    check(&[
        ("no URI", uri(""), E::ReferenceMissing),
        ("the document", uri("URI=\"\""), E::ReferenceWhole),
        ("a hash", uri("URI=\"#\""), E::ReferenceElsewhere),
        ("another ID", uri("URI=\"#_b\""), E::ReferenceElsewhere),
        ("an ID in other case", uri("URI=\"#_A\""), E::ReferenceElsewhere),
        ("an ID and a space", uri("URI=\"#_a \""), E::ReferenceElsewhere),
        ("an encoded ID", uri("URI=\"#%5Fa\""), E::ReferenceElsewhere),
        ("a bare ID", uri("URI=\"_a\""), E::ReferenceExternal),
        ("a page", uri("URI=\"http://evil.example/a#_a\""), E::ReferenceExternal),
        ("a file", uri("URI=\"file:///etc/passwd\""), E::ReferenceExternal),
        ("the root by pointer", uri("URI=\"#xpointer(/)\""), E::ReferencePointer),
        ("the ID by pointer", uri("URI=\"#xpointer(id('_a'))\""), E::ReferencePointer),
        (
            "a type",
            uri("URI=\"#_a\" Type=\"http://www.w3.org/2000/09/xmldsig#Object\""),
            E::UnexpectedAttribute,
        ),
        ("a prefixed URI", uri("ds:URI=\"#_a\""), E::UnexpectedAttribute),
        (
            "another element's ID",
            swap(&uri("URI=\"#_b\""), "<a:NameID>", "<a:NameID ID=\"_b\">"),
            E::ReferenceElsewhere,
        ),
    ]);
}

#[test]
fn how_it_is_transformed() {
    let xml = &text(&assertion("_a"));
    let inclusive_c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    let xslt = "http://www.w3.org/TR/1999/REC-xslt-19991116";
    let seventeen: String = (0..17).map(|at| format!(" p{at}")).collect();
    let declared: String = (0..17).map(|at| format!(" xmlns:p{at}=\"urn:{at}\"")).collect();
    let many = swap(
        &prefix_list(xml, &inclusive(&format!("PrefixList=\"{seventeen}\""))),
        "<a:Assertion",
        &format!("<a:Assertion{declared}"),
    );
    let with_path = format!("<ds:Transform Algorithm=\"{ENVELOPED}\"><ds:XPath>/</ds:XPath></ds:Transform>");
    check(&[
        ("nothing", transforms(xml, &[]), E::Transforms),
        ("enveloped alone", transforms(xml, &[ENVELOPED]), E::Transforms),
        ("canonicalisation alone", transforms(xml, &[EXCLUSIVE]), E::Transforms),
        ("the other order", transforms(xml, &[EXCLUSIVE, ENVELOPED]), E::Transforms),
        ("enveloped twice", transforms(xml, &[ENVELOPED, ENVELOPED]), E::Transforms),
        ("three", transforms(xml, &[ENVELOPED, EXCLUSIVE, EXCLUSIVE]), E::Transforms),
        ("XPath", transforms(xml, &[ENVELOPED, xpath, EXCLUSIVE]), E::TransformRefused),
        ("XSLT", transforms(xml, &[ENVELOPED, xslt]), E::TransformRefused),
        (
            "base64",
            transforms(xml, &["http://www.w3.org/2000/09/xmldsig#base64", EXCLUSIVE]),
            E::TransformRefused,
        ),
        ("inclusive", transforms(xml, &[ENVELOPED, inclusive_c14n]), E::TransformRefused),
        (
            "with comments",
            transforms(xml, &[ENVELOPED, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"]),
            E::TransformRefused,
        ),
        ("no algorithm", transforms(xml, &[ENVELOPED, ""]), E::TransformRefused),
        (
            "a path in enveloped",
            swap(xml, &format!("<ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>"), &with_path),
            E::UnexpectedContent,
        ),
        (
            "an undeclared prefix",
            prefix_list(xml, &inclusive("PrefixList=\"xs\"")),
            E::Canonical(C14nError::UndeclaredPrefix),
        ),
        (
            "a prefix declared in the signature",
            prefix_list(xml, &inclusive("PrefixList=\"ds\"")),
            E::Canonical(C14nError::UndeclaredPrefix),
        ),
        (
            "no default namespace",
            prefix_list(xml, &inclusive("PrefixList=\"#default\"")),
            E::Canonical(C14nError::UndeclaredPrefix),
        ),
        ("seventeen prefixes", many, E::Canonical(C14nError::TooManyPrefixes)),
        ("two lists", prefix_list(xml, &inclusive("PrefixList=\"a\"").repeat(2)), E::UnexpectedContent),
        (
            "a list of signatures",
            prefix_list(xml, "<ds:InclusiveNamespaces PrefixList=\"a\"/>"),
            E::UnexpectedContent,
        ),
        ("a list and more", prefix_list(xml, &inclusive("PrefixList=\"a\" b=\"1\"")), E::UnexpectedAttribute),
        (
            "a list in a method",
            inside(xml, "SignatureMethod", &inclusive("PrefixList=\"a\"")),
            E::UnexpectedContent,
        ),
    ]);
}

#[test]
fn what_the_values_are() {
    let xml = &text(&assertion("_a"));
    let digest = |text: &str| with(xml, "DigestValue", text);
    let octets = |count: usize| digest(&STANDARD.encode(vec![7; count]));
    let true_digest = part(xml, "DigestValue").split(['<', '>']).nth(2).unwrap().to_owned();
    let mut loose = true_digest.clone();
    let last = loose.trim_end_matches('=').len() - 1;
    let symbol = char::from(loose.as_bytes()[last] + 1);
    loose.replace_range(last..=last, &symbol.to_string());
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    check(&[
        ("no digest", digest(""), E::DigestLength),
        ("one octet", octets(1), E::DigestLength),
        ("31 octets", octets(31), E::DigestLength),
        ("33 octets", octets(33), E::DigestLength),
        ("the digest and more", digest(&format!("{true_digest}AAAA")), E::Base64),
        ("the digest of nothing", digest(empty), E::DigestMismatch),
        ("another digest", octets(32), E::DigestMismatch),
        ("no padding", digest(true_digest.trim_end_matches('=')), E::Base64),
        ("trailing bits", digest(&loose), E::Base64),
        ("another alphabet", digest(&"-".repeat(44)), E::Base64),
        ("hexadecimal", digest(&"0a".repeat(32)), E::DigestLength),
        ("a no-break space", digest(&format!("{true_digest}&#160;")), E::Base64),
        ("an element in it", digest(&format!("<ds:X/>{true_digest}")), E::UnexpectedContent),
    ]);
    let value = part(xml, "SignatureValue").split(['<', '>']).nth(2).unwrap();
    let rows = [
        ("no value", "", E::SignatureEmpty),
        ("a short value", &value[..4], E::SignatureMismatch),
        ("the value twice", &value.repeat(2), E::Base64),
        ("an element in it", "<ds:X/>", E::UnexpectedContent),
        ("no base64", "*", E::Base64),
    ];
    for (what, text, expected) in rows {
        assert_eq!(verdict(&with(xml, "SignatureValue", text)).unwrap_err(), expected, "{what}");
    }
}

#[test]
fn key_info_is_closed_and_never_believed() {
    let xml = &text(&assertion("_a"));
    let info = |content: &str| with(xml, "KeyInfo", content);
    let mut rows = Vec::new();
    for content in [
        "<ds:RetrievalMethod URI=\"http://evil.example/\"/>",
        "<ds:X509Data><ds:Object/></ds:X509Data>",
        "<ds:X509Data><a:Assertion/></ds:X509Data>",
        "<ds:KeyName><a:Assertion/></ds:KeyName>",
        "<ds:KeyName a=\"1\">k</ds:KeyName>",
        "<ds:MgmtData>k</ds:MgmtData>",
        "<ds:Signature/>",
        "<a:EncryptedKey/>",
    ] {
        rows.push((content, info(content), E::KeyInfoContent));
    }
    check(&rows);
    let false_certificate = xml.replace(TRUE.certificate.base64(), FALSE.certificate.base64());
    assert!(verdict(&false_certificate).is_ok());
    let forged = resign_with(&false_certificate, &FALSE.key);
    assert_eq!(verdict(&forged).unwrap_err(), E::SignatureMismatch);
}

#[test]
fn what_was_changed_after_signing() {
    let xml = &text(&assertion("_a"));
    let changed = swap(xml, "maya@acme", "owner@acme");
    let info_changed = swap(xml, "<ds:SignedInfo>", "<ds:SignedInfo>\n");
    let rows = [
        ("text", changed.clone(), E::DigestMismatch),
        ("a value", swap(xml, "Name=\"email\"", "Name=\"mail\""), E::DigestMismatch),
        ("a new attribute", swap(xml, "<a:NameID>", "<a:NameID b=\"1\">"), E::DigestMismatch),
        ("space", swap(xml, "<a:NameID>", "\n<a:NameID>"), E::DigestMismatch),
        ("the ID", xml.replace("_a\"", "_b\""), E::SignatureMismatch),
        ("the namespace", xml.replace("urn:a", "urn:b"), E::DigestMismatch),
        (
            "the order",
            swap(
                &swap(xml, "<a:Value>maya@acme.example</a:Value>", ""),
                "<a:Subject>",
                "<a:Value>maya@acme.example</a:Value><a:Subject>",
            ),
            E::DigestMismatch,
        ),
        ("SignedInfo", info_changed, E::SignatureMismatch),
        ("everything, by somebody else", resign_with(&redigest(&changed), &FALSE.key), E::SignatureMismatch),
    ];
    for (what, xml, expected) in rows {
        assert_eq!(verdict(&xml).unwrap_err(), expected, "{what}");
    }
}
