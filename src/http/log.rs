//! The log: JSON lines or text on standard error. It says what was asked and what became of it, not by whom: no
//! address, no account, no token, no query text.
//!
//! Whatever a client may write into it is quoted and escaped, so that nobody forges a line.

mod lines;

use std::io::{IsTerminal as _, Stderr};
use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::lines::Lines;
use crate::config::LogConfig;
use crate::error::Error;

/// Characters of a path; ours are shorter.
const MAX_PATH: usize = 100;

/// The log of the process.
static LINES: OnceLock<Lines<Stderr>> = OnceLock::new();

/// Sets up the log of the process, panics included. A second call changes nothing.
pub fn init(config: LogConfig) {
    let is_terminal = std::io::stderr().is_terminal();
    // On a terminal a line stands before whatever is printed after it.
    let lines = LINES.get_or_init(|| Lines::new(std::io::stderr(), !is_terminal)).clone();
    if subscriber(config, lines, is_terminal).try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let cause = panic.payload_as_str().unwrap_or_default();
            tracing::error!(cause, place, "panicked");
        }));
    }
}

/// Writes what waits in the log of the process: before it ends.
pub fn flush() {
    if let Some(lines) = LINES.get() {
        lines.flush();
    }
}

fn subscriber<W>(config: LogConfig, writer: W, is_terminal: bool) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The libraries below us write what they know, which may be data of people: their warnings alone.
    let filter =
        Targets::new().with_default(config.level.min(Level::WARN)).with_target(env!("CARGO_PKG_NAME"), config.level);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = if config.is_json {
        lines.json().flatten_event(true).with_span_list(false).boxed()
    } else {
        lines.with_ansi(is_terminal).boxed()
    };
    Registry::default().with(lines.with_filter(filter))
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

/// One line for an operation of a socket.
pub(super) fn operation(operation: Option<&String>, duration: Duration, request_id: &str) {
    let duration_ms = duration.as_secs_f64() * 1000.0;
    tracing::info!(parent: None, duration_ms, request_id, operation, "operation");
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

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Out(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written while `work` runs.
    fn written(config: LogConfig, work: impl FnOnce()) -> String {
        let out = Out::default();
        let writer = out.clone();
        tracing::subscriber::with_default(subscriber(config, move || writer.clone(), false), work);
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    fn ask(path: &str) {
        let name = "CheckIn".to_owned();
        let took = Duration::from_micros(1_500);
        request(&Method::POST, path, StatusCode::OK, took, "0123", Some(&name));
    }

    #[test]
    fn a_request_is_one_line_of_json() {
        let config = LogConfig { level: Level::INFO, is_json: true };
        let text = written(config, || ask("/graphql"));
        let mut line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(line.as_object_mut().unwrap().remove("timestamp").is_some());
        let expected = serde_json::json!({
            "level": "INFO", "target": "bina::http::log", "message": "request", "method": "POST", "path": "/graphql",
            "status": 200, "duration_ms": 1.5, "request_id": "0123", "operation": "CheckIn",
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn nobody_forges_a_line() {
        for is_json in [true, false] {
            let config = LogConfig { level: Level::INFO, is_json };
            let text = written(config, || ask("/a\r\nERROR\u{1b}[31m forged"));
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(!text.contains(['\r', '\u{1b}']), "{text}");
            assert!(written(config, || ask(&"é".repeat(5_000))).len() < 600);
        }
    }

    #[test]
    fn lines_wait_a_moment_and_trouble_does_not() {
        let out = Out::default();
        let read = || String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        let lines = Lines::new(out.clone(), true);
        let config = LogConfig { level: Level::INFO, is_json: true };
        let write = |work: &dyn Fn()| tracing::subscriber::with_default(subscriber(config, lines.clone(), false), work);
        write(&|| tracing::warn!("trouble"));
        assert!(read().ends_with("\"trouble\",\"target\":\"bina::http::log::tests\"}\n"), "{}", read());
        write(&|| (0..3).for_each(|_| ask("/graphql")));
        lines.flush();
        assert_eq!(read().lines().count(), 4);
        write(&|| ask("/graphql"));
        while read().lines().count() < 5 {
            std::thread::yield_now();
        }
        // More than may wait is written by who brings it.
        write(&|| (0..3_000).for_each(|_| ask("/graphql")));
        assert!(read().lines().count() > 1_000);
        lines.flush();
        assert!(read().lines().skip(1).all(|line| line.starts_with('{') && line.ends_with('}')));
    }

    #[test]
    fn libraries_write_warnings_alone() {
        let config = LogConfig { level: Level::DEBUG, is_json: true };
        let text = written(config, || {
            tracing::debug!("ours");
            tracing::info!(target: "sqlx::query", "theirs");
            tracing::warn!(target: "sqlx::query", "their warning");
        });
        assert!(text.contains("ours") && text.contains("their warning") && !text.contains("theirs"), "{text}");
    }

    #[test]
    fn an_internal_error_tells_its_whole_cause() {
        let config = LogConfig { level: Level::WARN, is_json: true };
        let cause = io::Error::other(crate::config::ConfigError::SecretValue { variable: "X".to_owned(), takes: "y" });
        let text = written(config, || internal("0123", &Error::internal(cause)));
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("\"request_id\":\"0123\"") && text.contains("X does not hold what it takes"), "{text}");
    }
}
