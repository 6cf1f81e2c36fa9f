//! Every line of the table, held against the router: status, code, size, time, and that nothing was done.

use std::time::{Duration, Instant};

use axum::Router;
use serde_json::Value;

use super::requests::{Attack, Sent, attacks, fullest};
use crate::harness::{Engine, World};
use crate::http::{Answer, send};

/// Bytes of a refusal at most.
pub const SMALL: usize = 2_048;
/// How many times longer than a trivial query a refusal may take.
const TIMES: u32 = 20;
/// The same of the longest document that is parsed: the parser of a build without optimisation takes 5 ms for it.
const TIMES_OF_FULLEST: u32 = 100;
/// Others use the machine too: of at most so many attempts the best counts.
const ATTEMPTS: usize = 60;
/// Attempts at least.
const FEW: usize = 3;

/// What costs as little as anything.
pub fn trivial() -> Sent {
    Sent::query("{ viewer { id } }")
}

/// What comes back to it.
pub const TRIVIAL_ANSWER: &str = r#"{"data":{"viewer":null}}"#;

/// Sends something and tells how long it took.
async fn timed(router: &Router, sent: &Sent) -> (Answer, Duration) {
    let request = sent.request();
    let started = Instant::now();
    let answer = send(router, request).await;
    (answer, started.elapsed())
}

/// What an attack came to.
struct Outcome {
    answer: Answer,
    /// How many times longer than the trivial query it took, the best of each.
    times: f64,
    statements: u64,
}

/// Attacks again and again, a trivial query before each, until the best of both are as they should be.
async fn attacked(world: &World, router: &Router, sent: &Sent, most: u32) -> Outcome {
    let (mut trivial_best, mut best) = (Duration::MAX, Duration::MAX);
    let before = world.app.db.statements();
    let mut last = None;
    for attempt in 1..=ATTEMPTS {
        let (probe, took) = timed(router, &trivial()).await;
        assert_eq!((probe.status.as_u16(), probe.text.as_str()), (200, TRIVIAL_ANSWER), "others are served");
        trivial_best = trivial_best.min(took);
        let (answer, took) = timed(router, sent).await;
        best = best.min(took);
        last = Some(answer);
        if attempt >= FEW && best <= trivial_best * most {
            break;
        }
    }
    let times = best.as_secs_f64() / trivial_best.as_secs_f64();
    Outcome { answer: last.expect("there was an attempt"), times, statements: world.app.db.statements() - before }
}

/// What is not as the table says.
async fn wrong(world: &World, router: &Router, attack: Attack, most: u32) -> Option<String> {
    let Attack { name, sent, status, code } = attack;
    let Outcome { answer, times, statements } = attacked(world, router, &sent, most).await;
    // An id that nobody knows is looked for.
    let is_unread = statements == 0 || code == "PERSISTED_QUERY_NOT_FOUND";
    let is_as_expected = (answer.status.as_u16(), answer.code().as_str()) == (status, code)
        && is_unexecuted(&answer.json())
        && is_unread
        && answer.text.len() <= SMALL
        && times <= f64::from(most);
    let start: String = answer.text.chars().take(300).collect();
    let (status, length) = (answer.status, answer.text.len());
    (!is_as_expected).then(|| {
        format!(
            "{name}: {status}, {length} bytes, {times:.1} times a trivial query, {statements} statements\n  {start}"
        )
    })
}

/// Whether no root field has an answer.
pub fn is_unexecuted(body: &Value) -> bool {
    match &body["data"] {
        Value::Null => true,
        Value::Object(roots) => roots.values().all(Value::is_null),
        _ => false,
    }
}

#[tokio::test]
async fn every_attack_is_refused_unexecuted_at_once_and_in_few_words() {
    let world = World::new(Engine::Sqlite).await;
    let router = bina::http::router(world.app.clone());
    let mut all = Vec::new();
    for attack in attacks() {
        all.extend(wrong(&world, &router, attack, TIMES).await);
    }
    all.extend(wrong(&world, &router, fullest(), TIMES_OF_FULLEST).await);
    assert!(all.is_empty(), "not as the table says:\n{}", all.join("\n"));
}
