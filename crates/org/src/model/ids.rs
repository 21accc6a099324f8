//! Names of rows: opaque, typed, hyphenated UUIDs in the database.

use console::person::PersonId;
use uuid::Uuid;

/// Defines an identifier: a newtype over [`Uuid`] that reads and prints hyphenated.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Names the row that this UUID stands for.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID as stored.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                hyphenated(text).map(Self)
            }
        }
    };
}

id!(
    /// An organisation.
    OrganizationId
);
id!(
    /// An account; also the opaque person id of its passkeys and sessions.
    AccountId
);
id!(
    /// A directory: the local one, or an identity provider's.
    DirectoryId
);
id!(
    /// An authentication policy.
    PolicyId
);
id!(
    /// A group of accounts.
    GroupId
);
id!(
    /// A test sign-in.
    TestId
);
id!(
    /// The *Unique ID* of a SAML configuration. It ends the SP entity ID and the
    /// ACS URL, so it never changes from the first time it is shown.
    UniqueId
);

impl AccountId {
    /// The account as sessions and passkeys know it.
    pub const fn person(self) -> PersonId {
        PersonId::new(self.0)
    }

    /// The account of a session or passkey.
    pub const fn of(person: PersonId) -> Self {
        Self(person.uuid())
    }
}

/// The text is not a lower-case hyphenated UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

/// One spelling only: an identifier that stands in a URL which is compared as
/// a whole must not have a second way to be written.
fn hyphenated(text: &str) -> Result<Uuid, NotAnId> {
    let id = Uuid::try_parse(text).map_err(|_| NotAnId)?;
    let mut buffer = Uuid::encode_buffer();
    match id.hyphenated().encode_lower(&mut buffer) == text {
        true => Ok(id),
        false => Err(NotAnId),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0190a3b4-0000-7000-8000-00000000beef";
        assert_eq!(text.parse::<UniqueId>().unwrap().to_string(), text);
        for other in [
            "0190A3B4-0000-7000-8000-00000000BEEF",
            "0190a3b400007000800000000000beef",
            "{0190a3b4-0000-7000-8000-00000000beef}",
            "urn:uuid:0190a3b4-0000-7000-8000-00000000beef",
            "0190a3b4-0000-7000-8000-00000000beef ",
            "",
        ] {
            assert_eq!(other.parse::<UniqueId>(), Err(NotAnId), "{other}");
        }
    }
}
