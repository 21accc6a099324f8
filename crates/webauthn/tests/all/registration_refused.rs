//! Registrations that must not happen, each with the rule that it breaks.

use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, Forgery, cbor, flag};
use webauthn::{
    Attachment, CborError, CeremonyError, CredentialId, MESSAGE_LIMIT, Mediation, RegistrationError,
};

use crate::party::{ORIGIN, enrolled, finish_registration, maya, party, register, register_excluding};

fn refused(forgery: &Forgery) -> RegistrationError {
    register(&mut Authenticator::new(), forgery).expect_err("a broken rule")
}

#[test]
fn each_lie_in_the_client_data_breaks_its_rule() {
    use CeremonyError as E;
    let origin = |text: &str| E::WrongOrigin(text.to_owned());
    let kind = |received: &str| E::WrongType { expected: "webauthn.create", received: received.to_owned() };
    let cases: Vec<(&str, Value, CeremonyError)> = vec![
        ("type", json!("webauthn.get"), kind("webauthn.get")),
        ("type", json!("payment.create"), kind("payment.create")),
        ("type", json!("webauthn.create "), kind("webauthn.create ")),
        ("challenge", json!("AAAA"), E::WrongChallenge),
        ("challenge", json!("A".repeat(43)), E::WrongChallenge),
        ("challenge", json!(""), E::WrongChallenge),
        ("origin", json!("https://evil.example"), origin("https://evil.example")),
        ("origin", json!("https://idp.example.evil.example"), origin("https://idp.example.evil.example")),
        ("origin", json!("https://sub.idp.example"), origin("https://sub.idp.example")),
        ("origin", json!("http://idp.example"), origin("http://idp.example")),
        ("origin", json!("https://idp.example:8443"), origin("https://idp.example:8443")),
        ("origin", json!("https://idp.example/"), origin("https://idp.example/")),
        ("origin", json!("https://IDP.example"), origin("https://IDP.example")),
        ("origin", json!("https://idp.example/path"), origin("https://idp.example/path")),
        ("origin", json!("android:apk-key-hash:AAAA"), origin("android:apk-key-hash:AAAA")),
        ("origin", json!("null"), origin("null")),
        ("crossOrigin", json!(true), E::CrossOrigin),
        ("topOrigin", json!("https://idp.example"), E::TopOrigin(ORIGIN.to_owned())),
        ("tokenBinding", json!({ "status": "present", "id": "AAAA" }), E::TokenBinding),
    ];
    for (member, value, error) in cases {
        let found = refused(&Forgery::client(member, value.clone()));
        assert_eq!(found, RegistrationError::Ceremony(error), "{member} {value}");
    }
}

#[test]
fn client_data_that_two_readers_could_read_in_two_ways_are_refused() {
    let malformed = [
        ("not base64url", Forgery::client("challenge", "+/==")),
        ("no type", Forgery::client_data(|data| _ = data.as_object_mut().unwrap().remove("type"))),
        ("crossOrigin", Forgery::client("crossOrigin", "false")),
        ("origin", Forgery::client("origin", json!([ORIGIN]))),
        ("a list", Forgery::client_data_bytes(|bytes| *bytes = b"[]".to_vec())),
        ("empty", Forgery::client_data_bytes(Vec::clear)),
        ("trailing", Forgery::client_data_bytes(|bytes| bytes.extend(b"{}"))),
        ("not UTF-8", Forgery::client_data_bytes(|bytes| bytes[2] = 0xff)),
        (
            "type twice",
            Forgery::client_data_bytes(|bytes| {
                bytes.splice(1..1, *br#""type":"webauthn.get","#);
            }),
        ),
        (
            "deep",
            Forgery::client_data_bytes(|bytes| {
                bytes.splice(1..1, format!(r#""x":{}1,"#, "[".repeat(5_000)).into_bytes());
            }),
        ),
    ];
    for (name, forgery) in malformed {
        assert_eq!(refused(&forgery).code(), "client-data", "{name}");
    }
    // What browsers really vary.
    let absent = Forgery::client_data(|data| _ = data.as_object_mut().unwrap().remove("crossOrigin"));
    assert!(register(&mut Authenticator::new(), &absent).is_ok());
    let binding = Forgery::client("tokenBinding", json!({ "status": "supported" }));
    assert!(register(&mut Authenticator::new(), &binding).is_ok());
    let grease = Forgery::client("other_keys_can_be_added_here", "do not compare");
    assert!(register(&mut Authenticator::new(), &grease).is_ok());
}

#[test]
fn each_lie_in_the_authenticator_data_breaks_its_rule() {
    use CeremonyError as E;
    let cases: Vec<(&str, Forgery, RegistrationError)> = vec![
        ("UV=0", Forgery::flags(flag::USER_VERIFIED, 0), E::UserNotVerified.into()),
        ("UP=0", Forgery::flags(flag::USER_PRESENT, 0), E::UserNotPresent.into()),
        ("UP=UV=0", Forgery::flags(flag::USER_PRESENT | flag::USER_VERIFIED, 0), E::UserNotPresent.into()),
        ("BS without BE", Forgery::flags(0, flag::BACKED_UP), E::BackedUpWithoutEligibility.into()),
        ("RP ID", Forgery::rp_id("evil.example"), E::WrongRpId.into()),
        ("RP ID above", Forgery::rp_id("example"), E::WrongRpId.into()),
        ("AT=0", Forgery::flags(flag::ATTESTED, 0), E::AuthenticatorData("trailing bytes").into()),
        (
            "no credential",
            Forgery::authenticator_data(|data| {
                data[32] &= !flag::ATTESTED;
                data.truncate(37);
            }),
            RegistrationError::NoCredential,
        ),
        ("ED without extensions", Forgery::flags(0, flag::EXTENSIONS), E::Cbor(CborError::Truncated).into()),
        (
            "extensions no map",
            Forgery::authenticator_data(|data| {
                data[32] |= flag::EXTENSIONS;
                data.push(0x80);
            }),
            E::Cbor(CborError::WrongType).into(),
        ),
        (
            "behind the extensions",
            Forgery::authenticator_data(|data| {
                data[32] |= flag::EXTENSIONS;
                data.extend([0xa0, 0]);
            }),
            E::Cbor(CborError::Trailing).into(),
        ),
        (
            "trailing",
            Forgery::authenticator_data(|data| data.push(0)),
            E::AuthenticatorData("trailing bytes").into(),
        ),
        (
            "too short",
            Forgery::authenticator_data(|data| data.truncate(36)),
            E::AuthenticatorData("too short").into(),
        ),
        ("empty", Forgery::authenticator_data(Vec::clear), E::AuthenticatorData("too short").into()),
        (
            "ID cut",
            Forgery::authenticator_data(|data| data.truncate(60)),
            E::AuthenticatorData("too short").into(),
        ),
        (
            "key cut",
            Forgery::authenticator_data(|data| data.truncate(100)),
            E::Cbor(CborError::Truncated).into(),
        ),
        (
            "another ID",
            Forgery::authenticator_data(|data| data[60] ^= 1),
            RegistrationError::CredentialIdMismatch,
        ),
        (
            "ID too long",
            Forgery::authenticator_data(|data| {
                data[53..55].copy_from_slice(&1024_u16.to_be_bytes());
                data.splice(55..55, [0; 1024 - 32]);
            }),
            E::CredentialIdLength.into(),
        ),
    ];
    for (name, forgery, error) in cases {
        assert_eq!(refused(&forgery), error, "{name}");
    }
}

#[test]
fn only_offered_keys_are_taken() {
    use RegistrationError as E;
    let entry = |label, value: Vec<u8>| (cbor::integer(label), value);
    let ec = |alg, curve, size| {
        cbor::map(&[
            entry(1, cbor::integer(2)),
            entry(3, cbor::integer(alg)),
            entry(-1, cbor::integer(curve)),
            entry(-2, cbor::bytes(&vec![1; size])),
            entry(-3, cbor::bytes(&vec![1; size])),
        ])
    };
    let rsa = |alg, n, e| {
        cbor::map(&[
            entry(1, cbor::integer(3)),
            entry(3, cbor::integer(alg)),
            entry(-1, cbor::bytes(&vec![0xff; n])),
            entry(-2, cbor::bytes(&vec![1; e])),
        ])
    };
    let twice = cbor::map(&[entry(3, cbor::integer(-7)), entry(3, cbor::integer(-7))]);
    let cases: Vec<(&str, Vec<u8>, RegistrationError)> = vec![
        ("ES512", ec(-36, 3, 66), E::AlgorithmNotOffered(-36)),
        ("ES256K", ec(-47, 8, 32), E::AlgorithmNotOffered(-47)),
        ("EdDSA", ec(-8, 6, 32), E::AlgorithmNotOffered(-8)),
        ("ES256 on P-384", ec(-7, 2, 48), E::AlgorithmNotOffered(-7)),
        ("ES384 on P-256", ec(-35, 1, 32), E::AlgorithmNotOffered(-35)),
        ("RS1", rsa(-65535, 256, 3), E::AlgorithmNotOffered(-65535)),
        ("PS256", rsa(-37, 256, 3), E::AlgorithmNotOffered(-37)),
        ("RS256 with an EC key", ec(-257, 1, 32), E::AlgorithmNotOffered(-257)),
        ("ES256 with an RSA key", rsa(-7, 256, 3), E::AlgorithmNotOffered(-7)),
        ("RSA-1024", rsa(-257, 128, 3), E::KeyInvalid),
        ("RSA with e=1", rsa(-257, 256, 1), E::KeyInvalid),
        ("a point off the curve", ec(-7, 1, 32), E::KeyInvalid),
        ("a short coordinate", ec(-7, 1, 31), E::KeyInvalid),
        ("no parameters", cbor::map(&[]), E::KeyInvalid),
        ("a label twice", twice, CeremonyError::Cbor(CborError::DuplicateKey).into()),
        ("no map", cbor::array(&[]), CeremonyError::Cbor(CborError::WrongType).into()),
    ];
    for (name, key, error) in cases {
        let forgery = Forgery::authenticator_data(move |data| {
            data.truncate(87);
            data.extend(&key);
        });
        assert_eq!(refused(&forgery), error, "{name}");
    }
}

#[test]
fn hostile_cbor_is_refused_before_any_library_reads_it() {
    let object =
        |object: Vec<u8>| refused(&Forgery::attestation_object(move |bytes| *bytes = object.clone()));
    let fmt = || (cbor::text("fmt"), cbor::text("none"));
    let deep = [vec![0x81; 20_000], vec![0]].concat();
    let cases: Vec<(&str, Vec<u8>, CborError)> = vec![
        ("deep", cbor::map(&[fmt(), (cbor::text("attStmt"), deep)]), CborError::TooDeep),
        ("2^64 entries", vec![0xbb, 255, 255, 255, 255, 255, 255, 255, 255], CborError::TooMany),
        ("2^64 bytes", vec![0x5b, 255, 255, 255, 255, 255, 255, 255, 255], CborError::Truncated),
        ("indefinite", vec![0xbf, 0xff], CborError::Unsupported),
        ("fmt twice", cbor::map(&[fmt(), fmt()]), CborError::DuplicateKey),
        ("no map", cbor::array(&[]), CborError::WrongType),
        ("a number for a key", cbor::map(&[(cbor::integer(1), cbor::integer(1))]), CborError::WrongType),
        ("empty", Vec::new(), CborError::Truncated),
    ];
    for (name, bytes, error) in cases {
        assert_eq!(object(bytes), CeremonyError::Cbor(error).into(), "{name}");
    }
    assert_eq!(object(cbor::map(&[fmt()])).code(), "authenticator-data");
    let trailing = refused(&Forgery::attestation_object(|bytes| bytes.push(0)));
    assert_eq!(trailing, CeremonyError::Cbor(CborError::Trailing).into());
    let cut = refused(&Forgery::attestation_object(|bytes| bytes.truncate(90)));
    assert_eq!(cut, CeremonyError::Cbor(CborError::Truncated).into());
}

#[test]
fn attestation_that_does_not_hold_is_refused() {
    let format = |format: &'static str, statement: Vec<u8>| {
        refused(&Forgery::attestation_object(move |bytes| {
            // fmt and attStmt stand first: a3 63"fmt" 64"none" 67"attStmt" a0.
            let data = bytes[19..].to_vec();
            *bytes = [
                &[0xa3][..],
                &cbor::text("fmt"),
                &cbor::text(format),
                &cbor::text("attStmt"),
                &statement,
                &data,
            ]
            .concat();
        }))
    };
    let unknown = RegistrationError::AttestationUnknown("android-safetynet".to_owned());
    assert_eq!(format("android-safetynet", cbor::map(&[])), unknown);
    let unknown = RegistrationError::AttestationUnknown("None".to_owned());
    assert_eq!(format("None", cbor::map(&[])), unknown);
    let garbage = cbor::map(&[
        (cbor::text("alg"), cbor::integer(-7)),
        (cbor::text("sig"), cbor::bytes(&[0x30, 0x06, 2, 1, 1, 2, 1, 1])),
    ]);
    let some = cbor::map(&[(cbor::text("x"), cbor::integer(1))]);
    for (fmt, statement) in [
        ("none", some),
        ("packed", garbage),
        ("packed", cbor::map(&[])),
        ("fido-u2f", cbor::map(&[])),
        ("tpm", cbor::map(&[])),
        ("apple", cbor::map(&[])),
        ("android-key", cbor::map(&[])),
    ] {
        let error = format(fmt, statement);
        assert!(matches!(error, RegistrationError::AttestationInvalid(_)), "{fmt}: {error:?}");
    }
}

#[test]
fn messages_that_are_no_credential_are_refused() {
    use CeremonyError as E;
    let cases: Vec<(&str, Forgery, CeremonyError)> = vec![
        ("type", Forgery::message(|m| m["type"] = json!("password")), E::NotAPublicKey),
        ("id", Forgery::message(|m| m["id"] = json!("AAAAAAAAAAAAAAAAAAAAAA")), E::IdIsNotRawId),
        (
            "padded id",
            Forgery::message(|m| m["id"] = json!(format!("{}=", m["id"].as_str().unwrap()))),
            E::IdIsNotRawId,
        ),
        (
            "short",
            Forgery::message(|m| {
                m["id"] = json!("AAAA");
                m["rawId"] = json!("AAAA");
            }),
            E::CredentialIdLength,
        ),
    ];
    for (name, forgery, error) in cases {
        assert_eq!(refused(&forgery), RegistrationError::Ceremony(error), "{name}");
    }
    let swapped = Forgery::message(|m| {
        m["id"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
        m["rawId"] = m["id"].clone();
    });
    assert_eq!(refused(&swapped), RegistrationError::CredentialIdMismatch);
    let malformed = [
        Forgery::message(|m| m["rawId"] = json!("+/==")),
        Forgery::message(|m| m["response"] = json!({})),
        Forgery::message(|m| m["response"]["attestationObject"] = json!("!")),
        Forgery::message(|m| m["response"]["clientDataJSON"] = json!(7)),
        Forgery::message(|m| *m = json!([])),
    ];
    for forgery in malformed {
        assert_eq!(refused(&forgery).code(), "not-a-credential");
    }
}

#[test]
fn what_is_too_large_is_not_even_read() {
    let padded = |length| {
        Forgery::message(move |m| {
            m["padding"] = json!("");
            let missing: usize = length - m.to_string().len();
            m["padding"] = json!("x".repeat(missing));
        })
    };
    assert!(register(&mut Authenticator::new(), &padded(MESSAGE_LIMIT)).is_ok());
    assert_eq!(refused(&padded(MESSAGE_LIMIT + 1)), CeremonyError::TooLarge.into());
    let (_, state) = party().start_registration(&maya(), &[], Attachment::Any).unwrap();
    let junk = finish_registration(&state, &vec![b'['; 10_000_000]).unwrap_err();
    assert_eq!(junk, CeremonyError::TooLarge.into());
    let nested = finish_registration(&state, &vec![b'['; MESSAGE_LIMIT]).unwrap_err();
    assert_eq!(nested.code(), "not-a-credential");
}

#[test]
fn what_is_known_already_or_cannot_be_found_again_is_refused() {
    let mut authenticator = Authenticator::new();
    let excluded = CredentialId::new(&[9; 32]).unwrap();
    let forgery = Forgery::authenticator_data(|data| data[55..87].fill(9)).and(Forgery::message(|m| {
        m["id"] = json!("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk");
        m["rawId"] = m["id"].clone();
    }));
    assert!(register(&mut authenticator, &forgery).is_ok());
    let error = register_excluding(&mut authenticator, &forgery, &[excluded]).unwrap_err();
    assert_eq!(error, RegistrationError::Excluded);

    let not_kept = Forgery::message(|m| m["clientExtensionResults"]["credProps"]["rk"] = json!(false));
    assert_eq!(refused(&not_kept), RegistrationError::NotDiscoverable);
    let silent = Forgery::message(|m| _ = m.as_object_mut().unwrap().remove("clientExtensionResults"));
    assert!(register(&mut authenticator, &silent).is_ok());
}

#[test]
fn an_answer_serves_its_own_ceremony_only() {
    let party = party();
    let (options, state) = party.start_registration(&maya(), &[], Attachment::Any).unwrap();
    let (_, other) = party.start_registration(&maya(), &[], Attachment::Any).unwrap();
    let answer = Authenticator::new().register(ORIGIN, &options.to_json());
    assert!(finish_registration(&state, answer.as_bytes()).is_ok());
    let error = finish_registration(&other, answer.as_bytes()).unwrap_err();
    assert_eq!(error, CeremonyError::WrongChallenge.into());

    // An authentication's answer is no registration, even with its challenge.
    let (mut authenticator, _) = enrolled();
    let (options, _) = party.start_authentication(Mediation::Modal, &[]).unwrap();
    let answer = authenticator.authenticate(ORIGIN, &options.to_json());
    let error = finish_registration(&state, answer.as_bytes()).unwrap_err();
    assert_eq!(error.code(), "not-a-credential");
}
