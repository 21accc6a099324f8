//! Everything that changes something, a file per noun: `(tx, word, input, now) -> Result<Done, ActError>`.
//!
//! An act loads what it must know, decides by the rules of [`model`](crate::model), saves, and writes the event, all in
//! the transaction it is given. A refusal is written too, so the caller commits in both cases: [`settle`] does. Console,
//! demo and command line call the same acts; what differs is the [`Word`] on which they act.

pub mod applications;
pub mod devices;
pub mod drafts;
pub mod enrolment;
pub mod groups;
pub mod invitations;
pub mod requests;
pub mod sign_ins;
pub mod users;

use console::events::{Actor, Entry, note};
use console::person::PersonId;
use console::roles::{NotAbove, outranks};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use store::{StoreError, Tx};

use crate::model::role::{Permission, Role, may_grant};
use crate::model::user::User;
use crate::store::users as rows;

/// On whose word an act is done.
#[derive(Debug, Clone)]
pub struct Word {
    actor: Actor,
    authority: Authority,
}

#[derive(Debug, Clone, Copy)]
enum Authority {
    /// Somebody who is signed in; what they may do is read in the act's own transaction.
    Person(PersonId),
    /// Whoever runs the program on its host: the demo, the command line. Above all roles.
    Host,
}

impl Word {
    /// A signed-in person's.
    pub const fn person(actor: Actor, person: PersonId) -> Self {
        Self { actor, authority: Authority::Person(person) }
    }

    /// That of whoever runs this program: `demo`, `command-line`.
    pub const fn host(actor: Actor) -> Self {
        Self { actor, authority: Authority::Host }
    }

    /// As events name it.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whose word it is; nobody's when the host says it.
    const fn of_person(&self) -> Option<PersonId> {
        match self.authority {
            Authority::Person(person) => Some(person),
            Authority::Host => None,
        }
    }

    /// Whether this is the word of that very person.
    fn is_of(&self, person: PersonId) -> bool {
        matches!(self.authority, Authority::Person(who) if who == person)
    }

    /// What this word counts for, as of this transaction: an owner who was suspended a moment ago has none.
    async fn rank(&self, tx: &Tx) -> Result<Rank, StoreError> {
        let person = match self.authority {
            Authority::Host => return Ok(Rank::Host),
            Authority::Person(person) => person,
        };
        let user = rows::find(tx, person).await?;
        Ok(Rank::Role(user.filter(User::is_active).and_then(|user| user.role)))
    }
}

/// What a word counts for.
#[derive(Debug, Clone, Copy)]
enum Rank {
    Host,
    Role(Option<Role>),
}

impl Rank {
    fn may(self, permission: Permission) -> Result<(), Refusal> {
        match self {
            Self::Host => Ok(()),
            Self::Role(role) if role.is_some_and(|role| role.may(permission)) => Ok(()),
            Self::Role(_) => Err(Refusal::NotAllowed),
        }
    }

    /// Nobody acts on a person of equal or higher role.
    fn above(self, target: Option<Role>) -> Result<(), Refusal> {
        match self {
            Self::Host => Ok(()),
            Self::Role(Some(role)) => outranks(&role, target.as_ref()).map(|_| ()).map_err(Refusal::from),
            Self::Role(None) => Err(Refusal::NotAbove),
        }
    }

    fn may_grant(self, current: Option<Role>, new: Option<Role>) -> Result<(), Refusal> {
        match self {
            Self::Host => Ok(()),
            Self::Role(Some(role)) => may_grant(role, current, new).map_err(Refusal::from),
            Self::Role(None) => Err(Refusal::NotAbove),
        }
    }
}

/// Why an act was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor's role does not include this.
    #[error("the actor's role does not include this")]
    NotAllowed,
    /// The other person's role is equal or higher.
    #[error("the other person's role is equal or higher")]
    NotAbove,
    /// There is no such person.
    #[error("there is no such person")]
    NoSuchPerson,
    /// The person is suspended.
    #[error("the person is suspended")]
    Suspended,
    /// Somebody has this address already.
    #[error("somebody has this address already")]
    EmailTaken,
    /// Somebody has this user name already.
    #[error("somebody has this user name already")]
    UsernameTaken,
    /// It would leave the deployment without an active owner.
    #[error("it would leave nobody who is an owner")]
    LastOwner,
    /// There is an owner already, so the set-up link opens nothing.
    #[error("there is an owner already")]
    AlreadySetUp,
    /// There is no such application.
    #[error("there is no such application")]
    NoSuchApplication,
    /// Another application has this entity ID.
    #[error("another application has this entity ID")]
    EntityIdTaken,
    /// Somebody else saved another version meanwhile.
    #[error("it was changed meanwhile")]
    ChangedMeanwhile,
    /// There is no such draft of this person.
    #[error("there is no such draft of this person")]
    NoSuchDraft,
    /// There is no such group.
    #[error("there is no such group")]
    NoSuchGroup,
    /// Another group has this name already.
    #[error("another group has this name already")]
    GroupNameTaken,
    /// The person has no such device.
    #[error("the person has no such device")]
    NoSuchDevice,
    /// It is the person's last passkey.
    #[error("it is the person's last passkey")]
    LastPasskey,
}

impl Refusal {
    /// The stable code in events, and on pages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "role-not-allowed",
            Self::NotAbove => "role-not-above",
            Self::NoSuchPerson => "person-unknown",
            Self::Suspended => "person-suspended",
            Self::EmailTaken => "email-taken",
            Self::UsernameTaken => "username-taken",
            Self::LastOwner => "last-owner",
            Self::AlreadySetUp => "already-set-up",
            Self::NoSuchApplication => "application-unknown",
            Self::EntityIdTaken => "entity-id-taken",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::NoSuchDraft => "draft-unknown",
            Self::NoSuchGroup => "group-unknown",
            Self::GroupNameTaken => "group-name-taken",
            Self::NoSuchDevice => "device-unknown",
            Self::LastPasskey => "passkey-last",
        }
    }
}

impl From<NotAbove> for Refusal {
    fn from(_: NotAbove) -> Self {
        Self::NotAbove
    }
}

/// An act was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// A rule forbids it; that is written, and to be committed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database; nothing is written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the transaction of an act: a refusal is committed as the deed is, and a value that somebody else took in the same
/// moment is a refusal as if it had been seen.
///
/// # Errors
/// Only the store's; inside, the refusal.
pub async fn settle<T>(tx: Tx, done: Result<T, ActError>) -> Result<Result<T, Refusal>, StoreError> {
    match done {
        Ok(done) => tx.commit().await.map(|()| Ok(done)),
        Err(ActError::Refused(refusal)) => tx.commit().await.map(|()| Err(refusal)),
        Err(ActError::Store(error)) => taken(&error).map_or(Err(error), |refusal| Ok(Err(refusal))),
    }
}

/// The rule that a unique index kept.
fn taken(error: &StoreError) -> Option<Refusal> {
    let rules = [
        ("users_by_email", Refusal::EmailTaken),
        ("users_by_username", Refusal::UsernameTaken),
        ("application_by_entity_id", Refusal::EntityIdTaken),
        ("user_group_by_folded", Refusal::GroupNameTaken),
    ];
    rules.into_iter().find(|(index, _)| error.is_conflict_on(index)).map(|(_, refusal)| refusal)
}

/// Writes what was done.
async fn noted(
    tx: &Tx,
    word: &Word,
    (kind, subject, data): (&'static str, Option<PersonId>, Json),
    now: Timestamp,
) -> Result<(), StoreError> {
    note(tx, &word.actor, Entry::new(kind, subject, data), now).await
}

/// Writes what was refused and why, and is the error.
async fn refused(
    tx: &Tx,
    word: &Word,
    (act, subject, refusal): (&'static str, Option<PersonId>, Refusal),
    now: Timestamp,
) -> ActError {
    let data = json!({ "act": act, "code": refusal.code(), "reason": refusal.to_string() });
    match note(tx, &word.actor, Entry::new("act.refused", subject, data), now).await {
        Ok(()) => ActError::Refused(refusal),
        Err(error) => ActError::Store(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_and_different() {
        let all = [
            Refusal::NotAllowed,
            Refusal::NotAbove,
            Refusal::NoSuchPerson,
            Refusal::Suspended,
            Refusal::EmailTaken,
            Refusal::UsernameTaken,
            Refusal::LastOwner,
            Refusal::AlreadySetUp,
            Refusal::NoSuchApplication,
            Refusal::EntityIdTaken,
            Refusal::ChangedMeanwhile,
            Refusal::NoSuchDraft,
            Refusal::NoSuchGroup,
            Refusal::GroupNameTaken,
            Refusal::NoSuchDevice,
            Refusal::LastPasskey,
        ];
        let mut codes: Vec<_> = all.iter().map(|refusal| refusal.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all.len());
    }
}
