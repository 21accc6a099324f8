//! What holds of every document, as far as chance can make them.

use proptest::prelude::*;
use xmldsig::{Document, Limits, Namespace, Writer, canonicalize};

use crate::support::parse;

/// An element to be written: names are indices, so that they meet again and again.
#[derive(Debug, Clone)]
struct Plan {
    name: (usize, usize),
    attributes: Vec<(usize, usize, String)>,
    children: Vec<Child>,
}

#[derive(Debug, Clone)]
enum Child {
    Text(String),
    Element(Plan),
}

const NAMESPACES: [Namespace<'static>; 8] = [
    Namespace::new("", ""),
    Namespace::new("", "urn:1"),
    Namespace::new("", "urn:2"),
    Namespace::new("a", "urn:1"),
    Namespace::new("a", "urn:2"),
    Namespace::new("b", "urn:2"),
    Namespace::new("c", "http://h/?x=1;y='2'"),
    Namespace::new("xml", "http://www.w3.org/XML/1998/namespace"),
];
const LOCALS: [&str; 5] = ["a", "b", "B", "a.b-c", "_"];

/// Everything that XML allows, most often what must be escaped.
fn characters() -> BoxedStrategy<String> {
    let character = prop_oneof![
        Just('&'), Just('<'), Just('>'), Just('"'), Just('\''), Just('\t'), Just('\n'), Just('\r'), Just(']'), Just(' '),
        any::<char>().prop_filter("XML allows it", |&character| {
            !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
        }),
    ];
    proptest::collection::vec(character, 0..12).prop_map(String::from_iter).boxed()
}

fn plan() -> impl Strategy<Value = Plan> {
    let name = (0..NAMESPACES.len(), 0..LOCALS.len());
    let attributes = proptest::collection::vec((0..NAMESPACES.len(), 0..LOCALS.len(), characters()), 0..4);
    let leaf = (name.clone(), attributes.clone()).prop_map(|(name, attributes)| Plan {
        name,
        attributes,
        children: vec![],
    });
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let child = prop_oneof![characters().prop_map(Child::Text), inner.prop_map(Child::Element)];
        (name.clone(), attributes.clone(), proptest::collection::vec(child, 0..5))
            .prop_map(|(name, attributes, children)| Plan { name, attributes, children })
    })
}

/// Writes the plan, leaving out attributes that could not stand beside the ones before.
fn write(w: &mut Writer<'static>, plan: &Plan) {
    let name = NAMESPACES[plan.name.0].name(LOCALS[plan.name.1]);
    w.open(name);
    let mut prefixes = vec![prefix(plan.name.0)];
    let mut seen = Vec::new();
    for (namespace, local, value) in &plan.attributes {
        let uri = NAMESPACES[*namespace].uri();
        let clash = prefixes.iter().any(|(p, u)| *p == prefix(*namespace).0 && *u != uri);
        let unprefixed = prefix(*namespace).0.is_empty();
        if (unprefixed && !uri.is_empty()) || (clash && !unprefixed) || seen.contains(&(uri, *local)) {
            continue;
        }
        if !unprefixed {
            prefixes.push(prefix(*namespace));
        }
        seen.push((uri, *local));
        w.attribute(NAMESPACES[*namespace].name(LOCALS[*local]), value);
    }
    for child in &plan.children {
        match child {
            Child::Text(text) => {
                w.text(text);
            }
            Child::Element(plan) => write(w, plan),
        }
    }
    w.close();
}

fn prefix(namespace: usize) -> (&'static str, &'static str) {
    (["", "", "", "a", "a", "b", "c", "xml"][namespace], NAMESPACES[namespace].uri())
}

proptest! {
    #[test]
    fn canonicalising_what_was_written_changes_nothing(plan in plan()) {
        let mut w = Writer::new();
        write(&mut w, &plan);
        let written = w.finish().unwrap();
        let document = Document::parse(written.octets(), &Limits::MESSAGE).unwrap();
        prop_assert_eq!(canonicalize(document.root(), &[], None).unwrap(), written.octets());
    }

    /// What stands in a document as it would be written is copied; it must be what is written
    /// of the same document when none of its elements stands so.
    #[test]
    fn what_is_copied_is_what_would_be_written(plan in plan()) {
        let mut w = Writer::new();
        write(&mut w, &plan);
        let copied = String::from_utf8(w.finish().unwrap().into_octets()).unwrap();
        // `</` begins an end tag and nothing else, and the next `>` ends it.
        let mut parts = copied.split("</");
        let start = parts.next().unwrap_or_default().to_owned();
        let written = parts.fold(start, |all, part| all + "</" + &part.replacen('>', " >", 1));
        let (copied, written) = (parse(&copied), parse(&written));
        for (copied, written) in copied.elements().zip(written.elements()) {
            prop_assert_eq!(canonicalize(copied, &[], None), canonicalize(written, &[], None));
        }
    }

    #[test]
    fn no_octets_make_the_reader_panic_and_what_it_reads_is_canonical_at_once(bytes in "[<>/a:=\"'&;# !\\[\\]x\\-?\n\r\u{e9}]{0,60}") {
        if let Ok(document) = Document::parse(bytes.as_bytes(), &Limits::METADATA) {
            let once = canonicalize(document.root(), &[], None).unwrap();
            let again = Document::parse(&once, &Limits::MESSAGE).unwrap();
            prop_assert_eq!(canonicalize(again.root(), &[], None).unwrap(), once);
        }
    }
}
