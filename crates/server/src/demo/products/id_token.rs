//! What is believed of an ID token: nothing before its signature is verified with a key that the
//! issuer publishes, and then only what was said to us, about this sign-in, now.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

/// What a token is held against. No part is optional.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// The access token that came with it.
    pub(super) access_token: &'a str,
    pub(super) now: Timestamp,
}

/// Whose the token is. Only [`verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    sub: String,
}

impl Verified {
    /// The person's id at the issuer.
    pub(super) fn sub(&self) -> &str {
        &self.sub
    }
}

/// The broken rule (OpenID Connect Core section 3.1.3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    #[error("the ID token is malformed")]
    Malformed,
    #[error("the ID token is signed by another algorithm than RS256")]
    Algorithm,
    #[error("the ID token is signed with a key that the issuer does not publish")]
    Key,
    #[error("the signature of the ID token is wrong")]
    Signature,
    #[error("the ID token is another issuer's")]
    Issuer,
    #[error("the ID token was made for another product")]
    Audience,
    #[error("the ID token is over, or of the future")]
    Time,
    #[error("the ID token belongs to another sign-in")]
    Nonce,
    #[error("the ID token came with another access token")]
    AccessToken,
}

/// The keys that an issuer publishes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl Keys {
    /// Whether the key that a token names is there: if not, it may be a new one.
    pub(super) fn have_key_of(&self, token: &str) -> bool {
        header(token).is_ok_and(|header| self.find(&header.kid).is_some())
    }

    fn find(&self, kid: &str) -> Option<RsaPublicKeyComponents<Vec<u8>>> {
        let fits = |key: &&Key| {
            key.kid == kid
                && key.kty == "RSA"
                && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
                && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
        };
        let key = self.keys.iter().find(fits)?;
        let (n, e) = (URL_SAFE_NO_PAD.decode(&key.n).ok()?, URL_SAFE_NO_PAD.decode(&key.e).ok()?);
        Some(RsaPublicKeyComponents { n, e })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    at_hash: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Verifies a token: the signature first, then every claim.
///
/// # Errors
/// The first broken rule.
pub(super) fn verify(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Verified, TokenError> {
    let header = header(token)?;
    // The algorithm is ours to say, not the token's.
    if header.alg != "RS256" || header.crit.is_some() {
        return Err(TokenError::Algorithm);
    }
    let key = keys.find(&header.kid).ok_or(TokenError::Key)?;
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Malformed)?;
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .map_err(|_| TokenError::Signature)?;
    let (_, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let claims: Claims = decoded(claims)?;
    hold(&claims, expected)?;
    Ok(Verified { sub: claims.sub })
}

fn hold(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenError> {
    if claims.iss != expected.issuer {
        return Err(TokenError::Issuer);
    }
    let ours = match &claims.aud {
        Audience::One(one) => one == expected.client_id,
        Audience::Many(many) => many.len() == 1 && many[0] == expected.client_id,
    };
    if !ours {
        return Err(TokenError::Audience);
    }
    let now = expected.now.as_second();
    if now >= claims.exp.saturating_add(SKEW) || claims.iat > now.saturating_add(SKEW) {
        return Err(TokenError::Time);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(TokenError::Nonce);
    }
    let hash = digest(&SHA256, expected.access_token.as_bytes());
    let half = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]);
    if claims.at_hash.as_ref().is_some_and(|given| *given != half) {
        return Err(TokenError::AccessToken);
    }
    match claims.sub.is_empty() {
        true => Err(TokenError::Malformed),
        false => Ok(()),
    }
}

fn header(token: &str) -> Result<Header, TokenError> {
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenError::Malformed);
    };
    decoded(header)
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, TokenError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

/// Seconds that two clocks may be apart.
const SKEW: i64 = 60;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
    use serde_json::{Value, json};

    static PAIR: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

    fn keys() -> Keys {
        let public = PAIR.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        let key = json!({ "kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": n, "e": e });
        serde_json::from_value(json!({ "keys": [{ "kty": "EC", "kid": "1" }, key] })).unwrap()
    }

    fn sign(header: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; PAIR.public_modulus_len()];
        #[expect(clippy::disallowed_methods, reason = "a test has no one to give it chance")]
        let rng = aws_lc_rs::rand::SystemRandom::new();
        PAIR.sign(&RSA_PKCS1_SHA256, &rng, signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn check(token: &str) -> Result<String, TokenError> {
        let expected = Expected {
            issuer: "https://org.example/oidc/acme",
            client_id: "jira",
            nonce: "n",
            access_token: "abc",
            now: Timestamp::from_second(1_800_000_000).unwrap(),
        };
        verify(token, &keys(), &expected).map(|verified| verified.sub().to_owned())
    }

    fn header() -> Value {
        json!({ "alg": "RS256", "kid": "1", "typ": "JWT" })
    }

    fn claims() -> Value {
        json!({
            "iss": "https://org.example/oidc/acme", "sub": "maya", "aud": "jira", "nonce": "n",
            "iat": 1_800_000_000, "exp": 1_800_000_300, "at_hash": "ungWv48Bz-pBQUDeXa4iIw",
        })
    }

    #[test]
    fn a_token_for_us_is_believed() {
        assert_eq!(check(&sign(&header(), &claims())), Ok("maya".to_owned()));
        let mut listed = claims();
        listed["aud"] = json!(["jira"]);
        assert_eq!(check(&sign(&header(), &listed)), Ok("maya".to_owned()));
    }

    #[test]
    fn every_claim_is_held_against_what_is_expected() {
        use TokenError::{AccessToken, Audience, Issuer, Malformed, Nonce, Time};
        let cases = [
            ("iss", json!("https://org.example/oidc/other"), Issuer),
            ("iss", json!("https://org.example/oidc/acme/"), Issuer),
            ("aud", json!("confluence"), Audience),
            ("aud", json!(["jira", "confluence"]), Audience),
            ("aud", json!([]), Audience),
            ("nonce", json!("other"), Nonce),
            ("nonce", Value::Null, Nonce),
            ("exp", json!(1_799_999_940), Time),
            ("iat", json!(1_800_000_061), Time),
            ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), AccessToken),
            ("sub", json!(""), Malformed),
            ("sub", Value::Null, Malformed),
            ("exp", Value::Null, Malformed),
        ];
        for (claim, value, error) in cases {
            let mut changed = claims();
            changed[claim] = value.clone();
            assert_eq!(check(&sign(&header(), &changed)), Err(error), "{claim}: {value}");
        }
    }

    #[test]
    fn only_the_published_keys_signature_counts() {
        let good = sign(&header(), &claims());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let (head, _) = signed.split_once('.').unwrap();
        let mut other = claims();
        other["sub"] = json!("jonas");
        let forged = URL_SAFE_NO_PAD.encode(other.to_string());
        let none = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": "1" }).to_string());
        let unknown = sign(&json!({ "alg": "RS256", "kid": "2" }), &claims());
        let critical = sign(&json!({ "alg": "RS256", "kid": "1", "crit": ["x"] }), &claims());
        let symmetric = sign(&json!({ "alg": "HS256", "kid": "1" }), &claims());
        for (token, error) in [
            (format!("{head}.{forged}.{signature}"), TokenError::Signature),
            (format!("{signed}."), TokenError::Signature),
            (format!("{none}.{forged}."), TokenError::Algorithm),
            (symmetric, TokenError::Algorithm),
            (critical, TokenError::Algorithm),
            (unknown, TokenError::Key),
            (signed.to_owned(), TokenError::Malformed),
            (format!("{good}.x"), TokenError::Malformed),
            (String::new(), TokenError::Malformed),
        ] {
            assert_eq!(check(&token), Err(error), "{token}");
        }
    }
}
