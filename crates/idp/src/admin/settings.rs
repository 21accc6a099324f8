//! Settings → IdP Configuration: what is carried to service providers. Private keys never leave.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use web::page::Console;
use web::{Error, filters};

use super::console;
use crate::model::qr::QrRule;
use crate::people::Admin;
use crate::routes;
use crate::state::Idp;

/// The page.
#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage<'a> {
    console: Console,
    entity_id: &'a str,
    sso_url: &'a str,
    metadata_url: String,
    pem: String,
    fingerprint: String,
    key: String,
    not_after: Timestamp,
    rp_id: &'a str,
    qr: QrRule,
    qr_words: &'static str,
}

/// `GET /admin/settings/idp`.
pub(crate) async fn show(State(idp): State<Idp>, admin: Admin) -> Result<Response, Error> {
    let certificate = idp.certificate();
    let qr = idp.settings().qr;
    idp.site().render(&SettingsPage {
        console: console(&idp, &admin, "/admin/settings/idp"),
        entity_id: idp.entity_id().as_str(),
        sso_url: idp.sso_url().as_str(),
        metadata_url: idp.site().public_url().join(routes::METADATA).to_string(),
        pem: certificate.pem(),
        fingerprint: fingerprint(&certificate.sha256_fingerprint()),
        key: key_words(certificate),
        not_after: certificate.not_after(),
        rp_id: idp.door().relying_party().rp_id().as_str(),
        qr,
        qr_words: match qr {
            QrRule::Off => "settings-qr-off",
            QrRule::KnownBrowser => "settings-qr-known",
            QrRule::SameNetwork => "settings-qr-network",
            QrRule::Anywhere => "settings-qr-anywhere",
        },
    })
}

/// `GET /admin/settings/idp/certificate.pem`.
pub(crate) async fn certificate(State(idp): State<Idp>, _admin: Admin) -> Response {
    let mut response = idp.certificate().pem().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-pem-file"));
    let name = HeaderValue::from_static("attachment; filename=\"idp-signing-certificate.pem\"");
    headers.insert(CONTENT_DISPOSITION, name);
    response
}

/// Pairs of hexadecimal digits between colons, as other programs show it.
fn fingerprint(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn key_words(certificate: &xmldsig::Certificate) -> String {
    certificate.verifying_key().map_or_else(|_| "RSA".to_owned(), |key| format!("RSA {}", key.bits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_in_pairs() {
        assert_eq!(fingerprint(&[0, 0xab, 0x10]), "00:AB:10");
    }
}
