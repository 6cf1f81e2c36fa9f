//! The one place that reads time.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};

/// An instant in UTC.
pub type Instant = DateTime<Utc>;

/// The clock of the process, or one that a test turns by hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Mutex<Instant>>>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `at` until [`Clock::set`] moves it.
    #[must_use]
    pub fn fixed(at: Instant) -> Self {
        Self(Some(Arc::new(Mutex::new(at))))
    }

    /// Now, cut to microseconds: what both databases keep.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads time")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Some(fixed) => *fixed.lock().unwrap_or_else(PoisonError::into_inner),
            None => Utc::now(),
        }
        .trunc_subsecs(6)
    }

    /// Moves a fixed clock; the system's does not move for anybody.
    pub fn set(&self, at: Instant) {
        if let Some(fixed) = &self.0 {
            *fixed.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }
}
