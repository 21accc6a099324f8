//! The authenticator data: what the authenticator did, under its signature
//! (WebAuthn Level 3, 6.1).

use crate::{
    cbor,
    error::CeremonyError,
    values::{Aaguid, CredentialId, SignCount},
};

/// Authenticator data, read to the last byte.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatorData {
    rp_id_hash: [u8; 32],
    flags: u8,
    pub(crate) sign_count: SignCount,
    pub(crate) credential: Option<AttestedCredential>,
}

/// The credential that a registration brings.
#[derive(Debug, Clone)]
pub(crate) struct AttestedCredential {
    pub(crate) aaguid: Aaguid,
    pub(crate) id: CredentialId,
    /// The `COSE_Key`, as the authenticator wrote it.
    pub(crate) key: Vec<u8>,
}

impl AuthenticatorData {
    /// Reads them without judging. What the flags do not announce must not be
    /// there: trailing bytes are signed, but nobody knows what they mean.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, CeremonyError> {
        let short = CeremonyError::AuthenticatorData("too short");
        let (fixed, mut rest) = bytes.split_first_chunk::<37>().ok_or(short)?;
        let (rp_id_hash, counted) = fixed.split_first_chunk::<32>().ok_or(TOO_SHORT)?;
        let [flags, count @ ..] = counted else {
            return Err(TOO_SHORT);
        };
        let count: [u8; 4] = count.try_into().map_err(|_| TOO_SHORT)?;
        let credential = match flags & ATTESTED {
            0 => None,
            _ => Some(AttestedCredential::take(&mut rest)?),
        };
        if flags & EXTENSIONS != 0 {
            cbor::map(rest)?;
        } else if !rest.is_empty() {
            return Err(CeremonyError::AuthenticatorData("trailing bytes"));
        }
        Ok(Self {
            rp_id_hash: *rp_id_hash,
            flags: *flags,
            sign_count: SignCount::new(u32::from_be_bytes(count)),
            credential,
        })
    }

    /// WebAuthn Level 3, 7.1 and 7.2: what the authenticator must say. User
    /// verification is no option (T070).
    pub(crate) fn check(&self, rp_id_hash: &[u8; 32]) -> Result<(), CeremonyError> {
        if self.rp_id_hash != *rp_id_hash {
            return Err(CeremonyError::WrongRpId);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(CeremonyError::UserNotPresent);
        }
        if self.flags & USER_VERIFIED == 0 {
            return Err(CeremonyError::UserNotVerified);
        }
        if self.backed_up() && !self.backup_eligible() {
            return Err(CeremonyError::BackedUpWithoutEligibility);
        }
        Ok(())
    }

    pub(crate) fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    pub(crate) fn backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

impl AttestedCredential {
    fn take(rest: &mut &[u8]) -> Result<Self, CeremonyError> {
        let (aaguid, after) = rest.split_first_chunk::<16>().ok_or(TOO_SHORT)?;
        let (length, after) = after.split_first_chunk::<2>().ok_or(TOO_SHORT)?;
        let (id, after) =
            after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(TOO_SHORT)?;
        let (key, after) = after.split_at_checked(cbor::item_length(after)?).ok_or(TOO_SHORT)?;
        *rest = after;
        Ok(Self {
            aaguid: Aaguid::new(*aaguid),
            id: CredentialId::new(id).map_err(|_| CeremonyError::CredentialIdLength)?,
            key: key.to_vec(),
        })
    }
}

const TOO_SHORT: CeremonyError = CeremonyError::AuthenticatorData("too short");

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;
