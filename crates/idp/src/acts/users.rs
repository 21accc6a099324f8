//! People: creating and editing them, their roles, suspending and readmitting them.

use console::events::{Actor, Entry, note};
use console::invitations;
use console::person::{DisplayName, EmailAddress, PersonId};
use console::sessions;
use jiff::Timestamp;
use serde_json::json;
use store::{Lock, StoreError, Tx};

use super::invitations::PURPOSES;
use super::{ActError, Refusal, Word, noted, refused};
use crate::model::role::{Permission, Role};
use crate::model::user::{User, UserState, Username};
use crate::store::{known_browsers, users};

/// A person to be created.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The row, drawn before ([`crate::Idp::draw_person`]).
    pub id: PersonId,
    /// `user.email`.
    pub email: EmailAddress,
    /// `user.firstName`.
    pub first_name: DisplayName,
    /// `user.lastName`.
    pub last_name: DisplayName,
    /// `user.username`; the address when there is none.
    pub username: Option<Username>,
    /// A role in the console, for the few who need one.
    pub role: Option<Role>,
}

/// Creates a person. They can sign in once they have used an invitation.
///
/// # Errors
/// [`ActError`].
pub async fn create_user(tx: &Tx, word: &Word, new: NewUser, now: Timestamp) -> Result<User, ActError> {
    const ACT: &str = "user.create";
    let username = new.username.unwrap_or_else(|| Username::from(&new.email));
    let user = User {
        id: new.id,
        email: new.email,
        first_name: new.first_name,
        last_name: new.last_name,
        username,
        role: new.role,
        state: UserState::Active,
    };
    let rank = word.rank(tx).await?;
    let allowed = rank.may(Permission::People).and_then(|()| match user.role {
        Some(_) => rank.may(Permission::Roles).and_then(|()| rank.may_grant(None, user.role)),
        None => Ok(()),
    });
    if let Err(refusal) = allowed {
        return Err(refused(tx, word, (ACT, None, refusal), now).await);
    }
    if users::find_by_email(tx, &user.email).await?.is_some() {
        return Err(refused(tx, word, (ACT, None, Refusal::EmailTaken), now).await);
    }
    users::insert(tx, &user, now).await?;
    let data = json!({ "role": user.role.map(Role::as_str) });
    noted(tx, word, ("user.created", Some(user.id), data), now).await?;
    Ok(user)
}

/// What an administrator may change about a person.
#[derive(Debug, Clone)]
pub struct Details {
    /// `user.email`.
    pub email: EmailAddress,
    /// `user.firstName`.
    pub first_name: DisplayName,
    /// `user.lastName`.
    pub last_name: DisplayName,
    /// `user.username`.
    pub username: Username,
}

/// Changes a person's name, address or user name. Passkeys, sessions and assignments stay, for they hang on the row.
///
/// The event names the attributes that changed and none of their values.
///
/// # Errors
/// [`ActError`].
pub async fn edit(
    tx: &Tx,
    word: &Word,
    (person, to): (PersonId, Details),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "user.edit";
    let user = editable(tx, word, (ACT, person), now).await?;
    if users::find_by_email(tx, &to.email).await?.is_some_and(|holder| holder.id != person) {
        return Err(refused(tx, word, (ACT, Some(person), Refusal::EmailTaken), now).await);
    }
    let changes = [
        ("user.email", user.email.shown() != to.email.shown()),
        ("user.firstName", user.first_name != to.first_name),
        ("user.lastName", user.last_name != to.last_name),
        ("user.username", user.username != to.username),
    ];
    let changed: Vec<_> = changes.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let Details { email, first_name, last_name, username } = to;
    users::update_details(tx, &User { email, first_name, last_name, username, ..user }, now).await?;
    noted(tx, word, ("user.edited", Some(person), json!({ "changed": changed })), now).await?;
    Ok(())
}

/// Gives a person a role, or takes it away. The last owner stays one.
///
/// One's own role can be laid down, never raised.
///
/// # Errors
/// [`ActError`].
pub async fn grant_role(
    tx: &Tx,
    word: &Word,
    (person, role): (PersonId, Option<Role>),
    now: Timestamp,
) -> Result<(), ActError> {
    const ACT: &str = "user.grant_role";
    tx.lock(OWNERS).await?;
    let Some(user) = users::find(tx, person).await? else {
        return Err(refused(tx, word, (ACT, None, Refusal::NoSuchPerson), now).await);
    };
    let rank = word.rank(tx).await?;
    let lays_down = word.is_of(person) && role < user.role;
    let allowed = match lays_down {
        true => Ok(()),
        false => rank.may(Permission::Roles).and_then(|()| rank.may_grant(user.role, role)),
    };
    let mut verdict = allowed;
    if verdict.is_ok() && is_last_owner(tx, &user).await? && role != Some(Role::Owner) {
        verdict = Err(Refusal::LastOwner);
    }
    if let Err(refusal) = verdict {
        return Err(refused(tx, word, (ACT, Some(person), refusal), now).await);
    }
    users::update_role(tx, person, role, now).await?;
    let data = json!({ "from": user.role.map(Role::as_str), "to": role.map(Role::as_str) });
    noted(tx, word, ("user.role_granted", Some(person), data), now).await?;
    Ok(())
}

/// Suspends a person: nothing proves them any more, their sessions end, their open invitations are withdrawn.
///
/// # Errors
/// [`ActError`].
pub async fn suspend(tx: &Tx, word: &Word, person: PersonId, now: Timestamp) -> Result<(), ActError> {
    const ACT: &str = "user.suspend";
    tx.lock(OWNERS).await?;
    let user = editable(tx, word, (ACT, person), now).await?;
    if is_last_owner(tx, &user).await? {
        return Err(refused(tx, word, (ACT, Some(person), Refusal::LastOwner), now).await);
    }
    if !users::update_state(tx, person, UserState::Suspended, now).await? {
        return Ok(());
    }
    sessions::end_all(tx, word.actor(), person, now).await?;
    known_browsers::delete_all(tx, person).await?;
    for purpose in PURPOSES {
        invitations::withdraw_all(tx, word.actor(), (person, purpose), now).await?;
    }
    noted(tx, word, ("user.suspended", Some(person), json!({})), now).await?;
    Ok(())
}

/// Lets a suspended person sign in again, with the passkeys they had.
///
/// # Errors
/// [`ActError`].
pub async fn readmit(tx: &Tx, word: &Word, person: PersonId, now: Timestamp) -> Result<(), ActError> {
    editable(tx, word, ("user.readmit", person), now).await?;
    if users::update_state(tx, person, UserState::Active, now).await? {
        noted(tx, word, ("user.readmitted", Some(person), json!({})), now).await?;
    }
    Ok(())
}

/// Writes that a suspended person stood before our own door with a passkey that works.
///
/// # Errors
/// Only the store's.
pub(crate) async fn note_shut_out(
    tx: &Tx,
    actor: &Actor,
    person: PersonId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let data = json!({ "code": Refusal::Suspended.code() });
    note(tx, actor, Entry::new("session.refused", Some(person), data), now).await
}

/// A person whom this word may invite, suspend or readmit.
pub(super) async fn editable(
    tx: &Tx,
    word: &Word,
    (act, person): (&'static str, PersonId),
    now: Timestamp,
) -> Result<User, ActError> {
    let Some(user) = users::find(tx, person).await? else {
        return Err(refused(tx, word, (act, None, Refusal::NoSuchPerson), now).await);
    };
    let rank = word.rank(tx).await?;
    match rank.may(Permission::People).and_then(|()| rank.above(user.role)) {
        Ok(()) => Ok(user),
        Err(refusal) => Err(refused(tx, word, (act, Some(person), refusal), now).await),
    }
}

/// Whether taking this person away would leave no owner. The transaction holds [`OWNERS`].
async fn is_last_owner(tx: &Tx, user: &User) -> Result<bool, ActError> {
    let counts = user.role == Some(Role::Owner) && user.is_active();
    Ok(counts && users::count_owners(tx).await? < 2)
}

/// The lock of the rule that there is always an owner.
pub(super) const OWNERS: Lock<'static> = Lock::new("last-owner", "idp");
