//! Keys, parsed once and kept: to sign with, to verify with.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use thiserror::Error;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;
use zeroize::Zeroizing;

use crate::algorithm::SignatureAlgorithm;

/// What a new key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA with 2048 bits: three times as many signatures a second as with 3072, and less margin.
    Rsa2048,
    /// RSA with 3072 bits.
    #[default]
    Rsa3072,
    /// RSA with 4096 bits: half as many signatures a second as with 3072.
    Rsa4096,
}

/// A private key. It has no `Debug`, and its octets cannot be had back.
///
/// ```
/// use aws_lc_rs::rand::SystemRandom;
/// use xmldsig::{KeyKind, SignatureAlgorithm, SigningKey};
///
/// let (key, pkcs8) = SigningKey::generate(KeyKind::Rsa2048)?;
/// let again = SigningKey::from_pkcs8(&pkcs8)?;
/// let rng = SystemRandom::new();
/// let signature = again.sign_octets(b"octets", &rng)?;
/// key.verifying_key()?.verify_octets(SignatureAlgorithm::RsaSha256, b"octets", &signature)?;
/// # Ok::<(), xmldsig::KeyError>(())
/// ```
pub struct SigningKey {
    pair: RsaKeyPair,
    /// `SubjectPublicKeyInfo`, DER.
    spki: Vec<u8>,
}

impl SigningKey {
    /// Reads an unencrypted PKCS#8 private key (DER).
    ///
    /// # Errors
    /// When it is not one, or not RSA of 2048 to 4096 bits.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<SigningKey, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::PrivateKey)?;
        SigningKey::new(pair)
    }

    /// Makes a new key; returns it with its PKCS#8 octets (DER), which are to be stored
    /// sealed. The randomness is the cryptographic library's own.
    ///
    /// # Errors
    /// When the library cannot.
    pub fn generate(kind: KeyKind) -> Result<(SigningKey, Zeroizing<Vec<u8>>), KeyError> {
        let size = match kind {
            KeyKind::Rsa2048 => KeySize::Rsa2048,
            KeyKind::Rsa3072 => KeySize::Rsa3072,
            KeyKind::Rsa4096 => KeySize::Rsa4096,
        };
        let pair = RsaKeyPair::generate(size).map_err(|_| KeyError::Library)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Library)?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        Ok((SigningKey::new(pair)?, pkcs8))
    }

    /// The algorithm that it signs with.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RsaSha256
    }

    /// Its public key as `SubjectPublicKeyInfo` (DER).
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.spki
    }

    /// The key that verifies what this one signs.
    ///
    /// # Errors
    /// When the library cannot read its own public key.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_spki(&self.spki)
    }

    /// Signs `octets` with [`algorithm`](Self::algorithm).
    ///
    /// # Errors
    /// When the library cannot.
    pub fn sign_octets(&self, octets: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, rng, octets, &mut signature).map_err(|_| KeyError::Library)?;
        Ok(signature)
    }

    /// The modulus and exponent as `RSAPublicKey` (DER).
    pub(crate) fn rsa_public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn new(pair: RsaKeyPair) -> Result<SigningKey, KeyError> {
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| KeyError::Library)?;
        let spki = spki.as_ref().to_vec();
        VerifyingKey::from_spki(&spki)?;
        Ok(SigningKey { pair, spki })
    }
}

/// A public key that is trusted to verify: RSA of 2048 to 4096 bits.
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    rsa_sha256: ParsedPublicKey,
    bits: usize,
}

impl VerifyingKey {
    /// Reads a public key from its `SubjectPublicKeyInfo` (DER).
    ///
    /// # Errors
    /// When it is not one, or of a kind or size that is refused.
    pub fn from_spki(spki: &[u8]) -> Result<VerifyingKey, KeyError> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(spki).map_err(|_| KeyError::PublicKey)?;
        if !rest.is_empty() {
            return Err(KeyError::PublicKey);
        }
        let bits = rsa_bits(&info)?;
        let rsa_sha256 =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki).map_err(|_| KeyError::PublicKey)?;
        Ok(VerifyingKey { rsa_sha256, bits })
    }

    /// The size of its modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// Checks a signature of `octets`.
    ///
    /// # Errors
    /// [`KeyError::Mismatch`] when this key did not make it.
    pub fn verify_octets(
        &self,
        algorithm: SignatureAlgorithm,
        octets: &[u8],
        signature: &[u8],
    ) -> Result<(), KeyError> {
        match algorithm {
            SignatureAlgorithm::RsaSha256 => self.rsa_sha256.verify_sig(octets, signature),
        }
        .map_err(|_| KeyError::Mismatch)
    }
}

/// The keys that somebody is trusted by: at least one.
#[derive(Debug, Clone)]
pub struct Keys {
    first: VerifyingKey,
    rest: Vec<VerifyingKey>,
}

impl Keys {
    /// `first`, and whatever `rest` there is (certificates that overlap while one replaces another).
    #[must_use]
    pub fn new(first: VerifyingKey, rest: impl IntoIterator<Item = VerifyingKey>) -> Keys {
        Keys { first, rest: rest.into_iter().collect() }
    }

    /// The keys in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Checks a signature of `octets`; returns which of the keys made it, counted from 0.
    ///
    /// # Errors
    /// [`KeyError::Mismatch`] when none of them did.
    pub fn verify_octets(
        &self,
        algorithm: SignatureAlgorithm,
        octets: &[u8],
        signature: &[u8],
    ) -> Result<usize, KeyError> {
        let mut keys = self.iter();
        keys.position(|key| key.verify_octets(algorithm, octets, signature).is_ok()).ok_or(KeyError::Mismatch)
    }
}

/// Why a key is refused, or what it did not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not a PKCS#8 RSA private key of 2048 bits or more.
    #[error("the private key cannot be read")]
    PrivateKey,
    /// Not a public key.
    #[error("the public key cannot be read")]
    PublicKey,
    /// RSA under 2048 bits.
    #[error("the RSA key has {0} bits, fewer than 2048")]
    RsaTooSmall(usize),
    /// RSA over 4096 bits.
    #[error("the RSA key has {0} bits, more than 4096")]
    RsaTooLarge(usize),
    /// A key that is not RSA.
    #[error("the key is not an RSA key, which is the only kind supported")]
    NotSupported,
    /// The signature was not made by this key, or not of these octets.
    #[error("the signature does not fit")]
    Mismatch,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
}

fn rsa_bits(info: &SubjectPublicKeyInfo<'_>) -> Result<usize, KeyError> {
    if info.algorithm.algorithm != x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION {
        return Err(KeyError::NotSupported);
    }
    let PublicKey::RSA(rsa) = info.parsed().map_err(|_| KeyError::PublicKey)? else {
        return Err(KeyError::NotSupported);
    };
    match bits(rsa.modulus) {
        few @ 0..2048 => Err(KeyError::RsaTooSmall(few)),
        fit @ 2048..=4096 => Ok(fit),
        many => Err(KeyError::RsaTooLarge(many)),
    }
}

/// The length of an unsigned big-endian number without its leading zeros.
fn bits(number: &[u8]) -> usize {
    let start = number.iter().position(|&octet| octet != 0).unwrap_or(number.len());
    let number = &number[start..];
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}
