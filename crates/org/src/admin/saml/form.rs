//! The three fields of *Add SAML details*, and the certificate to come.

use saml::core::{EntityId, SsoUrl};
use web::Fields;
use xmldsig::Certificate;

use crate::model::pasted::{self, PasteError};
use crate::model::{Certificates, IdentityProvider};

/// The fields as they are typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) entity_id: String,
    pub(crate) sso_url: String,
    pub(crate) certificate: String,
    pub(crate) next_certificate: String,
}

impl Form {
    /// What is stored.
    pub(super) fn of(known: &IdentityProvider) -> Self {
        let pem = |certificate: &Option<Certificate>| {
            certificate.as_ref().map(Certificate::pem).unwrap_or_default()
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            entity_id: text(known.entity_id.as_ref().map(EntityId::as_str)),
            sso_url: text(known.sso_url.as_ref().map(SsoUrl::as_str)),
            certificate: pem(&known.certificates.current),
            next_certificate: pem(&known.certificates.next),
        }
    }

    /// Reads what is filled in, which must be right. Nothing may be missing if
    /// it is to be `complete`.
    pub(super) fn parse(&self, complete: bool) -> Result<IdentityProvider, Fields> {
        let mut fields = Fields::new();
        let sso_url = optional(&self.sso_url, |text| SsoUrl::parse(text).map_err(|_| "saml-sso-url-wrong"));
        let entity_id =
            optional(&self.entity_id, |text| EntityId::parse(text).map_err(|_| "saml-entity-id-wrong"));
        let certificate = |text: &str| pasted::certificate(text).map_err(wrong_certificate);
        let parsed = IdentityProvider {
            sso_url: fields.check("sso_url", sso_url).flatten(),
            entity_id: fields.check("entity_id", entity_id).flatten(),
            certificates: Certificates {
                current: fields.check("certificate", optional(&self.certificate, certificate)).flatten(),
                next: fields
                    .check("next_certificate", optional(&self.next_certificate, certificate))
                    .flatten(),
            },
        };
        let certificates = &parsed.certificates;
        let print = |found: &Option<Certificate>| found.as_ref().map(Certificate::sha256_fingerprint);
        if certificates.next.is_some() && print(&certificates.current) == print(&certificates.next) {
            fields.add("next_certificate", "saml-next-is-current");
        }
        if complete {
            for (field, text, message) in [
                ("sso_url", &self.sso_url, "saml-sso-url-missing"),
                ("entity_id", &self.entity_id, "saml-entity-id-missing"),
                ("certificate", &self.certificate, "paste-empty"),
            ] {
                if text.trim().is_empty() {
                    fields.add(field, message);
                }
            }
        }
        match fields.is_empty() {
            true => Ok(parsed),
            false => Err(fields),
        }
    }
}

fn optional<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    let text = text.trim();
    (!text.is_empty()).then(|| parse(text)).transpose()
}

fn wrong_certificate(error: PasteError) -> &'static str {
    match error {
        PasteError::Empty => "paste-empty",
        PasteError::TooLong => "paste-too-long",
        PasteError::PrivateKey => "paste-private-key",
        PasteError::Several => "paste-several",
        PasteError::Torn => "paste-torn",
        PasteError::NotBase64 => "paste-not-base64",
        PasteError::NotACertificate => "paste-not-a-certificate",
        PasteError::WeakKey => "paste-weak-key",
    }
}
