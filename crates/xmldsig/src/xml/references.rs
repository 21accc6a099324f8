//! The five entities and character references.

use super::error::XmlRule;
use super::names::is_illegal;

/// Reads the reference at the beginning of `source` (which begins with `&`): its
/// character and the octets it takes.
pub(super) fn read(source: &str) -> Result<(char, usize), XmlRule> {
    let body = &source[1..];
    let end = body.bytes().take(LONGEST).position(|octet| octet == b';').ok_or(XmlRule::Reference)?;
    let character = match &body[..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        other => match other.strip_prefix('#') {
            Some(number) => by_number(number)?,
            None => return Err(named(other)),
        },
    };
    Ok((character, end + 2))
}

fn named(name: &str) -> XmlRule {
    if super::names::is_nc_name(name) { XmlRule::UnknownEntity } else { XmlRule::Reference }
}

fn by_number(number: &str) -> Result<char, XmlRule> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.bytes().all(|octet| char::from(octet).is_digit(radix)) {
        return Err(XmlRule::Reference);
    }
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|&character| !is_illegal(character))
        .ok_or(XmlRule::IllegalCharacter)
}

/// Octets looked at for the `;`: no honest reference is longer, and a row of `&` must not
/// make each of them search the rest of the document.
const LONGEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_or_refused() {
        type Row = (&'static str, Result<(char, usize), XmlRule>);
        let rows: &[Row] = &[
            ("&lt;", Ok(('<', 4))),
            ("&gt;x", Ok(('>', 4))),
            ("&amp;", Ok(('&', 5))),
            ("&apos;", Ok(('\'', 6))),
            ("&quot;", Ok(('"', 6))),
            ("&#65;", Ok(('A', 5))),
            ("&#x41;", Ok(('A', 6))),
            ("&#x1F600;", Ok(('\u{1F600}', 9))),
            ("&#13;", Ok(('\r', 5))),
            ("&#0000065;", Ok(('A', 10))),
            ("&#x10FFFF;", Ok(('\u{10FFFF}', 10))),
            ("&nbsp;", Err(XmlRule::UnknownEntity)),
            ("&LT;", Err(XmlRule::UnknownEntity)),
            ("&;", Err(XmlRule::Reference)),
            ("& lt;", Err(XmlRule::Reference)),
            ("&lt ;", Err(XmlRule::Reference)),
            ("&lt", Err(XmlRule::Reference)),
            ("&#;", Err(XmlRule::Reference)),
            ("&#x;", Err(XmlRule::Reference)),
            ("&#X41;", Err(XmlRule::Reference)),
            ("&#+65;", Err(XmlRule::Reference)),
            ("&#-1;", Err(XmlRule::Reference)),
            ("&#1_0;", Err(XmlRule::Reference)),
            ("&#0;", Err(XmlRule::IllegalCharacter)),
            ("&#8;", Err(XmlRule::IllegalCharacter)),
            ("&#xD800;", Err(XmlRule::IllegalCharacter)),
            ("&#xFFFE;", Err(XmlRule::IllegalCharacter)),
            ("&#x110000;", Err(XmlRule::IllegalCharacter)),
            ("&#99999999999999999999;", Err(XmlRule::IllegalCharacter)),
        ];
        for (source, expected) in rows {
            assert_eq!(read(source), *expected, "{source}");
        }
    }
}
