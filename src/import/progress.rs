//! How far an import is, for whoever waits for it.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two sightings on a terminal.
const PAUSE: Duration = Duration::from_millis(200);

/// Is told how far an import is.
pub trait Progress: Send + Sync {
    /// So many rows are done.
    fn rows(&self, done: u64);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn rows(&self, _: u64) {}
}

/// One line on standard error, written over at most five times a second and cleared at the end.
#[derive(Debug)]
pub struct Terminal(Mutex<Instant>);

impl Terminal {
    /// For the terminal at standard error; silent where that is a file or a pipe.
    #[must_use]
    pub fn or_silent() -> Box<dyn Progress> {
        if std::io::stderr().is_terminal() { Box::new(Self(Mutex::new(Instant::now()))) } else { Box::new(Silent) }
    }
}

impl Progress for Terminal {
    fn rows(&self, done: u64) {
        let mut shown_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shown_at.elapsed() >= PAUSE {
            *shown_at = Instant::now();
            // A terminal that went away is no reason to stop.
            let _ = write!(std::io::stderr(), "\r{done} rows");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}
