//! What the browser is asked, in the JSON that its own
//! `PublicKeyCredential.parseCreationOptionsFromJSON` and
//! `parseRequestOptionsFromJSON` take.

use serde::{Deserialize, Serialize};
use webauthn_rs_proto::{
    AuthenticatorAttachment, PublicKeyCredentialCreationOptions, PublicKeyCredentialHints,
    PublicKeyCredentialRequestOptions,
};

use crate::values::UserHandle;

/// For whom a passkey is made, and how the authenticator shows it later.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// The owner.
    pub user_handle: UserHandle,
    /// The name that tells accounts apart, mostly the address.
    pub name: String,
    /// The person's name.
    pub display_name: String,
}

/// Which authenticator a passkey shall be made with. The browser obeys; a
/// response that disobeys is not refused, for nothing in it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// Either.
    Any,
    /// The one built into this device.
    Platform,
    /// A phone or a security key.
    CrossPlatform,
}

/// How the browser offers the passkeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mediation {
    /// In the autofill of the page, without a prompt.
    Conditional,
    /// In a prompt that a click opens.
    Modal,
}

/// What the browser shall offer first (WebAuthn Level 3, 5.8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// A phone, by the browser's own QR code and the nearness of the two.
    Hybrid,
    /// The authenticator of this device.
    ClientDevice,
    /// A security key.
    SecurityKey,
}

/// What `navigator.credentials.create` is asked: `{"publicKey": …}`, whose
/// `publicKey` goes through `PublicKeyCredential.parseCreationOptionsFromJSON`.
#[derive(Debug, Clone, Serialize)]
pub struct CreationOptions {
    #[serde(rename = "publicKey")]
    pub(crate) public_key: PublicKeyCredentialCreationOptions,
}

/// What `navigator.credentials.get` is asked: `{"publicKey": …}`, whose
/// `publicKey` goes through `PublicKeyCredential.parseRequestOptionsFromJSON`,
/// and beside it `"mediation": "conditional"` where it is so.
#[derive(Debug, Clone, Serialize)]
pub struct RequestOptions {
    #[serde(rename = "publicKey")]
    pub(crate) public_key: PublicKeyCredentialRequestOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mediation: Option<&'static str>,
}

impl CreationOptions {
    /// The JSON for the page.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl RequestOptions {
    /// The JSON for the page.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Attachment {
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        match word {
            "platform" => Some(Self::Platform),
            "cross-platform" => Some(Self::CrossPlatform),
            _ => None,
        }
    }

    pub(crate) fn to_library(self) -> Option<AuthenticatorAttachment> {
        match self {
            Self::Any => None,
            Self::Platform => Some(AuthenticatorAttachment::Platform),
            Self::CrossPlatform => Some(AuthenticatorAttachment::CrossPlatform),
        }
    }
}

impl Mediation {
    pub(crate) fn to_json_word(self) -> Option<&'static str> {
        match self {
            Self::Conditional => Some("conditional"),
            Self::Modal => None,
        }
    }
}

impl Hint {
    pub(crate) fn to_library(self) -> PublicKeyCredentialHints {
        match self {
            Self::Hybrid => PublicKeyCredentialHints::Hybrid,
            Self::ClientDevice => PublicKeyCredentialHints::ClientDevice,
            Self::SecurityKey => PublicKeyCredentialHints::SecurityKey,
        }
    }
}

#[expect(clippy::expect_used, reason = "structs of strings, numbers and lists always serialise")]
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("serialises")
}
