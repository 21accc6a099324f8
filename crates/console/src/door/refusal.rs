//! Why the door stays shut.

use http::StatusCode;
use webauthn::{AuthenticationError, CeremonyError, RegistrationError};

use crate::ceremony::CeremonyRefusal;
use crate::invitations::InvitationRefusal;
use crate::passkeys::PasskeyId;

/// Why an answer to a ceremony is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorRefusal {
    /// It belongs to no ceremony of this browser and purpose.
    #[error(transparent)]
    Ceremony(#[from] CeremonyRefusal),
    /// WebAuthn's rules for authentication.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// WebAuthn's rules for registration.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// The credential is none of ours: deleted here but not on the device, or another service's.
    #[error("no passkey here has this credential")]
    UnknownPasskey,
    /// The passkey was revoked.
    #[error("the passkey was revoked")]
    Revoked(PasskeyId),
    /// The sign count went backwards: there may be a copy of the authenticator (T075).
    #[error("the sign count went backwards; there may be a copy of this passkey")]
    Copied(PasskeyId),
    /// The credential id is somebody's already (T074).
    #[error("this credential is registered already")]
    CredentialTaken,
    /// The invitation cannot be used (any more).
    #[error(transparent)]
    Invitation(#[from] InvitationRefusal),
    /// The session that asked for a further passkey is over.
    #[error("the session that asked for this passkey is over")]
    SessionOver,
}

impl DoorRefusal {
    /// The stable code on the page and in the event.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ceremony(refusal) => refusal.code(),
            Self::Authentication(refusal) => refusal.code(),
            Self::Registration(refusal) => refusal.code(),
            Self::UnknownPasskey => "passkey-unknown",
            Self::Revoked(_) => "passkey-revoked",
            Self::Copied(_) => "passkey-copied",
            Self::CredentialTaken => "credential-taken",
            Self::Invitation(refusal) => refusal.code(),
            Self::SessionOver => "session-over",
        }
    }

    /// The passkey it is about, where one is known.
    pub const fn passkey(&self) -> Option<PasskeyId> {
        match self {
            Self::Revoked(id) | Self::Copied(id) => Some(*id),
            _ => None,
        }
    }

    /// What the browser is told: a sentence that helps the person and nobody else. The rule goes to log and event.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Ceremony(CeremonyRefusal::TooMany) => "error-ceremony-too-many",
            Self::Ceremony(_) => "error-ceremony-over",
            Self::UnknownPasskey | Self::Revoked(_) => "error-passkey-unknown",
            Self::Copied(_) => "error-passkey-copied",
            Self::CredentialTaken | Self::Registration(RegistrationError::Excluded) => {
                "error-passkey-here-already"
            }
            Self::Invitation(refusal) => refusal.message(),
            Self::SessionOver => "error-session-over",
            Self::Authentication(AuthenticationError::Ceremony(CeremonyError::UserNotVerified))
            | Self::Registration(RegistrationError::Ceremony(CeremonyError::UserNotVerified)) => {
                "error-passkey-not-verified"
            }
            Self::Authentication(_) | Self::Registration(_) => "error-passkey-refused",
        }
    }
}

impl From<&DoorRefusal> for web::Error {
    fn from(refusal: &DoorRefusal) -> Self {
        let status = match refusal {
            DoorRefusal::Ceremony(CeremonyRefusal::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            DoorRefusal::Invitation(_) => StatusCode::GONE,
            _ => StatusCode::FORBIDDEN,
        };
        Self::new(status, refusal.message()).because(format!("{}: {refusal}", refusal.code()))
    }
}
