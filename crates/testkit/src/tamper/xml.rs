//! Edits of XML by path.
//!
//! A path is local names from the root, with a number where an element is not
//! the first of its name: `Response/Assertion/AttributeStatement/Attribute[2]`.
//! The tools know elements, attributes, text and CDATA, which is all that a
//! protocol message may have.

use std::ops::Range;

/// An element found in a message: byte ranges of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    path: String,
    whole: Range<usize>,
    start_tag: Range<usize>,
    content: Range<usize>,
}

/// The paths of all elements, in document order.
#[must_use]
pub fn elements(xml: &[u8]) -> Vec<String> {
    scan(xml).into_iter().map(|found| found.path).collect()
}

/// The qualified names of the attributes and namespace declarations of an
/// element.
#[must_use]
pub fn attributes(xml: &[u8], path: &str) -> Vec<String> {
    attribute_ranges(xml, &find(xml, path))
        .into_iter()
        .map(|range| {
            let text = lossy(&xml[range]);
            text.split('=').next().unwrap_or_default().trim().to_owned()
        })
        .collect()
}

/// The bytes of an element.
#[must_use]
pub fn extract(xml: &[u8], path: &str) -> Vec<u8> {
    xml[find(xml, path).whole].to_vec()
}

/// The bytes between the tags of an element.
#[must_use]
pub fn content(xml: &[u8], path: &str) -> Vec<u8> {
    xml[find(xml, path).content].to_vec()
}

/// The value of an attribute, as written.
#[must_use]
pub fn attribute(xml: &[u8], path: &str, name: &str) -> Option<String> {
    let range = attribute_range(xml, &find(xml, path), name)?;
    let text = lossy(&xml[range]);
    let (_, quoted) = text.split_once('=')?;
    let quoted = quoted.trim();
    Some(quoted[1..quoted.len() - 1].to_owned())
}

/// The message without an element.
#[must_use]
pub fn remove(xml: &[u8], path: &str) -> Vec<u8> {
    splice(xml, find(xml, path).whole, b"")
}

/// The message with an element twice, side by side.
#[must_use]
pub fn duplicate(xml: &[u8], path: &str) -> Vec<u8> {
    let whole = find(xml, path).whole;
    splice(xml, whole.end..whole.end, &xml[whole])
}

/// The message with other bytes in an element's place.
#[must_use]
pub fn replace(xml: &[u8], path: &str, with: &[u8]) -> Vec<u8> {
    splice(xml, find(xml, path).whole, with)
}

/// The message with bytes before an element.
#[must_use]
pub fn insert_before(xml: &[u8], path: &str, what: &[u8]) -> Vec<u8> {
    let at = find(xml, path).whole.start;
    splice(xml, at..at, what)
}

/// The message with bytes behind an element.
#[must_use]
pub fn insert_after(xml: &[u8], path: &str, what: &[u8]) -> Vec<u8> {
    let at = find(xml, path).whole.end;
    splice(xml, at..at, what)
}

/// The message with bytes as the last content of an element, which must not be
/// an empty tag.
#[must_use]
pub fn append(xml: &[u8], path: &str, what: &[u8]) -> Vec<u8> {
    let at = find(xml, path).content.end;
    splice(xml, at..at, what)
}

/// The message with other content in an element, taken as markup.
#[must_use]
pub fn set_content(xml: &[u8], path: &str, content: &str) -> Vec<u8> {
    splice(xml, find(xml, path).content, content.as_bytes())
}

/// The message with another qualified name for an element.
#[must_use]
pub fn rename(xml: &[u8], path: &str, name: &str) -> Vec<u8> {
    let found = find(xml, path);
    let old = name_range(xml, found.start_tag.start + 1);
    let mut renamed = xml.to_vec();
    if found.content.end < found.whole.end {
        let end = name_range(xml, found.content.end + 2);
        renamed = splice(&renamed, end, name.as_bytes());
    }
    splice(&renamed, old, name.as_bytes())
}

/// The message with an attribute set, added if need be. The value is taken as
/// written, references and all.
#[must_use]
pub fn set_attribute(xml: &[u8], path: &str, name: &str, value: &str) -> Vec<u8> {
    let found = find(xml, path);
    let written = format!(" {name}=\"{value}\"");
    let place = attribute_range(xml, &found, name).unwrap_or_else(|| {
        let at = name_range(xml, found.start_tag.start + 1).end;
        at..at
    });
    splice(xml, place, written.as_bytes())
}

/// The message without an attribute.
///
/// # Panics
/// When the element has none of this name.
#[must_use]
pub fn remove_attribute(xml: &[u8], path: &str, name: &str) -> Vec<u8> {
    let range = attribute_range(xml, &find(xml, path), name)
        .unwrap_or_else(|| panic!("{path} has no attribute {name}"));
    splice(xml, range, b"")
}

fn find(xml: &[u8], path: &str) -> Found {
    let Some(found) = scan(xml).into_iter().find(|found| found.path == path) else {
        panic!("no {path} in {}", lossy(xml));
    };
    found
}

/// All elements in document order.
fn scan(xml: &[u8]) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(start) = position(xml, at, b"<") {
        if xml[start..].starts_with(b"<![CDATA[") {
            at = position(xml, start, b"]]>").expect("CDATA ends") + 3;
            continue;
        }
        let end = tag_end(xml, start);
        at = end;
        match xml[start + 1] {
            b'/' => {
                let index = open.pop().expect("an end tag ends an element");
                all[index].content.end = start;
                all[index].whole.end = end;
            }
            b'?' | b'!' => {}
            _ => {
                let path = path(xml, start, &all, open.last().map(|&index| &all[index]));
                all.push(Found { path, whole: start..end, start_tag: start..end, content: end..end });
                if xml[end - 2] != b'/' {
                    open.push(all.len() - 1);
                }
            }
        }
    }
    all
}

fn path(xml: &[u8], start: usize, before: &[Found], parent: Option<&Found>) -> String {
    let name = lossy(&xml[name_range(xml, start + 1)]);
    let local = name.rsplit(':').next().unwrap_or_default();
    let path = match parent {
        Some(parent) => format!("{}/{local}", parent.path),
        None => local.to_owned(),
    };
    let numbered = format!("{path}[");
    let same = before
        .iter()
        .filter(|found| {
            let rest = found.path.strip_prefix(&numbered);
            found.path == path || rest.is_some_and(|rest| !rest.contains('/'))
        })
        .count();
    match same {
        0 => path,
        _ => format!("{path}[{}]", same + 1),
    }
}

/// The end of the tag that starts here; a `>` within a value does not end it.
fn tag_end(xml: &[u8], start: usize) -> usize {
    let mut quote = None;
    for (offset, &byte) in xml[start..].iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return start + offset + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    panic!("a tag has no end in {}", lossy(xml));
}

fn name_range(xml: &[u8], start: usize) -> Range<usize> {
    let length = xml[start..]
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
        .expect("a name ends");
    start..start + length
}

/// Each attribute with the white space before it.
fn attribute_ranges(xml: &[u8], found: &Found) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = name_range(xml, found.start_tag.start + 1).end;
    while let Some(equals) = position(&xml[..found.start_tag.end], at, b"=") {
        let open = equals
            + xml[equals..].iter().position(|byte| matches!(byte, b'"' | b'\'')).expect("a value is quoted");
        let close = position(xml, open + 1, &xml[open..=open]).expect("a value ends");
        ranges.push(at..close + 1);
        at = close + 1;
    }
    ranges
}

fn attribute_range(xml: &[u8], found: &Found, name: &str) -> Option<Range<usize>> {
    attribute_ranges(xml, found).into_iter().find(|range| {
        let text = lossy(&xml[range.clone()]);
        text.split('=').next().is_some_and(|written| written.trim() == name)
    })
}

fn position(xml: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    xml[from..].windows(what.len()).position(|window| window == what).map(|offset| from + offset)
}

fn splice(xml: &[u8], range: Range<usize>, with: &[u8]) -> Vec<u8> {
    [&xml[..range.start], with, &xml[range.end..]].concat()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &[u8] = b"<a:R ID='1'  x=\"<y>\"><b>t</b><a:b n=\"2\"/><c><b>u</b></c><b/></a:R>";

    fn text(xml: Vec<u8>) -> String {
        String::from_utf8(xml).unwrap()
    }

    #[test]
    fn finds_by_path() {
        assert_eq!(elements(XML), ["R", "R/b", "R/b[2]", "R/c", "R/c/b", "R/b[3]"]);
        assert_eq!(attributes(XML, "R"), ["ID", "x"]);
        assert_eq!(attribute(XML, "R", "x").as_deref(), Some("<y>"));
        assert_eq!(attribute(XML, "R/b[2]", "m"), None);
        assert_eq!(text(extract(XML, "R/c")), "<c><b>u</b></c>");
        assert_eq!(text(content(XML, "R/c/b")), "u");
        assert_eq!(elements(b"<a><![CDATA[<b>]]><c/></a>"), ["a", "a/c"]);
    }

    #[test]
    fn edits_one_place_only() {
        let small = b"<r><b>t</b><c k='v'/></r>";
        assert_eq!(text(remove(small, "r/b")), "<r><c k='v'/></r>");
        assert_eq!(text(duplicate(small, "r/c")), "<r><b>t</b><c k='v'/><c k='v'/></r>");
        assert_eq!(text(replace(small, "r/c", b"x")), "<r><b>t</b>x</r>");
        assert_eq!(text(insert_before(small, "r/b", b"x")), "<r>x<b>t</b><c k='v'/></r>");
        assert_eq!(text(insert_after(small, "r/b", b"x")), "<r><b>t</b>x<c k='v'/></r>");
        assert_eq!(text(append(small, "r/b", b"x")), "<r><b>tx</b><c k='v'/></r>");
        assert_eq!(text(set_content(small, "r/b", "x")), "<r><b>x</b><c k='v'/></r>");
        assert_eq!(text(rename(small, "r/b", "p:d")), "<r><p:d>t</p:d><c k='v'/></r>");
        assert_eq!(text(rename(small, "r/c", "d")), "<r><b>t</b><d k='v'/></r>");
        assert_eq!(text(set_attribute(small, "r/c", "k", "w")), "<r><b>t</b><c k=\"w\"/></r>");
        assert_eq!(text(set_attribute(small, "r/b", "k", "w")), "<r><b k=\"w\">t</b><c k='v'/></r>");
        assert_eq!(text(remove_attribute(small, "r/c", "k")), "<r><b>t</b><c/></r>");
    }

    #[test]
    #[should_panic(expected = "no r/x in")]
    fn what_is_not_there_cannot_be_broken() {
        let _ = remove(b"<r/>", "r/x");
    }
}
