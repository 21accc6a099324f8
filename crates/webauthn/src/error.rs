//! What can be wrong, one variant for each rule, in the order in which the
//! rules are asked.

use crate::{cbor::CborError, values::SignCount};

/// A rule that registration and authentication share was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CeremonyError {
    /// The message is larger than [`crate::MESSAGE_LIMIT`].
    #[error("the message is larger than 64 KiB")]
    TooLarge,
    /// The message is not the JSON form of a public key credential.
    #[error("the message is not the JSON of a credential: {0}")]
    NotACredential(String),
    /// `type` of the credential is not `public-key`.
    #[error("the credential is not a public key credential")]
    NotAPublicKey,
    /// `id` and `rawId` differ.
    #[error("id and rawId of the credential differ")]
    IdIsNotRawId,
    /// The credential ID has not between 16 and 1023 bytes.
    #[error("a credential ID has between 16 and 1023 bytes")]
    CredentialIdLength,
    /// The client data are not the JSON that the browser writes.
    #[error("the client data cannot be read: {0}")]
    ClientData(String),
    /// The CBOR is broken, too deep or not in CTAP2's canonical form.
    #[error("CBOR: {0}")]
    Cbor(#[from] CborError),
    /// The authenticator data have another shape than their flags announce.
    #[error("the authenticator data are malformed: {0}")]
    AuthenticatorData(&'static str),
    /// The state in the ceremony's row was written by another version.
    #[error("the state of the ceremony cannot be read")]
    StateUnreadable,
    /// Client data of the other ceremony, or of a payment.
    #[error("the client data are of type {received:?}, not {expected:?}")]
    WrongType {
        /// `webauthn.create` or `webauthn.get`.
        expected: &'static str,
        /// What the client data say.
        received: String,
    },
    /// The challenge is not the one of this ceremony.
    #[error("the challenge is not the one of this ceremony")]
    WrongChallenge,
    /// The origin is none of ours, letter by letter.
    #[error("the origin {0:?} is none of ours")]
    WrongOrigin(String),
    /// The ceremony ran in a frame of another origin.
    #[error("the ceremony ran in a frame of another origin")]
    CrossOrigin,
    /// The client data name a top origin, which only framed ceremonies have.
    #[error("the client data name the top origin {0:?}")]
    TopOrigin(String),
    /// The client claims a token binding, which no connection of ours has.
    #[error("the client data claim a token binding")]
    TokenBinding,
    /// The hash of the RP ID is not ours.
    #[error("the authenticator answered for another RP ID")]
    WrongRpId,
    /// The flag UP is not set.
    #[error("the authenticator saw nobody")]
    UserNotPresent,
    /// The flag UV is not set.
    #[error("the authenticator did not verify the user")]
    UserNotVerified,
    /// The flag BS without the flag BE.
    #[error("the credential is backed up although it cannot be")]
    BackedUpWithoutEligibility,
    /// The library refused what our own rules had let pass.
    #[error("refused: {0}")]
    Library(String),
}

/// Why a registration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// A rule that both ceremonies share.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The name or the display name for the new passkey is empty.
    #[error("a passkey needs a name and a display name")]
    NameEmpty,
    /// The authenticator data carry no credential.
    #[error("the authenticator data carry no credential")]
    NoCredential,
    /// The attested credential ID is not the `rawId` of the message.
    #[error("the attested credential ID is not the one of the message")]
    CredentialIdMismatch,
    /// The key is for an algorithm (a COSE number) that was not offered, or on
    /// a curve that does not belong to it.
    #[error("the algorithm {0} was not offered")]
    AlgorithmNotOffered(i64),
    /// The public key is not a valid key of its kind.
    #[error("the public key is invalid")]
    KeyInvalid,
    /// The credential is one of those that were excluded.
    #[error("this credential is registered already")]
    Excluded,
    /// The browser says that the credential is not discoverable.
    #[error("the credential is not discoverable")]
    NotDiscoverable,
    /// The attestation statement has an unknown format.
    #[error("the attestation format {0:?} is unknown")]
    AttestationUnknown(String),
    /// The attestation statement does not hold.
    #[error("the attestation does not hold: {0}")]
    AttestationInvalid(String),
}

/// Why an authentication is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// A rule that both ceremonies share.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The response is from another credential than the passkey given.
    #[error("the response is from another credential")]
    OtherCredential,
    /// A discoverable credential always names its owner; this one did not.
    #[error("the response carries no user handle")]
    UserHandleMissing,
    /// The user handle is not the owner of the passkey.
    #[error("the user handle is not the owner of the passkey")]
    UserHandleMismatch,
    /// The flag BE is another than at the registration.
    #[error("the backup eligibility of the credential changed")]
    BackupEligibilityChanged,
    /// The signature is not by the passkey's key.
    #[error("the signature does not verify")]
    SignatureInvalid,
    /// The signature holds, but its count is not above the one before: the
    /// authenticator may have been cloned. Worth an alarm, not only a refusal.
    #[error("the sign count {received} is not above {stored}")]
    SignCountNotGreater {
        /// The count of the passkey.
        stored: SignCount,
        /// The count of the response.
        received: SignCount,
    },
}

/// Why no relying party can be made of these values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelyingPartyError {
    /// There is no origin.
    #[error("a relying party needs an origin")]
    NoOrigin,
    /// The first origin is neither on the RP ID nor below it.
    #[error("the origin {origin} is not within the RP ID {rp_id}")]
    OriginOutsideRpId {
        /// The origin.
        origin: String,
        /// The RP ID.
        rp_id: String,
    },
    /// The name that browsers show is empty.
    #[error("a relying party needs a name")]
    NameEmpty,
}

impl CeremonyError {
    /// A stable word for the event log and the error page.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "message-too-large",
            Self::NotACredential(_) => "not-a-credential",
            Self::NotAPublicKey => "not-a-public-key",
            Self::IdIsNotRawId => "id-is-not-raw-id",
            Self::CredentialIdLength => "credential-id-length",
            Self::ClientData(_) => "client-data",
            Self::Cbor(_) => "cbor",
            Self::AuthenticatorData(_) => "authenticator-data",
            Self::StateUnreadable => "state-unreadable",
            Self::WrongType { .. } => "wrong-type",
            Self::WrongChallenge => "wrong-challenge",
            Self::WrongOrigin(_) => "wrong-origin",
            Self::CrossOrigin => "cross-origin",
            Self::TopOrigin(_) => "top-origin",
            Self::TokenBinding => "token-binding",
            Self::WrongRpId => "wrong-rp-id",
            Self::UserNotPresent => "user-not-present",
            Self::UserNotVerified => "user-not-verified",
            Self::BackedUpWithoutEligibility => "backed-up-without-eligibility",
            Self::Library(_) => "library",
        }
    }
}

impl RegistrationError {
    /// A stable word for the event log and the error page.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ceremony(error) => error.code(),
            Self::NameEmpty => "name-empty",
            Self::NoCredential => "no-credential",
            Self::CredentialIdMismatch => "credential-id-mismatch",
            Self::AlgorithmNotOffered(_) => "algorithm-not-offered",
            Self::KeyInvalid => "key-invalid",
            Self::Excluded => "excluded",
            Self::NotDiscoverable => "not-discoverable",
            Self::AttestationUnknown(_) => "attestation-unknown",
            Self::AttestationInvalid(_) => "attestation-invalid",
        }
    }
}

impl AuthenticationError {
    /// A stable word for the event log and the error page.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ceremony(error) => error.code(),
            Self::OtherCredential => "other-credential",
            Self::UserHandleMissing => "user-handle-missing",
            Self::UserHandleMismatch => "user-handle-mismatch",
            Self::BackupEligibilityChanged => "backup-eligibility-changed",
            Self::SignatureInvalid => "signature-invalid",
            Self::SignCountNotGreater { .. } => "sign-count-not-greater",
        }
    }
}
