//! Registration: a new passkey for somebody who is known already.

use serde::{Deserialize, Serialize};
use webauthn_rs_core::{error::WebauthnError, proto};
use webauthn_rs_proto::{
    AuthenticatorAttestationResponseRaw, RegisterPublicKeyCredential, RegistrationExtensionsClientOutputs,
};

use crate::{
    authenticator_data::{AttestedCredential, AuthenticatorData},
    cbor,
    client_data::ClientData,
    error::{CeremonyError, RegistrationError},
    message::{Base64Url, Message},
    options::{Attachment, json},
    passkey::Passkey,
    values::{Aaguid, Challenge, CredentialId, Transport, UserHandle},
};

/// What the relying party remembers of a registration until the browser
/// answers. It belongs in a row that is taken once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegistrationState {
    pub(crate) challenge: Challenge,
    pub(crate) user_handle: UserHandle,
    pub(crate) excluded: Vec<CredentialId>,
    pub(crate) library: proto::RegistrationState,
}

impl RegistrationState {
    /// The challenge that the browser was given.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// For whom the passkey is made.
    #[must_use]
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// The bytes for the row.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json(self).into_bytes()
    }

    /// Reads what [`RegistrationState::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`CeremonyError::StateUnreadable`] for anything else, states of another
    /// version among it: the person starts again.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistrationError> {
        serde_json::from_slice(bytes).map_err(|_| CeremonyError::StateUnreadable.into())
    }
}

/// The browser's answer to a registration, read and not yet judged.
#[derive(Debug, Clone)]
pub struct RegistrationResponse {
    pub(crate) credential_id: CredentialId,
    pub(crate) client_data: ClientData,
    pub(crate) authenticator_data: AuthenticatorData,
    pub(crate) format: String,
    pub(crate) discoverable: Option<bool>,
    attestation_object: Vec<u8>,
    transports: Vec<Transport>,
    attachment: Option<Attachment>,
}

impl RegistrationResponse {
    /// Reads the JSON of `credential.toJSON()`.
    ///
    /// # Errors
    /// The [`CeremonyError`] that says what is malformed.
    pub fn parse(json: &[u8]) -> Result<Self, RegistrationError> {
        let message: Message<Wire> = Message::parse(json)?;
        let client_data = ClientData::parse(message.response.client_data_json.0)?;
        let attestation_object = message.response.attestation_object.0;
        let (format, statement, authenticator_data) = open(&attestation_object)?;
        // WebAuthn Level 3, 8.7: the statement of `none` is empty.
        if format == "none" && statement != EMPTY_MAP {
            let reason = "a statement where there should be none".to_owned();
            return Err(RegistrationError::AttestationInvalid(reason));
        }
        Ok(Self {
            credential_id: message.credential_id,
            client_data,
            authenticator_data: AuthenticatorData::parse(authenticator_data)?,
            format: format.to_owned(),
            discoverable: message.discoverable,
            attestation_object: attestation_object.clone(),
            transports: known_once(message.response.transports),
            attachment: message.attachment,
        })
    }

    /// The challenge that the browser claims to have answered: good for finding
    /// the row, proves nothing.
    #[must_use]
    pub fn challenge(&self) -> Option<&Challenge> {
        self.client_data.challenge()
    }

    /// The name of the new credential.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// The format of the library.
    pub(crate) fn to_library(&self) -> RegisterPublicKeyCredential {
        RegisterPublicKeyCredential {
            id: self.credential_id.to_base64url(),
            raw_id: self.credential_id.as_bytes().to_vec(),
            response: AuthenticatorAttestationResponseRaw {
                attestation_object: self.attestation_object.clone(),
                client_data_json: self.client_data.bytes.clone(),
                transports: None,
            },
            type_: "public-key".to_owned(),
            extensions: RegistrationExtensionsClientOutputs::default(),
        }
    }
}

/// Every rule of a registration held. Only
/// [`crate::RelyingParty::finish_registration`] makes one.
#[derive(Debug)]
#[must_use = "a registration is of no use until its passkey is stored"]
pub struct VerifiedRegistration {
    passkey: Passkey,
    challenge: Challenge,
    attachment: Option<Attachment>,
}

impl VerifiedRegistration {
    pub(crate) fn new(
        state: &RegistrationState,
        response: &RegistrationResponse,
        credential: &AttestedCredential,
    ) -> Self {
        let data = &response.authenticator_data;
        Self {
            passkey: Passkey {
                credential_id: credential.id.clone(),
                user_handle: state.user_handle.clone(),
                key: credential.key.clone(),
                sign_count: data.sign_count,
                backup_eligible: data.backup_eligible(),
                backed_up: data.backed_up(),
                aaguid: credential.aaguid,
                transports: response.transports.clone(),
                attestation: response.format.clone(),
            },
            challenge: state.challenge,
            attachment: response.attachment,
        }
    }

    /// The passkey to store. That its ID is new to the whole deployment is for
    /// a unique index to say (T074).
    pub fn passkey(&self) -> &Passkey {
        &self.passkey
    }

    /// The passkey to store.
    #[must_use]
    pub fn into_passkey(self) -> Passkey {
        self.passkey
    }

    /// The challenge of the ceremony, for whoever binds more to it.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The name of the new credential.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.passkey.credential_id
    }

    /// Its owner.
    #[must_use]
    pub fn user_handle(&self) -> &UserHandle {
        &self.passkey.user_handle
    }

    /// The model of the authenticator.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.passkey.aaguid
    }

    /// Whether it may be synced to other devices.
    #[must_use]
    pub fn backup_eligible(&self) -> bool {
        self.passkey.backup_eligible
    }

    /// Whether it is synced or backed up already.
    #[must_use]
    pub fn backed_up(&self) -> bool {
        self.passkey.backed_up
    }

    /// The ways by which the browser says it can be reached.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.passkey.transports
    }

    /// Where the browser says the authenticator sits; not signed.
    #[must_use]
    pub fn claimed_attachment(&self) -> Option<Attachment> {
        self.attachment
    }
}

/// Names the rule that the library found broken.
pub(crate) fn refusal(error: &WebauthnError) -> RegistrationError {
    let text = error.to_string();
    match error {
        WebauthnError::EcdsaPointInvalid
        | WebauthnError::RsaParametersInvalid
        | WebauthnError::COSEKeyECDSAXYInvalid
        | WebauthnError::COSEKeyRSANEInvalid
        | WebauthnError::COSEKeyInvalidCBORValue => RegistrationError::KeyInvalid,
        _ if format!("{error:?}").starts_with("Attestation") => RegistrationError::AttestationInvalid(text),
        _ => CeremonyError::Library(text).into(),
    }
}

/// Format, statement and authenticator data of an attestation object (WebAuthn
/// Level 3, 6.5.4).
fn open(attestation_object: &[u8]) -> Result<(&str, &[u8], &[u8]), CeremonyError> {
    let (mut format, mut statement, mut authenticator_data) = (None, None, None);
    for (key, value) in cbor::map(attestation_object)? {
        match cbor::text(key)? {
            "fmt" => format = Some(cbor::text(value)?),
            "attStmt" => statement = Some(value),
            "authData" => authenticator_data = Some(cbor::byte_string(value)?),
            _ => {}
        }
    }
    match (format, statement, authenticator_data) {
        (Some(format), Some(statement), Some(data)) => Ok((format, statement, data)),
        _ => Err(CeremonyError::AuthenticatorData(
            "the attestation object has no fmt, no attStmt or no authData",
        )),
    }
}

fn known_once(mut transports: Vec<Transport>) -> Vec<Transport> {
    transports.truncate(16);
    let mut known: Vec<Transport> = Vec::new();
    for transport in transports {
        if transport != Transport::Unknown && !known.contains(&transport) {
            known.push(transport);
        }
    }
    known
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    attestation_object: Base64Url,
    #[serde(default)]
    transports: Vec<Transport>,
}

const EMPTY_MAP: [u8; 1] = [0xa0];
