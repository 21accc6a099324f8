//! The flat tree.

use std::ops::Range;

use super::element::Element;
use super::error::XmlError;
use super::namespaces::XML_NAMESPACE;
use super::reader;
use crate::limits::Limits;

/// A document that was read whole and broke no rule. It cannot be changed.
///
/// ```
/// use xmldsig::{Document, Limits};
///
/// let document = Document::parse(br#"<a ID="_1"><b/>text</a>"#, &Limits::MESSAGE)?;
/// assert_eq!(document.root().local_name(), "a");
/// assert_eq!(document.by_id("_1"), Some(document.root()));
/// # Ok::<(), xmldsig::XmlError>(())
/// ```
pub struct Document {
    /// The source with line ends normalised, then whatever text had to be decoded.
    pub(super) characters: String,
    /// In document order; the root is the first.
    pub(super) nodes: Vec<Node>,
    /// Of one element side by side, in canonical order.
    pub(super) attributes: Vec<AttributeNode>,
    /// Of one element side by side, in the order written.
    pub(super) bindings: Vec<Binding>,
    /// Every `ID`, and the `Id` of signatures, sorted by value.
    pub(super) ids: Vec<(Span, u32)>,
    pub(super) limits: Limits,
}

impl Document {
    /// Reads `bytes` as XML 1.0 with namespaces, in UTF-8, within `limits`.
    ///
    /// # Errors
    /// The first rule that is broken, and where.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Document, XmlError> {
        reader::read(bytes, limits)
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element::new(self, 0)
    }

    /// The element whose attribute `ID` is `id`. There is at most one.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Element<'_>> {
        let found = self.ids.binary_search_by(|(value, _)| self.str(*value).cmp(id)).ok()?;
        // A signature's `Id` is among them, so that nothing else has it, and leads nowhere.
        Some(Element::new(self, self.ids[found].1)).filter(|element| element.attribute("ID") == Some(id))
    }

    /// The limits it was read within.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Every element in document order, the root first.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        let elements = self.nodes.iter().zip(0..).filter(|(node, _)| matches!(node.kind, Kind::Element(_)));
        elements.map(|(_, index)| Element::new(self, index))
    }

    pub(crate) fn str(&self, span: Span) -> &str {
        &self.characters[span.start as usize..span.end as usize]
    }

    pub(crate) fn octets(&self, span: Span) -> &[u8] {
        &self.characters.as_bytes()[span.start as usize..span.end as usize]
    }

    pub(crate) fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    pub(crate) fn attributes_of(&self, element: &ElementNode) -> &[AttributeNode] {
        &self.attributes[range(&element.attributes)]
    }

    /// The canonical form of `element` below an element that has rendered the declaration of
    /// its name, if it is written so.
    pub(crate) fn canonical(&self, element: &ElementNode) -> Option<&[u8]> {
        element.canonical.map(|written| self.octets(written))
    }

    pub(crate) fn bindings_of(&self, element: &ElementNode) -> &[Binding] {
        &self.bindings[range(&element.bindings)]
    }

    /// The namespace name of `name`; empty when it has none.
    pub(crate) fn namespace(&self, name: &Name) -> &str {
        match name.binding {
            NO_BINDING => "",
            XML_BINDING => XML_NAMESPACE,
            binding => self.str(self.bindings[binding as usize].uri),
        }
    }

    /// The prefix of `name`; empty when it has none.
    pub(crate) fn prefix(&self, name: &Name) -> &str {
        self.str(name.prefix())
    }

    /// The local part of `name`.
    pub(crate) fn local(&self, name: &Name) -> &str {
        self.str(name.local())
    }
}

impl std::fmt::Debug for Document {
    /// The root's name only: messages carry personal data and do not belong in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("root", &self.root().local_name()).finish_non_exhaustive()
    }
}

/// An element or a piece of text.
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Its parent; the root is its own.
    pub(crate) parent: u32,
    /// The first node after its subtree.
    pub(crate) end: u32,
}

impl Node {
    pub(crate) fn element(&self) -> Option<&ElementNode> {
        match &self.kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) => None,
        }
    }
}

pub(crate) enum Kind {
    Element(ElementNode),
    Text(Span),
}

pub(crate) struct ElementNode {
    pub(crate) name: Name,
    pub(super) attributes: Range<u32>,
    pub(super) bindings: Range<u32>,
    /// From its start tag to its end tag, if that is how canonicalisation writes it wherever
    /// the one declaration is in force that all names in it need.
    pub(super) canonical: Option<Span>,
}

#[derive(Clone, Copy)]
pub(crate) struct AttributeNode {
    pub(crate) name: Name,
    pub(crate) value: Span,
}

/// One namespace declaration. An empty prefix is the default, an empty name undeclares it.
#[derive(Clone, Copy)]
pub(crate) struct Binding {
    pub(crate) prefix: Span,
    pub(crate) uri: Span,
}

/// A qualified name as written, and the declaration that its prefix means.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) qualified: Span,
    /// Octets of the prefix, 0 when there is none.
    pub(super) prefix: u32,
    /// An index into the bindings, or one of the two constants.
    pub(super) binding: u32,
}

impl Name {
    pub(crate) fn is_prefixed(&self) -> bool {
        self.prefix > 0
    }

    pub(crate) fn prefix(&self) -> Span {
        Span { start: self.qualified.start, end: self.qualified.start + self.prefix }
    }

    pub(crate) fn local(&self) -> Span {
        let colon = u32::from(self.prefix > 0);
        Span { start: self.qualified.start + self.prefix + colon, end: self.qualified.end }
    }

    /// Equal for two names of one document only if they have the same prefix and namespace.
    pub(crate) fn meaning(&self) -> u32 {
        self.binding
    }
}

/// A piece of [`Document::characters`].
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

pub(super) const NO_BINDING: u32 = u32::MAX;
pub(super) const XML_BINDING: u32 = u32::MAX - 1;

fn range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
