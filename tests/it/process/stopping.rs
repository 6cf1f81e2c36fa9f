//! Servers that start together, and one that stops while it is busy.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::json;

use super::demo::{clerks, office};
use super::phone::{CHECK_IN, Phone, to_duty};
use super::{Home, Process, Server};
use crate::harness::Engine;

#[rstest]
fn three_servers_start_on_an_empty_database(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let servers: Vec<Server> = thread::scope(|scope| {
        let starts: Vec<_> = (0..3).map(|_| scope.spawn(|| home.start(&["serve"]))).collect();
        starts.into_iter().map(|start| start.join().expect("it gets ready")).collect()
    });
    let jwks = |server: &Server| server.phone().get("/.well-known/jwks.json").expect("the keys").body;
    assert!(servers.iter().all(|server| jwks(server) == jwks(&servers[0])), "they share their keys");
    let status = home.succeed(&["migrate", "status"]);
    let names: Vec<_> = status.lines().map(|line| line.strip_prefix("applied  ").expect("applied")).collect();
    assert!(!names.is_empty());
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "each once: {status}");
    for server in servers {
        assert!(!server.process.err().contains("\"level\":\"ERROR\""), "{}", server.process.err());
        server.kill();
    }
}

#[test]
fn a_port_in_use_is_named() {
    let (home, other) = (Home::new(Engine::Sqlite), Home::new(Engine::Sqlite));
    let server = home.start(&["serve"]);
    let address = server.url.strip_prefix("http://").expect("a URL");
    for command in ["serve", "demo"] {
        let mut command = other.command(&[command]);
        command.env("BINA_LISTEN", address);
        let ended = Process::spawn(command).end();
        assert_eq!(ended.code, Some(1));
        let last = ended.err.lines().last().unwrap_or_default();
        assert!(last.contains("BINA_LISTEN") && last.contains(address) && last.contains("in use"), "{last}");
        assert_eq!(ended.out, "", "nobody is told of a server that is not there");
    }
}

/// What a balancer sees that sends requests on while it finds the server ready, and a second longer: that is how
/// often it looks.
#[derive(Default)]
struct Balancer {
    red_since: OnceLock<Instant>,
    answered: AtomicUsize,
    answered_while_red: AtomicUsize,
    cut: Mutex<Vec<String>>,
}

impl Balancer {
    fn send(&self, phone: &Phone) {
        let place = office(phone);
        while self.red_since.get().is_none_or(|since| since.elapsed() < Duration::from_secs(1)) {
            let was_red = self.red_since.get().is_some();
            match phone.try_send(CHECK_IN, json!({ "input": to_duty(&place) })) {
                Ok(answer) => {
                    assert_eq!(answer.body["data"]["checkIn"]["errors"], json!([]), "{}", answer.body);
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    self.answered_while_red.fetch_add(usize::from(was_red), Ordering::Relaxed);
                }
                Err(error) => self.cut.lock().unwrap().push(error.to_string()),
            }
        }
    }

    fn look(&self, phone: &Phone) {
        let started = Instant::now();
        while phone.get("/health/ready").expect("readiness turns red before the port closes").status == 200 {
            assert!(started.elapsed() < Duration::from_secs(5), "readiness stays green");
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(phone.get("/health/live").expect("it still answers").status, 200);
        self.red_since.set(Instant::now()).expect("once");
    }
}

#[rstest]
fn a_busy_server_stops_without_cutting_an_answer(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let mut server = home.start_with_demo_data();
    let accounts = home.accounts();
    let phones: Vec<Phone> = clerks(&accounts).into_iter().map(|clerk| server.phone().logged_in(clerk)).collect();
    let balancer = Balancer::default();
    let stopped = thread::scope(|scope| {
        for sender in 0..6 {
            let phone = &phones[sender % phones.len()];
            // Half of them keep their connection, as balancers do.
            let phone = if sender % 2 == 0 { phone.clone() } else { phone.keeping_its_connection() };
            let balancer = &balancer;
            scope.spawn(move || balancer.send(&phone));
        }
        while balancer.answered.load(Ordering::Relaxed) < 20 {
            thread::sleep(Duration::from_millis(5));
        }
        server.process.signal("TERM");
        let stopped = Instant::now();
        balancer.look(&phones[0]);
        stopped
    });
    let ended = server.process.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(stopped.elapsed() < Duration::from_secs(30), "{:?}", stopped.elapsed());
    assert_eq!(*balancer.cut.lock().unwrap(), Vec::<String>::new());
    assert!(balancer.answered_while_red.into_inner() > 0, "requests are answered while readiness is red");
}
