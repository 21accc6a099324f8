//! Classes of characters: what may stand in a name, what is white space, what is not XML at all;
//! and what a document's characters are before anything else is looked at.

use std::borrow::Cow;

use super::scan;

/// Whether `name` is an `NCName` written in ASCII.
pub(crate) const fn is_nc_name(name: &str) -> bool {
    let octets = name.as_bytes();
    let mut class = CONTINUE;
    let mut at = 0;
    while at < octets.len() {
        class &= CLASS[octets[at] as usize];
        at += 1;
    }
    class != 0 && !octets.is_empty() && starts_name(octets[0])
}

/// `NCNameStartChar`, ASCII.
pub(crate) const fn starts_name(octet: u8) -> bool {
    CLASS[octet as usize] & START != 0
}

/// `NCNameChar`, ASCII.
pub(crate) const fn continues_name(octet: u8) -> bool {
    CLASS[octet as usize] & CONTINUE != 0
}

/// `S` after line ends were normalised; a carriage return can come from a reference only.
pub(crate) const fn is_xml_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r')
}

/// The source with line ends normalised (XML 1.0, section 2.11: before anything else is looked
/// at), or where it holds a character that is not allowed. Most have nothing of either.
pub(super) fn normalise(source: &str) -> Result<Cow<'_, str>, usize> {
    if !scan::any(source.as_bytes(), |word| scan::under_space(word) | scan::is(word, 0xEF)) {
        return Ok(Cow::Borrowed(source));
    }
    match find_illegal(source) {
        Some(at) => Err(at),
        None if !source.contains('\r') => Ok(Cow::Borrowed(source)),
        None => Ok(Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))),
    }
}

/// Where the first character stands that XML 1.0 does not allow (`Char`, section 2.2).
pub(crate) fn find_illegal(text: &str) -> Option<usize> {
    if !scan::any(text.as_bytes(), may_begin_illegal) {
        return None;
    }
    text.char_indices().find(|&(_, character)| is_illegal(character)).map(|(at, _)| at)
}

/// The class of the octets that an illegal character may begin with.
const fn may_begin_illegal(word: u64) -> u64 {
    let space = scan::is(word, b'\t') | scan::is(word, b'\n') | scan::is(word, b'\r');
    (scan::under_space(word) & !space) | scan::is(word, 0xEF)
}

/// Whether XML 1.0 does not allow `character` anywhere, not even by reference.
pub(crate) const fn is_illegal(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

const START: u8 = 1;
const CONTINUE: u8 = 2;

const CLASS: [u8; 256] = {
    let mut class = [0_u8; 256];
    let mut octet = 0_usize;
    while octet < 128 {
        let letter = (octet as u8).is_ascii_alphabetic() || octet as u8 == b'_';
        let other = (octet as u8).is_ascii_digit() || matches!(octet as u8, b'-' | b'.');
        class[octet] = if letter {
            START | CONTINUE
        } else if other {
            CONTINUE
        } else {
            0
        };
        octet += 1;
    }
    class
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nc_names_are_ascii_and_without_colon() {
        for good in ["a", "_1", "A-b.c", "_"] {
            assert!(is_nc_name(good), "{good}");
        }
        for bad in ["", "1a", "-a", ".a", "a:b", "a b", "é", "a\u{B7}"] {
            assert!(!is_nc_name(bad), "{bad}");
        }
    }

    #[test]
    fn illegal_characters_are_found_where_they_stand() {
        assert_eq!(find_illegal("a\tb\n\r é \u{FFFD} \u{10FFFF} \u{7F} \u{85}"), None);
        assert_eq!(find_illegal("ab\u{1}"), Some(2));
        assert_eq!(find_illegal("ab\0"), Some(2));
        assert_eq!(find_illegal("é\u{FFFE}"), Some(2));
        assert_eq!(find_illegal("\u{FFFF}"), Some(0));
    }
}
