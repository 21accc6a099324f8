//! What verifies, and what is had from it.

use xmldsig::{Document, Keys, Limits, SignatureError, signature_of, verify};

use crate::support::{A, FALSE, R, TRUE, assertion, parse, redigest, resign, response, swap, text, verdict};

/// The assertion without its signature, as it was digested.
fn unsigned() -> String {
    let signed = text(&assertion("_a"));
    let start = signed.find("<ds:Signature ").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    [&signed[..start], &signed[end..]].concat()
}

#[test]
fn what_was_signed_comes_back_as_a_new_document() {
    let signed = verdict(&text(&assertion("_a"))).unwrap();
    assert_eq!(signed.octets(), unsigned().as_bytes());
    assert_eq!(signed.key(), 0);
    let document = signed.document().unwrap();
    assert!(document.root().is(A.uri(), "Assertion"));
    assert_eq!(document.by_id("_a"), Some(document.root()));
    assert_eq!(signature_of(document.root()), Ok(None));
    assert_eq!(format!("{signed:?}"), "Signed { key: 0, .. }");
}

#[test]
fn an_assertion_keeps_its_signature_inside_a_signed_response() {
    let xml = text(&response(&assertion("_a")));
    let posted = parse(&xml);
    let outer = verify(posted.root(), &TRUE.keys()).unwrap();
    let inner = verify(posted.by_id("_a").unwrap(), &TRUE.keys()).unwrap();
    assert_eq!(inner.octets(), unsigned().as_bytes());
    let reread = outer.document().unwrap();
    assert!(reread.root().is(R.uri(), "Response"));
    assert_eq!(signature_of(reread.root()), Ok(None));
    let again = verify(reread.by_id("_a").unwrap(), &TRUE.keys()).unwrap();
    assert_eq!(again.octets(), inner.octets());
}

#[test]
fn any_of_the_keys_may_have_signed() {
    let xml = text(&assertion("_a"));
    let [first, second] = [&FALSE, &TRUE].map(|pair| pair.key.verifying_key().unwrap());
    let keys = Keys::new(first.clone(), [second]);
    assert_eq!(verify(parse(&xml).root(), &keys).unwrap().key(), 1);
    let keys = Keys::new(first, []);
    assert_eq!(verify(parse(&xml).root(), &keys).unwrap_err(), SignatureError::SignatureMismatch);
}

/// Signers differ in what is not signed, or signed as they like it: one row each.
#[test]
fn other_ways_to_write_the_same_shape_verify() {
    let xml = text(&assertion("_a"));
    let value = {
        let start = xml.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
        xml[start..].split('<').next().unwrap().to_owned()
    };
    let lines = value.as_bytes().chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap());
    let lines: Vec<_> = lines.collect();
    let prefixed = |xml: &str, list: &str| {
        let transform = r#"Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>"#;
        let listed = transform.replace("></", &format!("><e:InclusiveNamespaces xmlns:e=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{list}\"/></"));
        swap(xml, transform, &listed)
    };
    let (open, close) = ("<ds:KeyInfo>", "</ds:KeyInfo>");
    let key_info = &xml[xml.find(open).unwrap()..xml.find(close).unwrap() + close.len()];
    let rows = [
        ("no KeyInfo", swap(&xml, key_info, "")),
        ("KeyInfo with a name", swap(&xml, key_info, "<ds:KeyInfo><ds:KeyName>k</ds:KeyName></ds:KeyInfo>")),
        ("the value in lines", swap(&xml, &value, &lines.join("\n"))),
        ("the value in lines as Java on Windows writes them", swap(&xml, &value, &lines.join("&#13;\n"))),
        (
            "space between the parts",
            resign(&xml.replace("><ds:", ">\n  <ds:").replace(">\n  <ds:Signature ", "><ds:Signature ")),
        ),
        ("empty elements", xml.replace("></ds:Transform>", "/>").replace("></ds:DigestMethod>", "/>")),
        (
            "the default namespace",
            resign(&xml.replace("<ds:", "<").replace("</ds:", "</").replace("xmlns:ds", "xmlns")),
        ),
        ("an Id, as pysaml2 writes it", swap(&xml, "<ds:Signature ", "<ds:Signature Id=\"Signature2\" ")),
        ("a declaration", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}")),
        ("single quotes", xml.replace("ID=\"_a\"", "ID='_a'")),
        ("a prefix list that changes nothing", resign(&prefixed(&xml, "a"))),
        ("an empty prefix list", resign(&prefixed(&xml, " "))),
    ];
    for (what, row) in rows {
        let signed = verdict(&row).unwrap_or_else(|error| panic!("{what}: {error}\n{row}"));
        assert_eq!(signed.octets(), unsigned().as_bytes(), "{what}");
    }
}

#[test]
fn a_prefix_list_is_part_of_what_is_digested() {
    let around = |assertion: &str| format!("<o xmlns:xs=\"urn:xs\">{assertion}</o>");
    let xml = text(&assertion("_a"));
    let transform = r#"Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>"#;
    let listed = transform.replace(
        "></",
        "><e:InclusiveNamespaces xmlns:e=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/></",
    );
    let document = parse(&around(&resign(&swap(&xml, transform, &listed))));
    let error = verify(document.by_id("_a").unwrap(), &TRUE.keys()).unwrap_err();
    assert_eq!(error, SignatureError::DigestMismatch);
}

#[test]
fn metadata_with_comments_verifies_as_if_there_were_none() {
    let xml = swap(&text(&assertion("_a")), "<a:NameID>maya@", "<a:NameID><!-- c -->maya@<!-- d -->");
    let document = Document::parse(xml.as_bytes(), &Limits::METADATA).unwrap();
    let signed = verify(document.root(), &TRUE.keys()).unwrap();
    assert_eq!(signed.octets(), unsigned().as_bytes());
}

#[test]
fn redigesting_a_change_with_the_true_key_verifies_so_the_tools_of_the_other_tables_work() {
    let xml = redigest(&swap(&text(&assertion("_a")), "maya@acme", "noah@acme"));
    let signed = verdict(&xml).unwrap();
    assert!(String::from_utf8_lossy(signed.octets()).contains("noah@acme"));
}
