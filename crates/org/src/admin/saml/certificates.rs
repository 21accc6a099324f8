//! The certificates whose keys are trusted, as pages show them.

use jiff::Timestamp;
use web::Message;
use xmldsig::Certificate;

use crate::model::Certificates;

/// A certificate that is trusted.
#[derive(Debug)]
pub(crate) struct CertificateLine {
    pub(crate) use_now: Message,
    pub(crate) subject: String,
    pub(crate) fingerprint: String,
    pub(crate) not_after: Timestamp,
    pub(crate) expired: bool,
}

/// The current one, and the next one if there is one.
pub(crate) fn lines(trusted: &Certificates, now: Timestamp) -> Vec<CertificateLine> {
    let both = [(&trusted.current, "certificate-current"), (&trusted.next, "certificate-next")];
    let there = both.into_iter().filter_map(|(found, use_now)| Some((found.as_ref()?, use_now)));
    there.map(|(certificate, use_now)| line(certificate, use_now, now)).collect()
}

fn line(certificate: &Certificate, use_now: &'static str, now: Timestamp) -> CertificateLine {
    let print = hex::encode_upper(certificate.sha256_fingerprint());
    let pairs: Vec<&str> = print.as_bytes().chunks(2).filter_map(|p| str::from_utf8(p).ok()).collect();
    CertificateLine {
        use_now: use_now.into(),
        subject: certificate.subject().to_owned(),
        fingerprint: pairs.join(":"),
        not_after: certificate.not_after(),
        expired: certificate.not_after() <= now,
    }
}
