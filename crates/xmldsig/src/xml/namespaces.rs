//! What may be a namespace name, and which prefix may be bound to which.

use super::error::XmlRule;

/// The namespace that the prefix `xml` always has.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Whether `uri` is an absolute URI in the characters that RFC 3986 gives to URIs but `&`, of
/// at most 512 octets. Relative names are refused because canonicalisation of them is
/// undefined, and libraries answered with an empty canonical form; `&` because libxml2 does
/// not escape it in a canonical declaration, so that two canonical forms are about; long
/// names because every comparison of two would cost their length.
pub(crate) fn is_namespace_name(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return false;
    };
    let scheme = scheme.as_bytes();
    uri.len() <= LONGEST_NAME
        && scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|&octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'))
        && rest.bytes().all(is_uri_octet)
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

const fn is_uri_octet(octet: u8) -> bool {
    matches!(octet, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'%')
        || matches!(octet, b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'!' | b'$' | b'\'')
        || matches!(octet, b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

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
