//! The real server under the whole table, over real connections: it lives, it answers others, and its memory is flat.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::bench::{SMALL, TRIVIAL_ANSWER, is_unexecuted, trivial};
use super::requests::{Attack, Sent, attacks, fullest};
use super::wire::{HOME, endless, exchange};

/// How long it may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Kilobytes that the memory of the process may grow by on its own.
const FLAT: usize = 8 * 1024;
/// Rounds in which caches fill, and rounds after them.
const ROUNDS: (usize, usize) = (10, 35);
/// Bytes that a round may leave behind: one request of each kind.
const LEFT: usize = 4 * 1024;
const METRICS_TOKEN: &str = "metrics-of-the-attack-bench";
/// Bytes of a body that is far too long.
const TEN: usize = 10 * 1024 * 1024;

/// The server; it ends with the test.
struct Running {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<Value>>>,
    _folder: TempDir,
}

impl Running {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BINA_")) {
            command.env_remove(name);
        }
        command.arg("serve").current_dir(&folder).env("BINA_LISTEN", "127.0.0.1:0");
        command.env("BINA_DATA_DIR", folder.path().join("data")).env("BINA_METRICS_TOKEN", METRICS_TOKEN);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("bina starts");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = mpsc::channel();
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let line: Value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if line["message"] == "listening" {
                    tell.send(line["address"].as_str().and_then(|address| address.parse().ok())).ok();
                }
                kept.lock().expect("nobody panicked").push(line);
            }
        });
        let address = told.recv_timeout(PATIENCE).ok().flatten().expect("it listens");
        Self { child, address, log, _folder: folder }
    }

    /// Kilobytes, as Linux tells them: `VmRSS` now, `VmHWM` at the most.
    fn memory(&self, name: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it lives");
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).expect("a number")
    }

    /// Bytes in use, by its allocator's account.
    async fn allocated(&self) -> usize {
        let metrics = Sent::get("/metrics").with("authorization", format!("Bearer {METRICS_TOKEN}"));
        let answer = exchange(HOME, self.address, &metrics.bytes()).await.text;
        let bytes = answer.lines().find_map(|line| line.strip_prefix("bina_allocated_bytes ")?.parse().ok());
        bytes.unwrap_or_else(|| panic!("{answer}"))
    }

    async fn is_served(&self) {
        let answer = exchange(HOME, self.address, &trivial().bytes()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, TRIVIAL_ANSWER));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_under_every_attack_answers_others_and_keeps_its_memory() {
    let server = Running::start();
    let address = server.address;
    let is_over = Arc::new(AtomicBool::new(false));
    let probing = tokio::spawn({
        let is_over = is_over.clone();
        async move {
            let mut answered = 0;
            while !is_over.load(Ordering::Relaxed) {
                let answer = exchange(HOME, address, &trivial().bytes()).await;
                assert_eq!((answer.status, answer.text.as_str()), (200, TRIVIAL_ANSWER));
                answered += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            answered
        }
    });
    let table: Vec<_> = attacks().into_iter().chain([fullest()]).collect();
    let (mut memory, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS.0 + ROUNDS.1 {
        for Attack { name, sent, status, code } in &table {
            let answer = exchange(HOME, address, &sent.bytes()).await;
            assert_eq!((answer.status, answer.code().as_str()), (*status, *code), "{name}: {}", answer.text);
            assert!(is_unexecuted(&answer.json()) && answer.text.len() <= SMALL, "{name}: {}", answer.text);
        }
        memory.push(server.allocated().await);
        resident.push(server.memory("VmRSS"));
    }
    is_over.store(true, Ordering::Relaxed);
    let answered = probing.await.expect("every probe was answered");
    assert!(answered >= ROUNDS.1, "{answered}");
    // What is under way comes and goes: of some rounds the least counts.
    let lowest = |rounds: &[usize]| *rounds.iter().min().expect("rounds");
    let (first, last) = memory[ROUNDS.0..].split_at(5);
    let left = lowest(&last[5..]).saturating_sub(lowest(first)) / last.len();
    assert!(left <= LEFT, "{left} bytes of each round stay: {memory:?}");
    // What libraries in C hold is in no account but the system's.
    let (before, after) = resident.split_at(ROUNDS.0);
    let most = before.iter().max().expect("rounds");
    assert!(lowest(after) <= most + FLAT / 2, "it grows: {resident:?} kB");

    // What was sent forged no line.
    let forged = Sent::get("/%0d%0a%7B%22message%22%3A%22forged%22%7D").with("x-forged", "%0d%0aforged");
    assert_eq!(exchange(HOME, address, &forged.bytes()).await.status, 404);
    let name = serde_json::json!({ "query": "{__typename}", "operationName": "A\r\n{\"message\":\"forged\"}" });
    assert_eq!(exchange(HOME, address, &Sent::json(&name).bytes()).await.code(), "GRAPHQL_VALIDATION_FAILED");
    server.is_served().await;
    for line in server.log.lock().expect("nobody panicked").iter() {
        assert!(line.is_object() && line["message"] != "forged" && line["level"] != "ERROR", "{line}");
    }
}

/// Sends bodies and a head of so many bytes, and one body that does not end.
async fn flood(server: &Running, bytes: usize) {
    let whole = exchange(HOME, server.address, &Sent::body(vec![b' '; bytes]).bytes()).await;
    assert_eq!((whole.status, whole.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    let (cut, taken) = endless(server.address, 8 * bytes).await;
    assert_eq!((cut.status, cut.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    assert!(bytes < TEN || taken < 8 * bytes, "it was read to the end");
    let long = Sent::get("/graphql?query=%7B__typename%7D").with("x-long", "a".repeat(bytes));
    assert_eq!(exchange(HOME, server.address, &long.bytes()).await.status, 431);
    server.is_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_end_is_not_held() {
    let server = Running::start();
    // What is made once is there after bodies that are a little too long.
    for _ in 0..20 {
        flood(&server, TEN / 20).await;
    }
    let before = server.memory("VmHWM");
    for _ in 0..10 {
        flood(&server, TEN).await;
    }
    // The kernel reckons to some pages.
    let grown = server.memory("VmHWM").saturating_sub(before);
    assert!(grown <= FLAT, "at the most {grown} kB more than the {before} kB before");
}
