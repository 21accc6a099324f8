//! Erases accounts that were deleted 14 days ago. What is due is a row's own
//! time, so a node that was down erases late and never early.

use std::time::Duration;

use ::store::StoreError;

use crate::acts::accounts::erase;
use crate::service::Org;
use crate::store::erasures;

/// Erases now and then, an account a transaction.
pub(super) async fn every(org: &Org, pause: Duration) {
    loop {
        if let Err(error) = all(org).await {
            tracing::warn!(%error, "erasing deleted accounts failed; the next round tries again");
        }
        tokio::time::sleep(pause).await;
    }
}

async fn all(org: &Org) -> Result<(), StoreError> {
    let read = org.store().read().await?;
    let due = erasures::due(&read, org.now(), AT_ONCE).await?;
    drop(read);
    for account in due {
        let actor = org.machine("erase");
        let tx = org.store().begin().await?;
        erase(&tx, &actor, account, org.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The rest waits for the next round.
const AT_ONCE: u32 = 200;
