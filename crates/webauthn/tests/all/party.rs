//! A relying party, an authenticator, and one ceremony between them.

use testkit::authenticator::{Authenticator, Forgery};
use webauthn::{
    Attachment, AuthenticationError, AuthenticationResponse, AuthenticationState, CredentialId, Mediation,
    NewPasskey, Origin, Passkey, RegistrationError, RegistrationResponse, RegistrationState, RelyingParty,
    RpId, UserHandle, VerifiedAuthentication, VerifiedRegistration,
};

pub(crate) const ORIGIN: &str = "https://idp.example";
pub(crate) const RELATED: &str = "https://login.related.example:8443";

pub(crate) fn party() -> RelyingParty {
    let origins = [ORIGIN, RELATED].map(|origin| Origin::parse(origin).unwrap());
    RelyingParty::new(&RpId::parse("idp.example").unwrap(), &origins, "Example").unwrap()
}

pub(crate) fn maya() -> NewPasskey {
    NewPasskey {
        user_handle: UserHandle::new(b"maya").unwrap(),
        name: "maya@acme.example".to_owned(),
        display_name: "Maya".to_owned(),
    }
}

/// Registers, bent as the forgery will have it.
pub(crate) fn register(
    authenticator: &mut Authenticator,
    forgery: &Forgery,
) -> Result<VerifiedRegistration, RegistrationError> {
    register_excluding(authenticator, forgery, &[])
}

pub(crate) fn register_excluding(
    authenticator: &mut Authenticator,
    forgery: &Forgery,
    exclude: &[CredentialId],
) -> Result<VerifiedRegistration, RegistrationError> {
    let party = party();
    let (options, state) = party.start_registration(&maya(), exclude, Attachment::Any)?;
    let answer = authenticator.register_forged(ORIGIN, &options.to_json(), forgery);
    finish_registration(&state, answer.as_bytes())
}

pub(crate) fn finish_registration(
    state: &RegistrationState,
    answer: &[u8],
) -> Result<VerifiedRegistration, RegistrationError> {
    // Through its stored form, as between two requests.
    let state = RegistrationState::from_bytes(&state.to_bytes())?;
    party().finish_registration(&state, &RegistrationResponse::parse(answer)?)
}

/// An authenticator with a passkey of Maya's.
pub(crate) fn enrolled() -> (Authenticator, Passkey) {
    enroll(Authenticator::new())
}

pub(crate) fn enroll(mut authenticator: Authenticator) -> (Authenticator, Passkey) {
    let verified = register(&mut authenticator, &Forgery::none()).unwrap();
    (authenticator, verified.into_passkey())
}

/// Signs in, bent as the forgery will have it.
pub(crate) fn sign_in(
    authenticator: &mut Authenticator,
    passkey: &Passkey,
    forgery: &Forgery,
) -> Result<VerifiedAuthentication, AuthenticationError> {
    let (options, state) = party().start_authentication(Mediation::Modal, &[])?;
    let answer = authenticator.authenticate_forged(ORIGIN, &options.to_json(), forgery);
    finish_authentication(&state, answer.as_bytes(), passkey)
}

pub(crate) fn finish_authentication(
    state: &AuthenticationState,
    answer: &[u8],
    passkey: &Passkey,
) -> Result<VerifiedAuthentication, AuthenticationError> {
    let state = AuthenticationState::from_bytes(&state.to_bytes())?;
    let passkey = Passkey::from_bytes(&passkey.to_bytes()).unwrap();
    party().finish_authentication(&state, &AuthenticationResponse::parse(answer)?, &passkey)
}
