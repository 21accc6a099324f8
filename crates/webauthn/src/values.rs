//! The field's values, each parsed once at the edge.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// A value does not have the shape that its type demands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// An RP ID is a domain name in lower case, no address, scheme or port.
    #[error("{0:?} is not an RP ID")]
    RpId(String),
    /// An origin is `https://host[:port]`; `http` is for `localhost` and
    /// `*.localhost` alone; addresses in place of a host are refused.
    #[error("{0:?} is not an origin for passkeys")]
    Origin(String),
    /// A credential ID has between 16 and 1023 bytes.
    #[error("a credential ID has between 16 and 1023 bytes")]
    CredentialId,
    /// A user handle has between 1 and 64 bytes.
    #[error("a user handle has between 1 and 64 bytes")]
    UserHandle,
}

/// The 32 random bytes of one ceremony. They are no secret, but good for one
/// ceremony only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Challenge([u8; 32]);

impl Challenge {
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, by which a row names its ceremony.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The name that an authenticator gave to a credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Takes the bytes.
    ///
    /// # Errors
    /// [`ValueError::CredentialId`] unless there are 16 to 1023 of them
    /// (WebAuthn Level 3, 7.1 refuses more, and the definition of a credential
    /// ID demands no fewer).
    pub fn new(bytes: &[u8]) -> Result<Self, ValueError> {
        if (16..=1023).contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(ValueError::CredentialId)
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The base64url form, as in the browser's JSON.
    #[must_use]
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

/// The owner of a credential as authenticators keep it. It must say nothing
/// about the person: make it of a random or time-ordered id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserHandle(Vec<u8>);

impl UserHandle {
    /// Takes the bytes.
    ///
    /// # Errors
    /// [`ValueError::UserHandle`] unless there are 1 to 64 of them.
    pub fn new(bytes: &[u8]) -> Result<Self, ValueError> {
        if (1..=64).contains(&bytes.len()) { Ok(Self(bytes.to_vec())) } else { Err(ValueError::UserHandle) }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id of which it was made, if it was made of one.
    #[must_use]
    pub fn to_uuid(&self) -> Option<Uuid> {
        Uuid::from_slice(&self.0).ok()
    }
}

impl From<Uuid> for UserHandle {
    fn from(id: Uuid) -> Self {
        Self(id.as_bytes().to_vec())
    }
}

/// The model of an authenticator, all zero when it does not tell. Nobody vouches
/// for it unless its attestation was checked: good for a name and an icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aaguid(Uuid);

impl Aaguid {
    pub(crate) fn new(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// As a UUID, which is how lists of authenticators spell it.
    #[must_use]
    pub fn as_uuid(&self) -> &Uuid {
        &self.0
    }

    /// Whether the authenticator told its model.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.0.is_nil()
    }
}

/// How many signatures a credential has made, as far as it counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignCount(u32);

impl SignCount {
    pub(crate) fn new(count: u32) -> Self {
        Self(count)
    }

    /// The count. 0 for credentials that do not count, synced ones above all.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// WebAuthn Level 3, 7.2: once either count is above zero, the next one
    /// must be greater.
    pub(crate) fn admits(self, next: Self) -> bool {
        (self.0 == 0 && next.0 == 0) || next.0 > self.0
    }
}

impl fmt::Display for SignCount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A way by which an authenticator can be reached, as the browser tells it. A
/// hint, never a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Built into the device.
    Internal,
    /// A phone beside the device.
    Hybrid,
    /// USB.
    Usb,
    /// NFC.
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// A smart card with contacts.
    SmartCard,
    /// One that this version has no name for.
    #[serde(other)]
    Unknown,
}

macro_rules! base64url_serde {
    ($type:ty, $new:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let bytes = URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
                $new(&bytes).map_err(de::Error::custom)
            }
        }
    };
}

base64url_serde!(CredentialId, CredentialId::new);
base64url_serde!(UserHandle, UserHandle::new);
base64url_serde!(Challenge, |bytes: &[u8]| Challenge::new(bytes).ok_or("a challenge has 32 bytes"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_bounded() {
        for (length, fits) in [(0, false), (15, false), (16, true), (1023, true), (1024, false)] {
            assert_eq!(CredentialId::new(&vec![1; length]).is_ok(), fits, "{length}");
        }
        for (length, fits) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(UserHandle::new(&vec![1; length]).is_ok(), fits, "{length}");
        }
    }

    #[test]
    fn the_sign_count_rises_or_stays_zero() {
        for (stored, next, admitted) in [
            (0, 0, true),
            (0, 1, true),
            (1, 0, false),
            (1, 1, false),
            (5, 4, false),
            (5, 6, true),
            (u32::MAX, 0, false),
            (u32::MAX - 1, u32::MAX, true),
        ] {
            assert_eq!(SignCount(stored).admits(SignCount(next)), admitted, "{stored} {next}");
        }
    }
}
