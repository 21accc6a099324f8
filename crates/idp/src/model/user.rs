//! A person of this deployment.

use std::fmt;

use console::person::{DisplayName, EmailAddress, PersonId};

use super::role::Role;

/// A person. The four attributes are spelled `user.email`, `user.firstName`, `user.lastName`, `user.username` wherever
/// somebody names them (console, files, claim mappings).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The row, and the handle that passkeys carry.
    pub id: PersonId,
    /// `user.email`, in its one spelling.
    pub email: EmailAddress,
    /// `user.firstName`.
    pub first_name: DisplayName,
    /// `user.lastName`.
    pub last_name: DisplayName,
    /// `user.username`.
    pub username: Username,
    /// The role in the console, for the few who have one.
    pub role: Option<Role>,
    /// Whether the person may sign in at all.
    pub state: UserState,
}

impl User {
    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Whether the person may sign in.
    pub fn is_active(&self) -> bool {
        self.state == UserState::Active
    }
}

/// Whether a person may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserState {
    /// Yes.
    Active,
    /// No: every session is ended, and every ceremony is refused until somebody readmits the person.
    Suspended,
}

impl UserState {
    /// The word stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// The state that [`UserState::as_str`] spells.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|state| state.as_str() == word)
    }
}

/// `user.username`: the address by default. Unique, 1 to 254 visible ASCII characters without spaces, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Reads a user name; capitals become small letters, so that two spellings are one name (T038).
    ///
    /// # Errors
    /// [`UsernameError`].
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        if text.is_empty() || text.len() > USERNAME_BYTES || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(UsernameError);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&EmailAddress> for Username {
    fn from(address: &EmailAddress) -> Self {
        Self(address.as_str().to_owned())
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not 1 to 254 visible ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user name is 1 to 254 letters, digits or signs of ASCII, without spaces")]
pub struct UsernameError;

const USERNAME_BYTES: usize = 254;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The person of most tests.
    pub(crate) fn maya() -> User {
        let email = EmailAddress::parse("maya@acme.example").expect("an address");
        User {
            id: PersonId::new(uuid::Uuid::from_u128(7)),
            username: Username::from(&email),
            email,
            first_name: DisplayName::parse("Maya").expect("a name"),
            last_name: DisplayName::parse("Okafor").expect("a name"),
            role: None,
            state: UserState::Active,
        }
    }

    #[test]
    fn a_user_name_has_one_spelling() {
        assert_eq!(Username::parse("Maya.O").map(|n| n.0), Ok("maya.o".to_owned()));
        for bad in ["", "maya okafor", "m\u{430}ya", "a\n", &"a".repeat(255)] {
            assert_eq!(Username::parse(bad), Err(UsernameError), "{bad:?}");
        }
    }

    #[test]
    fn states_are_words() {
        for state in [UserState::Active, UserState::Suspended] {
            assert_eq!(UserState::parse(state.as_str()), Some(state));
        }
    }
}
