//! Recording check-ins: one path for a single one and for a day off line. Here is what a sending needs of the database
//! before it is the [`writer`]'s turn.

use std::collections::HashMap;
use std::sync::Arc;

use entity::ids::CourseSessionId;

use super::attempt::{Attempt, Entry, Occasion, Recorded, Sending};
use super::{facts, writer};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::policy::Actor;
use crate::problem::Problem;

/// Attempts in one sending at most.
pub const MAX_BATCH: usize = 200;

/// Records attempts, each by itself: one that is refused, or was no attempt to begin with, leaves its neighbours alone.
///
/// # Errors
/// UNAUTHENTICATED, `NOT_AN_EMPLOYEE`, `OUT_OF_RANGE` at `items`, or `TOO_MANY_CHECK_INS`; UNAVAILABLE when the writer has
/// too much to do; each attempt has its own result within.
pub async fn record(
    app: &Arc<App>,
    actor: &Actor,
    sent_at: Instant,
    attempts: Vec<Result<Attempt>>,
) -> Result<Vec<Result<Recorded>>> {
    let received_at = app.clock.now();
    let me = actor.person()?.employment()?;
    if !(1..=MAX_BATCH).contains(&attempts.len()) {
        return Err(Refusal::at("items", Problem::OutOfRange).with("min", 1).with("max", MAX_BATCH).into());
    }
    let sent = attempts.len();
    app.check_in_quota.take(me.id, sent, received_at)?;
    let results = settle(app, actor, (sent_at, received_at), attempts).await;
    let fresh = results.iter().flatten().flatten().filter(|recorded| !recorded.is_replay).count();
    app.check_in_quota.give_back(me.id, sent - fresh);
    results
}

/// What becomes of each attempt.
async fn settle(
    app: &Arc<App>,
    actor: &Actor,
    (sent_at, received_at): (Instant, Instant),
    attempts: Vec<Result<Attempt>>,
) -> Result<Vec<Result<Recorded>>> {
    let person = actor.person()?;
    let me = person.employment()?;
    let mut entries = Vec::with_capacity(attempts.len());
    let mut malformed = Vec::with_capacity(attempts.len());
    for attempt in attempts {
        malformed.push(match attempt {
            Ok(attempt) => {
                let payload_hash = attempt.payload_hash();
                entries.push(Entry { id: app.ids.new_id(received_at), payload_hash, attempt });
                None
            }
            Err(error) => Some(error),
        });
    }
    let sessions = sessions(&entries);
    let classes = if sessions.is_empty() {
        HashMap::new()
    } else {
        // Apart: who comes to duty has the room for it all the same.
        Box::pin(facts::classes(app.db.read(), actor, me.id, &sessions)).await?
    };
    let device_id = person.device_id;
    let sending = Sending { me, device_id, sent_at, received_at, classes, entries };
    let mut recorded = writer::record(app, sending).await?.into_iter();
    let missing = || Err(Error::internal("an attempt without a result"));
    let results = malformed.into_iter().map(|error| match error {
        Some(error) => Err(error),
        None => recorded.next().unwrap_or_else(missing),
    });
    Ok(results.collect())
}

/// The sessions that entries are for, each once.
fn sessions(entries: &[Entry]) -> Vec<CourseSessionId> {
    let sessions = entries.iter().filter_map(|entry| match entry.attempt.occasion {
        Occasion::CourseSession(id) => Some(id),
        Occasion::Workday(_) => None,
    });
    let mut sessions: Vec<_> = sessions.collect();
    sessions.sort_unstable();
    sessions.dedup();
    sessions
}
