//! The load itself: how fast requests come, and what became of them.

use std::cell::{Cell, RefCell};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::Failure;
use crate::connection::Connection;
use crate::operation::Operation;

/// A request that is without an answer for so long after the end is an error.
const PATIENCE: Duration = Duration::from_secs(15);

/// How requests come.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// After the answer of the one before.
    Closed,
    /// At a fixed rate.
    Open {
        /// Requests a second.
        rate: u32,
    },
}

/// What became of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Right answers.
    done: usize,
    /// Everything else.
    errors: usize,
    /// Right answers a second.
    per_s: f64,
    /// Milliseconds that half of the requests took at most.
    p50_ms: f64,
    /// Milliseconds that 99 of 100 took at most.
    p99_ms: f64,
    /// Milliseconds of the slowest.
    max_ms: f64,
}

/// What the connections share.
struct Run {
    crowd: Vec<String>,
    operation: Operation,
    pace: Pace,
    started: Instant,
    time: Duration,
    /// Requests that were begun.
    begun: Cell<u32>,
    /// Microseconds of the right answers.
    times: RefCell<Vec<u32>>,
    errors: Cell<usize>,
}

impl Run {
    /// The number of the next request and when it should be sent; nothing once time is over.
    fn next(&self) -> Option<(u32, Instant)> {
        let number = self.begun.get();
        let due = match self.pace {
            Pace::Closed => Instant::now(),
            Pace::Open { rate } => self.started + Duration::from_secs(1) * number / rate,
        };
        if due >= self.started + self.time {
            return None;
        }
        self.begun.set(number + 1);
        Some((number, due))
    }

    /// Asks until time is over, on a connection of its own.
    async fn ask(&self, mut connection: Connection, server: SocketAddr) -> io::Result<()> {
        while let Some((number, due)) = self.next() {
            if let Pace::Open { .. } = self.pace {
                sleep_until(due).await;
            }
            let person = number as usize % self.crowd.len();
            match connection.post(&self.crowd[person], &self.operation.body()).await {
                Ok(answer) if self.operation.is_done(&answer) => {
                    let took = due.elapsed().as_micros();
                    self.times.borrow_mut().push(u32::try_from(took).unwrap_or(u32::MAX));
                    continue;
                }
                Ok(answer) => self.tell(&format!("{} {}", answer.status, answer.body)),
                Err(error) => self.tell(&error.to_string()),
            }
            connection = Connection::open(server).await?;
        }
        Ok(())
    }

    /// Counts an error; the first ones are told.
    fn tell(&self, error: &str) {
        self.errors.set(self.errors.get() + 1);
        if self.errors.get() <= 3 {
            // Nothing is left to do when the terminal does not take it.
            let _ = writeln!(io::stderr(), "not the answer: {error}");
        }
    }
}

/// Runs a load against a server.
pub async fn run(
    server: SocketAddr,
    crowd: Vec<String>,
    operation: Operation,
    connections: usize,
    time: Duration,
    pace: Pace,
) -> Result<Report, Failure> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(server).await?);
    }
    let started = Instant::now();
    let run = Rc::new(Run {
        crowd,
        operation,
        pace,
        started,
        time,
        begun: Cell::new(0),
        times: RefCell::default(),
        errors: Cell::new(0),
    });
    let ask = |connection| {
        let run = run.clone();
        tokio::task::spawn_local(async move { run.ask(connection, server).await })
    };
    let asking: Vec<_> = open.into_iter().map(ask).collect();
    for connection in asking {
        match timeout_at(started + time + PATIENCE, connection).await {
            Ok(asked) => asked??,
            Err(late) => run.tell(&late.to_string()),
        }
    }
    let took = started.elapsed();
    let mut times = run.times.take();
    times.sort_unstable();
    Ok(Report {
        done: times.len(),
        errors: run.errors.get(),
        per_s: per_second(times.len(), took),
        p50_ms: quantile(&times, 50),
        p99_ms: quantile(&times, 99),
        max_ms: quantile(&times, 100),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
fn per_second(done: usize, took: Duration) -> f64 {
    (done as f64 / took.as_secs_f64() * 10.0).round() / 10.0
}

/// The time, in milliseconds, that so many percent of the requests took at most.
fn quantile(sorted: &[u32], percent: usize) -> f64 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
}
