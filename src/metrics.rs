//! What the server counts, for Prometheus at `GET /metrics`.
//!
//! Each [`App`](crate::app::App) has a recorder of its own and nothing is global, so that many live in one process
//! without counting for each other. Labels take words of ours alone: nothing that a client sends, nothing of people.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;
use entity::check_in::Verdict;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _, SharedString};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use rustix::time::{ClockId, clock_gettime};

use crate::db::Db;

const REQUESTS: &str = "bina_requests_total";
const REQUEST_SECONDS: &str = "bina_request_duration_seconds";
const FRONT_MICROSECONDS: &str = "bina_front_microseconds_total";
const CHECK_INS: &str = "bina_check_ins_total";
const QUEUE_DEPTH: &str = "bina_check_in_queue_depth";
const QUEUE_FULL: &str = "bina_check_in_queue_full_total";
const BATCH_SIZE: &str = "bina_check_in_batch_size";
const COMMIT_SECONDS: &str = "bina_check_in_commit_seconds";
const SUBSCRIPTIONS: &str = "bina_live_subscriptions";
const STATEMENTS: &str = "bina_db_statements_total";
const FAILED_STATEMENTS: &str = "bina_db_statements_failed_total";
const CONNECTIONS: &str = "bina_db_connections";
const REFUSALS: &str = "bina_refusals_total";
const UPTIME: &str = "bina_uptime_seconds";
const MEMORY: &str = "process_resident_memory_bytes";
const ALLOCATED: &str = "bina_allocated_bytes";
const BUILD: &str = "bina_build_info";

/// Every metric with what it tells.
pub const ALL: [(&str, &str); 17] = [
    (REQUESTS, "HTTP requests by kind of operation and status"),
    (REQUEST_SECONDS, "Time from a request's headers to its answer"),
    (
        FRONT_MICROSECONDS,
        "Processor time that reading operations, their guard and writing their answers took, from a sample",
    ),
    (REFUSALS, "Operations that asked for too much, by reason"),
    (CHECK_INS, "Check-ins that were written, by verdict"),
    (QUEUE_DEPTH, "Check-ins that wait to be written"),
    (QUEUE_FULL, "Check-ins that were turned away because the queue was full"),
    (BATCH_SIZE, "Check-ins that were committed together"),
    (COMMIT_SECONDS, "Time to write and commit a batch of check-ins"),
    (SUBSCRIPTIONS, "Subscriptions that are open"),
    (STATEMENTS, "SQL statements, without the beginnings and ends of transactions"),
    (FAILED_STATEMENTS, "SQL statements that failed"),
    (CONNECTIONS, "Connections to the database by pool, in use and idle"),
    (UPTIME, "Time since the start"),
    (MEMORY, "Memory of the process"),
    (ALLOCATED, "Memory that Rust code holds, with what its threads keep ready for it"),
    (BUILD, "1, with the version"),
];

const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const SIZES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Of so many pieces of work one is timed: the clock costs as much as a tenth of what it times. A prime, so that it meets
/// each of the pieces that make up a request.
const TIMED: u32 = 61;

const ABOUT: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// What an [`App`](crate::app::App) counts. A clone counts for the same.
#[derive(Clone)]
pub struct Metrics(Arc<Parts>);

struct Parts {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// By kind, what every request is counted in.
    requests: [Requests; Kind::Other as usize + 1],
    /// By verdict.
    check_ins: [(Verdict, Counter); 3],
    queue_depth: Gauge,
    queue_full: Counter,
    front_microseconds: Counter,
    front_pieces: AtomicU64,
    batch_size: Histogram,
    commit_seconds: Histogram,
    subscriptions: Gauge,
    started: Instant,
}

/// What requests of a kind are counted in, once there was one: to find it by its name costs as much as to count.
#[derive(Default)]
struct Requests {
    seconds: OnceLock<Histogram>,
    /// Those that were answered with 200.
    ok: OnceLock<Counter>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut builder = PrometheusBuilder::new();
        for (name, buckets) in [(REQUEST_SECONDS, &SECONDS[..]), (COMMIT_SECONDS, &SECONDS), (BATCH_SIZE, &SIZES)] {
            let matcher = Matcher::Full(name.to_owned());
            builder = builder.set_buckets_for_metric(matcher, buckets).expect("there are buckets");
        }
        let recorder = builder.build_recorder();
        for (name, tells) in ALL {
            recorder.describe_counter(name.into(), None, SharedString::const_str(tells));
        }
        let plain = |name| Key::from_static_name(name);
        // Series that are there from the start: an alert on a rate needs the zero before the first.
        let check_ins = [Verdict::Accepted, Verdict::NeedsReview, Verdict::Rejected].map(|verdict| {
            (verdict, recorder.register_counter(&key(CHECK_INS, &[("verdict", word(verdict))]), &ABOUT))
        });
        let metrics = Self(Arc::new(Parts {
            handle: recorder.handle(),
            requests: Default::default(),
            check_ins,
            queue_depth: recorder.register_gauge(&plain(QUEUE_DEPTH), &ABOUT),
            front_microseconds: recorder.register_counter(&plain(FRONT_MICROSECONDS), &ABOUT),
            front_pieces: AtomicU64::new(0),
            queue_full: recorder.register_counter(&plain(QUEUE_FULL), &ABOUT),
            batch_size: recorder.register_histogram(&plain(BATCH_SIZE), &ABOUT),
            commit_seconds: recorder.register_histogram(&plain(COMMIT_SECONDS), &ABOUT),
            subscriptions: recorder.register_gauge(&plain(SUBSCRIPTIONS), &ABOUT),
            recorder,
            started: Instant::now(),
        }));
        metrics.gauge(BUILD, &[("version", env!("CARGO_PKG_VERSION"))]).set(1.0);
        for refused in [Refused::Limit, Refused::RateOfAccount, Refused::RateOfAddress] {
            metrics.counter(REFUSALS, &[("reason", refused.word())]).increment(0);
        }
        metrics
    }
}

/// Processor time of this thread: others that have the processor meanwhile do not count.
fn thread_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

fn key(name: &'static str, labels: &[(&'static str, &'static str)]) -> Key {
    Key::from_parts(
        name,
        labels.iter().map(|(label, value)| Label::from_static_parts(label, value)).collect::<Vec<_>>(),
    )
}

impl Metrics {
    fn counter(&self, name: &'static str, labels: &[(&'static str, &'static str)]) -> Counter {
        self.0.recorder.register_counter(&key(name, labels), &ABOUT)
    }

    fn gauge(&self, name: &'static str, labels: &[(&'static str, &'static str)]) -> Gauge {
        self.0.recorder.register_gauge(&key(name, labels), &ABOUT)
    }

    /// A request was answered.
    pub(crate) fn request(&self, kind: Kind, status: StatusCode, took: Duration) {
        let counter = || {
            let status = Label::new("status", status.as_str().to_owned());
            let labels = vec![Label::from_static_parts("kind", kind.word()), status];
            self.0.recorder.register_counter(&Key::from_parts(REQUESTS, labels), &ABOUT)
        };
        let seconds = || self.0.recorder.register_histogram(&key(REQUEST_SECONDS, &[("kind", kind.word())]), &ABOUT);
        let of_kind = &self.0.requests[kind as usize];
        // Of statuses there are the few that we answer with.
        if status == StatusCode::OK {
            of_kind.ok.get_or_init(counter).increment(1);
        } else {
            counter().increment(1);
        }
        of_kind.seconds.get_or_init(seconds).record(took);
    }

    /// An operation was refused because it, or its caller, asked for too much.
    pub(crate) fn refusal(&self, refused: Refused) {
        self.counter(REFUSALS, &[("reason", refused.word())]).increment(1);
    }

    /// A check-in with this verdict was committed; one that was sent again is none.
    pub fn check_in(&self, verdict: Verdict) {
        for (_, counter) in self.0.check_ins.iter().filter(|(counted, _)| *counted == verdict) {
            counter.increment(1);
        }
    }

    /// So many check-ins wait to be written.
    pub fn queue_depth(&self, waiting: usize) {
        self.0.queue_depth.set(float(waiting as u64));
    }

    /// Does a piece of what stands before and behind the execution: the work of our handler and of the guard.
    pub(crate) fn front<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.0.front_pieces.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIMED.into()) {
            return work();
        }
        // The clock's own time is measured beside, and taken off.
        let clock = thread_time();
        let began = thread_time();
        let done = work();
        let took = thread_time().saturating_sub(began).saturating_sub(began.saturating_sub(clock)) * TIMED;
        self.0.front_microseconds.increment(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        done
    }

    /// A check-in was turned away because too many wait.
    pub fn queue_full(&self) {
        self.0.queue_full.increment(1);
    }

    /// A batch of check-ins was written and committed.
    pub fn batch_committed(&self, size: usize, took: Duration) {
        self.0.batch_size.record(float(size as u64));
        self.0.commit_seconds.record(took);
    }

    /// A subscription is open until what this answers is dropped.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        self.0.subscriptions.increment(1.0);
        Subscription(self.0.subscriptions.clone())
    }

    /// Folds what was recorded since the last time; without it, memory grows while nobody asks for the metrics.
    pub fn fold(&self) {
        self.0.handle.run_upkeep();
    }

    /// Everything in the text format of Prometheus.
    #[must_use]
    pub fn render(&self, db: &Db) -> String {
        let (statements, failed) = (db.statements(), db.failed_statements());
        self.counter(STATEMENTS, &[]).absolute(statements);
        self.counter(FAILED_STATEMENTS, &[]).absolute(failed);
        for (pool, in_use, idle) in db.connections() {
            self.gauge(CONNECTIONS, &[("pool", pool), ("state", "in_use")]).set(float(in_use));
            self.gauge(CONNECTIONS, &[("pool", pool), ("state", "idle")]).set(float(idle));
        }
        self.gauge(UPTIME, &[]).set(self.0.started.elapsed().as_secs_f64());
        if let Some(bytes) = resident_memory() {
            self.gauge(MEMORY, &[]).set(float(bytes));
        }
        if let Some(bytes) = allocated_memory() {
            self.gauge(ALLOCATED, &[]).set(float(bytes));
        }
        self.0.handle.render()
    }
}

/// Counts as an open subscription until it is dropped.
pub struct Subscription(Gauge);

impl Drop for Subscription {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subscription").finish()
    }
}

/// What a request was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Operations that were executed, or that their caller may not execute.
    Query,
    Mutation,
    Subscription,
    /// A request to the API that got no operation.
    Refused,
    /// Another path: health, keys, pages, metrics, nothing.
    Other,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
            Self::Refused => "refused",
            Self::Other => "other",
        }
    }
}

impl From<OperationType> for Kind {
    fn from(operation: OperationType) -> Self {
        match operation {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "ACCEPTED",
        Verdict::NeedsReview => "NEEDS_REVIEW",
        Verdict::Rejected => "REJECTED",
    }
}

/// Why an operation was too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It passed a limit of one operation.
    Limit,
    /// Its account has asked for too much lately.
    RateOfAccount,
    /// Its address has.
    RateOfAddress,
}

impl Refused {
    fn word(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::RateOfAccount => "rate_account",
            Self::RateOfAddress => "rate_address",
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

/// By the account of `bina`'s own allocator: what is lost shows here long before the operating system's account of the
/// process moves. What libraries in C allocate (SQLite, the cryptography) is not in it.
fn allocated_memory() -> Option<u64> {
    tikv_jemalloc_ctl::epoch::advance().ok()?;
    u64::try_from(tikv_jemalloc_ctl::stats::allocated::read().ok()?).ok()
}

/// Where the operating system tells.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
