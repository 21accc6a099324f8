//! How much, and of what kind, a document may be before it is refused.

/// The bounds of one document. Everything beyond them is refused by name while
/// reading, before any of it is kept.
///
/// ```
/// use xmldsig::{Document, Limits, XmlRule};
///
/// let refused = Document::parse(b"<a><!-- c --></a>", &Limits::MESSAGE).unwrap_err();
/// assert_eq!(refused.rule, XmlRule::Comment);
/// assert!(Document::parse(b"<a><!-- c --></a>", &Limits::METADATA).is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the document as received.
    pub bytes: usize,
    /// Elements inside one another, the root included.
    pub depth: usize,
    /// Elements and pieces of text together.
    pub nodes: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Namespace declarations in force at any one place.
    pub namespaces: usize,
    /// Whether comments are read and dropped; else the first one refuses the document.
    pub comments: bool,
    /// Whether a leading byte order mark is read and dropped; else it refuses the document.
    pub byte_order_mark: bool,
}

impl Limits {
    /// A protocol message: 1 MiB, 64 deep, 10,000 nodes, 64 attributes, nothing but
    /// elements and text.
    pub const MESSAGE: Limits = Limits {
        bytes: 1 << 20,
        depth: 64,
        nodes: 10_000,
        attributes: 64,
        namespaces: 32,
        comments: false,
        byte_order_mark: false,
    };

    /// A metadata file that an administrator hands over: larger, may begin with the
    /// byte order mark that some editors write, and may hold comments, which are dropped.
    pub const METADATA: Limits = Limits {
        bytes: 8 << 20,
        depth: 64,
        nodes: 100_000,
        attributes: 64,
        namespaces: 64,
        comments: true,
        byte_order_mark: true,
    };
}
