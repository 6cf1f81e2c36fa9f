//! The one writer of check-ins: it takes what has queued, writes it with one statement and one commit, and answers
//! each caller only then.
//!
//! Everybody checks in within the same half hour, and a commit costs about the same for one row as for a hundred.
//! Nothing is waited for: what comes while a group is committed makes up the next one, and an idle server commits at
//! once. The writer is a task on a thread of its own, and lives while there is something to write.

mod group;
mod statement;
mod thread;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Notify, oneshot};

use self::thread::Thread;
use super::attempt::{Recorded, Sending};
use crate::app::App;
use crate::db::Db;
use crate::error::{Error, Kind, Result};

/// Attempts that may wait: about a second's work. What comes when there are more is told to come back.
const ROOM: usize = 4_096;
/// Attempts after which no further sending is taken into a group. The more, the less of what a group costs by itself is
/// each one's: reading whom it is about, and locking what all of them refer to.
const GROUP: usize = 256;
/// When to come back to a full queue.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Check-ins on their way into the database.
#[derive(Debug)]
pub struct Writer {
    thread: Thread,
    state: Mutex<State>,
    /// Told when there is nothing left to write.
    rests: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Job>,
    /// Attempts in the queue.
    waiting: usize,
    /// Whether the task lives.
    is_writing: bool,
    /// Whether nothing more is taken.
    is_closed: bool,
}

/// A sending that waits for its answer.
#[derive(Debug)]
struct Job {
    sending: Sending,
    answer: oneshot::Sender<Vec<Result<Recorded>>>,
}

/// Records a sending; one result for each entry, in their order. It is recorded also when the caller no longer waits.
///
/// # Errors
/// UNAVAILABLE when too many wait.
pub async fn record(app: &Arc<App>, sending: Sending) -> Result<Vec<Result<Recorded>>> {
    if sending.entries.is_empty() {
        return Ok(Vec::new());
    }
    let (answer, answered) = oneshot::channel();
    let is_first = app.check_ins.enqueue(Job { sending, answer }).inspect_err(|_| app.metrics.queue_full())?;
    app.metrics.queue_depth(app.check_ins.waiting());
    if is_first {
        drop(app.check_ins.thread.run(write_all(app.clone())));
    }
    // Nobody knows what became of it: the phone asks again, with the same key.
    answered.await.map_err(|_| Error::unavailable("the writer gave up a group of check-ins"))
}

impl Writer {
    /// A writer with nothing to write, and its connection.
    ///
    /// # Errors
    /// When the operating system has no thread to give, or the database takes no connection.
    pub async fn start(db: &Db) -> Result<Self> {
        let thread = Thread::start().map_err(Error::internal)?;
        let db = db.clone();
        // On its thread, which then waits for the connection's network.
        thread.run(async move { db.open_check_ins().await }).await.map_err(Error::internal)??;
        Ok(Self { thread, state: Mutex::default(), rests: Notify::new() })
    }

    /// Takes nothing more, and waits until everything that waits has its answer.
    pub async fn drain(&self) {
        let rests = self.rests.notified();
        let is_writing = {
            let mut state = self.state();
            state.is_closed = true;
            state.is_writing
        };
        if is_writing {
            rests.await;
        }
    }

    /// Attempts that wait for their group.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// Whether a group is being written.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.state().is_writing
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether the task is to be started.
    fn enqueue(&self, job: Job) -> Result<bool> {
        let mut state = self.state();
        let waiting = state.waiting + job.sending.entries.len();
        if state.is_closed || waiting > ROOM {
            return Err(Kind::Unavailable { retry_after: RETRY_AFTER }.into());
        }
        state.waiting = waiting;
        state.queue.push_back(job);
        Ok(!std::mem::replace(&mut state.is_writing, true))
    }

    /// What has queued; nothing ends the task.
    fn next_group(&self) -> Vec<Job> {
        let mut state = self.state();
        let (mut group, mut attempts) = (Vec::new(), 0);
        while attempts < GROUP
            && let Some(job) = state.queue.pop_front()
        {
            attempts += job.sending.entries.len();
            group.push(job);
        }
        state.waiting -= attempts;
        if group.is_empty() {
            state.is_writing = false;
            self.rests.notify_waiters();
        }
        group
    }
}

async fn write_all(app: Arc<App>) {
    loop {
        let group = app.check_ins.next_group();
        app.metrics.queue_depth(app.check_ins.waiting());
        if group.is_empty() {
            return;
        }
        // A panic is told by its hook and ends its own group alone, whose callers find that nobody answers.
        let _ = AssertUnwindSafe(write(&app, group)).catch_unwind().await;
    }
}

async fn write(app: &App, group: Vec<Job>) {
    let results = group::record(app, &group).await;
    for Recorded { check_in, .. } in results.iter().flatten().filter(|recorded| !recorded.is_replay) {
        app.metrics.check_in(check_in.verdict);
        app.live.check_in_recorded(check_in);
    }
    let mut results = results.into_iter();
    for Job { sending, answer } in group {
        // Whoever no longer waits will ask again, and hear that it is a replay.
        let _ = answer.send(results.by_ref().take(sending.entries.len()).collect());
    }
}
