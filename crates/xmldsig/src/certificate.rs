//! Certificates: how keys are handed around. They carry a key here and prove nothing: the
//! key that was configured decides, not the certificate's dates, issuer or extensions.

use std::ops::Range;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, PublicKeyData, SerialNumber};
use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::keys::{KeyError, SigningKey, VerifyingKey};

/// An X.509 certificate.
///
/// ```
/// use aws_lc_rs::rand::SystemRandom;
/// use xmldsig::{Certificate, KeyKind, SigningKey, self_signed};
///
/// let (key, _) = SigningKey::generate(KeyKind::Rsa2048)?;
/// let validity = "2026-01-01T00:00:00Z".parse()?.."2029-01-01T00:00:00Z".parse()?;
/// let rng = SystemRandom::new();
/// let certificate = self_signed(&key, "idp.example", validity, [7; 16], &rng)?;
/// assert_eq!(Certificate::from_pem(&certificate.pem())?, certificate);
/// assert_eq!(certificate.subject(), "CN=idp.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    base64: String,
    spki: Vec<u8>,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// When it is not exactly one certificate.
    pub fn from_der(der: &[u8]) -> Result<Certificate, CertificateError> {
        if der.len() > LARGEST {
            return Err(CertificateError::TooLarge);
        }
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateError::Several);
        }
        Ok(Certificate {
            der: der.to_vec(),
            base64: STANDARD.encode(der),
            spki: certificate.public_key().raw.to_vec(),
            subject: certificate.subject().to_string(),
            not_before: timestamp(certificate.validity().not_before),
            not_after: timestamp(certificate.validity().not_after),
        })
    }

    /// Reads a certificate from PEM as people paste it: the lines around may be missing,
    /// line ends may be of any kind or spelled `\n`, spaces may stand anywhere.
    ///
    /// # Errors
    /// When it is not exactly one certificate.
    pub fn from_pem(pem: &str) -> Result<Certificate, CertificateError> {
        if pem.len() > 2 * LARGEST {
            return Err(CertificateError::TooLarge);
        }
        let plain = pem.replace("\\r", " ").replace("\\n", " ");
        let body = match plain.split_once(BEGIN) {
            None => plain.as_str(),
            Some((_, rest)) => {
                let (body, after) = rest.split_once(END).ok_or(CertificateError::Pem)?;
                if after.contains(BEGIN) {
                    return Err(CertificateError::Several);
                }
                body
            }
        };
        let base64: String = body.split_whitespace().collect();
        let der = STANDARD.decode(base64).map_err(|_| CertificateError::Pem)?;
        Certificate::from_der(&der)
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// DER in base64 without line ends, as `ds:X509Certificate` holds it.
    #[must_use]
    pub fn base64(&self) -> &str {
        &self.base64
    }

    /// PEM with lines of 64 characters (RFC 7468).
    #[must_use]
    pub fn pem(&self) -> String {
        let mut pem = format!("{BEGIN}\n");
        let mut rest = self.base64.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem + END + "\n"
    }

    /// SHA-256 of the DER.
    #[must_use]
    pub fn sha256_fingerprint(&self) -> [u8; 32] {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, &self.der).as_ref());
        fingerprint
    }

    /// Whom it names, as RFC 4514 writes names, or nearly so: to be shown, not compared.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When it begins to be valid.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// When it ceases to be valid.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The public key as `SubjectPublicKeyInfo` (DER).
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.spki
    }

    /// The key that it carries.
    ///
    /// # Errors
    /// When the key is of a kind or size that is refused.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_spki(&self.spki)
    }
}

/// Makes a certificate for `key`, signed by `key`, whose subject and issuer is `common_name`.
/// `serial` is 128 random bits; its sign is cleared, as RFC 5280 wants a positive number.
///
/// # Errors
/// When the validity is not within the years 1950 to 9999, or the library fails.
///
/// See [`Certificate`] for an example.
pub fn self_signed(
    key: &SigningKey,
    common_name: &str,
    validity: Range<Timestamp>,
    mut serial: [u8; 16],
    rng: &dyn SecureRandom,
) -> Result<Certificate, CertificateError> {
    serial[0] = serial[0] & 0x7F | 0x40;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, common_name);
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.not_before = rcgen::date_time_ymd(1950, 1, 1) + since_1950(validity.start)?;
    params.not_after = rcgen::date_time_ymd(1950, 1, 1) + since_1950(validity.end)?;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    let certificate = params.self_signed(&Signer { key, rng }).map_err(|_| CertificateError::Library)?;
    Certificate::from_der(certificate.der())
}

/// Why there is no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// More than 64 KiB.
    #[error("the certificate is too large")]
    TooLarge,
    /// Not PEM: no end line, or something that is not base64.
    #[error("the certificate is not PEM")]
    Pem,
    /// Not an X.509 certificate.
    #[error("the certificate cannot be read")]
    Malformed,
    /// More than one certificate, or something after it.
    #[error("there is more than one certificate")]
    Several,
    /// A date outside the years 1950 to 9999.
    #[error("the certificate's dates are out of range")]
    Dates,
    /// The library that writes certificates failed.
    #[error("the certificate cannot be made")]
    Library,
}

struct Signer<'k> {
    key: &'k SigningKey,
    rng: &'k dyn SecureRandom,
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.key.rsa_public_key()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.key.sign_octets(message, self.rng).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

/// The nearest moment that a `Timestamp` can hold: its last one lies a day before the end of
/// the year 9999, with which certificates say that they never end.
fn timestamp(time: ASN1Time) -> Timestamp {
    let nearest = if time.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(time.timestamp()).unwrap_or(nearest)
}

fn since_1950(time: Timestamp) -> Result<Duration, CertificateError> {
    let seconds = time.as_second().checked_add(SECONDS_1950_TO_1970).ok_or(CertificateError::Dates)?;
    if time.as_second() >= SECONDS_1970_TO_10000 {
        return Err(CertificateError::Dates);
    }
    u64::try_from(seconds).map(Duration::from_secs).map_err(|_| CertificateError::Dates)
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
const LARGEST: usize = 1 << 16;
const SECONDS_1950_TO_1970: i64 = 631_152_000;
const SECONDS_1970_TO_10000: i64 = 253_402_300_800;
