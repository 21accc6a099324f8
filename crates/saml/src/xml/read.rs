//! Reading by the schema: children in its order, each as often as it allows,
//! nothing else. There is no search for descendants anywhere in this crate.

use std::borrow::Cow;
use std::iter::Peekable;

use jiff::Timestamp;
use xmldsig::{Document, Element, Limits, XmlError};

use crate::core::parse_instant;

/// Why a document is not the message it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// The XML itself was refused.
    #[error("the XML was refused: {0}")]
    Xml(#[from] XmlError),
    /// The document is something else.
    #[error("the document is not {expected} but {found}")]
    Root {
        /// The element that was expected.
        expected: &'static str,
        /// The name of the element that came.
        found: String,
    },
    /// An element that the schema demands is not there.
    #[error("{parent} has no {child} where the schema demands one")]
    Missing {
        /// The element that lacks it.
        parent: String,
        /// What it lacks.
        child: &'static str,
    },
    /// An element stands where the schema has no place for it.
    #[error("{parent} holds {child} where the schema has no place for it")]
    Unexpected {
        /// The element that holds it.
        parent: String,
        /// What it holds.
        child: String,
    },
    /// Text stands between elements.
    #[error("{0} holds text beside its elements")]
    StrayText(String),
    /// An attribute that the schema demands is not there.
    #[error("{element} has no attribute {attribute}")]
    NoAttribute {
        /// The element that lacks it.
        element: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// A value of the wrong shape.
    #[error("{place}: {why}")]
    Value {
        /// The element or attribute.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// Another version of SAML than 2.0.
    #[error("the version is {0}, not 2.0")]
    Version(String),
    /// A part is encrypted, which is not taken there.
    #[error("{0} is encrypted")]
    Encrypted(&'static str),
}

impl Malformed {
    /// A value of the wrong shape at an element or attribute.
    pub(crate) fn value(place: impl Into<String>, why: impl ToString) -> Malformed {
        Malformed::Value { place: place.into(), why: why.to_string() }
    }
}

/// Parses a protocol message and checks what its root is.
pub(crate) fn message(xml: &[u8], namespace: &str, local: &'static str) -> Result<Document, Malformed> {
    let document = Document::parse(xml, &Limits::MESSAGE)?;
    root(&document, namespace, local)?;
    Ok(document)
}

/// The root of a document, which must be the element named.
pub(crate) fn root<'d>(
    document: &'d Document,
    namespace: &str,
    local: &'static str,
) -> Result<Element<'d>, Malformed> {
    let root = document.root();
    if !root.is(namespace, local) {
        return Err(Malformed::Root { expected: local, found: name(root) });
    }
    Ok(root)
}

/// The children of an element, taken one after the other.
pub(crate) struct Children<'d, I: Iterator<Item = Element<'d>>> {
    parent: Element<'d>,
    rest: Peekable<I>,
}

/// The children of an element that holds elements only.
pub(crate) fn children<'d>(
    parent: Element<'d>,
) -> Result<Children<'d, impl Iterator<Item = Element<'d>>>, Malformed> {
    let mut rest = parent.elements().peekable();
    let stray = match rest.peek() {
        Some(_) => parent.has_stray_text(),
        None => !trim(&parent.text()?).is_empty(),
    };
    if stray {
        return Err(Malformed::StrayText(name(parent)));
    }
    Ok(Children { parent, rest })
}

impl<'d, I: Iterator<Item = Element<'d>>> Children<'d, I> {
    /// The next child, if it is the element named.
    pub(crate) fn optional(&mut self, namespace: &str, local: &str) -> Option<Element<'d>> {
        self.rest.next_if(|child| child.is(namespace, local))
    }

    /// The next child, which must be the element named.
    pub(crate) fn required(
        &mut self,
        namespace: &str,
        local: &'static str,
    ) -> Result<Element<'d>, Malformed> {
        self.optional(namespace, local)
            .ok_or_else(|| Malformed::Missing { parent: name(self.parent), child: local })
    }

    /// The next children, as many as are the element named.
    pub(crate) fn many(&mut self, namespace: &str, local: &str) -> Vec<Element<'d>> {
        std::iter::from_fn(|| self.optional(namespace, local)).collect()
    }

    /// The next child, whatever it is.
    pub(crate) fn next(&mut self) -> Option<Element<'d>> {
        self.rest.next()
    }

    /// Refuses whatever is left.
    pub(crate) fn end(mut self) -> Result<(), Malformed> {
        match self.rest.next() {
            None => Ok(()),
            Some(child) => Err(unexpected(self.parent, child)),
        }
    }
}

/// The error for a child that has no place in its parent.
pub(crate) fn unexpected(parent: Element<'_>, child: Element<'_>) -> Malformed {
    Malformed::Unexpected { parent: name(parent), child: name(child) }
}

/// The text of a leaf as it stands.
pub(crate) fn text(leaf: Element<'_>) -> Result<Cow<'_, str>, Malformed> {
    Ok(leaf.text()?)
}

/// The text of a leaf that is a URI: `xs:anyURI` collapses white space at its ends.
pub(crate) fn uri(leaf: Element<'_>) -> Result<Cow<'_, str>, Malformed> {
    Ok(match leaf.text()? {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) => Cow::Owned(trim(&text).to_owned()),
    })
}

/// An attribute that must be there.
pub(crate) fn required<'d>(element: Element<'d>, attribute: &'static str) -> Result<&'d str, Malformed> {
    element.attribute(attribute).ok_or_else(|| Malformed::NoAttribute { element: name(element), attribute })
}

/// An attribute that may be there, parsed.
pub(crate) fn parsed<T, E: ToString>(
    element: Element<'_>,
    attribute: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Malformed> {
    let value = element.attribute(attribute).map(parse).transpose();
    value.map_err(|why| Malformed::value(format!("{}/@{attribute}", name(element)), why))
}

/// An instant that may be there.
pub(crate) fn instant(element: Element<'_>, attribute: &'static str) -> Result<Option<Timestamp>, Malformed> {
    parsed(element, attribute, parse_instant)
}

/// An attribute that must be there, parsed.
pub(crate) fn required_parsed<T, E: ToString>(
    element: Element<'_>,
    attribute: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Malformed> {
    let value = parse(required(element, attribute)?);
    value.map_err(|why| Malformed::value(format!("{}/@{attribute}", name(element)), why))
}

/// An instant that must be there.
pub(crate) fn required_instant(
    element: Element<'_>,
    attribute: &'static str,
) -> Result<Timestamp, Malformed> {
    required_parsed(element, attribute, parse_instant)
}

/// An `xs:boolean` that may be there; absent is false.
pub(crate) fn boolean(element: Element<'_>, attribute: &'static str) -> Result<bool, Malformed> {
    let read = |text: &str| match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        other => Err(format!("`{other}` is not a boolean")),
    };
    Ok(parsed(element, attribute, read)?.unwrap_or_default())
}

/// The local name, for messages to people.
pub(crate) fn name(element: Element<'_>) -> String {
    element.local_name().chars().take(64).collect()
}

/// A text for people, without what is beyond any use: anybody can have written it.
pub(crate) fn shorten(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// Characters of a text in a refusal.
const LONGEST: usize = 300;

/// Without XML white space at the ends; other blanks are text.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}
