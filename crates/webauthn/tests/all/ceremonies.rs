//! What holds when everybody tells the truth.

use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, Forgery};
use webauthn::{
    Attachment, AuthenticationState, CeremonyError, CredentialId, Hint, Mediation, NewPasskey, Origin,
    Passkey, RegistrationError, RegistrationResponse, RegistrationState, RelyingParty, RelyingPartyError,
    RpId, Transport, UserHandle,
};

use crate::party::{ORIGIN, RELATED, enroll, enrolled, finish_authentication, maya, party, sign_in};

#[test]
fn a_registration_gives_the_passkey_of_its_owner() {
    let mut authenticator = Authenticator {
        aaguid: [7; 16],
        attachment: "cross-platform",
        transports: vec!["hybrid", "internal", "hybrid", "cable"],
        ..Authenticator::new()
    };
    let party = party();
    let (options, state) = party.start_registration(&maya(), &[], Attachment::Any).unwrap();
    let answer = authenticator.register(ORIGIN, &options.to_json());
    let response = RegistrationResponse::parse(answer.as_bytes()).unwrap();
    assert_eq!(response.challenge(), Some(state.challenge()));
    assert_eq!(state.user_handle().as_bytes(), b"maya");

    let verified = party.finish_registration(&state, &response).unwrap();
    assert_eq!(verified.credential_id().as_bytes(), authenticator.credentials[0].id);
    assert_eq!(verified.credential_id(), response.credential_id());
    assert_eq!(verified.challenge(), state.challenge());
    assert_eq!(verified.user_handle().as_bytes(), b"maya");
    assert_eq!(verified.aaguid().as_uuid().as_bytes(), &[7; 16]);
    assert_eq!(verified.transports(), [Transport::Hybrid, Transport::Internal]);
    assert_eq!(verified.claimed_attachment(), Some(Attachment::CrossPlatform));
    assert!(!verified.backup_eligible() && !verified.backed_up());
    assert_eq!(verified.passkey().attestation_format(), "none");
}

#[test]
fn an_authentication_names_the_owner_and_counts_on() {
    let (mut authenticator, passkey) = enrolled();
    let verified = sign_in(&mut authenticator, &passkey, &Forgery::none()).unwrap();
    assert_eq!(verified.user_handle().as_bytes(), b"maya");
    assert_eq!(verified.credential_id(), passkey.credential_id());
    assert_eq!(verified.sign_count().get(), 1);
    assert_eq!(verified.claimed_attachment(), Some(Attachment::Platform));
    let passkey = verified.passkey().clone();
    let verified = sign_in(&mut authenticator, &passkey, &Forgery::none()).unwrap();
    assert_eq!(verified.passkey().sign_count().get(), 2);
}

#[test]
fn a_synced_passkey_may_stay_at_zero_and_change_its_backup_state() {
    let (mut authenticator, passkey) = enroll(Authenticator::synced());
    assert!(passkey.backup_eligible() && passkey.backed_up());
    authenticator.backed_up = false;
    let verified = sign_in(&mut authenticator, &passkey, &Forgery::none()).unwrap();
    assert_eq!(verified.sign_count().get(), 0);
    assert!(verified.backup_eligible() && !verified.backed_up());
    assert!(!verified.passkey().backed_up());
}

#[test]
fn every_listed_origin_is_served() {
    let (mut authenticator, passkey) = enrolled();
    let (options, state) = party().start_authentication(Mediation::Modal, &[]).unwrap();
    let answer = authenticator.authenticate(RELATED, &options.to_json());
    assert!(finish_authentication(&state, answer.as_bytes(), &passkey).is_ok());
}

#[test]
fn creation_options_demand_what_the_rules_demand() {
    let known = CredentialId::new(&[5; 16]).unwrap();
    let (options, state) =
        party().start_registration(&maya(), std::slice::from_ref(&known), Attachment::Platform).unwrap();
    let mut options: Value = serde_json::from_str(&options.to_json()).unwrap();
    let challenge = options["publicKey"]["challenge"].take();
    assert_eq!(challenge, serde_json::to_value(state.challenge()).unwrap());
    let algorithms = [-7, -35, -257].map(|alg| json!({ "type": "public-key", "alg": alg }));
    let expected = json!({ "publicKey": {
        "rp": { "name": "Example", "id": "idp.example" },
        "user": { "id": "bWF5YQ", "name": "maya@acme.example", "displayName": "Maya" },
        "challenge": null,
        "pubKeyCredParams": algorithms,
        "timeout": 300_000,
        "excludeCredentials": [{ "type": "public-key", "id": known.to_base64url() }],
        "authenticatorSelection": {
            "authenticatorAttachment": "platform",
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
        "extensions": { "credProps": true },
    }});
    assert_eq!(options, expected);
}

#[test]
fn request_options_name_nobody_and_carry_hints_and_mediation() {
    let request = |mediation, hints: &[Hint]| -> Value {
        let (options, state) = party().start_authentication(mediation, hints).unwrap();
        assert_eq!(state.mediation(), mediation);
        let mut options: Value = serde_json::from_str(&options.to_json()).unwrap();
        options["publicKey"]["challenge"].take();
        options
    };
    let all = [Hint::Hybrid, Hint::ClientDevice, Hint::SecurityKey];
    let expected = json!({
        "challenge": null,
        "timeout": 300_000,
        "rpId": "idp.example",
        "allowCredentials": [],
        "userVerification": "required",
        "hints": ["hybrid", "client-device", "security-key"],
    });
    assert_eq!(request(Mediation::Modal, &all), json!({ "publicKey": expected }));
    let conditional = request(Mediation::Conditional, &[]);
    assert_eq!(conditional["mediation"], "conditional");
    assert_eq!(conditional["publicKey"]["hints"], Value::Null);
}

#[test]
fn challenges_never_repeat() {
    let challenge = || {
        let (_, state) = party().start_authentication(Mediation::Modal, &[]).unwrap();
        *state.challenge()
    };
    assert_ne!(challenge(), challenge());
}

#[test]
fn a_passkey_outlives_the_process_in_its_stored_form() {
    let (_, passkey) = enroll(Authenticator::synced());
    assert_eq!(Passkey::from_bytes(&passkey.to_bytes()).unwrap(), passkey);
    let stored: Value = serde_json::from_slice(&passkey.to_bytes()).unwrap();
    let spoiled = |member: &str, value: Value| {
        let mut stored = stored.clone();
        stored[member] = value;
        Passkey::from_bytes(stored.to_string().as_bytes())
    };
    assert!(spoiled("another", json!(1)).is_ok(), "a later version may add members");
    assert!(spoiled("v", json!(2)).is_err());
    assert!(spoiled("key", json!("AAAA")).is_err());
    assert!(spoiled("id", json!("AAAA")).is_err());
    assert!(spoiled("user", json!("")).is_err());
    assert!(Passkey::from_bytes(b"").is_err());
}

/// Stored rows of today must be readable for ever: this one never changes.
#[test]
fn a_passkey_stored_by_the_first_version_is_read() {
    let stored = br#"{"v":1,"id":"AAECAwQFBgcICQoLDA0ODw","user":"bWF5YQ","key":"pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU","count":3,"backup_eligible":true,"backed_up":false,"aaguid":"07070707-0707-0707-0707-070707070707","transports":["hybrid","smart-card"],"attestation":"none"}"#;
    let passkey = Passkey::from_bytes(stored).unwrap();
    assert_eq!(passkey.to_bytes(), stored);
    assert_eq!(passkey.sign_count().get(), 3);
    assert_eq!(passkey.transports(), [Transport::Hybrid, Transport::SmartCard]);
    assert!(passkey.backup_eligible() && !passkey.backed_up());
    assert!(passkey.aaguid().is_known());
}

#[test]
fn states_of_another_version_are_refused_by_name() {
    let unreadable = CeremonyError::StateUnreadable;
    let registration = RegistrationState::from_bytes(b"{}").unwrap_err();
    assert_eq!(registration, RegistrationError::Ceremony(unreadable.clone()));
    let authentication = AuthenticationState::from_bytes(b"{}").unwrap_err();
    assert_eq!(authentication.code(), unreadable.code());
}

#[test]
fn a_relying_party_is_at_home_within_its_rp_id() {
    let rp_id = RpId::parse("idp.example").unwrap();
    let origin = |text| Origin::parse(text).unwrap();
    let new = |origins: &[Origin], name| RelyingParty::new(&rp_id, origins, name).map(|_| ());
    assert_eq!(new(&[], "x"), Err(RelyingPartyError::NoOrigin));
    assert_eq!(new(&[origin(ORIGIN)], ""), Err(RelyingPartyError::NameEmpty));
    let outside = new(&[origin(RELATED), origin(ORIGIN)], "x").unwrap_err();
    assert!(matches!(outside, RelyingPartyError::OriginOutsideRpId { .. }));
    assert_eq!(new(&[origin("https://sso.idp.example"), origin(RELATED)], "x"), Ok(()));
    let nameless = NewPasskey { name: String::new(), ..maya() };
    let refused = party().start_registration(&nameless, &[], Attachment::Any).unwrap_err();
    assert_eq!(refused, RegistrationError::NameEmpty);
}

#[test]
fn a_user_handle_made_of_an_id_gives_it_back() {
    let id = uuid::Uuid::from_u128(0x0193_4f3e_9a1b_7c2d_8e4f_0011_2233_4455);
    assert_eq!(UserHandle::from(id).to_uuid(), Some(id));
    assert_eq!(maya().user_handle.to_uuid(), None);
}
