//! Paths to which a person may be sent back.

use std::fmt;

/// A path of this very service, with its query: safe as the target of a redirect (T125).
///
/// What browsers might read as another host is refused: a second slash or backslash, control
/// characters, a scheme. So is a path that a proxy in front might resolve to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// The path that `text` spells, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let safe = text.len() <= MAX_LENGTH
            && text.starts_with('/')
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !FORBIDDEN.contains(&byte))
            && path_is_plain(text.split('?').next().unwrap_or_default());
        safe.then(|| Self(text.to_owned()))
    }

    /// The path that `text` spells, else `fallback`.
    pub fn or(text: Option<&str>, fallback: &'static str) -> Self {
        text.and_then(Self::parse).unwrap_or_else(|| Self(fallback.to_owned()))
    }

    /// The path for a Location header or a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// No empty segment at the start, no dot segment, and none of the separators hidden by encoding.
fn path_is_plain(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let hidden = ["%2f", "%5c", "%2e", "%00", "%09", "%0a", "%0d", "%25"];
    !lower.contains("//")
        && !hidden.iter().any(|code| lower.contains(code))
        && !lower.split('/').any(|segment| segment == "." || segment == "..")
}

/// Longer ones are not made by us.
const MAX_LENGTH: usize = 2048;

/// Never sent raw by a browser in a path or query, and read differently by different parsers.
const FORBIDDEN: &[u8] = b"\\\"<>^`{|}#";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_paths_are_kept() {
        for path in [
            "/",
            "/admin",
            "/admin/users/1?tab=devices&q=a%20b",
            "/login?next=/a//b",
            "/browse/ABC-1?focused=true",
            "/a:b@c",
            "/~maya/caf%C3%A9",
            "/path;v=1",
        ] {
            assert_eq!(ReturnTo::parse(path).map(|p| p.to_string()).as_deref(), Some(path));
        }
    }

    #[test]
    fn nothing_leads_elsewhere() {
        for payload in PAYLOADS {
            assert_eq!(ReturnTo::parse(payload), None, "{payload:?}");
        }
        assert!(PAYLOADS.len() >= 60);
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(MAX_LENGTH))), None);
    }

    #[test]
    fn what_is_kept_resolves_to_the_same_host() {
        let base = url::Url::parse("https://sso.example.com/login").expect("valid");
        for path in ["/", "/a?b=//evil.example", "/a:b@evil.example", "/;//x", "/?@evil.example"] {
            if let Some(kept) = ReturnTo::parse(path) {
                let target = base.join(kept.as_str()).expect("joins");
                assert_eq!(target.host_str(), Some("sso.example.com"), "{path}");
            }
        }
    }

    #[test]
    fn a_bad_one_falls_back() {
        assert_eq!(ReturnTo::or(Some("//evil.example"), "/me").as_str(), "/me");
        assert_eq!(ReturnTo::or(Some("/x"), "/me").as_str(), "/x");
        assert_eq!(ReturnTo::or(None, "/me").as_str(), "/me");
    }

    const PAYLOADS: &[&str] = &[
        "",
        " ",
        "admin",
        "?a",
        "#a",
        ".",
        "..",
        "./a",
        "../a",
        "//",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "//evil.example/..",
        "//evil.example@sso.example.com",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/\\/evil.example",
        "/\\\\evil.example",
        "\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "/\u{0}/evil.example",
        "/\u{b}/evil.example",
        "\t//evil.example",
        " //evil.example",
        "\u{a0}//evil.example",
        "/ /evil.example",
        "/%09/evil.example",
        "/%0a/evil.example",
        "/%0d/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/a\r\nSet-Cookie: x=y",
        "/%00/evil.example",
        "/%2f/evil.example",
        "/%2F%2Fevil.example",
        "/%5cevil.example",
        "/%5C%5Cevil.example",
        "/%2e%2e/evil",
        "/%252f%252fevil.example",
        "/.//evil.example",
        "/..//evil.example",
        "/./evil",
        "/../evil",
        "/a/../../evil",
        "/a//evil.example",
        "http://evil.example",
        "https://evil.example",
        "HTTPS://evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:\\\\evil.example",
        "http:evil.example",
        "ftp://evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "javascript://%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://evil.example/1",
        "/a\"onmouseover=alert(1)",
        "/<script>alert(1)</script>",
        "/a#//evil.example",
        "/a`b",
        "/{a}",
        "/\u{ff0f}evil.example",
        "/\u{2215}evil.example",
        "/\u{3002}evil.example",
        "\u{feff}/admin",
        "@evil.example",
        "sso.example.com@evil.example",
    ];
}
