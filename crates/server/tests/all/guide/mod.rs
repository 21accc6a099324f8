//! What the guide's two administrators and their people do, step by step, by what stands on the pages.

mod ends;
mod organization;
mod ours;
mod people;
mod policies;
mod products;
mod theirs;

pub(crate) use ends::{End, Place};
pub(crate) use organization::Administrator;
pub(crate) use ours::Ours;
pub(crate) use people::{Person, Provider};
pub(crate) use theirs::{Kind, Theirs};

/// The domain that is proved, and whose people are moved.
pub(crate) const DOMAIN: &str = "acme.example";
