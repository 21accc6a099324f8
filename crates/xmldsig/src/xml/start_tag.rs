//! Start tags, where most of the rules live: attributes, namespaces, IDs. And the XML
//! declaration, which has attributes of a kind.

use super::error::XmlRule;
use super::names::is_nc_name;
use super::namespaces::may_bind;
use super::reader::{Open, Piece, Reader, as_u32};
use super::tree::{AttributeNode, Binding, ElementNode, Kind, NO_BINDING, Name, Span, XML_BINDING};
use crate::grammar::DS;

/// An attribute as written: what its prefix means is known only when the tag ends.
pub(super) struct RawAttribute {
    name: Name,
    value: Span,
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
        self.raw.clear();
        let empty = loop {
            let spaced = self.skip_space();
            match self.peek(0) {
                None => return Err(XmlRule::UnexpectedEnd),
                Some(b'>') => break false,
                Some(b'/') if self.peek(1) == Some(b'>') => break true,
                Some(b'/') => return Err(XmlRule::Markup),
                Some(_) if !spaced => return Err(XmlRule::AttributeSpace),
                Some(_) => self.raw_attribute()?,
            }
        };
        let past = self.at + 1 + usize::from(empty);
        self.open_element(name, empty)?;
        self.at = past;
        Ok(())
    }

    fn raw_attribute(&mut self) -> Result<(), XmlRule> {
        if self.raw.len() >= self.document.limits.attributes {
            return Err(XmlRule::TooManyAttributes);
        }
        let name = self.qualified_name()?;
        let quote = self.equals()?;
        let value = self.value(quote)?;
        self.raw.push(RawAttribute { name, value });
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
        let start = self.at;
        let Some(length) = self.rest().find(char::from(quote)) else {
            self.at = self.source.len();
            return Err(XmlRule::UnexpectedEnd);
        };
        let octets = &self.source.as_bytes()[..start + length];
        let special = |octet| (octet == b'<') | (octet == b'&') | (octet == b'\t') | (octet == b'\n');
        let mut piece = Piece::new(start);
        // Without a branch, so that it is done for many octets at once.
        if octets[start..].iter().fold(false, |found, &octet| found | special(octet)) {
            while let Some(step) = octets[self.at..].iter().position(|&octet| special(octet)) {
                self.at += step;
                match octets[self.at] {
                    b'<' => return Err(XmlRule::AttributeAngle),
                    b'&' => self.reference(&mut piece)?,
                    _ => self.splice(&mut piece, ' ', 1),
                }
            }
        }
        self.at = octets.len();
        let span = self.finish(piece);
        self.at += 1;
        Ok(span)
    }

    fn open_element(&mut self, mut name: Name, empty: bool) -> Result<(), XmlRule> {
        let scope = self.scope.len();
        let raw = std::mem::take(&mut self.raw);
        let bindings = self.declare(&raw)?;
        let binding = self.binding(&name)?;
        name.binding = binding;
        let attributes = self.resolve(&raw, &name)?;
        self.raw = raw;
        let (first, last) = (as_u32(attributes), as_u32(self.document.attributes.len()));
        let bindings = as_u32(bindings)..as_u32(self.document.bindings.len());
        let node = self.push(Kind::Element(ElementNode { name, attributes: first..last, bindings }))?;
        for attribute in &self.document.attributes[attributes..] {
            if matches!(self.document.str(attribute.name.qualified), "ID" | "Id") {
                self.document.ids.push((attribute.value, node));
            }
        }
        if empty {
            self.scope.truncate(scope);
        } else {
            self.open.push(Open { node, scope });
        }
        Ok(())
    }

    /// Brings the declarations of a start tag into force; returns where they begin.
    fn declare(&mut self, raw: &[RawAttribute]) -> Result<usize, XmlRule> {
        let start = self.document.bindings.len();
        for attribute in raw {
            let Some(prefix) = self.declared_prefix(&attribute.name) else {
                continue;
            };
            let document = &self.document;
            let (name, uri) = (document.str(prefix), document.str(attribute.value));
            let twice = document.bindings[start..].iter().any(|binding| document.str(binding.prefix) == name);
            let allowed = if twice { Err(XmlRule::DuplicateAttribute) } else { may_bind(name, uri) };
            allowed.map_err(|rule| self.fault(&attribute.name, rule))?;
            if self.scope.len() >= self.document.limits.namespaces {
                return Err(self.fault(&attribute.name, XmlRule::TooManyNamespaces));
            }
            self.scope.push(as_u32(self.document.bindings.len()));
            self.document.bindings.push(Binding { prefix, uri: attribute.value });
        }
        Ok(start)
    }

    /// The prefix that an attribute of this name declares, if it is a declaration.
    fn declared_prefix(&self, name: &Name) -> Option<Span> {
        if name.is_prefixed() {
            let local = Span { start: name.qualified.start + name.prefix + 1, end: name.qualified.end };
            (self.document.prefix(name) == "xmlns").then_some(local)
        } else {
            let nothing = Span { start: name.qualified.start, end: name.qualified.start };
            (self.document.str(name.qualified) == "xmlns").then_some(nothing)
        }
    }

    /// Adds the attributes of the start tag of `element` in canonical order; returns where they begin.
    fn resolve(&mut self, raw: &[RawAttribute], element: &Name) -> Result<usize, XmlRule> {
        let start = self.document.attributes.len();
        let mut attributes = std::mem::take(&mut self.sorted);
        for attribute in raw {
            let mut name = attribute.name;
            if self.declared_prefix(&name).is_some() {
                continue;
            }
            if name.is_prefixed() {
                name.binding = self.binding(&name)?;
            }
            self.check_id(&name, attribute.value, element).map_err(|rule| self.fault(&name, rule))?;
            attributes.push(AttributeNode { name, value: attribute.value });
        }
        let document = &self.document;
        attributes.sort_unstable_by(|a, b| {
            let (a, b) = (&a.name, &b.name);
            let namespaces = || document.namespace(a).cmp(document.namespace(b));
            let order = if a.binding == b.binding { std::cmp::Ordering::Equal } else { namespaces() };
            order.then_with(|| document.local(a).cmp(document.local(b)))
        });
        let twice = attributes.windows(2).find(|pair| {
            let (a, b) = (&pair[0].name, &pair[1].name);
            document.local(a) == document.local(b) && document.namespace(a) == document.namespace(b)
        });
        if let Some(pair) = twice {
            let name = pair[1].name;
            return Err(self.fault(&name, XmlRule::DuplicateAttribute));
        }
        self.document.attributes.append(&mut attributes);
        self.sorted = attributes;
        Ok(start)
    }

    /// Only the plain `ID` identifies; whatever another reader might take for it is refused. A signature's own `Id`
    /// (XML Signature, section 4.2) is what every reader takes it for, as long as nothing else has its value; signers
    /// such as pysaml2 number their signatures by it.
    fn check_id(&self, name: &Name, value: Span, element: &Name) -> Result<(), XmlRule> {
        if !self.document.local(name).eq_ignore_ascii_case("id") {
            return Ok(());
        }
        let known = match self.document.str(name.qualified) {
            "ID" => true,
            "Id" => self.document.local(element) == "Signature" && self.document.namespace(element) == DS,
            _ => false,
        };
        match (known, is_nc_name(self.document.str(value))) {
            (false, _) => Err(XmlRule::IdSpelling),
            (true, false) => Err(XmlRule::IdValue),
            (true, true) => Ok(()),
        }
    }

    /// The declaration in force for the prefix of `name`.
    fn binding(&mut self, name: &Name) -> Result<u32, XmlRule> {
        let prefix = self.document.prefix(name);
        if prefix == "xml" {
            return Ok(XML_BINDING);
        }
        let document = &self.document;
        let mut scope = self.scope.iter().rev();
        let found =
            scope.find(|&&binding| document.str(document.bindings[binding as usize].prefix) == prefix);
        match found {
            Some(&binding) if document.bindings[binding as usize].uri.len() > 0 => Ok(binding),
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
