//! Authentication: a passkey says who the person is.

use serde::{Deserialize, Serialize};
use webauthn_rs_core::{error::WebauthnError, proto};
use webauthn_rs_proto::{
    AuthenticationExtensionsClientOutputs, AuthenticatorAssertionResponseRaw, PublicKeyCredential,
};

use crate::{
    authenticator_data::AuthenticatorData,
    client_data::ClientData,
    error::{AuthenticationError, CeremonyError},
    message::{Base64Url, Message},
    options::{Attachment, Mediation, json},
    passkey::Passkey,
    values::{Challenge, CredentialId, SignCount, UserHandle},
};

/// What the relying party remembers of an authentication until the browser
/// answers. It belongs in a row that is taken once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthenticationState {
    pub(crate) challenge: Challenge,
    pub(crate) mediation: Mediation,
    pub(crate) library: proto::AuthenticationState,
}

impl AuthenticationState {
    /// The challenge that the browser was given.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// How the browser was asked to offer the passkeys.
    #[must_use]
    pub fn mediation(&self) -> Mediation {
        self.mediation
    }

    /// The bytes for the row.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json(self).into_bytes()
    }

    /// Reads what [`AuthenticationState::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`CeremonyError::StateUnreadable`] for anything else, states of another
    /// version among it: the page asks again.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AuthenticationError> {
        serde_json::from_slice(bytes).map_err(|_| CeremonyError::StateUnreadable.into())
    }
}

/// The browser's answer to an authentication, read and not yet judged.
#[derive(Debug, Clone)]
pub struct AuthenticationResponse {
    pub(crate) credential_id: CredentialId,
    pub(crate) user_handle: Option<UserHandle>,
    pub(crate) client_data: ClientData,
    pub(crate) authenticator_data: AuthenticatorData,
    authenticator_data_bytes: Vec<u8>,
    signature: Vec<u8>,
    attachment: Option<Attachment>,
}

impl AuthenticationResponse {
    /// Reads the JSON of `credential.toJSON()`.
    ///
    /// # Errors
    /// The [`CeremonyError`] that says what is malformed.
    pub fn parse(json: &[u8]) -> Result<Self, AuthenticationError> {
        let message: Message<Wire> = Message::parse(json)?;
        let response = message.response;
        let authenticator_data = AuthenticatorData::parse(&response.authenticator_data.0)?;
        if authenticator_data.credential.is_some() {
            let broken = CeremonyError::AuthenticatorData("a credential in an authentication");
            return Err(broken.into());
        }
        Ok(Self {
            credential_id: message.credential_id,
            user_handle: match response.user_handle {
                None => None,
                Some(bytes) => {
                    Some(UserHandle::new(&bytes.0).map_err(|_| AuthenticationError::UserHandleMismatch)?)
                }
            },
            client_data: ClientData::parse(response.client_data_json.0)?,
            authenticator_data,
            authenticator_data_bytes: response.authenticator_data.0,
            signature: response.signature.0,
            attachment: message.attachment,
        })
    }

    /// The challenge that the browser claims to have answered: good for finding
    /// the row, proves nothing.
    #[must_use]
    pub fn challenge(&self) -> Option<&Challenge> {
        self.client_data.challenge()
    }

    /// The credential that claims to answer: good for finding the passkey.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// The owner that the authenticator claims.
    #[must_use]
    pub fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }

    /// The format of the library.
    pub(crate) fn to_library(&self) -> PublicKeyCredential {
        PublicKeyCredential {
            id: self.credential_id.to_base64url(),
            raw_id: self.credential_id.as_bytes().to_vec(),
            response: AuthenticatorAssertionResponseRaw {
                authenticator_data: self.authenticator_data_bytes.clone(),
                client_data_json: self.client_data.bytes.clone(),
                signature: self.signature.clone(),
                user_handle: None,
            },
            extensions: AuthenticationExtensionsClientOutputs::default(),
            type_: "public-key".to_owned(),
        }
    }
}

/// Every rule of an authentication held: the owner of the passkey was there and
/// was verified. Only [`crate::RelyingParty::finish_authentication`] makes one.
#[derive(Debug)]
#[must_use = "an authentication is of no use until its passkey is stored and somebody is let in"]
pub struct VerifiedAuthentication {
    passkey: Passkey,
    challenge: Challenge,
    attachment: Option<Attachment>,
}

impl VerifiedAuthentication {
    pub(crate) fn new(
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        passkey: &Passkey,
    ) -> Self {
        Self {
            passkey: Passkey {
                sign_count: response.authenticator_data.sign_count,
                backed_up: response.authenticator_data.backed_up(),
                ..passkey.clone()
            },
            challenge: state.challenge,
            attachment: response.attachment,
        }
    }

    /// The passkey as it is now, to be stored over the old one.
    pub fn passkey(&self) -> &Passkey {
        &self.passkey
    }

    /// The challenge of the ceremony, for whoever binds more to it.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The credential that answered.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.passkey.credential_id
    }

    /// Who the person is.
    #[must_use]
    pub fn user_handle(&self) -> &UserHandle {
        &self.passkey.user_handle
    }

    /// The sign count as it is now.
    #[must_use]
    pub fn sign_count(&self) -> SignCount {
        self.passkey.sign_count
    }

    /// Whether the credential may be synced to other devices.
    #[must_use]
    pub fn backup_eligible(&self) -> bool {
        self.passkey.backup_eligible
    }

    /// Whether the credential is synced or backed up now.
    #[must_use]
    pub fn backed_up(&self) -> bool {
        self.passkey.backed_up
    }

    /// Where the browser says the authenticator sits: `CrossPlatform` for a
    /// phone reached by hybrid. Not signed: good for words, not for rules.
    #[must_use]
    pub fn claimed_attachment(&self) -> Option<Attachment> {
        self.attachment
    }
}

/// Names the rule that the library found broken.
pub(crate) fn refusal(error: &WebauthnError) -> AuthenticationError {
    match error {
        WebauthnError::AuthenticationFailure | WebauthnError::SignatureInvalid => {
            AuthenticationError::SignatureInvalid
        }
        _ => CeremonyError::Library(error.to_string()).into(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    #[serde(default)]
    user_handle: Option<Base64Url>,
}
