//! The two ceremonies, begun and ended.

use std::time::Duration;

use aws_lc_rs::digest;
use url::Url;
use webauthn_rs_core::{WebauthnCore, proto::UserVerificationPolicy};
use webauthn_rs_proto::{AttestationConveyancePreference, RequestRegistrationExtensions};

use crate::{
    authentication::{self, AuthenticationResponse, AuthenticationState, VerifiedAuthentication},
    client_data::{ClientData, ExpectedClientData},
    cose,
    error::{AuthenticationError, CeremonyError, RegistrationError, RelyingPartyError},
    options::{Attachment, CreationOptions, Hint, Mediation, NewPasskey, RequestOptions},
    origin::{Origin, RpId},
    passkey::Passkey,
    registration::{self, RegistrationResponse, RegistrationState, VerifiedRegistration},
    values::{Challenge, CredentialId},
};

/// Who asks for passkeys: an RP ID, the origins of its pages, a name.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    core: WebauthnCore,
    rp_id: RpId,
    rp_id_hash: [u8; 32],
    origins: Vec<Origin>,
}

impl RelyingParty {
    /// A relying party whose pages live on these origins, exactly.
    ///
    /// The first origin is home. Further ones may lie outside of the RP ID;
    /// browsers then look for them in `/.well-known/webauthn` of the RP ID.
    ///
    /// # Errors
    /// [`RelyingPartyError`] when there is no origin, the first one lies outside
    /// of the RP ID, or the name is empty.
    pub fn new(rp_id: &RpId, origins: &[Origin], name: &str) -> Result<Self, RelyingPartyError> {
        let home = origins.first().ok_or(RelyingPartyError::NoOrigin)?;
        if !rp_id.covers(home) {
            return Err(RelyingPartyError::OriginOutsideRpId {
                origin: home.to_string(),
                rp_id: rp_id.to_string(),
            });
        }
        if name.is_empty() {
            return Err(RelyingPartyError::NameEmpty);
        }
        let urls = origins.iter().filter_map(|origin| Url::parse(origin.as_str()).ok()).collect();
        let core = WebauthnCore::new_unsafe_experts_only(
            name,
            rp_id.as_str(),
            urls,
            TIMEOUT,
            Some(false),
            Some(false),
        );
        let mut rp_id_hash = [0; 32];
        let hash = digest::digest(&digest::SHA256, rp_id.as_str().as_bytes());
        rp_id_hash.copy_from_slice(hash.as_ref());
        Ok(Self { core, rp_id: rp_id.clone(), rp_id_hash, origins: origins.to_vec() })
    }

    /// The RP ID.
    #[must_use]
    pub fn rp_id(&self) -> &RpId {
        &self.rp_id
    }

    /// The origins, home first.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Asks for a new passkey: discoverable, with user verification, by ES256,
    /// ES384 or RS256, without attestation, within five minutes.
    ///
    /// `exclude` names the passkeys that the person has already; the browser
    /// refuses to make a second one beside them, and so do we.
    ///
    /// # Errors
    /// [`RegistrationError::NameEmpty`].
    ///
    /// ```
    /// # use webauthn::{Attachment, NewPasskey, Origin, RelyingParty, RpId, UserHandle};
    /// # let origin = Origin::parse("https://idp.example")?;
    /// # let relying_party = RelyingParty::new(&RpId::parse("idp.example")?, &[origin], "Example")?;
    /// let maya = NewPasskey {
    ///     user_handle: UserHandle::new(b"an opaque id")?,
    ///     name: "maya@acme.example".to_owned(),
    ///     display_name: "Maya".to_owned(),
    /// };
    /// let (options, state) = relying_party.start_registration(&maya, &[], Attachment::Any)?;
    /// assert!(options.to_json().contains(r#""residentKey":"required""#));
    /// assert_eq!(state.user_handle(), &maya.user_handle);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_registration(
        &self,
        passkey: &NewPasskey,
        exclude: &[CredentialId],
        authenticator: Attachment,
    ) -> Result<(CreationOptions, RegistrationState), RegistrationError> {
        let exclude_bytes = exclude.iter().map(|id| id.as_bytes().to_vec()).collect();
        let handle = passkey.user_handle.as_bytes();
        let builder = self
            .core
            .new_challenge_register_builder(handle, &passkey.name, &passkey.display_name)
            .map_err(|_| RegistrationError::NameEmpty)?
            .attestation(AttestationConveyancePreference::None)
            .user_verification_policy(UserVerificationPolicy::Required)
            .require_resident_key(true)
            .authenticator_attachment(authenticator.to_library())
            .credential_algorithms(cose::OFFERED.to_vec())
            .exclude_credentials(Some(exclude_bytes))
            .extensions(Some(RequestRegistrationExtensions {
                cred_protect: None,
                uvm: None,
                cred_props: Some(true),
                min_pin_length: None,
                hmac_create_secret: None,
            }));
        let (options, library) =
            self.core.generate_challenge_register(builder).map_err(|error| registration::refusal(&error))?;
        let state = RegistrationState {
            challenge: drawn(&options.public_key.challenge)?,
            user_handle: passkey.user_handle.clone(),
            excluded: exclude.to_vec(),
            library,
        };
        let public_key = options.public_key;
        Ok((CreationOptions { public_key }, state))
    }

    /// Judges the answer to a registration (WebAuthn Level 3, 7.1).
    ///
    /// # Errors
    /// The first rule that is broken.
    ///
    /// ```
    /// # use testkit::authenticator::Authenticator;
    /// # use webauthn::*;
    /// # let origin = Origin::parse("https://idp.example")?;
    /// # let relying_party = RelyingParty::new(&RpId::parse("idp.example")?, &[origin], "Example")?;
    /// # let user_handle = UserHandle::new(b"an opaque id")?;
    /// # let maya = NewPasskey { user_handle, name: "maya".to_owned(), display_name: "Maya".to_owned() };
    /// # let (options, state) = relying_party.start_registration(&maya, &[], Attachment::Any)?;
    /// # let posted = Authenticator::new().register("https://idp.example", &options.to_json());
    /// let response = RegistrationResponse::parse(posted.as_bytes())?;
    /// let verified = relying_party.finish_registration(&state, &response)?;
    /// let stored = verified.passkey().to_bytes();
    /// # assert_eq!(&Passkey::from_bytes(&stored)?, verified.passkey());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_registration(
        &self,
        state: &RegistrationState,
        response: &RegistrationResponse,
    ) -> Result<VerifiedRegistration, RegistrationError> {
        self.check_client("webauthn.create", &state.challenge, &response.client_data)?;
        response.authenticator_data.check(&self.rp_id_hash)?;
        let credential =
            response.authenticator_data.credential.as_ref().ok_or(RegistrationError::NoCredential)?;
        if credential.id != response.credential_id {
            return Err(RegistrationError::CredentialIdMismatch);
        }
        cose::parse(&credential.key)?;
        if state.excluded.contains(&credential.id) {
            return Err(RegistrationError::Excluded);
        }
        // Not signed, so its presence grants nothing; an admission is believed.
        if response.discoverable == Some(false) {
            return Err(RegistrationError::NotDiscoverable);
        }
        if !ATTESTATION_FORMATS.contains(&response.format.as_str()) {
            return Err(RegistrationError::AttestationUnknown(response.format.clone()));
        }
        self.core
            .register_credential(&response.to_library(), &state.library, None)
            .map_err(|error| registration::refusal(&error))?;
        Ok(VerifiedRegistration::new(state, response, credential))
    }

    /// Asks for any passkey of this relying party, whoever's it is: the list of
    /// allowed credentials is always empty, so there is nothing in it to learn.
    ///
    /// # Errors
    /// [`CeremonyError::Library`], which does not happen.
    pub fn start_authentication(
        &self,
        mediation: Mediation,
        hints: &[Hint],
    ) -> Result<(RequestOptions, AuthenticationState), AuthenticationError> {
        let hints = hints.iter().map(|hint| hint.to_library()).collect::<Vec<_>>();
        let builder = self
            .core
            .new_challenge_authenticate_builder(Vec::new(), Some(UserVerificationPolicy::Required))
            .map_err(|error| authentication::refusal(&error))?
            .hints((!hints.is_empty()).then_some(hints));
        let (options, library) = self
            .core
            .generate_challenge_authenticate(builder)
            .map_err(|error| authentication::refusal(&error))?;
        let state =
            AuthenticationState { challenge: drawn(&options.public_key.challenge)?, mediation, library };
        let options = RequestOptions { public_key: options.public_key, mediation: mediation.to_json_word() };
        Ok((options, state))
    }

    /// Judges the answer to an authentication (WebAuthn Level 3, 7.2) against
    /// the passkey that [`AuthenticationResponse::credential_id`] names.
    ///
    /// # Errors
    /// The first rule that is broken. The sign count is judged last: a
    /// [`AuthenticationError::SignCountNotGreater`] came with a true signature.
    ///
    /// ```
    /// # use testkit::authenticator::Authenticator;
    /// # use webauthn::*;
    /// # let origin = Origin::parse("https://idp.example")?;
    /// # let relying_party = RelyingParty::new(&RpId::parse("idp.example")?, &[origin], "Example")?;
    /// # let user_handle = UserHandle::new(b"an opaque id")?;
    /// # let maya = NewPasskey { user_handle, name: "maya".to_owned(), display_name: "Maya".to_owned() };
    /// # let (options, state) = relying_party.start_registration(&maya, &[], Attachment::Any)?;
    /// # let mut phone = Authenticator::new();
    /// # let posted = phone.register("https://idp.example", &options.to_json());
    /// # let response = RegistrationResponse::parse(posted.as_bytes())?;
    /// # let stored = relying_party.finish_registration(&state, &response)?.into_passkey();
    /// let (options, state) = relying_party.start_authentication(Mediation::Conditional, &[])?;
    /// # let posted = phone.authenticate("https://idp.example", &options.to_json());
    /// let response = AuthenticationResponse::parse(posted.as_bytes())?;
    /// assert_eq!(response.credential_id(), stored.credential_id());
    /// let verified = relying_party.finish_authentication(&state, &response, &stored)?;
    /// assert_eq!(verified.user_handle().as_bytes(), b"an opaque id");
    /// assert!(verified.sign_count() > stored.sign_count());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_authentication(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        passkey: &Passkey,
    ) -> Result<VerifiedAuthentication, AuthenticationError> {
        if response.credential_id != passkey.credential_id {
            return Err(AuthenticationError::OtherCredential);
        }
        match &response.user_handle {
            None => return Err(AuthenticationError::UserHandleMissing),
            Some(handle) if *handle != passkey.user_handle => {
                return Err(AuthenticationError::UserHandleMismatch);
            }
            Some(_) => {}
        }
        self.check_client("webauthn.get", &state.challenge, &response.client_data)?;
        let data = &response.authenticator_data;
        data.check(&self.rp_id_hash)?;
        if data.backup_eligible() != passkey.backup_eligible {
            return Err(AuthenticationError::BackupEligibilityChanged);
        }
        let credential = passkey.to_library().map_err(|error| CeremonyError::Library(error.to_string()))?;
        self.core
            .authenticate_single_credential(&response.to_library(), &state.library, &credential)
            .map_err(|error| authentication::refusal(&error))?;
        if !passkey.sign_count.admits(data.sign_count) {
            return Err(AuthenticationError::SignCountNotGreater {
                stored: passkey.sign_count,
                received: data.sign_count,
            });
        }
        Ok(VerifiedAuthentication::new(state, response, passkey))
    }

    fn check_client(
        &self,
        kind: &'static str,
        challenge: &Challenge,
        data: &ClientData,
    ) -> Result<(), CeremonyError> {
        data.check(&ExpectedClientData { kind, challenge, origins: &self.origins })
    }
}

fn drawn(challenge: &[u8]) -> Result<Challenge, CeremonyError> {
    Challenge::new(challenge)
        .ok_or_else(|| CeremonyError::Library("a challenge of another length".to_owned()))
}

/// How long browsers and authenticators wait; the caller's row lives as long.
const TIMEOUT: Duration = Duration::from_secs(300);

/// The formats whose statements the library can check.
const ATTESTATION_FORMATS: [&str; 6] = ["none", "packed", "tpm", "android-key", "fido-u2f", "apple"];
