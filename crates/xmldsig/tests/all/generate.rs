//! Documents drawn from a seed, as wild as the reader allows: what two implementations of
//! canonicalisation must agree on.

/// Source text, and the prefixes that its root declares. White space in values that is not
/// a space stands there as such only if `raw`, else only by reference.
pub(crate) fn document(seed: u64, raw: bool) -> (String, Vec<&'static str>) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, raw);
    let mut source = String::new();
    if dice.one_in(3) {
        source.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    let mut scope = Vec::new();
    element(&mut dice, &mut scope, 0, &mut source);
    let declared = scope.iter().filter(|(_, uri)| !uri.is_empty()).map(|(prefix, _)| *prefix).collect();
    (source + if dice.one_in(2) { "\n" } else { "" }, declared)
}

/// Such a document with one to three octets or pieces of markup changed, lost or put in:
/// seldom a document still.
pub(crate) fn mutilated(seed: u64) -> String {
    let (source, _) = document(seed % 997, true);
    let mut dice = Dice(seed.wrapping_mul(0xD134_2543_DE82_EF95) | 1, true);
    let mut characters: Vec<char> = source.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(characters.len());
        let lost = dice.below(3);
        let until = (at + lost).min(characters.len());
        let put = if dice.one_in(3) { "" } else { dice.of(PIECES) };
        characters.splice(at..until, put.chars());
    }
    characters.into_iter().collect()
}

struct Dice(u64, bool);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    fn of<T: Copy>(&mut self, faces: &[T]) -> T {
        faces[self.below(faces.len())]
    }
}

/// Prefix and namespace name, as written in the source; the innermost declaration last.
type Scope = Vec<(&'static str, &'static str)>;

/// Writes an element; at depth 0 leaves what it declares in `scope`.
fn element(dice: &mut Dice, scope: &mut Scope, depth: usize, out: &mut String) {
    let outside = scope.len();
    let mut attributes = declarations(dice, scope);
    let prefix = prefix(dice, scope);
    let name = [prefix, if prefix.is_empty() { "" } else { ":" }, dice.of(LOCALS)].concat();
    attributes.extend(plain_attributes(dice, scope));
    out.push('<');
    out.push_str(&name);
    while !attributes.is_empty() {
        let (name, value) = attributes.swap_remove(dice.below(attributes.len()));
        let quote = if value.contains('"') { '\'' } else { '"' };
        out.push_str(dice.of(&[" ", "  ", "\n", "\t "]));
        out.push_str(&name);
        out.push_str(dice.of(&["=", " =", "= "]));
        out.extend([&quote.to_string(), &value, &quote.to_string()].map(String::as_str));
    }
    let children = if depth < 6 { dice.below(5) } else { 0 };
    if children == 0 && dice.one_in(2) {
        out.push_str(dice.of(&["/>", " />"]));
    } else {
        out.push_str(dice.of(&[">", " >"]));
        for _ in 0..children {
            if dice.one_in(2) {
                element(dice, scope, depth + 1, out);
            } else {
                out.push_str(dice.of(TEXTS));
            }
        }
        out.extend(["</", &name, dice.of(&[">", "\n>"])]);
    }
    if depth > 0 {
        scope.truncate(outside);
    }
}

fn declarations(dice: &mut Dice, scope: &mut Scope) -> Vec<(String, String)> {
    let mut declared: Scope = Vec::new();
    for _ in 0..dice.below(4) {
        let prefix = dice.of(PREFIXES);
        let uri = if prefix.is_empty() && dice.one_in(3) { "" } else { dice.of(URIS) };
        if declared.iter().all(|(other, _)| *other != prefix) {
            declared.push((prefix, uri));
        }
    }
    scope.extend(&declared);
    let written = declared.into_iter().map(|(prefix, uri)| {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        (name, uri.to_owned())
    });
    written.collect()
}

fn plain_attributes(dice: &mut Dice, scope: &Scope) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..dice.below(5) {
        let (prefix, local) = (prefix(dice, scope), dice.of(LOCALS));
        let uri = if prefix.is_empty() { "" } else { meaning(scope, prefix) };
        if seen.contains(&(uri, local)) {
            continue;
        }
        seen.push((uri, local));
        let name = [prefix, if prefix.is_empty() { "" } else { ":" }, local].concat();
        let value: String = (0..dice.below(4)).map(|_| value(dice)).collect();
        attributes.push((name, value));
    }
    if dice.one_in(6) {
        attributes.push(("xml:lang".to_owned(), "en".to_owned()));
    }
    attributes
}

fn value(dice: &mut Dice) -> &'static str {
    if dice.1 && dice.one_in(4) { dice.of(&["\t", "\n", "\r\n", "\r"]) } else { dice.of(VALUES) }
}

/// A prefix that can be used here, or none.
fn prefix(dice: &mut Dice, scope: &Scope) -> &'static str {
    let declared: Vec<_> = scope.iter().map(|(prefix, _)| *prefix).collect();
    if declared.is_empty() || dice.one_in(3) { "" } else { dice.of(&declared) }
}

fn meaning(scope: &Scope, prefix: &str) -> &'static str {
    scope.iter().rev().find(|(other, _)| *other == prefix).map_or("", |(_, uri)| uri)
}

const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "=",
    "'",
    "\"",
    "&",
    ";",
    ":",
    " ",
    "\n",
    "\r",
    "a",
    "b:",
    "x",
    "1",
    "-",
    "!",
    "?",
    "]",
    "]]>",
    "&#9;",
    "&#x",
    "&lt;",
    "xmlns",
    " xmlns:a='urn:1'",
    " xmlns=''",
    " a='1'",
    "<a/>",
    "</a>",
    "<![CDATA[",
    "\u{e9}",
    "\u{FEFF}",
    "\t",
    " xml:lang='en'",
    " xmlns:xml='http://www.w3.org/XML/1998/namespace'",
];
const PREFIXES: &[&str] = &["", "a", "b", "ab", "B", "z.1"];
const URIS: &[&str] = &["urn:1", "urn:2", "urn:12", "http://h.example/?a=1;b='2'", "http://h.example/p#f"];
const LOCALS: &[&str] = &["a", "b", "c", "B", "ab", "a-b", "a.b", "_a", "a1"];
const VALUES: &[&str] = &[
    "v",
    " ",
    "  ",
    "&#9;",
    "&#xA;",
    "&#13;",
    "&lt;",
    ">",
    "&gt;",
    "&amp;",
    "&apos;",
    "&quot;",
    "\u{e9}",
    "\u{1F600}",
    "&#x1F600;",
    "&#38;lt;",
    "a:b",
    "\u{85}",
    "\u{2028}",
];
const TEXTS: &[&str] = &[
    "t",
    " ",
    "\n  ",
    "\t",
    "\r\n",
    "\r",
    "&#13;",
    "&#xD;\n",
    "&lt;",
    "&gt;",
    ">",
    "&amp;",
    "\"'",
    "]]&gt;",
    "] ]>",
    "<![CDATA[<&>]]>",
    "<![CDATA[]]]]>",
    "<![CDATA[]]>",
    "<![CDATA[\r\n]]>",
    "\u{e9}",
    "\u{1F600}",
    "&#x1F600;",
    "&#38;amp;",
    "\u{85}",
    "\u{2028}",
    "&quot;&apos;",
];
