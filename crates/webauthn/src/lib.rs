//! The relying party's side of WebAuthn: registration and authentication with
//! user verification, discoverable credentials only.
//!
//! ```text
//! start_registration   → CreationOptions (to the browser) + RegistrationState (to the row)
//!      browser         → RegistrationResponse::parse
//! finish_registration  → VerifiedRegistration → its Passkey (to the row)
//!
//! start_authentication → RequestOptions + AuthenticationState
//!      browser         → AuthenticationResponse::parse → credential_id(): load the Passkey
//! finish_authentication → VerifiedAuthentication → its Passkey, counted on (to the row)
//! ```
//!
//! Holding a [`VerifiedRegistration`] or a [`VerifiedAuthentication`] is the
//! proof: only [`RelyingParty`] makes one. Every rule that does not need the
//! signature is checked here, on our own parse of client data and
//! authenticator data, and once more by `webauthn-rs-core`, which checks the
//! signature and the attestation.
//!
//! Not here: tables, sessions, HTTP, deadlines. The caller keeps a ceremony's
//! state in a row, takes it once and judges its age; the challenge of state
//! and response finds the row. `webauthn-rs-core` draws the challenge and reads
//! the clock itself: the one exception to "time and chance are arguments".
//!
//! ```
//! use webauthn::{Hint, Mediation, Origin, RelyingParty, RpId};
//!
//! let rp_id = RpId::parse("idp.example")?;
//! let origin = Origin::parse("https://idp.example")?;
//! let relying_party = RelyingParty::new(&rp_id, &[origin], "Example")?;
//! let (options, state) = relying_party.start_authentication(Mediation::Modal, &[Hint::Hybrid])?;
//! assert!(options.to_json().contains(r#""userVerification":"required""#));
//! assert_eq!(state.challenge().as_bytes().len(), 32);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authentication;
mod authenticator_data;
mod cbor;
mod client_data;
mod cose;
mod error;
mod message;
mod options;
mod origin;
mod passkey;
mod registration;
mod relying_party;
mod values;

pub use authentication::{AuthenticationResponse, AuthenticationState, VerifiedAuthentication};
pub use cbor::CborError;
pub use error::{AuthenticationError, CeremonyError, RegistrationError, RelyingPartyError};
pub use message::MESSAGE_LIMIT;
pub use options::{Attachment, CreationOptions, Hint, Mediation, NewPasskey, RequestOptions};
pub use origin::{Origin, RpId};
pub use passkey::{Passkey, PasskeyUnreadable};
pub use registration::{RegistrationResponse, RegistrationState, VerifiedRegistration};
pub use relying_party::RelyingParty;
pub use values::{Aaguid, Challenge, CredentialId, SignCount, Transport, UserHandle, ValueError};
