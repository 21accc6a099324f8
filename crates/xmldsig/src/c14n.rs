//! Exclusive XML Canonicalization 1.0, without comments.
//!
//! Of one element with its subtree, as the root of what is signed; nothing around it is
//! read but the namespaces in force. Attributes already stand in canonical order in the
//! tree, so this is one walk over the nodes, one stack, one buffer. Elements that the reader
//! saw to be written so already are copied whole.

use thiserror::Error;

use crate::xml::scan::{either, find, is, under_space};
use crate::xml::{Document, Element, ElementNode, Kind, Name};

/// The canonical octets of `element`: exclusive, without comments, and, if asked, without
/// one element inside it (the enveloped signature).
///
/// The prefixes in `inclusive` (empty string: the default namespace) are treated as in
/// inclusive canonicalisation: rendered where they are declared, used or not. Each must be
/// declared at `element`, and there may be at most 16.
///
/// # Errors
/// See [`C14nError`]. There is no other outcome without octets: never an empty form.
///
/// ```
/// use xmldsig::{Document, Limits, canonicalize};
///
/// let source = br#"<r xmlns="urn:r" xmlns:u="urn:unused"><e b='1' a="2"/></r>"#;
/// let document = Document::parse(source, &Limits::MESSAGE)?;
/// let e = document.root().elements().next().expect("r has a child");
/// assert_eq!(canonicalize(e, &[], None)?, br#"<e xmlns="urn:r" a="2" b="1"></e>"#);
/// assert_eq!(
///     canonicalize(e, &["u"], None)?,
///     br#"<e xmlns="urn:r" xmlns:u="urn:unused" a="2" b="1"></e>"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn canonicalize(
    element: Element<'_>,
    inclusive: &[&str],
    without: Option<Element<'_>>,
) -> Result<Vec<u8>, C14nError> {
    check_prefixes(element, inclusive)?;
    if let Some(without) = without {
        let within = element.index() + 1..element.node().end;
        if !std::ptr::eq(element.document(), without.document()) || !within.contains(&without.index()) {
            return Err(C14nError::NotInside);
        }
    }
    let mut canonical = Canonicalizer::new(element, inclusive);
    canonical.walk(element, without)?;
    Ok(canonical.octets)
}

/// Whether canonicalisation may treat `prefixes` as inclusive at `element`.
pub(crate) fn check_prefixes(element: Element<'_>, prefixes: &[&str]) -> Result<(), C14nError> {
    if prefixes.len() > MOST_PREFIXES {
        return Err(C14nError::TooManyPrefixes);
    }
    for &prefix in prefixes {
        if prefix == "xml" || prefix == "xmlns" || element.binding_of_prefix(prefix).is_none() {
            return Err(C14nError::UndeclaredPrefix);
        }
    }
    Ok(())
}

/// Why there is no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum C14nError {
    /// The element to leave out is not inside the element.
    #[error("the element to leave out is not inside the canonicalised element")]
    NotInside,
    /// More than 16 inclusive prefixes.
    #[error("more than 16 prefixes are listed as inclusive")]
    TooManyPrefixes,
    /// An inclusive prefix that is not declared where the element stands.
    #[error("a prefix listed as inclusive is not declared")]
    UndeclaredPrefix,
    /// The canonical form would be larger than documents may be: repeated declarations and
    /// escapes can make it many times larger than the source.
    #[error("the canonical form is too large")]
    TooLarge,
}

struct Canonicalizer<'d, 'p> {
    octets: Vec<u8>,
    largest: usize,
    inclusive: &'p [&'p str],
    /// The declarations rendered on the open elements, innermost last: prefix and name.
    rendered: Vec<(&'d str, &'d str)>,
    /// The open elements: where each ends, its name, and how much was rendered outside of it.
    open: Vec<(u32, &'d str, usize)>,
}

impl<'d, 'p> Canonicalizer<'d, 'p> {
    fn new(apex: Element<'d>, inclusive: &'p [&'p str]) -> Canonicalizer<'d, 'p> {
        let largest = apex.document().limits().bytes;
        let nodes = (apex.node().end - apex.index()) as usize;
        let octets = Vec::with_capacity((nodes * OCTETS_PER_NODE).min(largest));
        Canonicalizer { octets, largest, inclusive, rendered: Vec::new(), open: Vec::new() }
    }

    fn walk(&mut self, apex: Element<'d>, without: Option<Element<'d>>) -> Result<(), C14nError> {
        let document = apex.document();
        let end = apex.node().end;
        let without = without.map_or(end, Element::index);
        let mut index = apex.index();
        while index < end {
            self.close_before(index);
            let node = document.node(index);
            let mut next = index + 1;
            match &node.kind {
                _ if index == without => next = node.end,
                Kind::Text(text) => escape_text(document.str(*text), &mut self.octets),
                Kind::Element(element) => {
                    // The apex has declarations to render, and what holds the element to leave
                    // out cannot be copied whole.
                    let whole = index > apex.index() && !(index..node.end).contains(&without);
                    match document.canonical(element) {
                        Some(written) if whole && self.is_rendered(document, element) => {
                            self.octets.extend_from_slice(written);
                            next = node.end;
                        }
                        _ => self.open_element(apex, index, element),
                    }
                }
            }
            if self.octets.len() > self.largest {
                return Err(C14nError::TooLarge);
            }
            index = next;
        }
        self.close_before(end);
        Ok(())
    }

    fn open_element(&mut self, apex: Element<'d>, index: u32, element: &'d ElementNode) {
        let document = apex.document();
        let outside = self.rendered.len();
        self.render_used(document, element);
        if !self.inclusive.is_empty() {
            self.render_inclusive(apex, index, element);
        }
        self.start_tag(document, element, outside);
        self.open.push((document.node(index).end, document.str(element.name.qualified), outside));
    }

    /// Whether the declaration that the name of `element` needs is rendered around it.
    fn is_rendered(&self, document: &Document, element: &ElementNode) -> bool {
        current(&self.rendered, document.prefix(&element.name)) == document.namespace(&element.name)
    }

    /// Writes the end tags of what ends before the node `index`.
    fn close_before(&mut self, index: u32) {
        while let Some(&(end, name, rendered)) = self.open.last() {
            if end > index {
                return;
            }
            self.octets.extend_from_slice(b"</");
            self.octets.extend_from_slice(name.as_bytes());
            self.octets.push(b'>');
            self.rendered.truncate(rendered);
            self.open.pop();
        }
    }

    /// The declarations that the names of an element and its attributes need.
    fn render_used(&mut self, document: &'d Document, element: &'d ElementNode) {
        self.render_name(document, &element.name);
        let mut last = element.name.meaning();
        for attribute in document.attributes_of(element) {
            let meaning = attribute.name.meaning();
            if attribute.name.is_prefixed() && meaning != last {
                self.render_name(document, &attribute.name);
                last = meaning;
            }
        }
    }

    /// The declarations that the prefix list adds: at the apex those in force there, below
    /// it those that an element makes itself.
    fn render_inclusive(&mut self, apex: Element<'d>, index: u32, element: &'d ElementNode) {
        let document = apex.document();
        if index == apex.index() {
            let found = self.inclusive.iter().filter_map(|prefix| apex.binding_of_prefix(prefix));
            found.for_each(|(prefix, uri)| render(&mut self.rendered, prefix, uri));
            return;
        }
        for binding in document.bindings_of(element) {
            let prefix = document.str(binding.prefix);
            if self.inclusive.contains(&prefix) {
                render(&mut self.rendered, prefix, document.str(binding.uri));
            }
        }
    }

    fn render_name(&mut self, document: &'d Document, name: &Name) {
        let prefix = document.prefix(name);
        if prefix != "xml" {
            render(&mut self.rendered, prefix, document.namespace(name));
        }
    }

    fn start_tag(&mut self, document: &'d Document, element: &'d ElementNode, outside: usize) {
        let octets = &mut self.octets;
        octets.push(b'<');
        octets.extend_from_slice(document.str(element.name.qualified).as_bytes());
        let rendered = &mut self.rendered[outside..];
        rendered.sort_unstable();
        for (prefix, uri) in rendered {
            write_declaration(prefix, uri, octets);
        }
        for attribute in document.attributes_of(element) {
            octets.push(b' ');
            octets.extend_from_slice(document.str(attribute.name.qualified).as_bytes());
            write_value(document.str(attribute.value), octets);
        }
        octets.push(b'>');
    }
}

/// Adds a declaration unless the innermost one of its prefix says the same.
fn render<'d>(rendered: &mut Vec<(&'d str, &'d str)>, prefix: &'d str, uri: &'d str) {
    if current(rendered, prefix) != uri {
        rendered.push((prefix, uri));
    }
}

/// What `prefix` means by the declarations rendered; empty when nothing.
fn current<'d>(rendered: &[(&'d str, &'d str)], prefix: &str) -> &'d str {
    let declaration = rendered.iter().rev().find(|(other, _)| *other == prefix);
    declaration.map_or("", |(_, uri)| uri)
}

// The forms below are also what the writer writes.

/// A namespace declaration with the space before it; an empty prefix declares the default.
pub(crate) fn write_declaration(prefix: &str, uri: &str, octets: &mut Vec<u8>) {
    octets.extend_from_slice(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
    octets.extend_from_slice(prefix.as_bytes());
    write_value(uri, octets);
}

/// `="…"`, which follows the name of an attribute.
pub(crate) fn write_value(value: &str, octets: &mut Vec<u8>) {
    octets.extend_from_slice(b"=\"");
    escape_value(value, octets);
    octets.push(b'"');
}

/// Text as Canonical XML 1.0, section 2.3, writes text nodes.
pub(crate) fn escape_text(text: &str, octets: &mut Vec<u8>) {
    let class = |word| either(word, b'<', b'>') | is(word, b'&') | is(word, b'\r');
    escape(text, octets, class);
}

/// A value as Canonical XML 1.0, section 2.3, writes attribute nodes.
fn escape_value(value: &str, octets: &mut Vec<u8>) {
    let class = |word| either(word, b'"', b'&') | is(word, b'<') | under_space(word);
    escape(value, octets, class);
}

/// Copies `text`, each octet of a class replaced.
#[inline]
fn escape(text: &str, octets: &mut Vec<u8>, class: impl Fn(u64) -> u64) {
    let mut rest = text.as_bytes();
    while let Some(at) = find(rest, &class) {
        octets.extend_from_slice(&rest[..at]);
        octets.extend_from_slice(match rest[at] {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\t' => b"&#x9;",
            b'\n' => b"&#xA;",
            b'\r' => b"&#xD;",
            _ => &rest[at..=at],
        });
        rest = &rest[at + 1..];
    }
    octets.extend_from_slice(rest);
}

const MOST_PREFIXES: usize = 16;
/// A first guess at the size, which saves most reallocations.
const OCTETS_PER_NODE: usize = 96;
