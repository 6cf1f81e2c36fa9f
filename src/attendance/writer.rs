//! The one writer of check-ins: it takes what has queued, writes it with one statement and one commit, and answers
//! each caller only then.
//!
//! Everybody checks in within the same half hour, and a commit costs the same for one row as for a hundred. Nothing is
//! waited for: what comes while a group is committed makes up the next one, and an idle server commits at once.

mod group;
mod statement;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::attempt::{Recorded, Sending};
use crate::db::Db;
use crate::error::{Error, Kind, Result};

/// Attempts that may wait: about a second's work. A sending beyond them is told to come back.
const ROOM: u32 = 4_096;
/// Attempts after which no further sending is taken into a group.
const GROUP: usize = 128;
/// When to come back to a full queue.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The way to the writer.
#[derive(Debug)]
pub struct Writer {
    /// Never more in it than there is room for.
    queue: UnboundedSender<Job>,
    room: Arc<Semaphore>,
}

/// A sending that waits for its answer.
struct Job {
    sending: Sending,
    answer: oneshot::Sender<Vec<Result<Recorded>>>,
    /// Room for its attempts, given back with the answer.
    _room: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts the writer of a database; it ends when the way to it is dropped.
    #[must_use]
    pub fn start(db: Db) -> Self {
        let (queue, jobs) = unbounded_channel();
        tokio::spawn(run(db, jobs));
        Self { queue, room: Arc::new(Semaphore::new(ROOM as usize)) }
    }

    /// Records a sending; one result for each entry, in their order. It is recorded also when the caller no longer
    /// waits.
    ///
    /// # Errors
    /// UNAVAILABLE when there is no room.
    pub async fn record(&self, sending: Sending) -> Result<Vec<Result<Recorded>>> {
        if sending.entries.is_empty() {
            return Ok(Vec::new());
        }
        let attempts = u32::try_from(sending.entries.len()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(attempts);
        let full = |_| Error::from(Kind::Unavailable { retry_after: RETRY_AFTER });
        let (answer, answered) = oneshot::channel();
        let job = Job { sending, answer, _room: room.map_err(full)? };
        self.queue.send(job).map_err(|_| ended())?;
        answered.await.map_err(|_| ended())
    }

    /// Lets nothing more in, and waits until everything that is in has its answer.
    pub async fn drain(&self) {
        if let Ok(all) = self.room.acquire_many(ROOM).await {
            all.forget();
        }
        self.room.close();
    }
}

/// Nobody knows what became of the sending.
fn ended() -> Error {
    Error::internal("the writer of check-ins gave up a group")
}

async fn run(db: Db, mut jobs: UnboundedReceiver<Job>) {
    while let Some(first) = jobs.recv().await {
        let mut attempts = first.sending.entries.len();
        let mut group = vec![first];
        while attempts < GROUP
            && let Ok(job) = jobs.try_recv()
        {
            attempts += job.sending.entries.len();
            group.push(job);
        }
        // A panic is told by its hook and ends its own group alone, whose callers find their answer gone.
        let _ = AssertUnwindSafe(write(&db, group)).catch_unwind().await;
    }
}

async fn write(db: &Db, group: Vec<Job>) {
    let sendings: Vec<&Sending> = group.iter().map(|job| &job.sending).collect();
    let mut results = group::record(db, &sendings).await.into_iter();
    for Job { sending, answer, _room } in group {
        // Whoever no longer waits will ask again, and hear that it is a replay.
        let _ = answer.send(results.by_ref().take(sending.entries.len()).collect());
    }
}
