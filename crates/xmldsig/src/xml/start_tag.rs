//! Start tags, where most of the rules live: attributes, namespaces, IDs. And the XML
//! declaration, which has attributes of a kind.

use std::cmp::Ordering;

use super::error::XmlRule;
use super::names::is_nc_name;
use super::namespaces::may_bind;
use super::reader::{Open, Piece, Reader, as_u32};
use super::scan;
use super::tree::{AttributeNode, Binding, ElementNode, Kind, NO_BINDING, Name, Span, XML_BINDING};
use crate::grammar::DS;

/// The start tag at hand.
struct StartTag {
    name: Name,
    /// Its first attribute.
    attributes: usize,
    /// Its first declaration.
    bindings: usize,
    /// Whether it is written as canonicalisation would write it.
    canonical: bool,
}

impl Reader<'_> {
    /// `<?xml version="1.0" encoding="UTF-8" standalone="…"?>`, at the very beginning or not at all.
    pub(super) fn declaration(&mut self) -> Result<(), XmlRule> {
        let Some(inner) = self.rest().strip_prefix("<?xml") else {
            return Ok(());
        };
        if !inner.starts_with([' ', '\t', '\n']) {
            return Ok(());
        }
        self.at += "<?xml".len();
        match self.pseudo_attribute("version")? {
            Some("1.0") => {}
            Some(_) => return Err(XmlRule::Version),
            None => return Err(XmlRule::Declaration),
        }
        if self.pseudo_attribute("encoding")?.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8"))
        {
            return Err(XmlRule::Encoding);
        }
        if self.pseudo_attribute("standalone")?.is_some_and(|standalone| !matches!(standalone, "yes" | "no"))
        {
            return Err(XmlRule::Declaration);
        }
        self.skip_space();
        if !self.rest().starts_with("?>") {
            return Err(XmlRule::Declaration);
        }
        self.at += "?>".len();
        Ok(())
    }

    fn pseudo_attribute(&mut self, name: &str) -> Result<Option<&str>, XmlRule> {
        let start = self.at;
        if !self.skip_space() || !self.rest().starts_with(name) {
            self.at = start;
            return Ok(None);
        }
        self.at += name.len();
        let quote = self.equals().map_err(|_| XmlRule::Declaration)?;
        let value = self.at;
        let length = self.rest().find(char::from(quote)).ok_or(XmlRule::Declaration)?;
        self.at += length + 1;
        Ok(Some(&self.source[value..value + length]))
    }

    /// A start tag or an empty element, from its `<` to its `>`.
    pub(super) fn start_tag(&mut self) -> Result<(), XmlRule> {
        if self.open.len() >= self.document.limits.depth {
            return Err(XmlRule::TooDeep);
        }
        self.at += 1;
        let name = self.qualified_name()?;
        let mut tag = StartTag {
            name,
            attributes: self.document.attributes.len(),
            bindings: self.document.bindings.len(),
            canonical: true,
        };
        let empty = loop {
            let before = self.at;
            let spaced = self.skip_space();
            match self.peek(0) {
                None => return Err(XmlRule::UnexpectedEnd),
                Some(b'>') => {
                    tag.canonical &= !spaced;
                    break false;
                }
                Some(b'/') if self.peek(1) == Some(b'>') => break true,
                Some(b'/') => return Err(XmlRule::Markup),
                Some(_) if !spaced => return Err(XmlRule::AttributeSpace),
                Some(_) => {
                    tag.canonical &= self.source.as_bytes()[before..self.at] == *b" ";
                    self.attribute(&mut tag)?;
                }
            }
        };
        let past = self.at + 1 + usize::from(empty);
        self.open_element(tag, empty)?;
        self.at = past;
        Ok(())
    }

    /// Adds an attribute or a declaration, as written: what its prefix means is known only
    /// when the tag ends.
    fn attribute(&mut self, tag: &mut StartTag) -> Result<(), XmlRule> {
        let (attributes, bindings) = (self.document.attributes.len(), self.document.bindings.len());
        if attributes - tag.attributes + bindings - tag.bindings >= self.document.limits.attributes {
            return Err(XmlRule::TooManyAttributes);
        }
        let name = self.qualified_name()?;
        tag.canonical &= self.octets().starts_with(b"=\"");
        let quote = self.equals()?;
        let value = self.value(quote)?;
        tag.canonical &= self.is_source(value);
        match self.declared_prefix(&name) {
            Some(prefix) => self.document.bindings.push(Binding { prefix, uri: value }),
            None => self.document.attributes.push(AttributeNode { name, value }),
        }
        Ok(())
    }

    /// `Eq` and the opening quote, which is returned.
    fn equals(&mut self) -> Result<u8, XmlRule> {
        self.skip_space();
        if self.peek(0) != Some(b'=') {
            return Err(XmlRule::AttributeValue);
        }
        self.at += 1;
        self.skip_space();
        match self.peek(0) {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                Ok(quote)
            }
            _ => Err(XmlRule::AttributeValue),
        }
    }

    /// A value up to its closing quote, normalised (XML 1.0, section 3.3.3).
    fn value(&mut self, quote: u8) -> Result<Span, XmlRule> {
        let mut piece = Piece::new(self.at);
        let class = |word| scan::either(word, quote, b'&') | scan::is(word, b'<') | scan::under_space(word);
        loop {
            match self.skip_to(class)? {
                b'<' => return Err(XmlRule::AttributeAngle),
                b'&' => self.reference(&mut piece)?,
                b'\t' | b'\n' => self.splice(&mut piece, ' ', 1),
                _ => break,
            }
        }
        let span = self.finish(piece);
        self.at += 1;
        Ok(span)
    }

    fn open_element(&mut self, mut tag: StartTag, empty: bool) -> Result<(), XmlRule> {
        let scope = self.scope.len();
        self.declare(tag.bindings)?;
        tag.name.binding = self.binding(&tag.name)?;
        self.resolve(&mut tag)?;
        let name = tag.name;
        let attributes = as_u32(tag.attributes)..as_u32(self.document.attributes.len());
        let bindings = as_u32(tag.bindings)..as_u32(self.document.bindings.len());
        let canonical = tag.canonical && bindings.is_empty();
        let node = self.push(Kind::Element(ElementNode { name, attributes, bindings, canonical: None }))?;
        if empty {
            self.scope.truncate(scope);
            self.is_not_canonical();
        } else {
            self.open.push(Open { node, name, scope, canonical });
        }
        Ok(())
    }

    /// Brings the declarations of a start tag into force, of which `first` is the first.
    fn declare(&mut self, first: usize) -> Result<(), XmlRule> {
        for at in first..self.document.bindings.len() {
            let document = &self.document;
            let Binding { prefix, uri } = document.bindings[at];
            let name = document.str(prefix);
            let twice = document.bindings[first..at].iter().any(|other| document.str(other.prefix) == name);
            let mut allowed =
                if twice { Err(XmlRule::DuplicateAttribute) } else { may_bind(name, document.str(uri)) };
            if self.scope.len() >= document.limits.namespaces {
                allowed = allowed.and(Err(XmlRule::TooManyNamespaces));
            }
            if let Err(rule) = allowed {
                // The declaration's own name begins before the prefix that it declares.
                let begins = prefix.start as usize;
                self.at = if prefix.len() > 0 { begins - "xmlns:".len() } else { begins };
                return Err(rule);
            }
            self.scope.push(as_u32(at));
        }
        Ok(())
    }

    /// The prefix that an attribute of this name declares, if it is a declaration.
    fn declared_prefix(&self, name: &Name) -> Option<Span> {
        let octets = self.document.octets(name.qualified);
        if !octets.starts_with(b"xmlns") {
            return None;
        }
        let start = name.qualified.start;
        match octets.get("xmlns".len()) {
            None => Some(Span { start, end: start }),
            Some(b':') => Some(name.local()),
            Some(_) => None,
        }
    }

    /// Finds out what the attributes of a start tag mean, and puts them into canonical order.
    fn resolve(&mut self, tag: &mut StartTag) -> Result<(), XmlRule> {
        for at in tag.attributes..self.document.attributes.len() {
            let AttributeNode { mut name, value } = self.document.attributes[at];
            if name.is_prefixed() {
                name.binding = self.binding(&name)?;
                self.document.attributes[at].name = name;
                tag.canonical &= name.meaning() == tag.name.meaning();
            }
            if self.is_id(&name, value, &tag.name).map_err(|rule| self.fault(&name, rule))? {
                let node = as_u32(self.document.nodes.len());
                self.document.ids.push((value, node));
            }
        }
        let mut attributes = std::mem::take(&mut self.document.attributes);
        let sorted = self.sort(&mut attributes[tag.attributes..]);
        self.document.attributes = attributes;
        let was_sorted = sorted.map_err(|name| self.fault(&name, XmlRule::DuplicateAttribute))?;
        tag.canonical &= was_sorted;
        Ok(())
    }

    /// Sorts the attributes of one element, and returns whether they were; or the name of one
    /// that stands twice.
    fn sort(&self, attributes: &mut [AttributeNode]) -> Result<bool, Name> {
        let document = &self.document;
        let order = |a: &AttributeNode, b: &AttributeNode| {
            let (a, b) = (&a.name, &b.name);
            let namespaces = || document.namespace(a).cmp(document.namespace(b));
            let order = if a.binding == b.binding { Ordering::Equal } else { namespaces() };
            order.then_with(|| document.octets(a.local()).cmp(document.octets(b.local())))
        };
        // Whoever writes canonically has them in order.
        if attributes.is_sorted_by(|a, b| order(a, b).is_lt()) {
            return Ok(true);
        }
        attributes.sort_unstable_by(order);
        let twice = attributes.windows(2).find(|pair| order(&pair[0], &pair[1]).is_eq());
        twice.map_or(Ok(false), |pair| Err(pair[1].name))
    }

    /// Only the plain `ID` identifies; whatever another reader might take for it is refused. A signature's own `Id`
    /// (XML Signature, section 4.2) is what every reader takes it for, as long as nothing else has its value; signers
    /// such as pysaml2 number their signatures by it.
    fn is_id(&self, name: &Name, value: Span, element: &Name) -> Result<bool, XmlRule> {
        let document = &self.document;
        if !document.octets(name.local()).eq_ignore_ascii_case(b"id") {
            return Ok(false);
        }
        let known = match document.octets(name.qualified) {
            b"ID" => true,
            b"Id" => document.local(element) == "Signature" && document.namespace(element) == DS,
            _ => false,
        };
        match (known, is_nc_name(document.str(value))) {
            (false, _) => Err(XmlRule::IdSpelling),
            (true, false) => Err(XmlRule::IdValue),
            (true, true) => Ok(true),
        }
    }

    /// The declaration in force for the prefix of `name`.
    fn binding(&mut self, name: &Name) -> Result<u32, XmlRule> {
        let document = &self.document;
        let prefix = document.octets(name.prefix());
        if prefix == b"xml" {
            return Ok(XML_BINDING);
        }
        let mut scope = self.scope.iter().rev().map(|&at| (at, document.bindings[at as usize]));
        match scope.find(|(_, binding)| document.octets(binding.prefix) == prefix) {
            Some((at, binding)) if binding.uri.len() > 0 => Ok(at),
            None if name.is_prefixed() => Err(self.fault(name, XmlRule::UndeclaredPrefix)),
            _ => Ok(NO_BINDING),
        }
    }

    /// `rule` was broken at `name`, not where reading stands.
    fn fault(&mut self, name: &Name, rule: XmlRule) -> XmlRule {
        self.at = name.qualified.start as usize;
        rule
    }
}
