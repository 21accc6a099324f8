//! What an administrator has typed about an application so far: kept as typed, faults and all, until it is saved.

use std::fmt;

use console::person::PersonId;
use jiff::Timestamp;
use uuid::Uuid;

use super::application::{ApplicationId, Integration, Version};

/// The row of a draft, and the name in its addresses. It opens to nobody but the person who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DraftId(Uuid);

impl DraftId {
    /// The draft whose row has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for DraftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The row.
    pub id: DraftId,
    /// Who began it, and alone goes on with it.
    pub person: PersonId,
    /// What it becomes.
    pub becomes: Becomes,
    /// By which entry of the gallery it is filled in.
    pub integration: Integration,
    /// What was typed, at most [`CONTENT_BYTES`].
    pub content: String,
    /// When something was typed last.
    pub updated_at: Timestamp,
}

/// What a draft becomes when it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// A new application.
    New,
    /// A change of one that is there, begun from its settings of this version.
    Change(ApplicationId, Version),
}

impl Becomes {
    /// The application that is changed.
    pub const fn application(self) -> Option<ApplicationId> {
        match self {
            Self::New => None,
            Self::Change(id, _) => Some(id),
        }
    }
}

/// 50 claims with fixed values, and room.
pub const CONTENT_BYTES: usize = 128 * 1024;
