//! Why a document was refused, and where.

use thiserror::Error;

/// A refused document: the rule it broke and the place where it did.
///
/// ```
/// use xmldsig::{Document, Limits, XmlRule};
///
/// let refused = Document::parse(b"<a>\n  <b></a>", &Limits::MESSAGE).unwrap_err();
/// assert_eq!((refused.rule, refused.line, refused.column), (XmlRule::EndTag, 2, 6));
/// assert_eq!(refused.to_string(), "an end tag does not fit its start tag (line 2, column 6)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{rule} (line {line}, column {column})")]
pub struct XmlError {
    /// The broken rule.
    pub rule: XmlRule,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in octets.
    pub column: u32,
}

impl XmlError {
    /// The error for `rule`, broken at the octet `at` of `source`.
    pub(crate) fn locate(rule: XmlRule, source: &[u8], at: usize) -> XmlError {
        let before = &source[..at.min(source.len())];
        let line = 1 + before.iter().filter(|&&octet| octet == b'\n').count();
        let start = before.iter().rposition(|&octet| octet == b'\n').map_or(0, |newline| newline + 1);
        let clamp = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        XmlError { rule, line: clamp(line), column: clamp(before.len() - start + 1) }
    }
}

/// The rules of reading, named. XML 1.0 and Namespaces in XML 1.0 demand most of them;
/// the others keep two readers from seeing two documents in the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum XmlRule {
    /// More octets than [`Limits::bytes`](crate::Limits::bytes).
    #[error("the document is too large")]
    TooLarge,
    /// Elements nested deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("elements are nested too deeply")]
    TooDeep,
    /// More elements and pieces of text than [`Limits::nodes`](crate::Limits::nodes).
    #[error("the document has too many nodes")]
    TooManyNodes,
    /// More attributes on one element than [`Limits::attributes`](crate::Limits::attributes).
    #[error("an element has too many attributes")]
    TooManyAttributes,
    /// More declarations in force than [`Limits::namespaces`](crate::Limits::namespaces).
    #[error("too many namespaces are declared at once")]
    TooManyNamespaces,
    /// Not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// The document begins with a byte order mark.
    #[error("the document begins with a byte order mark")]
    ByteOrderMark,
    /// A character that XML 1.0 does not allow (`Char`, section 2.2).
    #[error("a character is not allowed in XML")]
    IllegalCharacter,
    /// The XML declaration is malformed, or stands elsewhere than at the very beginning.
    #[error("the XML declaration is malformed or misplaced")]
    Declaration,
    /// A version other than 1.0.
    #[error("the XML version is not 1.0")]
    Version,
    /// A declared encoding other than UTF-8.
    #[error("the declared encoding is not UTF-8")]
    Encoding,
    /// A document type declaration, or any declaration of one.
    #[error("a document type declaration is not allowed")]
    DocumentType,
    /// A processing instruction.
    #[error("a processing instruction is not allowed")]
    ProcessingInstruction,
    /// A comment where none may be.
    #[error("a comment is not allowed")]
    Comment,
    /// A comment that XML does not allow: `--` inside.
    #[error("a comment is malformed")]
    CommentForm,
    /// No element at all.
    #[error("the document has no element")]
    NoRoot,
    /// An element after the end of the root.
    #[error("the document has a second root element")]
    SecondRoot,
    /// Text before or after the root.
    #[error("there is text outside the root element")]
    TextOutsideRoot,
    /// The document ends in the middle.
    #[error("the document ends too early")]
    UnexpectedEnd,
    /// Markup of no known kind.
    #[error("the markup is malformed")]
    Markup,
    /// A name that is not `NCName` or `NCName:NCName` in ASCII. Letters beyond ASCII are
    /// refused because the editions of XML 1.0 differ in which of them may stand in a name.
    #[error("a name is malformed")]
    Name,
    /// An end tag of another name than the open element's.
    #[error("an end tag does not fit its start tag")]
    EndTag,
    /// No white space between two attributes.
    #[error("white space is missing before an attribute")]
    AttributeSpace,
    /// An attribute without value, or a value without quotes.
    #[error("an attribute value is malformed")]
    AttributeValue,
    /// `<` in an attribute value.
    #[error("an attribute value contains '<'")]
    AttributeAngle,
    /// Two attributes of one element with the same expanded name.
    #[error("an attribute stands twice on one element")]
    DuplicateAttribute,
    /// `]]>` in text.
    #[error("text contains ']]>'")]
    SectionEnd,
    /// A reference that is not `&name;`, `&#n;` or `&#xn;`.
    #[error("a reference is malformed")]
    Reference,
    /// An entity other than `lt`, `gt`, `amp`, `apos`, `quot`.
    #[error("an entity is not one of the five")]
    UnknownEntity,
    /// A prefix that is not declared where a name uses it.
    #[error("a prefix is not declared")]
    UndeclaredPrefix,
    /// `xml` or `xmlns`, or their namespaces, bound otherwise than the specification does.
    #[error("a reserved prefix or namespace is misused")]
    ReservedNamespace,
    /// `xmlns:p=""`, which Namespaces in XML 1.0 does not allow.
    #[error("a prefix is bound to no namespace")]
    EmptyNamespace,
    /// A namespace name that is not an absolute URI, is longer than 512 octets, or is one that
    /// libraries read in different ways: with `&`, brackets, or a user name.
    #[error("a namespace name is not an absolute URI")]
    NamespaceName,
    /// An attribute `Id` (but on a signature), `id`, `xml:id`, or any prefixed `ID`: other readers take it for the ID.
    #[error("an identifier is not spelled as the attribute ID")]
    IdSpelling,
    /// An `ID` that is not an ASCII `NCName`.
    #[error("an ID is not a name")]
    IdValue,
    /// Two elements with the same `ID`.
    #[error("an ID stands twice in the document")]
    DuplicateId,
    /// Text was asked of an element that has child elements.
    #[error("an element holds elements where only text may be")]
    ElementInText,
}
