//! Chromium's virtual authenticator, attached from outside by the DevTools
//! protocol's WebAuthn domain: the page and the server see a real one.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Browser;

/// How the page reaches an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Built into the device: a platform authenticator.
    Internal,
    /// A phone beside the device.
    Hybrid,
    /// A security key.
    Usb,
}

impl Transport {
    fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Hybrid => "hybrid",
            Self::Usb => "usb",
        }
    }
}

/// An authenticator in one tab of one browser: CTAP 2.1, resident keys, user
/// verification that succeeds, presence without a touch.
#[derive(Debug, Clone)]
pub struct VirtualAuthenticator {
    id: String,
}

/// A credential as the browser hands it out, private key included: put into the
/// authenticator of another browser it is the same passkey, synced.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredCredential {
    /// Base64 of the ID.
    pub credential_id: String,
    /// The RP ID.
    pub rp_id: String,
    /// Base64 of the owner.
    #[serde(default)]
    pub user_handle: Option<String>,
    /// Its signatures so far.
    pub sign_count: u32,
    /// All members, as the protocol names them.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, Value>,
}

impl VirtualAuthenticator {
    /// Attaches one to the present tab of a browser. Tabs opened later have
    /// none until one is attached to them.
    pub async fn attach(browser: &Browser, transport: Transport) -> Self {
        Self::attach_with(browser, transport, json!({})).await
    }

    /// Attaches one with further options of `VirtualAuthenticatorOptions`, as
    /// `{"hasUserVerification": false}` or `{"defaultBackupEligibility": true}`.
    pub async fn attach_with(browser: &Browser, transport: Transport, more: Value) -> Self {
        browser.cdp("WebAuthn.enable", json!({ "enableUI": false })).await;
        let mut options = json!({
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": transport.word(),
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        let made = browser.cdp("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await;
        let id = made["authenticatorId"].as_str().expect("an id").to_owned();
        Self { id }
    }

    /// Takes it away.
    pub async fn detach(self, browser: &Browser) {
        self.send(browser, "removeVirtualAuthenticator", json!({})).await;
    }

    /// Its credentials.
    pub async fn credentials(&self, browser: &Browser) -> Vec<StoredCredential> {
        let answer = self.send(browser, "getCredentials", json!({})).await;
        serde_json::from_value(answer["credentials"].clone()).expect("credentials")
    }

    /// Puts a credential in, one of another browser for example.
    pub async fn add_credential(&self, browser: &Browser, credential: &StoredCredential) {
        let credential = serde_json::to_value(credential).expect("serialises");
        self.send(browser, "addCredential", json!({ "credential": credential })).await;
    }

    /// Forgets all credentials.
    pub async fn clear_credentials(&self, browser: &Browser) {
        self.send(browser, "clearCredentials", json!({})).await;
    }

    /// Whether the next user verification succeeds. When it does not, an honest
    /// authenticator refuses and the page learns `NotAllowedError`.
    pub async fn set_user_verified(&self, browser: &Browser, verified: bool) {
        let verified = json!({ "isUserVerified": verified });
        self.send(browser, "setUserVerified", verified).await;
    }

    /// Whether it answers without being touched, from the next request on. A
    /// request made while it does not waits until the page gives it up.
    pub async fn set_presence(&self, browser: &Browser, present: bool) {
        let enabled = json!({ "enabled": present });
        self.send(browser, "setAutomaticPresenceSimulation", enabled).await;
    }

    /// Makes it a liar: it says that it did not verify the user and answers all
    /// the same, so that only the server can refuse.
    pub async fn set_bad_user_verification(&self, browser: &Browser, bad: bool) {
        let bits = json!({ "isBadUV": bad });
        self.send(browser, "setResponseOverrideBits", bits).await;
    }

    async fn send(&self, browser: &Browser, command: &str, mut parameters: Value) -> Value {
        parameters["authenticatorId"] = json!(self.id);
        browser.cdp(&format!("WebAuthn.{command}"), parameters).await
    }
}
