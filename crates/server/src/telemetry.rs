//! What the program reports while it runs. Logs name people by id only.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::Log;

/// Reports to standard error, once for the process.
///
/// # Errors
/// When the filter is not one.
pub fn start(log: &Log) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(&log.filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, as in tests, keeps the first.
    let _already_started = if log.json {
        builder.json().try_init().is_err()
    } else {
        builder.compact().with_target(false).try_init().is_err()
    };
    Ok(())
}
