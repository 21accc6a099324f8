//! Where an answer is bent on its way.

use serde_json::Value;

type Edit<T> = Box<dyn Fn(&mut T) + Send + Sync>;

/// The places at which an answer can be bent. What is bent before the signature
/// is signed as bent.
pub struct Forgery {
    pub(super) client_data: Edit<Value>,
    pub(super) client_data_bytes: Edit<Vec<u8>>,
    pub(super) authenticator_data: Edit<Vec<u8>>,
    pub(super) attestation_object: Edit<Vec<u8>>,
    pub(super) signature: Edit<Vec<u8>>,
    pub(super) message: Edit<Value>,
}

/// The flags of authenticator data.
pub mod flag {
    /// UP: somebody was there.
    pub const USER_PRESENT: u8 = 0x01;
    /// UV: the authenticator verified who.
    pub const USER_VERIFIED: u8 = 0x04;
    /// BE: the credential may be synced.
    pub const BACKUP_ELIGIBLE: u8 = 0x08;
    /// BS: the credential is synced.
    pub const BACKED_UP: u8 = 0x10;
    /// AT: a credential follows.
    pub const ATTESTED: u8 = 0x40;
    /// ED: extensions follow.
    pub const EXTENSIONS: u8 = 0x80;
}

impl Forgery {
    /// Nothing is bent.
    #[must_use]
    pub fn none() -> Self {
        Self {
            client_data: Box::new(|_| {}),
            client_data_bytes: Box::new(|_| {}),
            authenticator_data: Box::new(|_| {}),
            attestation_object: Box::new(|_| {}),
            signature: Box::new(|_| {}),
            message: Box::new(|_| {}),
        }
    }

    /// Both forgeries, this one first.
    #[must_use]
    pub fn and(self, then: Self) -> Self {
        Self {
            client_data: both(self.client_data, then.client_data),
            client_data_bytes: both(self.client_data_bytes, then.client_data_bytes),
            authenticator_data: both(self.authenticator_data, then.authenticator_data),
            attestation_object: both(self.attestation_object, then.attestation_object),
            signature: both(self.signature, then.signature),
            message: both(self.message, then.message),
        }
    }

    /// Edits the client data before they are hashed.
    #[must_use]
    pub fn client_data(edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self { client_data: Box::new(edit), ..Self::none() }
    }

    /// Sets one member of the client data.
    #[must_use]
    pub fn client(member: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        Self::client_data(move |data| data[member] = value.clone())
    }

    /// Edits the bytes of the client data before they are hashed.
    #[must_use]
    pub fn client_data_bytes(edit: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self { client_data_bytes: Box::new(edit), ..Self::none() }
    }

    /// Edits the authenticator data before they are signed.
    #[must_use]
    pub fn authenticator_data(edit: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self { authenticator_data: Box::new(edit), ..Self::none() }
    }

    /// Clears and sets flags of the authenticator data.
    #[must_use]
    pub fn flags(clear: u8, set: u8) -> Self {
        Self::authenticator_data(move |data| data[32] = data[32] & !clear | set)
    }

    /// Says another sign count.
    #[must_use]
    pub fn sign_count(count: u32) -> Self {
        Self::authenticator_data(move |data| data[33..37].copy_from_slice(&count.to_be_bytes()))
    }

    /// Answers for another RP ID.
    #[must_use]
    pub fn rp_id(rp_id: &str) -> Self {
        let hash = crate::entropy::sha256(rp_id.as_bytes());
        Self::authenticator_data(move |data| data[..32].copy_from_slice(&hash))
    }

    /// Edits the CBOR of the attestation object.
    #[must_use]
    pub fn attestation_object(edit: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self { attestation_object: Box::new(edit), ..Self::none() }
    }

    /// Edits the signature.
    #[must_use]
    pub fn signature(edit: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self { signature: Box::new(edit), ..Self::none() }
    }

    /// Edits the message, after everything was signed.
    #[must_use]
    pub fn message(edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self { message: Box::new(edit), ..Self::none() }
    }
}

fn both<T: 'static>(first: Edit<T>, then: Edit<T>) -> Edit<T> {
    Box::new(move |value| {
        first(value);
        then(value);
    })
}
