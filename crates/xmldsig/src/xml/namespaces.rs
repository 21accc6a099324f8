//! What may be a namespace name, and which prefix may be bound to which.

use super::error::XmlRule;

/// The namespace that the prefix `xml` always has.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Whether `uri` is an absolute URI by RFC 3986, of at most 512 octets, and none of those that
/// libraries read in different ways.
///
/// Relative names are refused because canonicalisation of them is undefined; for these and for
/// malformed ones, libxml2 has no canonical form at all, and callers took that for an empty
/// one. `&` is refused because libxml2 does not escape it in a canonical declaration, brackets
/// and user names in the authority because nobody needs them; long names because every
/// comparison of two would cost their length.
pub(crate) fn is_namespace_name(uri: &str) -> bool {
    let Some(colon) = uri.bytes().position(|octet| octet == b':') else {
        return false;
    };
    let (scheme, rest) = (&uri.as_bytes()[..colon], &uri[colon + 1..]);
    // Hardly any name has a fragment or an escape.
    let plain = rest.bytes().fold(true, |plain, octet| plain & is_uri_octet(octet));
    let (hierarchy, fragment) = if plain { (rest, "") } else { rest.split_once('#').unwrap_or((rest, "")) };
    uri.len() <= LONGEST_NAME
        && scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|&octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && hierarchy.strip_prefix("//").is_none_or(has_authority)
        && (plain || are_uri_octets(hierarchy.as_bytes()) && are_uri_octets(fragment.as_bytes()))
}

/// Whether Namespaces in XML 1.0, section 3, lets `prefix` (empty: the default) be bound to `uri`.
pub(crate) fn may_bind(prefix: &str, uri: &str) -> Result<(), XmlRule> {
    if prefix == "xmlns" || uri == XMLNS_NAMESPACE || ((prefix == "xml") != (uri == XML_NAMESPACE)) {
        return Err(XmlRule::ReservedNamespace);
    }
    match (prefix.is_empty(), uri.is_empty()) {
        (true, true) => Ok(()),
        (false, true) => Err(XmlRule::EmptyNamespace),
        (_, false) if is_namespace_name(uri) => Ok(()),
        (_, false) => Err(XmlRule::NamespaceName),
    }
}

/// Whether `rest`, which follows `//`, begins with a host and perhaps a port.
fn has_authority(rest: &str) -> bool {
    let end = rest.bytes().position(|octet| matches!(octet, b'/' | b'?')).unwrap_or(rest.len());
    let (host, port) = rest[..end].split_once(':').unwrap_or((&rest[..end], "0"));
    let is_host = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    !host.is_empty() && host.bytes().all(is_host) && port.parse::<u16>().is_ok() && !port.starts_with('+')
}

/// Whether each octet may stand in a path, query or fragment, or begins `%` and two digits.
fn are_uri_octets(mut octets: &[u8]) -> bool {
    loop {
        octets = match octets {
            [] => return true,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            [octet, rest @ ..] if is_uri_octet(*octet) => rest,
            _ => return false,
        };
    }
}

/// `pchar` of RFC 3986 without escapes, `/` and `?`; but not `&`.
const fn is_uri_octet(octet: u8) -> bool {
    URI_OCTETS[octet as usize]
}

const URI_OCTETS: [bool; 256] = {
    let mut octets = [false; 256];
    let mut octet = 0_u8;
    while octet < 0x80 {
        let unreserved = octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~');
        let other = matches!(octet, b':' | b'/' | b'?' | b'@' | b'!' | b'$' | b'\'')
            || matches!(octet, b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=');
        octets[octet as usize] = unreserved || other;
        octet += 1;
    }
    octets
};

const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
const LONGEST_NAME: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings() {
        let long = format!("urn:{}", "a".repeat(LONGEST_NAME));
        let rows: &[(&str, &str, Result<(), XmlRule>)] = &[
            ("", "", Ok(())),
            ("", "urn:a", Ok(())),
            ("p", "http://a/b?c=d;e#f", Ok(())),
            ("xml", XML_NAMESPACE, Ok(())),
            ("p", "", Err(XmlRule::EmptyNamespace)),
            ("p", "a", Err(XmlRule::NamespaceName)),
            ("p", "../a", Err(XmlRule::NamespaceName)),
            ("p", "//host/a", Err(XmlRule::NamespaceName)),
            ("p", "1a:b", Err(XmlRule::NamespaceName)),
            ("p", ":b", Err(XmlRule::NamespaceName)),
            ("p", "http://h:8080/a%20b", Ok(())),
            ("p", "http://h?a", Ok(())),
            ("p", "urn:", Err(XmlRule::NamespaceName)),
            ("p", "http:///a", Err(XmlRule::NamespaceName)),
            ("p", "http://h:b/", Err(XmlRule::NamespaceName)),
            ("p", "http://h:/", Err(XmlRule::NamespaceName)),
            ("p", "http://u@h/", Err(XmlRule::NamespaceName)),
            ("p", "http://[::1]/", Err(XmlRule::NamespaceName)),
            ("p", "http://h/[a]", Err(XmlRule::NamespaceName)),
            ("p", "urn:a#b#c", Err(XmlRule::NamespaceName)),
            ("p", "urn:a%2", Err(XmlRule::NamespaceName)),
            ("p", "urn:a%zz", Err(XmlRule::NamespaceName)),
            ("p", "urn:a b", Err(XmlRule::NamespaceName)),
            ("p", "urn:\"", Err(XmlRule::NamespaceName)),
            ("p", "http://a/?b&c", Err(XmlRule::NamespaceName)),
            ("p", "urn:é", Err(XmlRule::NamespaceName)),
            ("p", &long, Err(XmlRule::NamespaceName)),
            ("xml", "urn:a", Err(XmlRule::ReservedNamespace)),
            ("p", XML_NAMESPACE, Err(XmlRule::ReservedNamespace)),
            ("", XML_NAMESPACE, Err(XmlRule::ReservedNamespace)),
            ("xmlns", "urn:a", Err(XmlRule::ReservedNamespace)),
            ("p", XMLNS_NAMESPACE, Err(XmlRule::ReservedNamespace)),
            ("", XMLNS_NAMESPACE, Err(XmlRule::ReservedNamespace)),
        ];
        for (prefix, uri, expected) in rows {
            assert_eq!(may_bind(prefix, uri), *expected, "{prefix}={uri}");
        }
    }
}
