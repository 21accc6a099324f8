//! Keys and certificates: what is read, what is refused.

use xmldsig::{
    Certificate, CertificateError, KeyError, KeyKind, Keys, SignatureAlgorithm, SigningKey, VerifyingKey,
    self_signed,
};

use crate::support::{FALSE, TRUE, rng};

const RSA: SignatureAlgorithm = SignatureAlgorithm::RsaSha256;

#[test]
fn a_key_is_the_same_after_reading_it_again() {
    let again = SigningKey::from_pkcs8(&TRUE.pkcs8).unwrap();
    let signature = again.sign_octets(b"octets", rng()).unwrap();
    assert_eq!(TRUE.keys().verify_octets(RSA, b"octets", &signature), Ok(0));
    assert_eq!(TRUE.keys().verify_octets(RSA, b"Octets", &signature), Err(KeyError::Mismatch));
    assert_eq!(FALSE.keys().verify_octets(RSA, b"octets", &signature), Err(KeyError::Mismatch));
    let both = Keys::new(FALSE.key.verifying_key().unwrap(), [TRUE.key.verifying_key().unwrap()]);
    assert_eq!(both.verify_octets(RSA, b"octets", &signature), Ok(1));
    assert_eq!(both.iter().map(VerifyingKey::bits).collect::<Vec<_>>(), [2048, 2048]);
}

#[test]
fn keys_of_every_kind_can_be_made() {
    assert_eq!(KeyKind::default(), KeyKind::Rsa3072);
    let (key, _) = SigningKey::generate(KeyKind::Rsa3072).unwrap();
    assert_eq!(key.verifying_key().unwrap().bits(), 3072);
}

/// Made by `openssl` and never used for anything: one row each.
#[test]
fn keys_of_other_kinds_and_sizes_are_refused() {
    let rows: &[(&str, &[u8], KeyError)] = &[
        ("RSA 1024", include_bytes!("../fixtures/rsa1024.spki.der"), KeyError::RsaTooSmall(1024)),
        ("RSA 2047", include_bytes!("../fixtures/rsa2047.spki.der"), KeyError::RsaTooSmall(2047)),
        ("RSA 8192", include_bytes!("../fixtures/rsa8192.spki.der"), KeyError::RsaTooLarge(8192)),
        ("P-256", include_bytes!("../fixtures/p256.spki.der"), KeyError::NotSupported),
        ("Ed25519", include_bytes!("../fixtures/ed25519.spki.der"), KeyError::NotSupported),
        ("RSA-PSS only", include_bytes!("../fixtures/rsapss.spki.der"), KeyError::NotSupported),
        ("nothing", b"", KeyError::PublicKey),
        ("not DER", b"-----BEGIN PUBLIC KEY-----", KeyError::PublicKey),
    ];
    for (what, spki, expected) in rows {
        assert_eq!(VerifyingKey::from_spki(spki).map(|key| key.bits()), Err(*expected), "{what}");
    }
    let mut more = TRUE.key.public_key().to_vec();
    more.push(0);
    assert_eq!(VerifyingKey::from_spki(&more).map(|key| key.bits()), Err(KeyError::PublicKey));
    let small = include_bytes!("../fixtures/rsa1024.pkcs8.der");
    assert!(matches!(
        SigningKey::from_pkcs8(small).err(),
        Some(KeyError::PrivateKey | KeyError::RsaTooSmall(1024))
    ));
    assert_eq!(SigningKey::from_pkcs8(b"").err(), Some(KeyError::PrivateKey));
    let weak = Certificate::from_pem(include_str!("../fixtures/rsa1024.crt")).unwrap();
    assert_eq!(weak.verifying_key().map(|key| key.bits()), Err(KeyError::RsaTooSmall(1024)));
}

#[test]
fn a_certificate_survives_the_way_people_paste_it() {
    let certificate = &TRUE.certificate;
    let pem = certificate.pem();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\nMII") && pem.lines().all(|line| line.len() <= 64));
    let body = certificate.base64();
    let rows = [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n"),
        pem.replace('\n', " \t\n\n"),
        pem.replace('\n', ""),
        format!("subject=CN = test\n{pem}\nthank you\n"),
        body.to_owned(),
        format!("  {body}\n"),
    ];
    for row in rows {
        assert_eq!(Certificate::from_pem(&row).as_ref(), Ok(certificate), "{row}");
    }
    let both = pem.clone() + &FALSE.certificate.pem();
    assert_eq!(Certificate::from_pem(&both), Err(CertificateError::Several));
    let cut = pem.replace("-----END CERTIFICATE-----", "");
    assert_eq!(Certificate::from_pem(&cut), Err(CertificateError::Pem));
    assert_eq!(Certificate::from_pem(&pem.replace("MII", "M\u{7}II")), Err(CertificateError::Pem));
    assert_eq!(Certificate::from_pem(""), Err(CertificateError::Malformed));
    assert_eq!(Certificate::from_pem(&body[4..]), Err(CertificateError::Malformed));
    assert_eq!(Certificate::from_pem(&"A".repeat(1 << 18)), Err(CertificateError::TooLarge));
    let twice = [certificate.der(), certificate.der()].concat();
    assert_eq!(Certificate::from_der(&twice), Err(CertificateError::Several));
}

#[test]
fn a_certificate_says_what_was_asked() {
    let certificate = &TRUE.certificate;
    assert_eq!(certificate.subject(), "CN=test");
    assert_eq!(certificate.not_before().to_string(), "2020-01-01T00:00:00Z");
    assert_eq!(certificate.not_after().to_string(), "2040-01-01T00:00:00Z");
    assert_eq!(certificate.public_key(), TRUE.key.public_key());
    assert_ne!(certificate.sha256_fingerprint(), FALSE.certificate.sha256_fingerprint());
    let validity = |from: &str, to: &str| from.parse().unwrap()..to.parse().unwrap();
    let late = self_signed(
        &TRUE.key,
        "x",
        validity("2020-01-01T00:00:00Z", "9999-12-30T00:00:00Z"),
        [0xFF; 16],
        rng(),
    )
    .unwrap();
    assert_eq!(late.not_after().to_string(), "9999-12-30T00:00:00Z");
    let early =
        self_signed(&TRUE.key, "x", validity("1900-01-01T00:00:00Z", "2020-01-01T00:00:00Z"), [0; 16], rng());
    assert_eq!(early, Err(CertificateError::Dates));
}

#[test]
fn a_certificate_without_end_is_read() {
    let endless = Certificate::from_pem(include_str!("../fixtures/endless.crt")).unwrap();
    assert_eq!(endless.not_after(), jiff::Timestamp::MAX);
    assert!(endless.verifying_key().is_ok());
}
