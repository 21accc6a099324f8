//! What runs beside the service on every node: the sealer of the event log, and the sweeper of what is over.

mod sweep;

use std::future::Future;
use std::time::Duration;

use store::StoreError;

use crate::state::Idp;

/// Runs the jobs until `stop` is done, then seals what was written.
pub async fn run_jobs(idp: Idp, stop: impl Future<Output = ()>) {
    let sealing = async {
        idp.sealer().run(|| idp.now(), idp.rng()).await;
    };
    tokio::select! {
        () = sealing => {}
        () = sweeping(&idp) => {}
        () = stop => {}
    }
    if let Err(error) = idp.sealer().finish(idp.now(), idp.rng()).await {
        tracing::warn!(%error, "the end of the event log is not sealed yet; the next start seals it");
    }
}

/// One round of the sweeper; says how many rows went.
///
/// # Errors
/// Only the store's; what is dropped stays dropped.
pub async fn run_jobs_once(idp: &Idp) -> Result<u64, StoreError> {
    sweep::sweep(idp.store(), idp.now()).await
}

async fn sweeping(idp: &Idp) {
    loop {
        match run_jobs_once(idp).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "swept"),
            Err(error) => tracing::warn!(%error, "sweeping failed; the next round tries again"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

const EVERY: Duration = Duration::from_mins(1);
