//! A million people: how long they take, and how little memory.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bina::clock::Clock;
use bina::import::{self, Progress, Report, Source};
use rstest::rstest;

use super::{agency_of, counts, list, prepare};
use crate::harness::{Engine, World};

/// The most memory that an import may hold, in MB.
const LIMIT: u64 = 300;

/// Lets time go on, as it does: ids that are all of one instant would lie all over the indexes.
struct Ticking<'a>(&'a Clock);

impl Progress for Ticking<'_> {
    fn rows(&self, _: u64) {
        self.0.set(self.0.now() + Duration::from_millis(100));
    }
}

/// Run by itself, for it measures the process: see `docs/import.md`.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes many minutes, and measures the whole process"]
async fn a_million_people_in_300_megabytes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let count = std::env::var("BINA_TEST_EMPLOYEES").map_or(1_000_000, |count| count.parse().expect("a number"));
    let world = World::new(engine).await;
    prepare(&world).await;
    list(&world, Source::Ranks, ranks()).await;
    list(&world, Source::PostTypes, r#"[{"id":"3","nama":"Rangkap"},{"id":"4","nama":"Umum"}]"#).await;
    for wanted in [[count, 0, 0, 0], [0, 0, count, 0]] {
        let begin = Instant::now();
        let report = made(&world, count).await;
        assert_eq!(counts(&report), wanted, "{report}");
        let (taken, memory) = (begin.elapsed(), peak_memory());
        eprintln!("{engine:?}: {count} people in {} s, at most {memory} MB in memory", taken.as_secs());
        assert!(memory < LIMIT);
    }
}

/// Imports the people that `scripts/make-employees` makes, straight from its output.
async fn made(world: &World, count: u64) -> Report {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/make-employees");
    let mut maker: Child = Command::new("python3")
        .args([script, &count.to_string(), "dispar", "dinkes"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let input = Box::new(maker.stdout.take().expect("it is piped"));
    let agency = agency_of(world, "5171").await;
    let ticking = Ticking(&world.app.clock);
    let report = import::run(&world.app, Source::Employees, Some(agency), input, &ticking).await.expect("imported");
    assert!(maker.wait().expect("it ends").success());
    report
}

fn ranks() -> String {
    let steps = ["II", "III", "IV"].iter().flat_map(|group| ["a", "b", "c", "d"].map(|step| format!("{group}/{step}")));
    let entries: Vec<_> =
        steps.enumerate().map(|(id, code)| format!(r#"{{"id":"{id}","nama":"{code}","namaPangkat":"x"}}"#)).collect();
    format!("[{}]", entries.join(","))
}

/// The most memory that this process has held, in MB (Linux).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the line is there");
    peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1_024
}
