//! Sign-ins that must not happen, each with the rule that it breaks.

use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, Forgery, cbor, flag};
use webauthn::{AuthenticationError, CborError, CeremonyError, MESSAGE_LIMIT, Mediation, Passkey};

use crate::party::{ORIGIN, enroll, enrolled, finish_authentication, party, sign_in};

fn refused(forgery: &Forgery) -> AuthenticationError {
    let (mut authenticator, passkey) = enrolled();
    sign_in(&mut authenticator, &passkey, forgery).expect_err("a broken rule")
}

#[test]
fn each_lie_in_the_client_data_breaks_its_rule() {
    use CeremonyError as E;
    let origin = |text: &str| E::WrongOrigin(text.to_owned());
    let kind = |received: &str| E::WrongType { expected: "webauthn.get", received: received.to_owned() };
    let cases: Vec<(&str, Value, CeremonyError)> = vec![
        ("type", json!("webauthn.create"), kind("webauthn.create")),
        ("type", json!("payment.get"), kind("payment.get")),
        ("type", json!(""), kind("")),
        ("challenge", json!("A".repeat(43)), E::WrongChallenge),
        ("challenge", json!("A".repeat(86)), E::WrongChallenge),
        ("origin", json!("https://evil.example"), origin("https://evil.example")),
        ("origin", json!("https://sub.idp.example"), origin("https://sub.idp.example")),
        ("origin", json!("https://idp.example:443"), origin("https://idp.example:443")),
        ("origin", json!("https://idp.example."), origin("https://idp.example.")),
        ("origin", json!("https://x@idp.example"), origin("https://x@idp.example")),
        ("origin", json!("https://login.related.example"), origin("https://login.related.example")),
        ("crossOrigin", json!(true), E::CrossOrigin),
        ("topOrigin", json!("https://evil.example"), E::TopOrigin("https://evil.example".to_owned())),
        ("tokenBinding", json!({ "status": "present" }), E::TokenBinding),
    ];
    for (member, value, error) in cases {
        let found = refused(&Forgery::client(member, value.clone()));
        assert_eq!(found, AuthenticationError::Ceremony(error), "{member} {value}");
    }
}

#[test]
fn each_lie_in_the_authenticator_data_breaks_its_rule() {
    use AuthenticationError as A;
    use CeremonyError as E;
    let cases: Vec<(&str, Forgery, AuthenticationError)> = vec![
        ("UV=0", Forgery::flags(flag::USER_VERIFIED, 0), E::UserNotVerified.into()),
        ("UP=0", Forgery::flags(flag::USER_PRESENT, 0), E::UserNotPresent.into()),
        ("RP ID", Forgery::rp_id("acme.example"), E::WrongRpId.into()),
        ("BE flips", Forgery::flags(0, flag::BACKUP_ELIGIBLE), A::BackupEligibilityChanged),
        (
            "BE and BS flip",
            Forgery::flags(0, flag::BACKUP_ELIGIBLE | flag::BACKED_UP),
            A::BackupEligibilityChanged,
        ),
        ("BS without BE", Forgery::flags(0, flag::BACKED_UP), E::BackedUpWithoutEligibility.into()),
        ("AT", Forgery::flags(0, flag::ATTESTED), E::AuthenticatorData("too short").into()),
        ("ED", Forgery::flags(0, flag::EXTENSIONS), E::Cbor(CborError::Truncated).into()),
        (
            "trailing",
            Forgery::authenticator_data(|data| data.push(0)),
            E::AuthenticatorData("trailing bytes").into(),
        ),
        (
            "cut",
            Forgery::authenticator_data(|data| data.truncate(36)),
            E::AuthenticatorData("too short").into(),
        ),
        (
            "a credential",
            Forgery::authenticator_data(|data| {
                data[32] |= flag::ATTESTED;
                data.extend([0; 16]);
                data.extend([0, 16]);
                data.extend([0; 16]);
                data.extend(cbor::map(&[]));
            }),
            E::AuthenticatorData("a credential in an authentication").into(),
        ),
        (
            "deep extensions",
            Forgery::authenticator_data(|data| {
                data[32] |= flag::EXTENSIONS;
                data.extend(cbor::map(&[(cbor::text("x"), [vec![0x81; 9_000], vec![0]].concat())]));
            }),
            E::Cbor(CborError::TooDeep).into(),
        ),
    ];
    for (name, forgery, error) in cases {
        assert_eq!(refused(&forgery), error, "{name}");
    }
    // The other way round: a synced passkey that claims to be bound now.
    let (mut synced, passkey) = enroll(Authenticator::synced());
    let bound = Forgery::flags(flag::BACKUP_ELIGIBLE | flag::BACKED_UP, 0);
    let error = sign_in(&mut synced, &passkey, &bound).unwrap_err();
    assert_eq!(error, A::BackupEligibilityChanged);
    // Extensions that nobody asked for are signed and change nothing.
    let unasked = Forgery::authenticator_data(|data| {
        data[32] |= flag::EXTENSIONS;
        data.extend(cbor::map(&[(cbor::text("uvm"), cbor::integer(1))]));
    });
    let (mut authenticator, passkey) = enrolled();
    assert!(sign_in(&mut authenticator, &passkey, &unasked).is_ok());
}

#[test]
fn only_the_passkeys_own_signature_counts() {
    use AuthenticationError::SignatureInvalid;
    let cases: Vec<(&str, Forgery)> = vec![
        ("empty", Forgery::signature(Vec::clear)),
        ("garbage", Forgery::signature(|signature| signature.fill(0x41))),
        ("r = s = 0", Forgery::signature(|signature| *signature = vec![0x30, 6, 2, 1, 0, 2, 1, 0])),
        ("cut", Forgery::signature(|signature| _ = signature.pop())),
        ("longer", Forgery::signature(|signature| signature.push(0))),
        ("all zero", Forgery::signature(|signature| *signature = vec![0; 64])),
    ];
    for (name, forgery) in cases {
        assert_eq!(refused(&forgery), SignatureInvalid, "{name}");
    }
    // Another key that claims the credential's name and owner.
    let (_, passkey) = enrolled();
    let (mut other, _) = enrolled();
    other.credentials[0].id = passkey.credential_id().as_bytes().to_vec();
    let error = sign_in(&mut other, &passkey, &Forgery::none()).unwrap_err();
    assert_eq!(error, SignatureInvalid);
    // Client data exchanged after the signature.
    let swapped = refused(&Forgery::message(|m| {
        let bytes = decode(&m["response"]["clientDataJSON"]);
        let text = String::from_utf8(bytes).unwrap().replace('{', "{ ");
        m["response"]["clientDataJSON"] = encode(text.as_bytes());
    }));
    assert_eq!(swapped, SignatureInvalid);
}

#[test]
fn the_credential_and_its_owner_must_fit_the_passkey() {
    use AuthenticationError as A;
    let id = "AAAAAAAAAAAAAAAAAAAAAA";
    let cases: Vec<(&str, Forgery, AuthenticationError)> = vec![
        ("id ≠ rawId", Forgery::message(move |m| m["id"] = json!(id)), CeremonyError::IdIsNotRawId.into()),
        ("rawId ≠ id", Forgery::message(move |m| m["rawId"] = json!(id)), CeremonyError::IdIsNotRawId.into()),
        (
            "both",
            Forgery::message(move |m| {
                m["id"] = json!(id);
                m["rawId"] = json!(id);
            }),
            A::OtherCredential,
        ),
        ("no handle", Forgery::message(|m| m["response"]["userHandle"] = Value::Null), A::UserHandleMissing),
        (
            "handle gone",
            Forgery::message(|m| {
                m["response"].as_object_mut().unwrap().remove("userHandle");
            }),
            A::UserHandleMissing,
        ),
        (
            "another's handle",
            Forgery::message(|m| m["response"]["userHandle"] = encode(b"noah")),
            A::UserHandleMismatch,
        ),
        (
            "empty handle",
            Forgery::message(|m| m["response"]["userHandle"] = json!("")),
            A::UserHandleMismatch,
        ),
        (
            "long handle",
            Forgery::message(|m| m["response"]["userHandle"] = encode(&[1; 65])),
            A::UserHandleMismatch,
        ),
        ("type", Forgery::message(|m| m["type"] = json!("public-key2")), CeremonyError::NotAPublicKey.into()),
    ];
    for (name, forgery, error) in cases {
        assert_eq!(refused(&forgery), error, "{name}");
    }
    // Somebody else's true answer against this passkey.
    let (_, passkey) = enrolled();
    let (mut other, _) = enrolled();
    let error = sign_in(&mut other, &passkey, &Forgery::none()).unwrap_err();
    assert_eq!(error, A::OtherCredential);
}

#[test]
fn the_sign_count_rises_or_the_authenticator_was_cloned() {
    let (mut authenticator, passkey) = enrolled();
    let at = |authenticator: &mut Authenticator, passkey: &Passkey, count| {
        sign_in(authenticator, passkey, &Forgery::sign_count(count))
            .map(|verified| verified.passkey().clone())
    };
    let five = at(&mut authenticator, &passkey, 5).unwrap();
    for count in [0, 1, 4, 5] {
        let error = at(&mut authenticator, &five, count).unwrap_err();
        let AuthenticationError::SignCountNotGreater { stored, received } = error else {
            panic!("{count}: {error:?}");
        };
        assert_eq!((stored.get(), received.get()), (5, count));
    }
    assert_eq!(at(&mut authenticator, &five, 6).unwrap().sign_count().get(), 6);
    let most = at(&mut authenticator, &five, u32::MAX).unwrap();
    let error = at(&mut authenticator, &most, u32::MAX).unwrap_err();
    assert_eq!(error.code(), "sign-count-not-greater");
    // The alarm is for true signatures only.
    let forged = Forgery::sign_count(1).and(Forgery::signature(|signature| signature[9] ^= 1));
    let error = sign_in(&mut authenticator, &five, &forged).unwrap_err();
    assert_eq!(error, AuthenticationError::SignatureInvalid);
}

#[test]
fn an_answer_serves_its_own_ceremony_only() {
    let (mut authenticator, passkey) = enrolled();
    let party = party();
    let (options, state) = party.start_authentication(Mediation::Modal, &[]).unwrap();
    let (_, other) = party.start_authentication(Mediation::Modal, &[]).unwrap();
    let answer = authenticator.authenticate(ORIGIN, &options.to_json());
    let error = finish_authentication(&other, answer.as_bytes(), &passkey).unwrap_err();
    assert_eq!(error, CeremonyError::WrongChallenge.into());
    assert!(finish_authentication(&state, answer.as_bytes(), &passkey).is_ok());
}

#[test]
fn what_is_too_large_or_malformed_is_refused() {
    let (_, passkey) = enrolled();
    let (_, state) = party().start_authentication(Mediation::Modal, &[]).unwrap();
    let junk = |bytes: &[u8]| finish_authentication(&state, bytes, &passkey).unwrap_err().code();
    assert_eq!(junk(&vec![b' '; MESSAGE_LIMIT + 1]), "message-too-large");
    assert_eq!(junk(&vec![b'['; MESSAGE_LIMIT]), "not-a-credential");
    for bytes in
        [&b""[..], b"null", b"{}", b"\xff", br#"{"id":"AA","rawId":"AA","type":"public-key","response":{}}"#]
    {
        assert_eq!(junk(bytes), "not-a-credential");
    }
}

fn encode(bytes: &[u8]) -> Value {
    json!(testkit::authenticator::base64url(bytes))
}

fn decode(value: &Value) -> Vec<u8> {
    testkit::authenticator::from_base64url(value.as_str().unwrap())
}
