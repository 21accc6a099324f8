//! Registration: a passkey for a person whom an invitation names, or a further one for somebody who has just proven
//! presence. There is no third way (T084).

use std::str::FromStr;

use jiff::Timestamp;
use serde_json::json;
use store::{Store, StoreError, Tx};
use uuid::Uuid;
use webauthn::{
    Attachment, CredentialId, NewPasskey, Passkey, RegistrationError, RegistrationResponse,
    RegistrationState, UserHandle,
};

use super::{Door, DoorRefusal, Proven, Settled, Verdict};
use crate::ceremony::{self, CeremonyRefusal, Kind, NewCeremony, Place, Waiting, bound_hash};
use crate::events::{Actor, DoorRefused, Entry, door_refused, note};
use crate::invitations::{self, InvitationId, OpenInvitation};
use crate::passkeys::{self, NewKept, PasskeyId};
use crate::person::{DisplayName, PersonId};
use crate::rows::unreadable;
use crate::sessions::{self, Fresh, Method, SessionId};

/// Why somebody may register a passkey. Asked again when the answer is taken.
#[derive(Debug, Clone, Copy)]
pub enum Grant<'a> {
    /// An invitation, which the registration uses up.
    Invitation(&'a OpenInvitation),
    /// A fresh ceremony of the person's own.
    Fresh(&'a Fresh),
}

/// How authenticators name the owner beside the passkey.
#[derive(Debug, Clone, Copy)]
pub struct NewOwner<'a> {
    /// What tells accounts apart, mostly the address.
    pub name: &'a str,
    /// The person's name.
    pub display_name: &'a str,
}

/// What to register.
#[derive(Debug)]
pub struct Registration<'a> {
    /// On whose word, and for whom.
    pub grant: Grant<'a>,
    /// The owner's names.
    pub owner: NewOwner<'a>,
    /// What the person has already ([`passkeys::credential_ids`]).
    pub exclude: &'a [CredentialId],
    /// Which kind of authenticator the browser shall offer.
    pub attachment: Attachment,
}

/// A registration was drawn. It is stored by [`begin_registration`]; then [`AskedRegistration::to_json`] goes to the page.
#[derive(Debug)]
#[must_use = "it is good only once it is stored"]
pub struct AskedRegistration {
    ceremony: NewCeremony,
    json: String,
}

impl AskedRegistration {
    /// What the page's script hands to `navigator.credentials.create`.
    pub fn to_json(&self) -> &str {
        &self.json
    }
}

/// A judged registration that holds so far.
#[derive(Debug)]
pub struct Registered {
    person: PersonId,
    grantor: Grantor,
    passkey: Passkey,
}

/// A person has a new passkey, made with user verification. Only [`take_registration`] makes one.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Enrolled {
    person: PersonId,
    passkey: PasskeyId,
    invitation: Option<(InvitationId, String)>,
    at: Timestamp,
}

impl Enrolled {
    /// Whose it is.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// The new passkey.
    pub const fn passkey(&self) -> PasskeyId {
        self.passkey
    }

    /// The invitation it used up; none for a further passkey of a signed-in person.
    pub fn invitation(&self) -> Option<InvitationId> {
        self.invitation.as_ref().map(|(id, _)| *id)
    }

    /// Whether it used up an invitation for this purpose: what decides where the person goes now, not the page's address.
    pub fn is_by(&self, purpose: invitations::Purpose) -> bool {
        self.invitation.as_ref().is_some_and(|(_, word)| word == purpose.name())
    }

    /// When the server judged the ceremony.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The same as a proof of the person: the ceremony demanded user verification.
    pub fn into_proven(self) -> Proven {
        Proven { person: self.person, passkey: self.passkey, how: Method::Passkey, at: self.at }
    }
}

impl Door {
    /// Draws a registration for a place.
    ///
    /// # Errors
    /// When a name of the owner is empty.
    pub fn ask_registration(
        &self,
        registration: &Registration<'_>,
        place: &Place<'_>,
    ) -> Result<AskedRegistration, RegistrationError> {
        let (person, grantor) = match registration.grant {
            Grant::Invitation(invitation) => (invitation.person(), Grantor::Invitation(invitation.id())),
            Grant::Fresh(fresh) => (fresh.person(), Grantor::Session(fresh.session())),
        };
        let passkey = NewPasskey {
            user_handle: UserHandle::from(person.uuid()),
            name: registration.owner.name.to_owned(),
            display_name: registration.owner.display_name.to_owned(),
        };
        let (options, state) =
            self.relying_party.start_registration(&passkey, registration.exclude, registration.attachment)?;
        let ceremony = NewCeremony {
            challenge: *state.challenge(),
            kind: Kind::Registration,
            purpose: place.purpose,
            browser: place.browser,
            bound: bound_hash(place.bound),
            grantor: Some(grantor.to_string()),
            state: state.to_bytes(),
        };
        Ok(AskedRegistration { ceremony, json: options.to_json() })
    }

    /// Judges the JSON of an answer, on a snapshot that is closed before anything is verified.
    ///
    /// # Errors
    /// Only the store's: what is wrong with the answer is inside the verdict.
    pub async fn judge_registration(
        &self,
        store: &Store,
        (place, answer): (&Place<'_>, &[u8]),
        now: Timestamp,
    ) -> Result<Verdict<Registered>, StoreError> {
        let response = match RegistrationResponse::parse(answer) {
            Ok(response) => response,
            Err(error) => return Ok(Verdict::stray(error, now)),
        };
        let Some(challenge) = response.challenge() else {
            return Ok(Verdict::stray(CeremonyRefusal::Unknown, now));
        };
        let read = store.read().await?;
        let waiting = ceremony::find(&read, challenge).await?;
        drop(read);
        let Some(waiting) = waiting else { return Ok(Verdict::stray(CeremonyRefusal::Unknown, now)) };
        if let Err(refusal) = waiting.fits(true, place, now) {
            return Ok(Verdict::stray(refusal, now));
        }
        let grantor = grantor(&waiting)?;
        let state = match RegistrationState::from_bytes(&waiting.state) {
            Ok(state) => state,
            Err(error) => return Ok(Verdict::stray(error, now)),
        };
        let person =
            state.user_handle().to_uuid().map(PersonId::new).ok_or_else(|| unreadable("ceremony.state"))?;
        let verified = self.relying_party.finish_registration(&state, &response);
        let outcome = match verified {
            Ok(verified) => Ok(Registered { person, grantor, passkey: verified.into_passkey() }),
            Err(error) => Err(error.into()),
        };
        Ok(Verdict { waiting: Some(waiting), about: Some(person), outcome, at: now })
    }
}

/// Stores a drawn registration, as [`begin_authentication`](super::begin_authentication) does.
///
/// # Errors
/// The store's; inside, [`CeremonyRefusal::TooMany`].
pub async fn begin_registration(
    tx: &Tx,
    actor: &Actor,
    asked: &AskedRegistration,
    now: Timestamp,
) -> Result<Result<(), CeremonyRefusal>, StoreError> {
    ceremony::remember(tx, &asked.ceremony, actor.source(), now).await
}

/// Takes a verdict: the ceremony is gone afterwards; the grant is asked again, an invitation is used up, the passkey
/// stored. The proof or the refusal is written in this transaction, which the caller commits in either case.
///
/// `id` was drawn before ([`PasskeyId::draw`]); `label` is what the person, or the page, calls the device.
///
/// # Errors
/// The store's; inside, why there is no new passkey.
pub async fn take_registration(
    tx: &Tx,
    actor: &Actor,
    (verdict, id, label): (Verdict<Registered>, PasskeyId, &DisplayName),
    now: Timestamp,
) -> Result<Result<Enrolled, DoorRefusal>, StoreError> {
    let Settled { purpose, about, outcome, at } = verdict.settle(tx, now).await?;
    let outcome = match outcome {
        Ok(registered) => {
            let new = NewKept { id, person: registered.person, label, passkey: &registered.passkey };
            store_passkey(tx, &new, registered.grantor, now)
                .await?
                .map(|invitation| (registered.person, invitation))
        }
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok((person, invitation)) => {
            let used = invitation.as_ref().map(|(id, _)| *id);
            let data = json!({ "passkey": id, "invitation": used, "purpose": purpose });
            let actor = actor.known_as(person);
            note(tx, &actor, Entry::new("passkey.registered", Some(person), data), now).await?;
            Ok(Ok(Enrolled { person, passkey: id, invitation, at }))
        }
        Err(refusal) => {
            let refused = DoorRefused { purpose: purpose.as_deref(), person: about, refusal: &refusal };
            door_refused(tx, actor, refused, now).await?;
            Ok(Err(refusal))
        }
    }
}

/// Uses the grant up and stores the passkey; gives the invitation that was used.
async fn store_passkey(
    tx: &Tx,
    new: &NewKept<'_>,
    grantor: Grantor,
    now: Timestamp,
) -> Result<Result<Option<(InvitationId, String)>, DoorRefusal>, StoreError> {
    let invitation = match grantor {
        Grantor::Invitation(id) => match invitations::use_up(tx, id, new.person, now).await? {
            Ok(purpose) => Some((id, purpose)),
            Err(refusal) => return Ok(Err(refusal.into())),
        },
        Grantor::Session(id) if !sessions::is_live(tx, (new.person, id), now).await? => {
            return Ok(Err(DoorRefusal::SessionOver));
        }
        Grantor::Session(_) => None,
    };
    if passkeys::insert(tx, new, now).await? {
        return Ok(Ok(invitation));
    }
    if let Some((id, _)) = invitation {
        invitations::give_back(tx, id).await?;
    }
    Ok(Err(DoorRefusal::CredentialTaken))
}

/// What a registration was granted by, as its ceremony's row keeps it: `invitation:<id>` or `session:<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grantor {
    Invitation(InvitationId),
    Session(SessionId),
}

fn grantor(waiting: &Waiting) -> Result<Grantor, StoreError> {
    let grantor = waiting.grantor.as_deref().and_then(|text| text.parse().ok());
    grantor.ok_or_else(|| unreadable("ceremony.grantor"))
}

impl std::fmt::Display for Grantor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invitation(id) => write!(f, "invitation:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

impl FromStr for Grantor {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        match text.split_once(':') {
            Some(("session", id)) => Ok(Self::Session(SessionId::from_uuid(Uuid::try_parse(id)?))),
            _ => {
                let id = text.strip_prefix("invitation:").unwrap_or_default();
                Ok(Self::Invitation(InvitationId::from_uuid(Uuid::try_parse(id)?)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grantors_are_read_back_and_nothing_else_is() {
        let id = Uuid::from_u128(7);
        for grantor in
            [Grantor::Invitation(InvitationId::from_uuid(id)), Grantor::Session(SessionId::from_uuid(id))]
        {
            assert_eq!(grantor.to_string().parse(), Ok(grantor));
        }
        for bad in [
            "",
            "session",
            "session:",
            "invitation:x",
            &id.to_string(),
            "owner:00000000-0000-0000-0000-000000000007",
        ] {
            assert!(bad.parse::<Grantor>().is_err(), "{bad}");
        }
    }
}
