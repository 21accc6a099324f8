//! What the program reports while it runs. Logs name people by id only.

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::Log;

/// Reports to standard error, once for the process.
///
/// The filter is a level, or levels by target: `info` or `warn,store=debug`. It
/// knows no spans and no patterns, which would bring a regular expression engine
/// into the binary.
///
/// # Errors
/// When the filter is not one.
pub fn start(log: &Log) -> Result<(), ParseError> {
    let filter: Targets = log.filter.parse()?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if log.json { lines.json().boxed() } else { lines.compact().with_target(false).boxed() };
    // A second start, as in tests, keeps the first.
    let _already_started = registry().with(lines.with_filter(filter)).try_init().is_err();
    Ok(())
}
