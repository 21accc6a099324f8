//! The key that signs ID tokens, and the one form in which it signs: a compact
//! JWS (RFC 7515) with RS256.
//!
//! Why by hand: it is two Base64 texts and one signature, we only ever write
//! them, and a JWT library would bring a second choice of cryptography and its
//! own list of algorithms. Why RS256: every provider must offer it (OpenID
//! Connect Discovery section 3) and every product reads it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use ::store::secrets::Rng;

/// A private key with its name. It has no `Debug`.
pub(super) struct SigningKey {
    pair: RsaKeyPair,
    /// The header of everything it signs, encoded.
    header: String,
    /// Its public half as a JWK (RFC 7517).
    jwk: Json,
}

impl SigningKey {
    /// Makes one of 3072 bits; also gives its PKCS#8 octets, which are to be
    /// stored sealed.
    pub(super) fn generate() -> Result<(Self, Zeroizing<Vec<u8>>), KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa3072).map_err(|_| KeyError)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError)?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        Ok((Self::of(pair), pkcs8))
    }

    /// Reads PKCS#8 octets.
    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        RsaKeyPair::from_pkcs8(pkcs8).map(Self::of).map_err(|_| KeyError)
    }

    /// Its public half.
    pub(super) fn jwk(&self) -> &Json {
        &self.jwk
    }

    /// Signs claims.
    pub(super) fn sign(&self, claims: &Json, rng: &Rng) -> Result<String, KeyError> {
        let signed = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, rng, signed.as_bytes(), &mut signature).map_err(|_| KeyError)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Named by the thumbprint of its public half (RFC 7638), so that the name
    /// follows the key and nothing else.
    fn of(pair: RsaKeyPair) -> Self {
        let public = pair.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        let required = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, required.as_bytes()));
        let header = json!({ "alg": ALGORITHM, "typ": "JWT", "kid": kid });
        let jwk = json!({ "kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": kid, "n": n, "e": e });
        Self { pair, header: URL_SAFE_NO_PAD.encode(header.to_string()), jwk }
    }
}

/// The left half of the SHA-256 of a token (OpenID Connect Core section
/// 3.1.3.6): ties an ID token to the access token beside it.
pub(super) fn half_hash(token: &str) -> String {
    let hash = digest(&SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

/// The key is unusable, or the library cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key that signs ID tokens cannot be used")]
pub(super) struct KeyError;

/// The one algorithm.
pub(super) const ALGORITHM: &str = "RS256";

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    #[test]
    fn what_is_signed_verifies_with_the_published_key() {
        let (_, pkcs8) = SigningKey::generate().unwrap();
        let key = SigningKey::from_pkcs8(&pkcs8).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test has no one to give it chance")]
        let rng = aws_lc_rs::rand::SystemRandom::new();
        let token = key.sign(&json!({ "sub": "1" }), &rng).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(key.jwk()[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        let verify = |signed: &str| {
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        };
        assert!(verify(signed).is_ok());
        assert!(verify(&signed.replace('.', "A.")).is_err());
        assert_eq!(part("n").len(), 3072 / 8);
        let header = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap();
        let header: Json = serde_json::from_slice(&header).unwrap();
        assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &key.jwk()["kid"]));
        assert!(key.jwk().get("d").is_none(), "nothing private");
        assert!(SigningKey::from_pkcs8(b"no key").is_err());
    }

    #[test]
    fn the_half_hash_of_a_token() {
        // OpenID Connect Core has no vector; this is SHA-256 of "abc", its first 16 bytes.
        assert_eq!(half_hash("abc"), "ungWv48Bz-pBQUDeXa4iIw");
    }
}
