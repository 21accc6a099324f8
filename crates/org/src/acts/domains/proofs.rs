//! Proofs of domains: taken, missed, lost. What was seen on the way comes in;
//! nothing is looked up here, for a transaction is open.

use ::store::{StoreError, Tx};
use console::events::note;
use jiff::Timestamp;
use serde_json::json;

use super::{Act, ActError, Refusal, Word, write};
use crate::acts::{entry, way_back};
use crate::model::way_back::Change;
use crate::model::{
    CHECK_EVERY, Checks, Claim, Domain, DomainName, Finding, NOTICE, OrganizationId, Proof, Recheck,
    Verification, recheck as decide_recheck, verification,
};
use crate::store::rosters::Concern;
use crate::store::{claims, domains};

/// What was seen before the transaction began.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    /// Where: in the name's text records, or in the file.
    pub(crate) by: Proof,
    /// Under the organisation's own token.
    pub(crate) found: Finding,
    /// Who held the name, and what was found under that one's token.
    pub(crate) holder: Option<(OrganizationId, Finding)>,
    /// This program's own word, on which other organisations' events are
    /// written: they learn nothing of who caused them.
    pub(crate) house: Word,
}

/// Takes the proof of a domain, if it is one. What was found is kept and
/// written in any case.
///
/// # Errors
/// [`Refusal::NoSuchDomain`], [`Refusal::ChangedMeanwhile`], [`Refusal::WayBack`].
pub(crate) async fn verify(
    tx: &Tx,
    word: &Word,
    (organization, name): (OrganizationId, &DomainName),
    looked: &Looked,
    now: Timestamp,
) -> Result<Verification, ActError> {
    way_back::lock(tx).await?;
    let act = Act::begin(tx, word, ("domain.verified", organization), now).await?;
    let Some(was) = domains::find(tx, organization, name).await? else {
        return Err(act.refuse(Refusal::NoSuchDomain).await);
    };
    let holder = domains::holder(tx, name).await?;
    let same = holder.as_ref().map(|holder| holder.organization) == looked.holder.map(|(of, _)| of);
    act.require(same && was.verified_at.is_none(), Refusal::ChangedMeanwhile).await?;
    let theirs = holder.as_ref().zip(looked.holder.map(|(_, found)| found));
    let verdict = verification(looked.found, theirs, now);
    if matches!(verdict, Verification::Proved | Verification::Supersedes) {
        let concern = Concern { domain: Some(name), ..Concern::default() };
        way_back::keep(&act, concern, &Change::Verify(organization, name.clone(), was.claim)).await?;
    }
    let mut is = was.clone();
    is.checks = Checks { last: Some((now, looked.found)), due_at: None, ..was.checks };
    match verdict {
        Verification::Proved => prove(&mut is, looked.by, now),
        Verification::Supersedes => {
            if let Some(holder) = &holder {
                lose(tx, &looked.house, (holder, Loss::Superseded), now).await?;
            }
            prove(&mut is, looked.by, now);
        }
        Verification::Waits { until } => {
            is.proof = Some(looked.by);
            is.checks.waiting_since = Some(until - NOTICE);
            is.checks.due_at = Some(until);
            if let Some(holder) = &holder {
                give_notice(tx, &looked.house, holder, (looked, now)).await?;
            }
        }
        Verification::NotFound(_) | Verification::Held => {
            is.proof = None;
            is.checks.waiting_since = None;
        }
    }
    write(&act, &was, is).await?;
    say(&act, name, looked, verdict).await?;
    Ok(verdict)
}

/// Judges a proved domain anew. Changes are written as events; that all is
/// well is not.
///
/// # Errors
/// Only the store's.
pub(crate) async fn recheck(
    tx: &Tx,
    house: &Word,
    (organization, name): (OrganizationId, &DomainName),
    found: Finding,
    now: Timestamp,
) -> Result<Option<Recheck>, StoreError> {
    way_back::lock(tx).await?;
    let Some(was) = domains::find(tx, organization, name).await? else { return Ok(None) };
    if was.verified_at.is_none() || was.proof.is_none_or(|proof| proof == Proof::Operator) {
        return Ok(None);
    }
    let verdict = decide_recheck(&was, found, now);
    let mut is = was.clone();
    is.checks.last = Some((now, found));
    is.checks.due_at = Some(verdict.next(now));
    match verdict {
        Recheck::Stands | Recheck::StillMissing | Recheck::Unknown => {}
        Recheck::Returned => {
            is.checks.missing_since = None;
            domains::end_waiting(tx, name).await?;
            told(tx, house, ("domain.token_found", &was, found), now).await?;
        }
        Recheck::Missing => {
            is.checks.missing_since = Some(now);
            told(tx, house, ("domain.token_missing", &was, found), now).await?;
        }
        Recheck::Lost => {
            let loss = match domains::is_awaited(tx, name).await? {
                true => Loss::Superseded,
                false => Loss::Lost,
            };
            lose(tx, house, (&was, loss), now).await?;
            return Ok(Some(verdict));
        }
    }
    domains::update(tx, was.version, &is).await?;
    Ok(Some(verdict))
}

/// A domain that waits is not looked at again by itself.
///
/// # Errors
/// Only the store's.
pub(crate) async fn give_up(tx: &Tx, was: &Domain) -> Result<(), StoreError> {
    let mut is = was.clone();
    is.checks.due_at = None;
    domains::update(tx, was.version, &is).await.map(|_| ())
}

fn prove(domain: &mut Domain, by: Proof, now: Timestamp) {
    domain.verified_at = Some(now);
    domain.proof = Some(by);
    domain.claim = Claim::Manual;
    domain.linked_to = None;
    domain.checks = Checks { last: domain.checks.last, due_at: Some(now + CHECK_EVERY), ..Checks::default() };
}

/// The first notice, from the moment at which another organisation was found
/// to have its token up.
async fn give_notice(
    tx: &Tx,
    house: &Word,
    holder: &Domain,
    (looked, now): (&Looked, Timestamp),
) -> Result<(), StoreError> {
    let Some((_, found)) = looked.holder else { return Ok(()) };
    let mut is = holder.clone();
    is.checks.last = Some((now, found));
    if holder.checks.missing_since.is_none() {
        is.checks.missing_since = Some(now);
        told(tx, house, ("domain.token_missing", holder, found), now).await?;
    }
    domains::update(tx, holder.version, &is).await.map(|_| ())
}

#[derive(Clone, Copy)]
enum Loss {
    Lost,
    Superseded,
}

/// Ends a proof: its accounts go back to the local door first, the directory
/// speaks for it no longer.
async fn lose(tx: &Tx, house: &Word, (was, loss): (&Domain, Loss), now: Timestamp) -> Result<(), StoreError> {
    let released = claims::release(tx, was.organization, &was.name).await?;
    let (kind, superseded_at) = match loss {
        Loss::Lost => ("domain.lost", None),
        Loss::Superseded => ("domain.superseded", Some(now)),
    };
    let checks = Checks { last: was.checks.last, superseded_at, ..Checks::default() };
    let is = Domain {
        version: was.version + 1,
        verified_at: None,
        proof: None,
        claim: Claim::Manual,
        linked_to: None,
        checks,
        ..was.clone()
    };
    domains::update(tx, was.version, &is).await?;
    let data = json!({ "domain": was.name.as_str(), "released": released });
    note(tx, house.actor(), entry(kind, (Some(was.organization), None), data), now).await
}

async fn told(
    tx: &Tx,
    house: &Word,
    (kind, domain, found): (&'static str, &Domain, Finding),
    now: Timestamp,
) -> Result<(), StoreError> {
    let data = json!({
        "domain": domain.name.as_str(),
        "finding": found.as_str(),
        "works_until": domain.checks.missing_since.unwrap_or(now) + NOTICE,
    });
    note(tx, house.actor(), entry(kind, (Some(domain.organization), None), data), now).await
}

/// What came of it, for the organisation that asked.
async fn say(
    act: &Act<'_>,
    name: &DomainName,
    looked: &Looked,
    verdict: Verification,
) -> Result<(), StoreError> {
    let data = json!({
        "domain": name.as_str(),
        "by": looked.by.as_str(),
        "finding": looked.found.as_str(),
    });
    match verdict {
        Verification::Proved | Verification::Supersedes => act.done(data).await,
        Verification::Waits { .. } => act.write("domain.waiting", data).await,
        Verification::NotFound(_) => act.write("domain.not_verified", data).await,
        Verification::Held => act.write("domain.held_elsewhere", data).await,
    }
}
