//! What runs beside the requests: sweeping what is over, erasing accounts whose
//! time is over, sealing the event log, making the first key, looking at proved
//! domains again.

mod domains;
mod erase;
mod sweep;

use std::future::Future;
use std::time::Duration;

use crate::products;
use crate::service::Org;

pub use domains::check_domains;

/// Runs the jobs of this node until `stop` is ready, then seals what was
/// written. Any number of nodes may.
pub async fn run_jobs(org: Org, stop: impl Future<Output = ()>) {
    let sealing = async {
        org.sealer().run(|| org.now(), org.rng()).await;
    };
    let preparing = async {
        products::make_key(&org).await;
        std::future::pending::<()>().await
    };
    tokio::select! {
        () = preparing => {}
        () = sealing => {}
        () = sweep::every(&org, EVERY) => {}
        () = erase::every(&org, EVERY) => {}
        () = domains::every(&org, EVERY) => {}
        () = stop => {}
    }
    if let Err(error) = org.sealer().finish(org.now(), org.rng()).await {
        tracing::warn!(%error, "the end of the event log is not sealed yet; the next start seals it");
    }
}

/// What is over may lie for a while; nothing reads it any more.
const EVERY: Duration = Duration::from_secs(60);
