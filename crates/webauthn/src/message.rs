//! The browser's JSON form of a credential (`credential.toJSON()`), as far as
//! both ceremonies share it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de};

use crate::{error::CeremonyError, options::Attachment, values::CredentialId};

/// The most bytes that a browser's answer may have: 64 KiB. What is larger is
/// refused unread.
pub const MESSAGE_LIMIT: usize = 64 * 1024;

/// What stands around the response of either ceremony.
pub(crate) struct Message<R> {
    pub(crate) credential_id: CredentialId,
    pub(crate) attachment: Option<Attachment>,
    pub(crate) response: R,
    pub(crate) discoverable: Option<bool>,
}

impl<R: for<'de> Deserialize<'de>> Message<R> {
    /// Reads a message whose credential calls itself the same twice (T071).
    pub(crate) fn parse(json: &[u8]) -> Result<Self, CeremonyError> {
        if json.len() > MESSAGE_LIMIT {
            return Err(CeremonyError::TooLarge);
        }
        let wire: Wire<R> =
            serde_json::from_slice(json).map_err(|error| CeremonyError::NotACredential(error.to_string()))?;
        if wire.kind != "public-key" {
            return Err(CeremonyError::NotAPublicKey);
        }
        if wire.id != URL_SAFE_NO_PAD.encode(&wire.raw_id.0) {
            return Err(CeremonyError::IdIsNotRawId);
        }
        Ok(Self {
            credential_id: CredentialId::new(&wire.raw_id.0)
                .map_err(|_| CeremonyError::CredentialIdLength)?,
            attachment: wire.authenticator_attachment.and_then(|word| Attachment::of_word(&word)),
            response: wire.response,
            discoverable: wire.client_extension_results.cred_props.rk,
        })
    }
}

/// Bytes in base64url without padding.
pub(crate) struct Base64Url(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(de::Error::custom)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<R> {
    id: String,
    raw_id: Base64Url,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    authenticator_attachment: Option<String>,
    response: R,
    #[serde(default)]
    client_extension_results: ExtensionResults,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExtensionResults {
    #[serde(default)]
    cred_props: CredentialProperties,
}

#[derive(Default, Deserialize)]
struct CredentialProperties {
    #[serde(default)]
    rk: Option<bool>,
}
