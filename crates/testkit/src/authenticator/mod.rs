//! A software authenticator and its browser: takes the options that the page
//! would take and gives the JSON that the page would post, true or forged.
//!
//! ```
//! use testkit::authenticator::Authenticator;
//!
//! let options = r#"{"publicKey":{"rp":{"id":"idp.example","name":"x"},
//!     "user":{"id":"AQ","name":"x","displayName":"x"},"challenge":"AAAA"}}"#;
//! let answer = Authenticator::new().register("https://idp.example", options);
//! assert!(answer.contains("attestationObject"));
//! ```

pub mod cbor;
mod forgery;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub use forgery::{Forgery, flag};

use crate::entropy::{OsEntropy, sha256};

/// An authenticator with user verification whose credentials are discoverable,
/// ES256, without attestation. It counts its signatures unless told otherwise.
pub struct Authenticator {
    /// Its model; all zero by default, as synced ones mostly say.
    pub aaguid: [u8; 16],
    /// Whether it counts signatures. Synced credentials say 0 for ever.
    pub counts: bool,
    /// Whether new credentials may be synced (flag BE).
    pub backup_eligible: bool,
    /// Whether credentials are synced now (flag BS).
    pub backed_up: bool,
    /// What the browser says about the ways to it.
    pub transports: Vec<&'static str>,
    /// What the browser says about its place: `platform` or `cross-platform`.
    pub attachment: &'static str,
    /// Its credentials, the newest last.
    pub credentials: Vec<SoftCredential>,
}

/// One credential within an [`Authenticator`].
pub struct SoftCredential {
    /// Its ID.
    pub id: Vec<u8>,
    /// Its owner.
    pub user_handle: Vec<u8>,
    /// Its RP ID.
    pub rp_id: String,
    /// Its signatures so far.
    pub sign_count: u32,
    key: EcdsaKeyPair,
}

impl Default for Authenticator {
    fn default() -> Self {
        Self {
            aaguid: [0; 16],
            counts: true,
            backup_eligible: false,
            backed_up: false,
            transports: vec!["internal"],
            attachment: "platform",
            credentials: Vec::new(),
        }
    }
}

impl Authenticator {
    /// A device-bound one in the device itself, without credentials.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One whose credentials are synced and which does not count.
    #[must_use]
    pub fn synced() -> Self {
        Self {
            counts: false,
            backup_eligible: true,
            backed_up: true,
            transports: vec!["hybrid", "internal"],
            ..Self::default()
        }
    }

    /// Answers creation options (`{"publicKey": …}`) on a page of `origin`.
    pub fn register(&mut self, origin: &str, options: &str) -> String {
        self.register_forged(origin, options, &Forgery::none())
    }

    /// Answers creation options as the forgery will have it.
    pub fn register_forged(&mut self, origin: &str, options: &str, forgery: &Forgery) -> String {
        let options = public_key(options);
        let client_data = client_data("webauthn.create", origin, &options, forgery);
        let credential = SoftCredential {
            id: OsEntropy.array::<32>().to_vec(),
            user_handle: from_base64url(&text(&options["user"]["id"])),
            rp_id: text(&options["rp"]["id"]),
            sign_count: 0,
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"),
        };
        let mut data = self.authenticator_data(&credential, flag::ATTESTED);
        data.extend(self.aaguid);
        data.extend(u16::try_from(credential.id.len()).expect("short").to_be_bytes());
        data.extend(&credential.id);
        data.extend(cose_key(&credential.key));
        (forgery.authenticator_data)(&mut data);
        let mut object = cbor::map(&[
            (cbor::text("fmt"), cbor::text("none")),
            (cbor::text("attStmt"), cbor::map(&[])),
            (cbor::text("authData"), cbor::bytes(&data)),
        ]);
        (forgery.attestation_object)(&mut object);
        let response = json!({
            "clientDataJSON": base64url(&client_data),
            "attestationObject": base64url(&object),
            "transports": self.transports,
        });
        let results = json!({ "credProps": { "rk": true } });
        let message = self.message(&credential, response, results);
        self.credentials.push(credential);
        finish(message, forgery)
    }

    /// Answers request options (`{"publicKey": …}`) on a page of `origin` with
    /// the newest credential of the RP ID.
    ///
    /// # Panics
    /// When there is none.
    pub fn authenticate(&mut self, origin: &str, options: &str) -> String {
        self.authenticate_forged(origin, options, &Forgery::none())
    }

    /// Answers request options as the forgery will have it.
    ///
    /// # Panics
    /// When there is no credential of the RP ID.
    pub fn authenticate_forged(&mut self, origin: &str, options: &str, forgery: &Forgery) -> String {
        let options = public_key(options);
        let client_data = client_data("webauthn.get", origin, &options, forgery);
        let rp_id = text(&options["rpId"]);
        let counts = self.counts;
        let index = self
            .credentials
            .iter()
            .rposition(|credential| credential.rp_id == rp_id)
            .expect("a credential of the RP ID");
        self.credentials[index].sign_count += u32::from(counts);
        let credential = &self.credentials[index];
        let mut data = self.authenticator_data(credential, 0);
        (forgery.authenticator_data)(&mut data);
        let signed = [&data[..], &sha256(&client_data)].concat();
        let mut signature = sign(&credential.key, &signed);
        (forgery.signature)(&mut signature);
        let response = json!({
            "clientDataJSON": base64url(&client_data),
            "authenticatorData": base64url(&data),
            "signature": base64url(&signature),
            "userHandle": base64url(&credential.user_handle),
        });
        finish(self.message(credential, response, json!({})), forgery)
    }

    fn authenticator_data(&self, credential: &SoftCredential, more: u8) -> Vec<u8> {
        let mut flags = flag::USER_PRESENT | flag::USER_VERIFIED | more;
        if self.backup_eligible {
            flags |= flag::BACKUP_ELIGIBLE;
        }
        if self.backed_up {
            flags |= flag::BACKED_UP;
        }
        let mut data = sha256(credential.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(credential.sign_count.to_be_bytes());
        data
    }

    fn message(&self, credential: &SoftCredential, response: Value, results: Value) -> Value {
        json!({
            "id": base64url(&credential.id),
            "rawId": base64url(&credential.id),
            "type": "public-key",
            "authenticatorAttachment": self.attachment,
            "clientExtensionResults": results,
            "response": response,
        })
    }
}

/// Base64url without padding, as in the browser's JSON.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url without padding.
///
/// # Panics
/// When it is something else.
#[must_use]
pub fn from_base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

fn finish(mut message: Value, forgery: &Forgery) -> String {
    (forgery.message)(&mut message);
    message.to_string()
}

fn client_data(kind: &str, origin: &str, options: &Value, forgery: &Forgery) -> Vec<u8> {
    let mut data = json!({
        "type": kind,
        "challenge": options["challenge"],
        "origin": origin,
        "crossOrigin": false,
    });
    (forgery.client_data)(&mut data);
    let mut bytes = data.to_string().into_bytes();
    (forgery.client_data_bytes)(&mut bytes);
    bytes
}

/// `COSE_Key` of an ES256 key.
fn cose_key(key: &EcdsaKeyPair) -> Vec<u8> {
    let point = key.public_key().as_ref();
    cbor::map(&[
        (cbor::integer(1), cbor::integer(2)),
        (cbor::integer(3), cbor::integer(-7)),
        (cbor::integer(-1), cbor::integer(1)),
        (cbor::integer(-2), cbor::bytes(&point[1..33])),
        (cbor::integer(-3), cbor::bytes(&point[33..65])),
    ])
}

#[expect(clippy::disallowed_methods, reason = "the test kit may ask the machine for chance")]
fn sign(key: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    key.sign(&random, message).expect("signs").as_ref().to_vec()
}

fn public_key(options: &str) -> Value {
    let mut options: Value = serde_json::from_str(options).expect("options are JSON");
    options["publicKey"].take()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
