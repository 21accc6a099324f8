//! No single flipped bit, and no cut, gets through.

use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, base64url, from_base64url};
use webauthn::{Attachment, Mediation, RegistrationResponse};

use crate::party::{ORIGIN, enrolled, finish_authentication, maya, party};

#[test]
fn no_flipped_bit_of_a_sign_in_verifies() {
    let (mut authenticator, passkey) = enrolled();
    let (options, state) = party().start_authentication(Mediation::Modal, &[]).unwrap();
    let answer = authenticator.authenticate(ORIGIN, &options.to_json());
    assert!(finish_authentication(&state, answer.as_bytes(), &passkey).is_ok());
    let message: Value = serde_json::from_str(&answer).unwrap();
    for part in ["authenticatorData", "clientDataJSON", "signature", "userHandle"] {
        let bytes = from_base64url(message["response"][part].as_str().unwrap());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let message = with(&message, part, &flipped);
            let result = finish_authentication(&state, message.as_bytes(), &passkey);
            assert!(result.is_err(), "bit {bit} of {part}");
        }
        for length in 0..bytes.len() {
            let message = with(&message, part, &bytes[..length]);
            let result = finish_authentication(&state, message.as_bytes(), &passkey);
            assert!(result.is_err(), "{length} bytes of {part}");
        }
    }
}

/// Nothing of a registration without attestation is signed: a flipped bit may
/// change the model, the count, or the name of a member that says what its
/// absence says. It must not change what the passkey is, nor
/// bring down the reader.
#[test]
fn a_flipped_bit_of_a_registration_changes_neither_owner_nor_credential() {
    let party = party();
    let (options, state) = party.start_registration(&maya(), &[], Attachment::Any).unwrap();
    let answer = Authenticator::new().register(ORIGIN, &options.to_json());
    let message: Value = serde_json::from_str(&answer).unwrap();
    let judge = |message: &str| {
        let response = RegistrationResponse::parse(message.as_bytes()).ok()?;
        party.finish_registration(&state, &response).ok()
    };
    let honest = judge(&answer).unwrap().into_passkey();
    for part in ["attestationObject", "clientDataJSON"] {
        let bytes = from_base64url(message["response"][part].as_str().unwrap());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Some(verified) = judge(&with(&message, part, &flipped)) {
                assert_eq!(verified.credential_id(), honest.credential_id());
                assert_eq!(verified.user_handle(), honest.user_handle());
            }
        }
        for length in 0..bytes.len() {
            assert!(judge(&with(&message, part, &bytes[..length])).is_none(), "{length}");
        }
    }
}

fn with(message: &Value, part: &str, bytes: &[u8]) -> String {
    let mut message = message.clone();
    message["response"][part] = json!(base64url(bytes));
    message.to_string()
}
