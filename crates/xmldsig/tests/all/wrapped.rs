//! Documents taken apart and put together otherwise: whatever verifies is what was signed.

use xmldsig::{Document, Limits, verify};

use crate::support::{TRUE, assertion, parse, response, swap, text, verdict};
use crate::tampered::{inside, part};

/// Signature wrapping (XSW 1 to 8 and their kin): wherever the signed element or its
/// signature is put, no element of the document verifies as anything but what was signed.
#[test]
fn wrapping_never_yields_the_evil_element() {
    let original = text(&assertion("_a"));
    let octets = verdict(&original).unwrap().octets().to_vec();
    let signature = part(&original, "Signature").to_owned();
    let bare = swap(&original, &signature, "");
    let evil = |id: &str| {
        swap(&bare, "maya@", "owner@").replace("maya@", "owner@").replace("_a\"", &format!("{id}\""))
    };
    let within = |outer: &str, inner: &str| {
        swap(outer, "<a:Subject>", &format!("<a:Extensions>{inner}</a:Extensions><a:Subject>"))
    };
    let signed_with =
        |assertion: &str, signature: &str| swap(assertion, "<a:Subject>", &format!("{signature}<a:Subject>"));
    let object =
        |content: &str| inside(&signature, "Signature", &format!("<ds:Object>{content}</ds:Object>"));
    let response = |content: &str| format!("<r:Response xmlns:r=\"urn:r\" ID=\"_r\">{content}</r:Response>");
    let documents = [
        response(&format!("{}{original}", evil("_e"))),
        response(&format!("{original}{}", evil("_e"))),
        response(&within(&evil("_e"), &original)),
        response(&signed_with(&evil("_e"), &object(&bare))),
        response(&format!("{}{bare}", signed_with(&evil("_e"), &signature))),
        response(&signed_with(&evil("_e"), &signature)),
        response(&within(&signed_with(&evil("_e"), &signature), &bare)),
        response(&format!("<r:Extensions>{original}</r:Extensions>{}", evil("_e"))),
        response(&format!("{signature}{}<r:Extensions>{bare}</r:Extensions>", evil("_e"))),
        signed_with(&evil("_e"), &signature.replace("</ds:KeyInfo>", &format!("{bare}</ds:KeyInfo>"))),
        within(&signed_with(&evil("_e"), &signature), &original),
        within(&evil("_e"), &original),
    ];
    for xml in documents {
        let document = parse(&xml);
        for element in document.elements() {
            if let Ok(signed) = verify(element, &TRUE.keys()) {
                assert_eq!(signed.octets(), octets, "{xml}");
                assert_eq!(element.attribute("ID"), Some("_a"));
            }
        }
    }
    let same_id = response(&format!("{}{original}", evil("_a")));
    assert!(Document::parse(same_id.as_bytes(), &Limits::MESSAGE).is_err());
}

/// Where the elements of a canonical text begin and end.
fn elements(xml: &str) -> Vec<std::ops::Range<usize>> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (at, _) in xml.match_indices('<') {
        if xml[at..].starts_with("</") {
            let end = at + xml[at..].find('>').unwrap() + 1;
            found.push(open.pop().unwrap()..end);
        } else {
            open.push(at);
        }
    }
    found
}

/// Where the attributes and declarations of a canonical text stand, with the space before.
fn attributes(xml: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in xml.match_indices('<') {
        let tag = &xml[at..at + xml[at..].find('>').unwrap()];
        for (space, _) in tag.match_indices(' ') {
            if let Some(end) = tag[space..].match_indices('"').nth(1) {
                found.push(at + space..at + space + end.0 + 1);
            }
        }
    }
    found
}

#[test]
fn deleting_any_element_or_attribute_never_verifies_and_never_panics() {
    let xml = text(&response(&assertion("_a")));
    let outer = verdict(&xml).unwrap().octets().to_vec();
    let pieces = [elements(&xml), attributes(&xml)].concat();
    assert!(pieces.len() > 50, "{}", pieces.len());
    for piece in pieces {
        let cut = [&xml[..piece.start], &xml[piece.end..]].concat();
        let Ok(document) = Document::parse(cut.as_bytes(), &Limits::MESSAGE) else {
            continue;
        };
        let verified = verify(document.root(), &TRUE.keys());
        assert!(verified.is_err(), "without {}: {:?}", &xml[piece], outer.len());
    }
}

#[test]
fn deleting_from_an_assertion_verifies_only_where_nothing_was_signed() {
    let xml = text(&assertion("_a"));
    let octets = verdict(&xml).unwrap().octets().to_vec();
    let start = xml.find("<ds:KeyInfo>").unwrap();
    let unsigned = start..start + part(&xml, "KeyInfo").len();
    for piece in [elements(&xml), attributes(&xml)].concat() {
        let cut = [&xml[..piece.start], &xml[piece.end..]].concat();
        let Ok(document) = Document::parse(cut.as_bytes(), &Limits::MESSAGE) else {
            continue;
        };
        if let Ok(signed) = verify(document.root(), &TRUE.keys()) {
            assert_eq!(signed.octets(), octets);
            assert!(unsigned.start <= piece.start && piece.end <= unsigned.end, "without {}", &xml[piece]);
        }
    }
}

#[test]
fn changing_any_octet_verifies_only_as_what_was_signed() {
    let xml = text(&assertion("_a"));
    let octets = verdict(&xml).unwrap().octets().to_vec();
    for at in 0..xml.len() {
        for other in [b' ', b'<', b'"', b'A'] {
            let mut bytes = xml.clone().into_bytes();
            bytes[at] = other;
            let Ok(document) = Document::parse(&bytes, &Limits::MESSAGE) else {
                continue;
            };
            if let Ok(signed) = verify(document.root(), &TRUE.keys()) {
                assert_eq!(signed.octets(), octets, "octet {at}");
            }
        }
    }
}
