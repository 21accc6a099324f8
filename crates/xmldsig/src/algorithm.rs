//! Which algorithms may be used, which are refused, and why. One table for each kind: a new
//! algorithm is a row here, an arm in [`keys`](crate::keys), and nothing else.

use aws_lc_rs::digest;
use thiserror::Error;

/// A way to sign.
///
/// ```
/// use xmldsig::{Refused, SignatureAlgorithm};
///
/// let uri = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// assert_eq!(SignatureAlgorithm::from_uri(uri), Ok(SignatureAlgorithm::RsaSha256));
/// let old = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
/// assert_eq!(SignatureAlgorithm::from_uri(old), Err(Refused::Sha1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSA, PKCS#1 v1.5 padding, SHA-256.
    RsaSha256,
}

impl SignatureAlgorithm {
    /// The algorithm that `uri` names.
    ///
    /// # Errors
    /// Why it may not be used.
    pub fn from_uri(uri: &str) -> Result<SignatureAlgorithm, Refused> {
        look_up(SIGNATURES, uri)
    }

    /// Its URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            SignatureAlgorithm::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        }
    }
}

/// A way to digest what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
}

impl DigestAlgorithm {
    /// The algorithm that `uri` names.
    ///
    /// # Errors
    /// Why it may not be used.
    pub fn from_uri(uri: &str) -> Result<DigestAlgorithm, Refused> {
        look_up(DIGESTS, uri)
    }

    /// Its URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            DigestAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        }
    }

    /// Octets of a digest.
    #[must_use]
    pub fn length(self) -> usize {
        self.algorithm().output_len()
    }

    pub(crate) fn digest(self, octets: &[u8]) -> digest::Digest {
        digest::digest(self.algorithm(), octets)
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            DigestAlgorithm::Sha256 => &digest::SHA256,
        }
    }
}

/// Why an algorithm may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Refused {
    /// SHA-1, with whatever key.
    #[error("SHA-1 is refused")]
    Sha1,
    /// MD5, with whatever key.
    #[error("MD5 is refused")]
    Md5,
    /// A code that whoever can check can also make.
    #[error("HMAC is refused: whoever can check it can make it")]
    Hmac,
    /// DSA, with whatever digest.
    #[error("DSA is refused")]
    Dsa,
    /// No signature at all.
    #[error("an absent or empty algorithm is refused")]
    None,
    /// A sound algorithm that is not implemented.
    #[error("the algorithm is not supported")]
    NotSupported,
    /// An identifier that is not known.
    #[error("the algorithm is unknown")]
    Unknown,
}

fn look_up<A: Copy>(table: &[(&str, Result<A, Refused>)], uri: &str) -> Result<A, Refused> {
    let row = table.iter().find(|(known, _)| *known == uri);
    row.map_or(Err(Refused::Unknown), |(_, verdict)| *verdict)
}

const SIGNATURES: &[(&str, Result<SignatureAlgorithm, Refused>)] = &[
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", Ok(SignatureAlgorithm::RsaSha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", Err(Refused::NotSupported)),
    ("http://www.w3.org/2007/05/xmldsig-more#rsa-pss", Err(Refused::NotSupported)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Err(Refused::NotSupported)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", Err(Refused::NotSupported)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", Err(Refused::NotSupported)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", Err(Refused::Sha1)),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", Err(Refused::Sha1)),
    ("http://www.w3.org/2000/09/xmldsig#dsa-sha1", Err(Refused::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", Err(Refused::Sha1)),
    ("http://www.w3.org/2009/xmldsig11#dsa-sha256", Err(Refused::Dsa)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", Err(Refused::Md5)),
    ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", Err(Refused::Hmac)),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-md5", Err(Refused::Hmac)),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha224", Err(Refused::Hmac)),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", Err(Refused::Hmac)),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha384", Err(Refused::Hmac)),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", Err(Refused::Hmac)),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-ripemd160", Err(Refused::Hmac)),
    ("none", Err(Refused::None)),
    ("", Err(Refused::None)),
];

const DIGESTS: &[(&str, Result<DigestAlgorithm, Refused>)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", Ok(DigestAlgorithm::Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmlenc#sha512", Err(Refused::NotSupported)),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", Err(Refused::NotSupported)),
    ("http://www.w3.org/2000/09/xmldsig#sha1", Err(Refused::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#md5", Err(Refused::Md5)),
    ("none", Err(Refused::None)),
    ("", Err(Refused::None)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_row_names_its_own_uri_and_no_uri_has_two_rows() {
        for (at, (uri, verdict)) in SIGNATURES.iter().enumerate() {
            assert!(verdict.is_err() || verdict.is_ok_and(|algorithm| algorithm.uri() == *uri), "{uri}");
            assert!(SIGNATURES[..at].iter().all(|(other, _)| other != uri), "{uri}");
        }
        for (at, (uri, verdict)) in DIGESTS.iter().enumerate() {
            assert!(verdict.is_err() || verdict.is_ok_and(|algorithm| algorithm.uri() == *uri), "{uri}");
            assert!(DIGESTS[..at].iter().all(|(other, _)| other != uri), "{uri}");
        }
    }

    #[test]
    fn what_is_in_no_row_is_unknown() {
        for uri in ["rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256", " ", "urn:x"] {
            assert_eq!(SignatureAlgorithm::from_uri(uri), Err(Refused::Unknown));
            assert_eq!(DigestAlgorithm::from_uri(uri), Err(Refused::Unknown));
        }
    }
}
