//! What a [`Writer`](crate::Writer) makes: an element in canonical form, finished or still to be signed.

use thiserror::Error;

use crate::name::Namespace;

/// An element in exclusive canonical form. Only a [`Writer`](crate::Writer) and
/// [`sign`](crate::sign) make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical<'n> {
    pub(crate) octets: Vec<u8>,
    /// Every declaration that is written anywhere in it.
    pub(crate) declared: Vec<Namespace<'n>>,
    /// Whether some name without prefix is in no namespace.
    pub(crate) plain: bool,
}

impl Canonical<'_> {
    /// The octets, UTF-8, a whole document by themselves.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The octets.
    #[must_use]
    pub fn into_octets(self) -> Vec<u8> {
        self.octets
    }

    /// In debug builds: what was written reads, and canonicalising it changes nothing.
    pub(crate) fn assert_canonical(&self) {
        #[cfg(debug_assertions)]
        {
            use crate::{Document, Limits, canonicalize};
            let unlimited = Limits {
                bytes: usize::MAX,
                depth: usize::MAX,
                nodes: usize::MAX,
                attributes: usize::MAX,
                namespaces: usize::MAX,
                ..Limits::MESSAGE
            };
            let read = Document::parse(&self.octets, &unlimited);
            let again = read.map(|document| canonicalize(document.root(), &[], None));
            match again {
                Ok(Ok(again)) => {
                    debug_assert!(again == self.octets, "what was written is not canonical")
                }
                Ok(Err(error)) => {
                    debug_assert!(false, "what was written has no canonical form: {error}")
                }
                Err(error) => debug_assert!(
                    error.rule == crate::XmlRule::DuplicateId,
                    "what was written does not read: {error}"
                ),
            }
        }
    }
}

/// An element in canonical form that says where its signature goes. [`sign`](crate::sign) takes it.
#[derive(Debug)]
pub struct Enveloped<'n> {
    pub(crate) element: Canonical<'n>,
    pub(crate) id: String,
    pub(crate) place: usize,
}

impl Enveloped<'_> {
    /// The `ID` of the element, which its signature will refer to.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Why an element cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WriteError {
    /// A local name that is not an ASCII `NCName`.
    #[error("a name is malformed")]
    Name,
    /// A prefix or namespace name that cannot be, or an attribute in a namespace without prefix.
    #[error("a namespace cannot be declared")]
    Namespace,
    /// One prefix would mean two namespaces on one element.
    #[error("a prefix means two namespaces on one element")]
    PrefixTwice,
    /// An attribute when no start tag is open.
    #[error("an attribute comes after the content")]
    AttributePlace,
    /// Two attributes of one element with the same name.
    #[error("an attribute stands twice on one element")]
    DuplicateAttribute,
    /// An identifier that is not an attribute `ID` with an ASCII `NCName` as its value.
    #[error("an identifier is not an attribute ID that holds a name")]
    Id,
    /// A character that XML 1.0 does not allow, not even by reference.
    #[error("a character is not allowed in XML")]
    IllegalCharacter,
    /// An element after the end of the root.
    #[error("there is a second root element")]
    SecondRoot,
    /// Text, an embedded element or an end tag outside of the root.
    #[error("something is outside of the root element")]
    OutsideRoot,
    /// An embedded element would have another canonical form here.
    #[error("an embedded element would not be canonical here")]
    NotCanonicalHere,
    /// No place for the signature, more than one, or one that is not directly in the root.
    #[error("the place of the signature is not one place between children of the root")]
    SignaturePlace,
    /// The root has no `ID` that a signature could refer to.
    #[error("the element to sign has no ID")]
    IdMissing,
    /// A place for a signature was marked, but nobody signed.
    #[error("a place for a signature was marked, but the element is not to be signed")]
    Unsigned,
    /// Elements are still open, or nothing was written.
    #[error("the element is not finished")]
    Unfinished,
}
