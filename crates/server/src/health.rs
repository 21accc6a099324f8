//! `/healthz` (the process answers) and `/readyz` (its database does too).

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use store::Store;

/// The two endpoints for one service. They stand beside its shell: a probe knows neither its host
/// name nor its cookies.
pub fn router(store: Store) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(store)
}

async fn ready(State(store): State<Store>) -> (StatusCode, &'static str) {
    match store.read().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
