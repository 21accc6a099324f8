//! A changed message and its new signature, judged by `xmldsig`.

use testkit::tamper::{sign_again, xml};
use xmldsig::{Document, KeyKind, Keys, Limits, Name, SignatureError, SigningKey, Writer, verify};

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may ask the machine for chance")]
fn what_was_changed_is_signed_again() {
    let (key, _) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let keys = Keys::new(key.verifying_key().unwrap(), []);
    let random = aws_lc_rs::rand::SystemRandom::new();
    let mut writer = Writer::new();
    writer.open(Name::plain("letter")).attribute("ID", "_1").signature_here();
    writer.leaf(Name::plain("text"), "hello").close();
    let unsigned = writer.finish_unsigned().unwrap();
    let signed = xmldsig::sign(unsigned, &key, None, &random).unwrap().octets().to_vec();
    let judge = |message: &[u8]| {
        let posted = Document::parse(message, &Limits::MESSAGE).unwrap();
        verify(posted.root(), &keys).map(|proof| proof.octets().to_vec())
    };
    assert!(judge(&signed).is_ok());

    let changed = xml::set_content(&signed, "letter/text", "good bye");
    let changed = xml::set_attribute(&changed, "letter/text", "n", "2");
    assert_eq!(judge(&changed), Err(SignatureError::DigestMismatch));
    let again = sign_again(&changed, "letter", &key);
    let expected = br#"<letter ID="_1"><text n="2">good bye</text></letter>"#;
    assert_eq!(judge(&again).unwrap(), expected);

    let (other, _) = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let foreign = sign_again(&changed, "letter", &other);
    assert_eq!(judge(&foreign), Err(SignatureError::SignatureMismatch));
}
