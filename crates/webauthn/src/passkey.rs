//! A registered credential, as it is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::{
    AttestationFormat, Credential, ParsedAttestation, RegisteredExtensions, UserVerificationPolicy,
};

use crate::{
    cose,
    error::RegistrationError,
    options::json,
    values::{Aaguid, CredentialId, SignCount, Transport, UserHandle},
};

/// A registered credential. Its stored form is our own, so that it outlives any
/// library: JSON with a version, its key in the COSE bytes that the
/// authenticator wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub(crate) credential_id: CredentialId,
    pub(crate) user_handle: UserHandle,
    pub(crate) key: Vec<u8>,
    pub(crate) sign_count: SignCount,
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
    pub(crate) aaguid: Aaguid,
    pub(crate) transports: Vec<Transport>,
    pub(crate) attestation: String,
}

/// Stored bytes are not a passkey of a version that is known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored passkey cannot be read: {0}")]
pub struct PasskeyUnreadable(String);

impl Passkey {
    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json(&Stored {
            v: VERSION,
            id: self.credential_id.clone(),
            user: self.user_handle.clone(),
            key: URL_SAFE_NO_PAD.encode(&self.key),
            count: self.sign_count,
            backup_eligible: self.backup_eligible,
            backed_up: self.backed_up,
            aaguid: self.aaguid,
            transports: self.transports.clone(),
            attestation: self.attestation.clone(),
        })
        .into_bytes()
    }

    /// Reads what [`Passkey::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`PasskeyUnreadable`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PasskeyUnreadable> {
        let stored: Stored = serde_json::from_slice(bytes).map_err(unreadable)?;
        if stored.v != VERSION {
            return Err(PasskeyUnreadable(format!("version {}", stored.v)));
        }
        let key = URL_SAFE_NO_PAD.decode(stored.key).map_err(unreadable)?;
        cose::parse(&key).map_err(unreadable)?;
        Ok(Self {
            credential_id: stored.id,
            user_handle: stored.user,
            key,
            sign_count: stored.count,
            backup_eligible: stored.backup_eligible,
            backed_up: stored.backed_up,
            aaguid: stored.aaguid,
            transports: stored.transports,
            attestation: stored.attestation,
        })
    }

    /// Its name.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// Its owner.
    #[must_use]
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// Its signatures so far, 0 when it does not count them.
    #[must_use]
    pub fn sign_count(&self) -> SignCount {
        self.sign_count
    }

    /// Whether it may be synced to other devices. Never changes.
    #[must_use]
    pub fn backup_eligible(&self) -> bool {
        self.backup_eligible
    }

    /// Whether it was synced or backed up when it was last used.
    #[must_use]
    pub fn backed_up(&self) -> bool {
        self.backed_up
    }

    /// The model of its authenticator.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The ways by which the browser said it can be reached.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The format of its attestation statement: `none`, `packed`, … No trust
    /// anchor was asked for.
    #[must_use]
    pub fn attestation_format(&self) -> &str {
        &self.attestation
    }

    /// As the library wants it. Its count is 0, for the rule of the sign count
    /// is ours, where both numbers can be told.
    pub(crate) fn to_library(&self) -> Result<Credential, RegistrationError> {
        Ok(Credential {
            cred_id: self.credential_id.as_bytes().to_vec(),
            cred: cose::parse(&self.key)?,
            counter: 0,
            transports: None,
            user_verified: true,
            backup_eligible: self.backup_eligible,
            backup_state: self.backed_up,
            registration_policy: UserVerificationPolicy::Required,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation::default(),
            attestation_format: AttestationFormat::None,
        })
    }
}

fn unreadable(error: impl std::fmt::Display) -> PasskeyUnreadable {
    PasskeyUnreadable(error.to_string())
}

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    id: CredentialId,
    user: UserHandle,
    key: String,
    count: SignCount,
    backup_eligible: bool,
    backed_up: bool,
    aaguid: Aaguid,
    transports: Vec<Transport>,
    attestation: String,
}

const VERSION: u32 = 1;
