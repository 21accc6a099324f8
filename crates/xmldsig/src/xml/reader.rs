//! The one pass that turns bytes into a tree. It keeps its own stack of open elements, so
//! that depth costs memory that is bounded, never the machine's stack.

use std::borrow::Cow;

use super::error::{XmlError, XmlRule};
use super::names::{continues_name, find_illegal, is_xml_space, starts_name};
use super::references;
use super::start_tag::RawAttribute;
use super::tree::{AttributeNode, Document, Kind, NO_BINDING, Name, Node, Span};
use crate::limits::Limits;

/// Reads a document: first what concerns every octet (size, encoding, characters, line
/// ends), then the grammar.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, XmlError> {
    if bytes.len() > limits.bytes.min(LARGEST) {
        return Err(XmlError { rule: XmlRule::TooLarge, line: 1, column: 1 });
    }
    let bytes = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) if limits.byte_order_mark => rest,
        Some(_) => return Err(XmlError::locate(XmlRule::ByteOrderMark, bytes, 0)),
        None => bytes,
    };
    let source = std::str::from_utf8(bytes)
        .map_err(|error| XmlError::locate(XmlRule::NotUtf8, bytes, error.valid_up_to()))?;
    if let Some(at) = find_illegal(source) {
        return Err(XmlError::locate(XmlRule::IllegalCharacter, bytes, at));
    }
    let source = normalise_line_ends(source);
    let mut reader = Reader::new(&source, limits);
    match reader.document() {
        Ok(()) => Ok(reader.document),
        Err(rule) => Err(XmlError::locate(rule, source.as_bytes(), reader.at)),
    }
}

/// XML 1.0, section 2.11: before anything else is looked at.
fn normalise_line_ends(source: &str) -> Cow<'_, str> {
    if source.as_bytes().contains(&b'\r') {
        Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(source)
    }
}

pub(super) struct Reader<'s> {
    pub(super) source: &'s str,
    /// The octet looked at; when a rule is broken, the place where.
    pub(super) at: usize,
    pub(super) document: Document,
    pub(super) open: Vec<Open>,
    /// The declarations in force, innermost last: indices into the document's bindings.
    pub(super) scope: Vec<u32>,
    /// The attributes of the start tag at hand, as written.
    pub(super) raw: Vec<RawAttribute>,
    /// The same without declarations, in canonical order: empty but while they are sorted.
    pub(super) sorted: Vec<AttributeNode>,
}

/// An element whose end tag is still to come.
pub(super) struct Open {
    pub(super) node: u32,
    /// Declarations in force outside of it.
    pub(super) scope: usize,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str, limits: &Limits) -> Reader<'s> {
        let mut characters = String::with_capacity(source.len() + source.len() / 16);
        characters.push_str(source);
        let guess = source.len() / 48;
        let document = Document {
            characters,
            nodes: Vec::with_capacity(guess),
            attributes: Vec::with_capacity(guess),
            bindings: Vec::with_capacity(16),
            ids: Vec::new(),
            limits: *limits,
        };
        Reader {
            source,
            at: 0,
            document,
            open: Vec::new(),
            scope: Vec::new(),
            raw: Vec::new(),
            sorted: Vec::new(),
        }
    }

    fn document(&mut self) -> Result<(), XmlRule> {
        self.declaration()?;
        self.outside_root()?;
        if self.at == self.source.len() {
            return Err(XmlRule::NoRoot);
        }
        self.start_tag()?;
        while !self.open.is_empty() {
            self.content()?;
        }
        self.outside_root()?;
        if self.at < self.source.len() {
            return Err(XmlRule::SecondRoot);
        }
        self.index_ids()
    }

    /// Whatever may stand before and after the root: white space, and comments if allowed.
    /// Returns at the `<` of an element or at the end.
    fn outside_root(&mut self) -> Result<(), XmlRule> {
        loop {
            self.skip_space();
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Ok(()),
                (Some(b'<'), Some(b'?')) => return Err(self.instruction()),
                (Some(b'<'), Some(b'!')) if self.rest().starts_with(SECTION) => {
                    return Err(XmlRule::TextOutsideRoot);
                }
                (Some(b'<'), Some(b'!')) => self.bang()?,
                (Some(b'<'), Some(b'/')) => return Err(XmlRule::EndTag),
                (Some(b'<'), _) => return Ok(()),
                (Some(_), _) => return Err(XmlRule::TextOutsideRoot),
            }
        }
    }

    fn content(&mut self) -> Result<(), XmlRule> {
        if self.peek(0) != Some(b'<') {
            return self.text();
        }
        match self.peek(1) {
            Some(b'/') => self.end_tag(),
            Some(b'!') => self.bang(),
            Some(b'?') => Err(self.instruction()),
            _ => self.start_tag(),
        }
    }

    fn instruction(&self) -> XmlRule {
        let is_declaration = self.rest()[2..]
            .strip_prefix("xml")
            .is_some_and(|after| after.bytes().next().is_none_or(|octet| !continues_name(octet)));
        if is_declaration { XmlRule::Declaration } else { XmlRule::ProcessingInstruction }
    }

    fn bang(&mut self) -> Result<(), XmlRule> {
        if self.rest().starts_with("<!--") {
            self.comment()
        } else if self.rest().starts_with(SECTION) {
            self.section()
        } else if self.peek(2).is_some_and(|octet| octet.is_ascii_alphabetic() || octet == b'[') {
            Err(XmlRule::DocumentType)
        } else {
            Err(XmlRule::Markup)
        }
    }

    fn comment(&mut self) -> Result<(), XmlRule> {
        if !self.document.limits.comments {
            return Err(XmlRule::Comment);
        }
        let body = &self.rest()["<!--".len()..];
        let length = body.find("--").ok_or(XmlRule::UnexpectedEnd)?;
        if body.as_bytes().get(length + 2) != Some(&b'>') {
            return Err(XmlRule::CommentForm);
        }
        self.at += "<!--".len() + length + "-->".len();
        Ok(())
    }

    fn section(&mut self) -> Result<(), XmlRule> {
        let start = self.at + SECTION.len();
        let length = self.source[start..].find("]]>").ok_or(XmlRule::UnexpectedEnd)?;
        if length > 0 {
            self.push(Kind::Text(Span::new(start, start + length)))?;
        }
        self.at = start + length + "]]>".len();
        Ok(())
    }

    fn text(&mut self) -> Result<(), XmlRule> {
        let start = self.at;
        let Some(length) = self.rest().find('<') else {
            self.at = self.source.len();
            return Err(XmlRule::UnexpectedEnd);
        };
        let octets = &self.source.as_bytes()[..start + length];
        let special = |octet: u8| (octet == b'&') | (octet == b'>');
        let mut piece = Piece::new(start);
        // Without a branch, so that it is done for many octets at once.
        if octets[start..].iter().fold(false, |found, &octet| found | special(octet)) {
            while let Some(step) = octets[self.at..].iter().position(|&octet| special(octet)) {
                self.at += step;
                if octets[self.at] == b'&' {
                    self.reference(&mut piece)?;
                } else if octets[start..self.at].ends_with(b"]]") {
                    return Err(XmlRule::SectionEnd);
                } else {
                    self.at += 1;
                }
            }
        }
        self.at = octets.len();
        let span = self.finish(piece);
        self.push(Kind::Text(span))?;
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), XmlRule> {
        let Some(Open { node, scope }) = self.open.pop() else {
            return Err(XmlRule::EndTag);
        };
        let Kind::Element(element) = &self.document.nodes[node as usize].kind else {
            return Err(XmlRule::EndTag);
        };
        let name = element.name.qualified;
        if !self.rest()["</".len()..].starts_with(self.document.str(name)) {
            return Err(XmlRule::EndTag);
        }
        let start = self.at;
        self.at += "</".len() + name.len();
        self.skip_space();
        match self.peek(0) {
            Some(b'>') => self.at += 1,
            None => return Err(XmlRule::UnexpectedEnd),
            Some(_) => {
                self.at = start;
                return Err(XmlRule::EndTag);
            }
        }
        self.scope.truncate(scope);
        let end = self.next_node();
        self.document.nodes[node as usize].end = end;
        Ok(())
    }

    /// Sorts the IDs for looking up, and finds one that stands twice.
    fn index_ids(&mut self) -> Result<(), XmlRule> {
        let mut ids = std::mem::take(&mut self.document.ids);
        ids.sort_unstable_by(|(a, a_node), (b, b_node)| {
            self.document.str(*a).cmp(self.document.str(*b)).then(a_node.cmp(b_node))
        });
        let twice = ids.windows(2).find(|pair| self.document.str(pair[0].0) == self.document.str(pair[1].0));
        if let Some(pair) = twice {
            if let Kind::Element(element) = &self.document.nodes[pair[1].1 as usize].kind {
                self.at = element.name.qualified.start as usize;
            }
            return Err(XmlRule::DuplicateId);
        }
        self.document.ids = ids;
        Ok(())
    }

    // What the parts above and `start_tag` are made of.

    /// Replaces the reference at hand by its character.
    pub(super) fn reference(&mut self, piece: &mut Piece) -> Result<(), XmlRule> {
        let (character, length) = references::read(self.rest())?;
        self.splice(piece, character, length);
        Ok(())
    }

    /// Puts `character` in the place of the next `length` octets of the source.
    pub(super) fn splice(&mut self, piece: &mut Piece, character: char, length: usize) {
        let characters = &mut self.document.characters;
        piece.copy.get_or_insert(characters.len());
        characters.push_str(&self.source[piece.from..self.at]);
        characters.push(character);
        self.at += length;
        piece.from = self.at;
    }

    /// The piece up to here: a span of the source, or of the copy if anything was replaced.
    pub(super) fn finish(&mut self, piece: Piece) -> Span {
        let Some(start) = piece.copy else {
            return Span::new(piece.from, self.at);
        };
        let characters = &mut self.document.characters;
        characters.push_str(&self.source[piece.from..self.at]);
        Span::new(start, characters.len())
    }

    /// Adds a node under the innermost open element.
    pub(super) fn push(&mut self, kind: Kind) -> Result<u32, XmlRule> {
        if self.document.nodes.len() >= self.document.limits.nodes {
            return Err(XmlRule::TooManyNodes);
        }
        let index = self.next_node();
        let parent = self.open.last().map_or(index, |open| open.node);
        self.document.nodes.push(Node { kind, parent, end: index + 1 });
        Ok(index)
    }

    /// A `QName`; its prefix is not looked up yet.
    pub(super) fn qualified_name(&mut self) -> Result<Name, XmlRule> {
        let start = self.at;
        self.nc_name()?;
        let mut prefix = 0;
        if self.peek(0) == Some(b':') {
            prefix = self.at - start;
            self.at += 1;
            self.nc_name()?;
        }
        match self.peek(0) {
            Some(b':' | 0x80..) => Err(XmlRule::Name),
            _ => {
                Ok(Name { qualified: Span::new(start, self.at), prefix: as_u32(prefix), binding: NO_BINDING })
            }
        }
    }

    fn nc_name(&mut self) -> Result<(), XmlRule> {
        let octets = &self.source.as_bytes()[self.at..];
        match octets.first() {
            None => return Err(XmlRule::UnexpectedEnd),
            Some(&first) if !starts_name(first) => return Err(XmlRule::Name),
            Some(_) => {}
        }
        let end = octets.iter().position(|&octet| !continues_name(octet));
        self.at += end.unwrap_or(octets.len());
        Ok(())
    }

    /// Whether there was any.
    pub(super) fn skip_space(&mut self) -> bool {
        let start = self.at;
        while self.peek(0).is_some_and(is_xml_space) {
            self.at += 1;
        }
        self.at > start
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn next_node(&self) -> u32 {
        as_u32(self.document.nodes.len())
    }
}

/// Text or a value being read: a span of the source until something in it must be replaced.
pub(super) struct Piece {
    /// The first octet that is not copied.
    from: usize,
    /// Where the copy begins.
    copy: Option<usize>,
}

impl Piece {
    pub(super) fn new(at: usize) -> Piece {
        Piece { from: at, copy: None }
    }
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Span {
        Span { start: as_u32(start), end: as_u32(end) }
    }

    pub(super) fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}

/// Offsets fit: no source is larger than [`LARGEST`], and replacing makes nothing longer.
#[expect(clippy::cast_possible_truncation, reason = "bounded by LARGEST")]
pub(super) fn as_u32(offset: usize) -> u32 {
    offset as u32
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const SECTION: &str = "<![CDATA[";
const LARGEST: usize = 1 << 30;
