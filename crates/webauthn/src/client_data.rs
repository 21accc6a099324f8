//! The client data: what the browser saw, in its own words, hashed into the
//! signature.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::{error::CeremonyError, origin::Origin, values::Challenge};

/// The collected client data of a response, with the bytes that were hashed.
#[derive(Debug, Clone)]
pub(crate) struct ClientData {
    pub(crate) bytes: Vec<u8>,
    kind: String,
    challenge: Option<Challenge>,
    origin: String,
    cross_origin: bool,
    top_origin: Option<String>,
    token_bound: bool,
}

/// What the client data have to say.
pub(crate) struct ExpectedClientData<'a> {
    pub(crate) kind: &'static str,
    pub(crate) challenge: &'a Challenge,
    pub(crate) origins: &'a [Origin],
}

impl ClientData {
    /// Reads them without judging. A key that stands twice is refused: two
    /// readers could take different ones.
    pub(crate) fn parse(bytes: Vec<u8>) -> Result<Self, CeremonyError> {
        let wire: Wire =
            serde_json::from_slice(&bytes).map_err(|error| CeremonyError::ClientData(error.to_string()))?;
        let challenge = URL_SAFE_NO_PAD
            .decode(&wire.challenge)
            .map_err(|error| CeremonyError::ClientData(error.to_string()))?;
        Ok(Self {
            challenge: Challenge::new(&challenge),
            kind: wire.kind,
            origin: wire.origin,
            cross_origin: wire.cross_origin.unwrap_or(false),
            top_origin: wire.top_origin,
            token_bound: wire.token_binding.is_some_and(|binding| binding.status == "present"),
            bytes,
        })
    }

    /// The challenge that the browser claims to have answered; none when it has
    /// not our length.
    pub(crate) fn challenge(&self) -> Option<&Challenge> {
        self.challenge.as_ref()
    }

    /// WebAuthn Level 3, 7.1 and 7.2: what the client data must say; token binding
    /// as in Level 2, for it is gone from Level 3.
    pub(crate) fn check(&self, expected: &ExpectedClientData<'_>) -> Result<(), CeremonyError> {
        if self.kind != expected.kind {
            return Err(CeremonyError::WrongType { expected: expected.kind, received: self.kind.clone() });
        }
        if self.challenge.as_ref() != Some(expected.challenge) {
            return Err(CeremonyError::WrongChallenge);
        }
        // Letter by letter: a URL parser would forgive case, ports and paths.
        if !expected.origins.iter().any(|origin| origin.as_str() == self.origin) {
            return Err(CeremonyError::WrongOrigin(self.origin.clone()));
        }
        if self.cross_origin {
            return Err(CeremonyError::CrossOrigin);
        }
        if let Some(top) = &self.top_origin {
            return Err(CeremonyError::TopOrigin(top.clone()));
        }
        if self.token_bound {
            return Err(CeremonyError::TokenBinding);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    top_origin: Option<String>,
    #[serde(default)]
    token_binding: Option<TokenBinding>,
}

#[derive(Deserialize)]
struct TokenBinding {
    status: String,
}
