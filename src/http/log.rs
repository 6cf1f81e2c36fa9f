//! The log: JSON lines or text on standard error. It says what was asked and what became of it, not by whom: no
//! address, no account, no token, no query text.
//!
//! Whatever a client may write into it is quoted and escaped, so that nobody forges a line.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogConfig;
use crate::error::Error;

/// Characters of a path; ours are shorter.
const MAX_PATH: usize = 100;

/// Sets up the log of the process, panics included. A second call changes nothing.
pub fn init(config: LogConfig) {
    // The libraries below us write what they know, which may be data of people: their warnings alone.
    let filter =
        Targets::new().with_default(config.level.min(Level::WARN)).with_target(env!("CARGO_PKG_NAME"), config.level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if config.is_json {
        lines.json().flatten_event(true).with_span_list(false).boxed()
    } else {
        lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed()
    };
    if Registry::default().with(lines.with_filter(filter)).try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let cause = panic.payload_as_str().unwrap_or_default();
            tracing::error!(cause, place, "panicked");
        }));
    }
}

/// One line for a request.
pub(super) fn request(
    method: &Method,
    path: &str,
    status: StatusCode,
    duration: Duration,
    request_id: &str,
    operation: Option<&String>,
) {
    let end = path.char_indices().nth(MAX_PATH).map_or(path.len(), |(end, _)| end);
    tracing::info!(
        parent: None,
        method = method.as_str(),
        path = &path[..end],
        status = status.as_u16(),
        duration_ms = duration.as_secs_f64() * 1000.0,
        request_id,
        operation,
        "request"
    );
}

/// One line for a fault of ours, with its private cause.
pub fn internal(request_id: &str, error: &Error) {
    let mut cause = String::new();
    let mut next: Option<&dyn std::error::Error> = error.cause().map(|cause| cause as _);
    while let Some(error) = next {
        cause = if cause.is_empty() { error.to_string() } else { format!("{cause}: {error}") };
        next = error.source();
    }
    tracing::error!(parent: None, request_id, cause, "internal error");
}
