//! How many attempts of one person are recorded within a day: the bound of what a stolen token can write.
//!
//! It is counted in memory, before anything is asked of the database: recording pays a look into a map for it. Each
//! process counts by itself, and from nothing when it starts.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use entity::ids::EmployeeId;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::problem::Problem;

/// Attempts of a person that are recorded within [`DAY`] at most. Somebody who comes and goes five times a day and was off
/// line for a week brings seventy.
pub const A_DAY: usize = 1_000;
/// From the first of them on.
const DAY: TimeDelta = TimeDelta::days(1);
/// People who are remembered; whoever was not seen for longest is forgotten first.
const PEOPLE: u64 = 200_000;

/// What people have used of their day.
#[derive(Debug)]
pub struct Quota(Cache<EmployeeId, Arc<Mutex<Used>>>);

impl Default for Quota {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(PEOPLE).eviction_policy(EvictionPolicy::lru()).build())
    }
}

impl Quota {
    /// Takes so many attempts from somebody's day, all of them or none.
    ///
    /// # Errors
    /// `TOO_MANY_CHECK_INS`.
    pub fn take(&self, who: EmployeeId, attempts: usize, now: Instant) -> Result<()> {
        let used = self.0.get_with(who, || Arc::new(Mutex::new(Used { since: now, attempts: 0 })));
        let is_taken = used.lock().unwrap_or_else(PoisonError::into_inner).take(attempts, now);
        if is_taken { Ok(()) } else { Err(Refusal::of(Problem::TooManyCheckIns).with("max", A_DAY).into()) }
    }

    /// Gives back what was not recorded, or had been before.
    pub fn give_back(&self, who: EmployeeId, attempts: usize) {
        if attempts > 0
            && let Some(used) = self.0.get(&who)
        {
            let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
            used.attempts = used.attempts.saturating_sub(attempts);
        }
    }
}

/// What a person has used.
#[derive(Debug)]
struct Used {
    since: Instant,
    attempts: usize,
}

impl Used {
    fn take(&mut self, attempts: usize, now: Instant) -> bool {
        if now - self.since >= DAY {
            *self = Self { since: now, attempts: 0 };
        }
        let is_room = self.attempts + attempts <= A_DAY;
        if is_room {
            self.attempts += attempts;
        }
        is_room
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_day_has_so_many_attempts_and_what_was_not_recorded_is_given_back() {
        let (quota, start) = (Quota::default(), Instant::UNIX_EPOCH);
        let (one, other) = (EmployeeId(Uuid::from_u128(1)), EmployeeId(Uuid::from_u128(2)));
        let takes = |who, attempts, hours| quota.take(who, attempts, start + TimeDelta::hours(hours)).is_ok();
        assert!(takes(one, A_DAY - 1, 0) && !takes(one, 2, 1) && takes(one, 1, 2) && !takes(one, 1, 23));
        assert!(takes(other, A_DAY, 23), "everybody has a day of their own");
        quota.give_back(one, 3);
        assert!(takes(one, 3, 23) && !takes(one, 1, 23));
        assert!(takes(one, A_DAY, 24) && !takes(one, 1, 25), "a day after the first");
        quota.give_back(one, 2 * A_DAY);
        assert!(takes(one, A_DAY, 26) && !takes(one, 1, 26));
    }
}
