//! The seven steps of a guided integration, beside an application that is saved: what is done, and what is next.

use jiff::Timestamp;
use store::{ReadTx, StoreError};

use crate::acts::drafts::FALLBACK;
use crate::model::application::Application;
use crate::model::atlassian;
use crate::model::claims::ClaimSource;
use crate::store::guide as rows;
use crate::store::uses::Use;

/// How far a guided integration is.
#[derive(Debug)]
pub(super) struct Guide {
    /// The fallback administrator of step 1.
    pub(super) fallback: Option<String>,
    /// The unique ID at the end of the SP entity ID.
    pub(super) unique_id: String,
    /// No claim carries a stable id: a changed address will make a second account.
    pub(super) no_stable_id: bool,
    /// The steps on the other side, in order.
    pub(super) ticks: Vec<Tick>,
    /// Who was answered for last, and when.
    pub(super) tested: Option<(String, Timestamp)>,
    /// The number of the first step that is not done.
    pub(super) next: usize,
}

/// A step that only an administrator can say is done.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) step: &'static str,
    pub(super) done_at: Option<Timestamp>,
}

impl Guide {
    /// The class of a step in the list: `done`, `now` or `todo`.
    pub(super) fn state(&self, step: usize) -> &'static str {
        let done = match step {
            1..=3 => true,
            7 => self.arrived().is_some(),
            step => self.ticks.get(step - 4).is_some_and(|tick| tick.done_at.is_some()),
        };
        match (done, step == self.next) {
            (true, _) => "done",
            (false, true) => "now",
            (false, false) => "todo",
        }
    }

    /// When an administrator said that the test sign-in arrived.
    pub(super) fn arrived(&self) -> Option<Timestamp> {
        self.ticks.last().and_then(|tick| tick.done_at)
    }

    /// Whether a step of the other side is ticked.
    pub(super) fn is_done(&self, step: &str) -> bool {
        self.ticks.iter().any(|tick| tick.step == step && tick.done_at.is_some())
    }
}

/// Reads how far it is.
pub(super) async fn guide(
    read: &ReadTx,
    application: &Application,
    uses: &[Use],
) -> Result<Guide, StoreError> {
    let done = rows::list(read, application.id).await?;
    let at = |step: &str| done.iter().find(|row| row.step == step);
    let settings = &application.settings;
    let stable =
        |source: &ClaimSource| matches!(source, ClaimSource::User(crate::model::claims::UserAttribute::Id));
    let has_stable_id =
        settings.claims.iter().any(|claim| claim.name() == atlassian::STABLE_ID && stable(claim.source()));
    let ticks: Vec<_> = STEPS.iter().map(|step| Tick { step, done_at: at(step).map(|row| row.at) }).collect();
    let next = ticks.iter().position(|tick| tick.done_at.is_none()).map_or(8, |index| index + 4);
    Ok(Guide {
        fallback: at(FALLBACK).and_then(|row| row.note.clone()),
        unique_id: atlassian::unique_id(settings.entity_id.as_str()).unwrap_or_default().to_owned(),
        no_stable_id: !has_stable_id,
        ticks,
        tested: uses.first().map(|last| (last.user.full_name(), last.at)),
        next,
    })
}

/// The steps 4 to 7, as they are stored.
pub(super) const STEPS: [&str; 4] = ["values", "domain", "enforce", "test"];
