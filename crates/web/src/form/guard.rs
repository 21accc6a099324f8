//! Whether a request was made by a page of our own.

use http::HeaderMap;
use http::header::ORIGIN;

use crate::address::PublicUrl;

/// Why a request does not count as our own page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Foreign {
    #[error("Origin names another site, or none can be told")]
    Origin,
    #[error("Sec-Fetch-Site is not same-origin")]
    FetchSite,
    #[error("the request has neither Origin nor Sec-Fetch-Site")]
    NoProof,
}

/// Both headers that browsers send must agree that the page is ours, and at least one must be
/// there. Our pages' Referrer-Policy lets browsers send the true Origin to ourselves.
pub(crate) fn same_origin(headers: &HeaderMap, public: &PublicUrl) -> Result<(), Foreign> {
    let origin = single(headers, ORIGIN.as_str());
    let fetch_site = single(headers, "sec-fetch-site");
    match origin {
        Header::Is(origin) if origin == public.origin().as_bytes() => {}
        Header::Missing => {}
        _ => return Err(Foreign::Origin),
    }
    match fetch_site {
        Header::Is(b"same-origin") | Header::Missing => {}
        _ => return Err(Foreign::FetchSite),
    }
    if matches!((&origin, &fetch_site), (Header::Missing, Header::Missing)) {
        return Err(Foreign::NoProof);
    }
    Ok(())
}

enum Header<'a> {
    Missing,
    Is(&'a [u8]),
    Twice,
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Header<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Missing,
        (Some(value), None) => Header::Is(value.as_bytes()),
        _ => Header::Twice,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(pairs: &[(&'static str, &'static str)]) -> Result<(), Foreign> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        same_origin(&headers, &PublicUrl::parse("https://sso.example.com").expect("url"))
    }

    #[test]
    fn our_own_page() {
        let (origin, site) = (("origin", "https://sso.example.com"), ("sec-fetch-site", "same-origin"));
        assert_eq!(check(&[origin]), Ok(()));
        assert_eq!(check(&[site]), Ok(()));
        assert_eq!(check(&[origin, site]), Ok(()));
    }

    #[test]
    fn everything_else() {
        assert_eq!(check(&[]), Err(Foreign::NoProof));
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://sso.example.com",
            "https://sso.example.com:444",
            "https://sso.example.com.evil.example",
            "https://sso.example.com/",
            "HTTPS://SSO.EXAMPLE.COM",
        ] {
            assert_eq!(check(&[("origin", origin)]), Err(Foreign::Origin), "{origin}");
            assert_eq!(
                check(&[("origin", origin), ("sec-fetch-site", "same-origin")]),
                Err(Foreign::Origin),
                "{origin}"
            );
        }
        let ours = ("origin", "https://sso.example.com");
        for site in ["cross-site", "same-site", "none", "", "same-origin, cross-site"] {
            assert_eq!(check(&[ours, ("sec-fetch-site", site)]), Err(Foreign::FetchSite), "{site}");
        }
        assert_eq!(check(&[ours, ours]), Err(Foreign::Origin));
    }
}
