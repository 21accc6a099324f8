//! Authentication: every ceremony is discoverable and demands user verification; the credential decides who it is.

use jiff::Timestamp;
use serde_json::json;
use store::{Store, StoreError, Tx};
use webauthn::{
    AuthenticationError, AuthenticationResponse, AuthenticationState, Hint, Mediation, Passkey,
    VerifiedAuthentication,
};

use super::{Door, DoorRefusal, Proven, Settled, Verdict};
use crate::ceremony::{self, CeremonyRefusal, Kind, NewCeremony, Place, Waiting, bound_hash};
use crate::events::{Actor, DoorRefused, Entry, door_refused, note};
use crate::passkeys::{self, Counted, Kept, PasskeyId};
use crate::person::PersonId;
use crate::sessions::Method;

/// How the browser offers passkeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// In the autofill of the page, without a prompt.
    Autofill,
    /// In a prompt that a click opens.
    Prompt,
    /// In a prompt that offers a phone first: the browser's own hybrid transport.
    Phone,
}

/// A ceremony was drawn. It is stored by [`begin_authentication`]; then [`Asked::to_json`] goes to the page.
#[derive(Debug)]
#[must_use = "it is good only once it is stored"]
pub struct Asked {
    ceremony: NewCeremony,
    json: String,
}

impl Asked {
    /// What the page's script hands to `navigator.credentials.get`.
    pub fn to_json(&self) -> &str {
        &self.json
    }
}

/// A judged answer that holds so far.
#[derive(Debug)]
pub struct Authenticated {
    person: PersonId,
    id: PasskeyId,
    passkey: Passkey,
    how: Method,
}

impl Door {
    /// Draws a ceremony for a place.
    ///
    /// # Errors
    /// The library's, which has no way to refuse this.
    pub fn ask_authentication(&self, ask: Ask, place: &Place<'_>) -> Result<Asked, AuthenticationError> {
        let (mediation, hints, kind) = match ask {
            Ask::Autofill => (Mediation::Conditional, &[][..], Kind::Authentication),
            Ask::Prompt => (Mediation::Modal, &[][..], Kind::Authentication),
            Ask::Phone => (Mediation::Modal, &[Hint::Hybrid][..], Kind::Hybrid),
        };
        let (options, state) = self.relying_party.start_authentication(mediation, hints)?;
        let ceremony = NewCeremony {
            challenge: *state.challenge(),
            kind,
            purpose: place.purpose,
            browser: place.browser,
            bound: bound_hash(place.bound),
            grantor: None,
            state: state.to_bytes(),
        };
        Ok(Asked { ceremony, json: options.to_json() })
    }

    /// Judges the JSON of an answer, on a snapshot that is closed before anything is verified.
    ///
    /// # Errors
    /// Only the store's: what is wrong with the answer is inside the verdict.
    pub async fn judge_authentication(
        &self,
        store: &Store,
        (place, answer): (&Place<'_>, &[u8]),
        now: Timestamp,
    ) -> Result<Verdict<Authenticated>, StoreError> {
        let response = match AuthenticationResponse::parse(answer) {
            Ok(response) => response,
            Err(error) => return Ok(Verdict::stray(error, now)),
        };
        let Some(challenge) = response.challenge() else {
            return Ok(Verdict::stray(CeremonyRefusal::Unknown, now));
        };
        let read = store.read().await?;
        let waiting = ceremony::find(&read, challenge).await?;
        let kept = passkeys::find_by_credential(&read, response.credential_id()).await?;
        drop(read);
        let Some(waiting) = waiting else { return Ok(Verdict::stray(CeremonyRefusal::Unknown, now)) };
        if let Err(refusal) = waiting.fits(false, place, now) {
            return Ok(Verdict::stray(refusal, now));
        }
        let about = kept.as_ref().map(|kept| kept.person);
        let outcome = self.verify(&waiting, &response, kept);
        Ok(Verdict { waiting: Some(waiting), about, outcome, at: now })
    }

    fn verify(
        &self,
        waiting: &Waiting,
        response: &AuthenticationResponse,
        kept: Option<Kept>,
    ) -> Result<Authenticated, DoorRefusal> {
        let kept = kept.ok_or(DoorRefusal::UnknownPasskey)?;
        let state = AuthenticationState::from_bytes(&waiting.state)?;
        let verified = match self.relying_party.finish_authentication(&state, response, &kept.passkey) {
            Err(AuthenticationError::SignCountNotGreater { .. }) => return Err(DoorRefusal::Copied(kept.id)),
            judged => judged?,
        };
        authenticated(&kept, &verified, waiting.kind)
    }
}

/// The verifier compares the user handle with the passkey's; here the passkey's is compared with its row's owner, so that
/// a row whose key and owner do not belong together signs nobody in.
fn authenticated(
    kept: &Kept,
    verified: &VerifiedAuthentication,
    kind: Kind,
) -> Result<Authenticated, DoorRefusal> {
    if verified.user_handle().to_uuid() != Some(kept.person.uuid()) {
        return Err(AuthenticationError::UserHandleMismatch.into());
    }
    if kept.revoked_at.is_some() {
        return Err(DoorRefusal::Revoked(kept.id));
    }
    let how = if kind == Kind::Hybrid { Method::Hybrid } else { Method::Passkey };
    Ok(Authenticated { person: kept.person, id: kept.id, passkey: verified.passkey().clone(), how })
}

/// Stores a drawn ceremony. `actor.source()` is counted: one source has at most 2,000 open.
///
/// # Errors
/// The store's; inside, [`CeremonyRefusal::TooMany`].
pub async fn begin_authentication(
    tx: &Tx,
    actor: &Actor,
    asked: &Asked,
    now: Timestamp,
) -> Result<Result<(), CeremonyRefusal>, StoreError> {
    ceremony::remember(tx, &asked.ceremony, actor.source(), now).await
}

/// Takes a verdict: the ceremony is gone afterwards, and the proof or the refusal is written in this transaction, which
/// the caller commits in either case.
///
/// # Errors
/// The store's; inside, why the person is not proven.
pub async fn take_authentication(
    tx: &Tx,
    actor: &Actor,
    verdict: Verdict<Authenticated>,
    now: Timestamp,
) -> Result<Result<Proven, DoorRefusal>, StoreError> {
    let Settled { purpose, about, outcome, at } = verdict.settle(tx, now).await?;
    let outcome = match outcome {
        Ok(authenticated) => count_on(tx, authenticated, at, now).await?,
        Err(refusal) => Err(refusal),
    };
    match &outcome {
        Ok(proven) => {
            let data = json!({ "passkey": proven.passkey, "how": proven.how.name(), "purpose": purpose });
            let actor = actor.known_as(proven.person);
            note(tx, &actor, Entry::new("passkey.used", Some(proven.person), data), now).await?;
        }
        Err(refusal) => {
            if let DoorRefusal::Copied(id) = refusal {
                passkeys::flag(tx, *id, now).await?;
            }
            let refused = DoorRefused { purpose: purpose.as_deref(), person: about, refusal };
            door_refused(tx, actor, refused, now).await?;
        }
    }
    Ok(outcome)
}

async fn count_on(
    tx: &Tx,
    authenticated: Authenticated,
    at: Timestamp,
    now: Timestamp,
) -> Result<Result<Proven, DoorRefusal>, StoreError> {
    let Authenticated { person, id, passkey, how } = authenticated;
    Ok(match passkeys::advance(tx, id, &passkey, now).await? {
        Counted::On => Ok(Proven { person, passkey: id, how, at }),
        Counted::Revoked => Err(DoorRefusal::Revoked(id)),
        Counted::Backwards => Err(DoorRefusal::Copied(id)),
    })
}
