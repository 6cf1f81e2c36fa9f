//! The real binary, from the outside: started, asked over the network, stopped and killed.

mod commands;
mod configuration;
mod demo;
mod documents;
mod faults;
mod log;
mod operations;
mod phone;
mod stopping;

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, Database};
use serde_json::Value;
use tempfile::TempDir;

use self::phone::Phone;
use crate::harness::{Engine, postgres_url};

/// How long anything may take before a test gives it up, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where a server lives: a folder, and on PostgreSQL a database of its own, which is empty at first.
struct Home {
    folder: TempDir,
    database: Option<String>,
}

impl Home {
    fn new(engine: Engine) -> Self {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(empty_database()),
        };
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database }
    }

    /// The binary with nothing in its environment but this home, and a port that is free.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BINA_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(&self.folder);
        command.env("BINA_DATA_DIR", self.folder.path().join("data")).env("BINA_LISTEN", "127.0.0.1:0");
        if let Some(url) = &self.database {
            command.env("BINA_DATABASE_URL", url);
        }
        command
    }

    /// Runs a command to its end.
    fn run(&self, arguments: &[&str]) -> Ended {
        Process::spawn(self.command(arguments)).end()
    }

    /// As [`Self::run`], and it succeeds; answers what it printed.
    fn succeed(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "bina {arguments:?}\n{}{}", ended.out, ended.err);
        ended.out
    }

    /// Starts a server and waits until it is ready.
    fn start(&self, arguments: &[&str]) -> Server {
        Server::start(self.command(arguments))
    }

    /// A server over the demo's data that is no demo.
    fn start_with_demo_data(&self) -> Server {
        self.start(&["demo"]).kill();
        self.start(&["serve"])
    }

    /// The accounts that `bina demo --print-accounts` tells of.
    fn accounts(&self) -> Vec<Value> {
        serde_json::from_str(&self.succeed(&["demo", "--print-accounts"])).expect("a JSON list")
    }
}

/// A new database with nothing in it.
fn empty_database() -> String {
    let url = postgres_url();
    let (server, _) = url.rsplit_once('/').expect("a URL with a database name");
    let name = format!("bina_process_{}", uuid::Uuid::from_bytes(bina::id::Ids::default().bytes()).simple());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let admin = Database::connect(&url).await.expect("the cluster answers");
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a new database");
        admin.close().await.expect("it closes");
    });
    format!("{server}/{name}")
}

/// A running `bina` whose output is collected.
struct Process {
    child: Child,
    out: Arc<Mutex<String>>,
    err: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

/// A `bina` that has ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Process {
    fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("bina starts");
        let (out, err) = (Arc::default(), Arc::default());
        let readers = vec![
            collect(child.stdout.take().expect("it is piped"), &out),
            collect(child.stderr.take().expect("it is piped"), &err),
        ];
        Self { child, out, err, readers }
    }

    fn err(&self) -> String {
        self.err.lock().expect("nobody panicked").clone()
    }

    /// Sends a signal, such as `TERM`.
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end.
    fn end(&mut self) -> Ended {
        let code = self.wait();
        for reader in self.readers.drain(..) {
            reader.join().expect("the output is read");
        }
        let text = |text: &Mutex<String>| text.lock().expect("nobody panicked").clone();
        Ended { code, out: text(&self.out), err: text(&self.err) }
    }

    fn wait(&mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state is known") {
                return status.code();
            }
            assert!(started.elapsed() < PATIENCE, "it does not end:\n{}", self.err());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A test that fails leaves nothing behind.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects lines as they come.
fn collect(from: impl Read + Send + 'static, into: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let into = into.clone();
    thread::spawn(move || {
        let mut lines = BufReader::new(from);
        let mut line = String::new();
        while lines.read_line(&mut line).expect("the output is UTF-8") > 0 {
            into.lock().expect("nobody panicked").push_str(&line);
            line.clear();
        }
    })
}

/// A server that is ready.
struct Server {
    process: Process,
    /// `http://address:port`.
    url: String,
    /// How long it took from the start to readiness.
    ready_in: Duration,
}

impl Server {
    fn start(command: Command) -> Self {
        let started = Instant::now();
        let mut process = Process::spawn(command);
        let url = loop {
            if let Some(address) = listening(&process.err()) {
                break format!("http://{address}");
            }
            let ended = process.child.try_wait().expect("its state is known");
            assert!(ended.is_none() && started.elapsed() < PATIENCE, "{ended:?}\n{}", process.err());
            thread::sleep(Duration::from_millis(5));
        };
        let stranger = Phone::new(&url);
        while stranger.get("/health/ready").ok().map(|answer| answer.status) != Some(200) {
            assert!(started.elapsed() < PATIENCE, "it does not get ready:\n{}", process.err());
            thread::sleep(Duration::from_millis(5));
        }
        Self { process, url, ready_in: started.elapsed() }
    }

    /// A phone on which nobody is logged in.
    fn phone(&self) -> Phone {
        Phone::new(&self.url)
    }

    /// As the plug is pulled.
    fn kill(mut self) {
        self.process.child.kill().expect("it is killed");
        self.process.wait();
    }

    /// As an operator stops it.
    fn stop(mut self) -> Ended {
        self.process.signal("TERM");
        self.process.end()
    }
}

/// The address that the log says the server listens on.
fn listening(log: &str) -> Option<String> {
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.find(|line| line["message"] == "listening")?;
    Some(line["address"].as_str()?.to_owned())
}
