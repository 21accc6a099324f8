//! Listeners: bounded in what a slow or greedy client may hold, stopped gracefully.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;

/// A bound socket.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Binds at once, so that a port in use is known before anything else happens.
    ///
    /// # Errors
    /// [`BindError`] names the address.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let bound = TcpListener::bind(address).and_then(|socket| {
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        bound.map(Self).map_err(|source| BindError { address, source })
    }

    /// Where it listens; the port is the real one where 0 was asked.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Lets `router` answer until `handle` says stop; then requests under way have [`DRAIN`] to end.
    ///
    /// # Errors
    /// When the listener fails as a whole.
    pub async fn serve(self, router: Router, handle: Handle<SocketAddr>) -> io::Result<()> {
        let mut server = axum_server::from_tcp(self.0)?.handle(handle);
        // A header that does not come, or does not end, holds nothing for long (T113).
        server
            .http_builder()
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(HEADER_BYTES);
        server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
    }
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

/// What stops every listener: an interrupt or a termination signal.
pub async fn stop_signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "cannot listen for the termination signal");
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// How long requests under way may take after a stop was asked (R14).
pub const DRAIN: Duration = Duration::from_secs(10);
const HEADER_TIME: Duration = Duration::from_secs(10);
const HEADER_BYTES: usize = 16 * 1024;
