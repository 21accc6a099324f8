//! Certificates as people paste them.
//!
//! The *Public x509 certificate* field gets what some other console showed:
//! with CRLF, without header and footer, indented, with a literal `\n` out of
//! a JSON file, on one line, with an invisible character at the front. All of
//! these are the same bytes to everybody who looks at them, so they are read;
//! what is left must be exact Base64 of exactly one certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xmldsig::Certificate;

/// Reads one pasted certificate, PEM or bare Base64.
///
/// # Errors
/// [`PasteError`] names what to do about it.
pub fn certificate(text: &str) -> Result<Certificate, PasteError> {
    if text.len() > MAX_PASTE {
        return Err(PasteError::TooLong);
    }
    let plain = text.replace("\\r", "").replace("\\n", "\n");
    let body = body(&plain)?;
    let base64: String = body.chars().filter(|c| !is_dropped(*c)).collect();
    if base64.is_empty() {
        return Err(PasteError::Empty);
    }
    let der = STANDARD.decode(&base64).map_err(|_| PasteError::NotBase64)?;
    let certificate = Certificate::from_der(&der).map_err(|_| PasteError::NotACertificate)?;
    certificate.verifying_key().map_err(|_| PasteError::WeakKey)?;
    Ok(certificate)
}

/// Why a pasted text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// Nothing in it.
    #[error("nothing was pasted")]
    Empty,
    /// Longer than any certificate.
    #[error("the text is too long for a certificate")]
    TooLong,
    /// It says that it is a private key. It is not read any further.
    #[error("this is a private key: never hand it out; paste the certificate")]
    PrivateKey,
    /// More than one PEM block.
    #[error("more than one certificate was pasted")]
    Several,
    /// A BEGIN line without its END line, or the other way round.
    #[error("a part of the certificate is missing")]
    Torn,
    /// What stands between the lines is not Base64.
    #[error("the text between the lines is not a certificate's")]
    NotBase64,
    /// The bytes are not an X.509 certificate.
    #[error("the text is not an X.509 certificate")]
    NotACertificate,
    /// RSA under 2048 bits, or a kind of key that signs nothing here.
    #[error("the certificate's key is too weak or of an unknown kind")]
    WeakKey,
}

/// What stands between the BEGIN and the END line; everything, without them.
fn body(text: &str) -> Result<&str, PasteError> {
    if text.contains("PRIVATE KEY") {
        return Err(PasteError::PrivateKey);
    }
    let begins = text.matches(BEGIN).count();
    if begins > 1 {
        return Err(PasteError::Several);
    }
    match (text.split_once(BEGIN), text.split_once(END)) {
        (None, None) => Ok(text),
        (Some((_, rest)), Some(_)) => rest.split_once(END).map(|(body, _)| body).ok_or(PasteError::Torn),
        _ => Err(PasteError::Torn),
    }
}

/// White space and what cannot be seen.
fn is_dropped(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
const MAX_PASTE: usize = 32 * 1024;
