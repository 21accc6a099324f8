//! Writing canonically in the first place.
//!
//! What is signed is written in exclusive canonical form, so that the digest is taken of
//! the bytes as they leave. A caller names elements and attributes and says the values;
//! where a namespace is declared, in which order attributes stand and what is escaped is
//! decided here, by the rules of canonicalisation.

use std::ops::Range;

use crate::c14n::{escape_text, write_declaration, write_value};
use crate::canonical::{Canonical, Enveloped, WriteError};
use crate::grammar::DS_WRITTEN;
use crate::name::{Name, Namespace};
use crate::xml::scan::any_octet;
use crate::xml::{XML_NAMESPACE, find_illegal, is_nc_name, may_bind};

/// Writes one element with its subtree, canonical by construction. The first mistake is
/// kept and returned at the end, so that calls can be chained.
///
/// ```
/// use xmldsig::{Namespace, Writer};
///
/// const A: Namespace<'static> = Namespace::new("a", "urn:a");
///
/// let mut w = Writer::new();
/// w.open(A.name("r")).attribute("z", "<1>").attribute("b", "2");
/// w.open(A.name("e")).text("x & y").close();
/// w.close();
/// assert_eq!(
///     w.finish()?.octets(),
///     br#"<a:r xmlns:a="urn:a" b="2" z="&lt;1>"><a:e>x &amp; y</a:e></a:r>"#,
/// );
/// # Ok::<(), xmldsig::WriteError>(())
/// ```
#[derive(Debug, Default)]
pub struct Writer<'n> {
    octets: Vec<u8>,
    /// The elements whose end tags are still to come.
    open: Vec<Open<'n>>,
    /// Whether the start tag of the innermost one can still take attributes.
    in_tag: bool,
    /// The attributes of that start tag.
    attributes: Vec<Attribute<'n>>,
    /// Whether they came in canonical order, and none of them is in a namespace.
    in_order: bool,
    /// The declarations in force here, innermost last.
    rendered: Vec<Namespace<'n>>,
    /// Every declaration written anywhere.
    declared: Vec<Namespace<'n>>,
    /// Whether some name without prefix is in no namespace.
    plain: bool,
    /// Where the signature goes.
    place: Option<usize>,
    /// The root's `ID`.
    id: Option<String>,
    fault: Option<WriteError>,
}

/// An open element.
#[derive(Debug)]
struct Open<'n> {
    name: Name<'n>,
    /// Where its name stands.
    written: Range<usize>,
    /// How many declarations are in force outside of it.
    outside: usize,
}

/// An attribute of the start tag at hand, and where it is written, with the space before it.
#[derive(Debug)]
struct Attribute<'n> {
    name: Name<'n>,
    written: Range<usize>,
}

impl<'n> Writer<'n> {
    /// Nothing written yet.
    #[must_use]
    pub fn new() -> Writer<'n> {
        Writer {
            octets: Vec::with_capacity(ROOM),
            attributes: Vec::with_capacity(8),
            open: Vec::with_capacity(8),
            rendered: Vec::with_capacity(4),
            declared: Vec::with_capacity(4),
            ..Writer::default()
        }
    }

    /// Opens the element `name` inside the one that is open.
    pub fn open(&mut self, name: Name<'n>) -> &mut Self {
        self.write_start_tag();
        if self.open.is_empty() && !self.octets.is_empty() {
            self.fail(WriteError::SecondRoot);
        }
        self.octets.push(b'<');
        let start = self.octets.len();
        write_name(name, &mut self.octets);
        let (written, outside) = (start..self.octets.len(), self.rendered.len());
        if !name.well_formed {
            self.fail(WriteError::Name);
        }
        // Names are made of constants, so their namespace is mostly the very same text.
        if !self.rendered.last().is_some_and(|last| last.is(name.namespace)) {
            self.render(name, false);
            for namespace in &self.rendered[outside..] {
                write_declaration(namespace.prefix, namespace.uri, &mut self.octets);
            }
        }
        self.open.push(Open { name, written, outside });
        (self.in_tag, self.in_order) = (true, true);
        self
    }

    /// Gives the element just opened an attribute; text names one in no namespace.
    pub fn attribute(&mut self, name: impl Into<Name<'n>>, value: &str) -> &mut Self {
        self.write_attribute(name.into(), value);
        self
    }

    fn write_attribute(&mut self, name: Name<'n>, value: &str) {
        let plain = self.is_plain(value);
        if !name.well_formed || name.local == "xmlns" {
            self.fail(WriteError::Name);
        }
        if name.local.eq_ignore_ascii_case("id") {
            self.note_id(name, value);
        }
        if !self.in_tag {
            self.fail(WriteError::AttributePlace);
            return;
        }
        let last = self.attributes.last();
        self.in_order &= name.namespace == NOWHERE && last.is_none_or(|last| last.name.local < name.local);
        let start = self.octets.len();
        self.octets.push(b' ');
        write_name(name, &mut self.octets);
        if plain {
            self.octets.extend_from_slice(b"=\"");
            self.octets.extend_from_slice(value.as_bytes());
            self.octets.push(b'"');
        } else {
            write_value(value, &mut self.octets);
        }
        self.attributes.push(Attribute { name, written: start..self.octets.len() });
    }

    /// Writes text into the open element.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.write_start_tag();
        if self.open.is_empty() {
            self.fail(WriteError::OutsideRoot);
        }
        if self.is_plain(text) {
            self.octets.extend_from_slice(text.as_bytes());
        } else {
            escape_text(text, &mut self.octets);
        }
        self
    }

    /// Closes the open element.
    pub fn close(&mut self) -> &mut Self {
        self.write_start_tag();
        let Some(Open { written, outside, .. }) = self.open.pop() else {
            self.fail(WriteError::OutsideRoot);
            return self;
        };
        self.octets.extend_from_slice(b"</");
        self.octets.extend_from_within(written);
        self.octets.push(b'>');
        self.rendered.truncate(outside);
        self
    }

    /// Writes an element that holds `text` and nothing else.
    pub fn leaf(&mut self, name: Name<'n>, text: &str) -> &mut Self {
        self.open(name).text(text).close()
    }

    /// Writes an element that was finished before, octet for octet: a signed one keeps its
    /// signature. Refused where its canonical form would be another one, which is where a
    /// namespace that it declares is already declared around it.
    pub fn embed(&mut self, element: &Canonical<'n>) -> &mut Self {
        self.write_start_tag();
        if self.open.is_empty() {
            self.fail(WriteError::OutsideRoot);
        }
        let around = |declared: &Namespace<'n>| {
            !declared.uri.is_empty() && self.current(declared.prefix) == declared.uri
        };
        let moved = element.plain && !self.current("").is_empty();
        if moved || element.declared.iter().any(around) {
            self.fail(WriteError::NotCanonicalHere);
        }
        for &namespace in &element.declared {
            self.note_declared(namespace);
        }
        self.plain |= element.plain;
        self.octets.extend_from_slice(&element.octets);
        self
    }

    /// Marks the place where [`sign`](crate::sign) puts the signature: between two children of the root.
    pub fn signature_here(&mut self) -> &mut Self {
        self.write_start_tag();
        if self.open.len() != 1 || self.place.is_some() {
            self.fail(WriteError::SignaturePlace);
        }
        if self.current(DS_WRITTEN.prefix) == DS_WRITTEN.uri {
            self.fail(WriteError::NotCanonicalHere);
        }
        self.place = Some(self.octets.len());
        self
    }

    /// The element, written whole.
    ///
    /// # Errors
    /// The first mistake made; [`WriteError::Unsigned`] when a place for a signature was marked.
    pub fn finish(self) -> Result<Canonical<'n>, WriteError> {
        if self.place.is_some() {
            return Err(self.fault.unwrap_or(WriteError::Unsigned));
        }
        self.into_canonical()
    }

    /// The element, to be signed: its `ID` and the place of the signature are known.
    ///
    /// # Errors
    /// The first mistake made, or what is missing for a signature.
    pub fn finish_unsigned(mut self) -> Result<Enveloped<'n>, WriteError> {
        let (place, id) = (self.place.take(), self.id.take());
        let element = self.into_canonical()?;
        let id = id.ok_or(WriteError::IdMissing)?;
        let place = place.ok_or(WriteError::SignaturePlace)?;
        Ok(Enveloped { element, id, place })
    }

    fn into_canonical(self) -> Result<Canonical<'n>, WriteError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if !self.open.is_empty() || self.octets.is_empty() {
            return Err(WriteError::Unfinished);
        }
        let canonical = Canonical { octets: self.octets, declared: self.declared, plain: self.plain };
        canonical.assert_canonical();
        Ok(canonical)
    }

    fn write_start_tag(&mut self) {
        if !self.in_tag {
            return;
        }
        if !self.in_order {
            self.order();
        }
        self.in_tag = false;
        self.attributes.clear();
        self.octets.push(b'>');
    }

    /// Writes a start tag again after its name, now that all of it is known: the declarations
    /// that its attributes need, and the attributes in canonical order.
    fn order(&mut self) {
        let Some(&Open { name, outside, written: Range { end: start, .. } }) = self.open.last() else {
            return;
        };
        let mut attributes = std::mem::take(&mut self.attributes);
        let expanded = |name: Name<'n>| (name.namespace.uri, name.local);
        attributes.sort_unstable_by_key(|attribute| expanded(attribute.name));
        if attributes.windows(2).any(|pair| expanded(pair[0].name) == expanded(pair[1].name)) {
            self.fail(WriteError::DuplicateAttribute);
        }
        for attribute in &attributes {
            self.render(attribute.name, true);
        }
        // A declaration for one name must not have changed what another one means.
        let names = attributes.iter().map(|attribute| attribute.name).chain([name]);
        let meant = |name: Name<'n>| {
            let Namespace { prefix, uri } = name.namespace;
            prefix.is_empty() || prefix == "xml" || self.current(prefix) == uri
        };
        if !names.into_iter().all(meant) {
            self.fail(WriteError::PrefixTwice);
        }
        let rest = self.octets.split_off(start);
        self.rendered[outside..].sort_unstable();
        for namespace in &self.rendered[outside..] {
            write_declaration(namespace.prefix, namespace.uri, &mut self.octets);
        }
        for Attribute { written, .. } in &attributes {
            self.octets.extend_from_slice(&rest[written.start - start..written.end - start]);
        }
        self.attributes = attributes;
    }

    /// Declares the namespace of `name` if it is not in force.
    fn render(&mut self, name: Name<'n>, is_attribute: bool) {
        let namespace = name.namespace;
        if namespace.prefix.is_empty() && is_attribute {
            if !namespace.uri.is_empty() {
                self.fail(WriteError::Namespace);
            }
            return;
        }
        if namespace.prefix == "xml" {
            if namespace.uri != XML_NAMESPACE {
                self.fail(WriteError::Namespace);
            }
            return;
        }
        self.plain |= namespace == NOWHERE;
        if self.current(namespace.prefix) == namespace.uri
            && (namespace.prefix.is_empty() || !namespace.uri.is_empty())
        {
            return;
        }
        let valid_prefix = namespace.prefix.is_empty() || is_nc_name(namespace.prefix);
        if !valid_prefix || may_bind(namespace.prefix, namespace.uri).is_err() {
            self.fail(WriteError::Namespace);
        }
        self.rendered.push(namespace);
        self.note_declared(namespace);
    }

    /// What `prefix` means here; empty when nothing.
    fn current(&self, prefix: &str) -> &'n str {
        self.rendered
            .iter()
            .rev()
            .find(|namespace| namespace.prefix == prefix)
            .map_or("", |namespace| namespace.uri)
    }

    fn note_declared(&mut self, namespace: Namespace<'n>) {
        if !self.declared.contains(&namespace) {
            self.declared.push(namespace);
        }
    }

    fn note_id(&mut self, name: Name<'n>, value: &str) {
        if name != Name::plain("ID") || !is_nc_name(value) {
            self.fail(WriteError::Id);
        }
        if self.in_tag && self.open.len() == 1 {
            self.id = Some(value.to_owned());
        }
    }

    /// Whether `text` can be written as it is. Only if anything in it might have to be
    /// escaped, or might not be XML at all, is it looked at closely.
    fn is_plain(&mut self, text: &str) -> bool {
        let escaped = |octet| (octet == b'<') | (octet == b'>') | (octet == b'"') | (octet == b'&');
        if !any_octet(text.as_bytes(), |octet| escaped(octet) | (octet < b' ') | (octet == 0xEF)) {
            return true;
        }
        if find_illegal(text).is_some() {
            self.fail(WriteError::IllegalCharacter);
        }
        false
    }

    fn fail(&mut self, fault: WriteError) {
        self.fault.get_or_insert(fault);
    }
}

#[inline]
fn write_name(name: Name<'_>, octets: &mut Vec<u8>) {
    if !name.namespace.prefix.is_empty() {
        octets.extend_from_slice(name.namespace.prefix.as_bytes());
        octets.push(b':');
    }
    octets.extend_from_slice(name.local.as_bytes());
}

/// What a name without prefix and default namespace is in.
const NOWHERE: Namespace<'static> = Namespace::new("", "");
/// So that a message seldom has to move while it grows.
const ROOM: usize = 8192;
