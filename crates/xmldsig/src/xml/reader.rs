//! The one pass that turns bytes into a tree. It keeps its own stack of open elements, so
//! that depth costs memory that is bounded, never the machine's stack.

use super::error::{XmlError, XmlRule};
use super::names::{continues_name, is_xml_space, normalise, starts_name};
use super::tree::{Document, Kind, NO_BINDING, Name, Node, Span};
use super::{references, scan};
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
    let source = normalise(source).map_err(|at| XmlError::locate(XmlRule::IllegalCharacter, bytes, at))?;
    let mut reader = Reader::new(&source, limits);
    match reader.document() {
        Ok(()) => Ok(reader.document),
        Err(rule) => Err(XmlError::locate(rule, source.as_bytes(), reader.at)),
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
}

/// An element whose end tag is still to come.
pub(super) struct Open {
    pub(super) node: u32,
    pub(super) name: Name,
    /// Declarations in force outside of it.
    pub(super) scope: usize,
    /// Whether all of it up to here is written as canonicalisation would write it.
    pub(super) canonical: bool,
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
        Reader { source, at: 0, document, open: Vec::with_capacity(16), scope: Vec::with_capacity(8) }
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
        self.is_not_canonical();
        Ok(())
    }

    fn section(&mut self) -> Result<(), XmlRule> {
        let start = self.at + SECTION.len();
        let length = self.source[start..].find("]]>").ok_or(XmlRule::UnexpectedEnd)?;
        if length > 0 {
            self.push(Kind::Text(Span::new(start, start + length)))?;
        }
        self.at = start + length + "]]>".len();
        self.is_not_canonical();
        Ok(())
    }

    fn text(&mut self) -> Result<(), XmlRule> {
        let start = self.at;
        let mut piece = Piece::new(start);
        loop {
            match self.skip_to(|word| scan::either(word, b'<', b'>') | scan::is(word, b'&'))? {
                b'<' => break,
                b'&' => self.reference(&mut piece)?,
                _ if self.source.as_bytes()[start..self.at].ends_with(b"]]") => {
                    return Err(XmlRule::SectionEnd);
                }
                _ => {
                    self.is_not_canonical();
                    self.at += 1;
                }
            }
        }
        let span = self.finish(piece);
        if !self.is_source(span) {
            self.is_not_canonical();
        }
        self.push(Kind::Text(span))?;
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), XmlRule> {
        let Some(open) = self.open.pop() else {
            return Err(XmlRule::EndTag);
        };
        if !self.octets()["</".len()..].starts_with(self.document.octets(open.name.qualified)) {
            return Err(XmlRule::EndTag);
        }
        let start = self.at;
        self.at += "</".len() + open.name.qualified.len();
        let spaced = self.skip_space();
        match self.peek(0) {
            Some(b'>') => self.at += 1,
            None => return Err(XmlRule::UnexpectedEnd),
            Some(_) => {
                self.at = start;
                return Err(XmlRule::EndTag);
            }
        }
        self.scope.truncate(open.scope);
        self.close(&open, open.canonical && !spaced);
        Ok(())
    }

    /// Ends an element where reading stands. Its parent can be canonical as written only if it
    /// is, and if all names of both need the same declaration.
    fn close(&mut self, open: &Open, canonical: bool) {
        let (end, at) = (self.next_node(), as_u32(self.at));
        let node = &mut self.document.nodes[open.node as usize];
        node.end = end;
        if let (Kind::Element(element), true) = (&mut node.kind, canonical) {
            element.canonical = Some(Span { start: open.name.qualified.start - 1, end: at });
        }
        if let Some(parent) = self.open.last_mut() {
            parent.canonical &= canonical && parent.name.meaning() == open.name.meaning();
        }
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

    /// What was just read is written in another way than canonicalisation would write it.
    pub(super) fn is_not_canonical(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.canonical = false;
        }
    }

    /// Whether nothing in a piece was replaced.
    pub(super) fn is_source(&self, piece: Span) -> bool {
        (piece.start as usize) < self.source.len()
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
        let octets = self.octets();
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

    /// Goes on to the first octet of a class, and returns it.
    #[inline]
    pub(super) fn skip_to(&mut self, class: impl Fn(u64) -> u64) -> Result<u8, XmlRule> {
        let octets = self.octets();
        let Some(step) = scan::find(octets, class) else {
            self.at = self.source.len();
            return Err(XmlRule::UnexpectedEnd);
        };
        self.at += step;
        Ok(octets[step])
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    pub(super) fn octets(&self) -> &'s [u8] {
        &self.source.as_bytes()[self.at..]
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
