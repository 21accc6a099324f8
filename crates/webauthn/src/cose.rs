//! The public key of a credential: COSE bytes in, the library's key out.
//!
//! The bytes are what is stored; the library's types are made anew from them
//! for each verification, so that its layout never reaches a database.

use webauthn_rs_core::proto::{COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType, COSERSAKey, ECDSACurve};

use crate::{
    cbor::{self, CborError, Entry},
    error::{CeremonyError, RegistrationError},
};

/// The algorithms offered, best first (COSE numbers -7, -35 and -257).
pub(crate) const OFFERED: [COSEAlgorithm; 3] =
    [COSEAlgorithm::ES256, COSEAlgorithm::ES384, COSEAlgorithm::RS256];

/// Reads a `COSE_Key` (RFC 9052, section 7; parameters of the kinds in RFC 9053
/// and RFC 8230).
///
/// The curve must be the algorithm's own: the library goes by the curve alone,
/// and a key must not be able to choose another hash than it was offered.
pub(crate) fn parse(bytes: &[u8]) -> Result<COSEKey, RegistrationError> {
    let parameters = Parameters(cbor::map(bytes).map_err(CeremonyError::from)?);
    let algorithm = parameters.integer(ALG)?;
    let not_offered = RegistrationError::AlgorithmNotOffered(algorithm);
    let type_ =
        OFFERED.into_iter().find(|offered| *offered as i64 == algorithm).ok_or(not_offered.clone())?;
    let key = match (type_, parameters.integer(KTY)?) {
        (COSEAlgorithm::RS256, KTY_RSA) => COSEKeyType::RSA(parameters.rsa()?),
        (COSEAlgorithm::RS256, _) => return Err(not_offered),
        (_, KTY_EC2) => {
            let (curve, number, size) = match type_ {
                COSEAlgorithm::ES256 => (ECDSACurve::SECP256R1, 1, 32),
                _ => (ECDSACurve::SECP384R1, 2, 48),
            };
            if parameters.integer(CRV)? != number {
                return Err(not_offered);
            }
            COSEKeyType::EC_EC2(COSEEC2Key {
                curve,
                x: parameters.bytes(X, size)?,
                y: parameters.bytes(Y, size)?,
            })
        }
        _ => return Err(not_offered),
    };
    Ok(COSEKey { type_, key })
}

struct Parameters<'b>(Vec<Entry<'b>>);

impl<'b> Parameters<'b> {
    fn get(&self, label: i64) -> Result<&'b [u8], RegistrationError> {
        self.0
            .iter()
            .find(|(key, _)| cbor::integer(key) == Ok(label))
            .map(|(_, value)| *value)
            .ok_or(RegistrationError::KeyInvalid)
    }

    fn integer(&self, label: i64) -> Result<i64, RegistrationError> {
        cbor::integer(self.get(label)?).map_err(key_invalid)
    }

    fn bytes(&self, label: i64, size: usize) -> Result<Vec<u8>, RegistrationError> {
        let bytes = cbor::byte_string(self.get(label)?).map_err(key_invalid)?;
        if bytes.len() == size { Ok(bytes.to_vec()) } else { Err(RegistrationError::KeyInvalid) }
    }

    /// The library knows RSA-2048 with a three-byte exponent and nothing else.
    fn rsa(&self) -> Result<COSERSAKey, RegistrationError> {
        let exponent = self.bytes(E, 3)?;
        Ok(COSERSAKey { n: self.bytes(N, 256)?, e: [exponent[0], exponent[1], exponent[2]] })
    }
}

fn key_invalid(_: CborError) -> RegistrationError {
    RegistrationError::KeyInvalid
}

const KTY: i64 = 1;
const ALG: i64 = 3;
const CRV: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const N: i64 = -1;
const E: i64 = -2;
const KTY_EC2: i64 = 2;
const KTY_RSA: i64 = 3;
