//! Looks at proved domains once a day, and at those that wait when their time
//! has come.

use std::time::Duration;

use ::store::StoreError;
use jiff::SignedDuration;

use crate::acts::domains::{give_up, recheck, verify};
use crate::acts::settle;
use crate::domain_proofs::{look_at, looked};
use crate::model::{Domain, Finding, Proof};
use crate::service::Org;
use crate::store::domains;

/// Looks now and then at what is due.
pub(super) async fn every(org: &Org, pause: Duration) {
    loop {
        match check_domains(org).await {
            Ok(0) => {}
            Ok(domains) => tracing::debug!(domains, "looked at domains"),
            Err(error) => tracing::warn!(%error, "looking at domains failed; the next round tries again"),
        }
        tokio::time::sleep(pause).await;
    }
}

/// One round of it, as [`run_jobs`](crate::run_jobs) does by itself: looks at
/// every domain that is due, and says how many those were. Any number of nodes
/// may.
///
/// # Errors
/// Only the store's.
pub async fn check_domains(org: &Org) -> Result<usize, StoreError> {
    let mut seen = 0;
    loop {
        let due = domains::due(&org.store().read().await?, org.now(), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(seen);
        }
        for domain in due {
            if leased(org, &domain).await? {
                check(org, &domain).await?;
                seen += 1;
            }
        }
    }
}

async fn leased(org: &Org, domain: &Domain) -> Result<bool, StoreError> {
    let tx = org.store().begin().await?;
    let ours = domains::lease(&tx, domain, org.now() + LEASE).await?;
    tx.commit().await?;
    Ok(ours)
}

async fn check(org: &Org, domain: &Domain) -> Result<(), StoreError> {
    let of = (domain.organization, &domain.name);
    let house = org.host(NAME);
    let (Some(token), Some(by)) = (&domain.token, domain.proof) else { return abandon(org, domain).await };
    if by == Proof::Operator {
        return abandon(org, domain).await;
    }
    if domain.verified_at.is_some() {
        let found = look_at(org, &domain.name, (token, by)).await;
        let tx = org.store().begin().await?;
        recheck(&tx, &house, of, found, org.now()).await?;
        return tx.commit().await;
    }
    // It waited for the end of another organisation's notice.
    let Some(looked) = looked(org, of, by).await? else { return abandon(org, domain).await };
    let unanswered = looked.found == Finding::Unanswered
        || looked.holder.is_some_and(|(_, found)| found == Finding::Unanswered);
    if unanswered {
        // The lease ends, and somebody looks again.
        return Ok(());
    }
    let tx = org.store().begin().await?;
    let done = verify(&tx, &house, of, &looked, org.now()).await;
    match settle(tx, done).await {
        Ok(_) | Err(StoreError::Busy) => Ok(()),
        Err(error) => Err(error),
    }
}

/// There is nothing to look at.
async fn abandon(org: &Org, domain: &Domain) -> Result<(), StoreError> {
    let tx = org.store().begin().await?;
    give_up(&tx, domain).await?;
    tx.commit().await
}

const NAME: &str = "domain-check";

const AT_ONCE: u32 = 20;

/// If a node that looks never comes back, another one looks then.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
