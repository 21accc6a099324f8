//! A group of people: applications are given to groups, not to each person.

use std::fmt;

use console::person::DisplayName;
use uuid::Uuid;

/// The row of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupId(Uuid);

impl GroupId {
    /// The group whose row has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// What a group is called: 1 to 100 characters, none of them invisible. No two groups differ by case alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupName(DisplayName);

impl GroupName {
    /// Reads a name as it was typed.
    ///
    /// # Errors
    /// [`GroupNameError`].
    pub fn parse(text: &str) -> Result<Self, GroupNameError> {
        DisplayName::parse(text).map(Self).map_err(|_| GroupNameError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name in the one spelling in which names are compared.
    pub fn folded(&self) -> String {
        self.0.as_str().to_lowercase()
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Not 1 to 100 visible characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a group's name has 1 to 100 visible characters")]
pub struct GroupNameError;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The row.
    pub id: GroupId,
    /// What it is called.
    pub name: GroupName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        let fold = |text| GroupName::parse(text).map(|name| name.folded());
        assert_eq!(fold(" SSO Pilots "), fold("sso pilots"));
        assert_eq!(fold("ÉQUIPE"), Ok("équipe".to_owned()));
        assert_eq!(fold("  "), Err(GroupNameError));
    }
}
