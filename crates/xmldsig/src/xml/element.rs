//! How a tree is read.

use std::borrow::Cow;

use super::error::{XmlError, XmlRule};
use super::names::is_xml_space;
use super::tree::{Document, ElementNode, Kind, Node};

/// An element of a [`Document`]. Two are equal when they are the same place of the same document.
///
/// ```
/// use xmldsig::{Document, Limits};
///
/// let document = Document::parse(br#"<a xmlns="urn:a" p="1"><b>x&amp;y</b><b/></a>"#, &Limits::MESSAGE)?;
/// let a = document.root();
/// assert!(a.is("urn:a", "a"));
/// assert_eq!(a.attribute("p"), Some("1"));
/// let texts: Result<Vec<_>, _> = a.elements().map(|b| b.text()).collect();
/// assert_eq!(texts?, ["x&y", ""]);
/// # Ok::<(), xmldsig::XmlError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document,
    index: u32,
}

/// An attribute of an [`Element`]; namespace declarations are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'d> {
    /// Its namespace; attributes without prefix have none.
    pub namespace: Option<&'d str>,
    /// Its name without prefix.
    pub local_name: &'d str,
    /// Its value, normalised as XML 1.0 (section 3.3.3) normalises attributes without a declaration.
    pub value: &'d str,
}

impl<'d> Element<'d> {
    pub(super) fn new(document: &'d Document, index: u32) -> Element<'d> {
        Element { document, index }
    }

    /// The document it is in.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(self) -> Option<&'d str> {
        Some(self.document.namespace(&self.inner().name)).filter(|uri| !uri.is_empty())
    }

    /// Its name without prefix.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.document.local(&self.inner().name)
    }

    /// Whether it is the element `local` of `namespace`.
    #[must_use]
    #[inline]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        let name = &self.inner().name;
        self.document.octets(name.local()) == local.as_bytes() && self.document.namespace(name) == namespace
    }

    /// The value of the attribute `local` that is in no namespace.
    #[must_use]
    pub fn attribute(self, local: &str) -> Option<&'d str> {
        let mut attributes = self.document.attributes_of(self.inner()).iter();
        let found = attributes.find(|attribute| {
            !attribute.name.is_prefixed()
                && self.document.octets(attribute.name.qualified) == local.as_bytes()
        })?;
        Some(self.document.str(found.value))
    }

    /// Its attributes, those in no namespace first, each group in the order of names.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'d>> {
        let document = self.document;
        document.attributes_of(self.inner()).iter().map(move |attribute| Attribute {
            namespace: Some(document.namespace(&attribute.name)).filter(|uri| !uri.is_empty()),
            local_name: document.local(&attribute.name),
            value: document.str(attribute.value),
        })
    }

    /// Its child elements in order.
    pub fn elements(self) -> impl Iterator<Item = Element<'d>> {
        let document = self.document;
        self.children()
            .filter(move |&index| document.node(index).element().is_some())
            .map(move |index| Element { document, index })
    }

    /// Its text, all of it: what references and CDATA sections stand for, whatever dropped
    /// comment stood between.
    ///
    /// # Errors
    /// [`XmlRule::ElementInText`] when it has child elements.
    pub fn text(self) -> Result<Cow<'d, str>, XmlError> {
        let mut text = Cow::Borrowed("");
        for index in self.children() {
            let Kind::Text(piece) = self.document.node(index).kind else {
                return Err(self.error(XmlRule::ElementInText));
            };
            text += self.document.str(piece);
        }
        Ok(text)
    }

    /// Whether text other than white space stands beside its child elements.
    #[must_use]
    pub fn has_stray_text(self) -> bool {
        self.elements().next().is_some()
            && self.children().any(|index| match self.document.node(index).kind {
                Kind::Text(piece) => !self.document.str(piece).bytes().all(is_xml_space),
                Kind::Element(_) => false,
            })
    }

    /// Its parent, unless it is the root.
    #[must_use]
    pub fn parent(self) -> Option<Element<'d>> {
        (self.index > 0).then(|| Element { document: self.document, index: self.node().parent })
    }

    /// The error for `rule` at this element.
    #[must_use]
    pub fn error(self, rule: XmlRule) -> XmlError {
        let at = self.inner().name.qualified.start as usize;
        XmlError::locate(rule, self.document.characters.as_bytes(), at)
    }

    /// The declaration of `prefix` (empty: the default) in force here, as prefix and name.
    pub(crate) fn binding_of_prefix(self, prefix: &str) -> Option<(&'d str, &'d str)> {
        let mut place = Some(self);
        while let Some(element) = place {
            let mut bindings = self.document.bindings_of(element.inner()).iter();
            if let Some(binding) = bindings.find(|binding| self.document.str(binding.prefix) == prefix) {
                let (prefix, uri) = (self.document.str(binding.prefix), self.document.str(binding.uri));
                return Some((prefix, uri)).filter(|(_, uri)| !uri.is_empty());
            }
            place = element.parent();
        }
        None
    }

    /// The elements of its subtree without itself, in document order.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Element<'d>> {
        let document = self.document;
        (self.index + 1..self.node().end)
            .filter(move |&index| document.node(index).element().is_some())
            .map(move |index| Element { document, index })
    }

    pub(crate) fn index(self) -> u32 {
        self.index
    }

    pub(crate) fn node(self) -> &'d Node {
        self.document.node(self.index)
    }

    fn inner(self) -> &'d ElementNode {
        match &self.node().kind {
            Kind::Element(element) => element,
            Kind::Text(_) => unreachable!("an Element is made of element nodes only"),
        }
    }

    fn children(self) -> impl Iterator<Item = u32> {
        let (document, end) = (self.document, self.node().end);
        let first = Some(self.index + 1).filter(|&child| child < end);
        std::iter::successors(first, move |&child| Some(document.node(child).end).filter(|&next| next < end))
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl Eq for Element<'_> {}

impl std::fmt::Debug for Element<'_> {
    /// The name only: messages carry personal data and do not belong in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Element").field("name", &self.local_name()).finish_non_exhaustive()
    }
}
