//! What must hold when something breaks while people check in: nothing that was acknowledged is lost or doubled, and
//! the audit log's chains stay whole. `scripts/faults` runs the long form.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use serde_json::{Value, json};

use super::demo::{OWN, account, clerks, office};
use super::phone::{CHECK_IN, Phone, key, to_duty};
use super::{Home, Server};
use crate::harness::Engine;

const HOURS: &str = "mutation($input: SetWorkingHoursInput!) { setWorkingHours(input: $input) {
    schedule { id version } errors { code message } } }";
const AGENCY: &str = "{ viewer { employee { agency { id } } } }";

/// How often the server is killed: `BINA_FAULT_KILLS`, twice where it is not set.
fn kills() -> usize {
    std::env::var("BINA_FAULT_KILLS").map_or(2, |number| number.parse().expect("BINA_FAULT_KILLS is a number"))
}

/// Attempts by their keys, with the id that was acknowledged.
#[derive(Default)]
struct Sent {
    /// Check-ins that the person had before.
    before: u64,
    attempts: Mutex<HashMap<String, (Value, Option<Value>)>>,
    acknowledged: AtomicUsize,
    unavailable: AtomicUsize,
    cut: AtomicUsize,
    /// When the last one was acknowledged.
    last: Mutex<Option<Instant>>,
}

/// How many check-ins somebody has.
fn own(phone: &Phone) -> u64 {
    phone.data(OWN, json!({}))["viewer"]["checkIns"]["totalCount"].as_u64().expect("a number")
}

impl Sent {
    fn from(phone: &Phone) -> Self {
        Self { before: own(phone), ..Self::default() }
    }

    /// Sends check-ins one after the other until `is_over`; whatever comes back is an acknowledgement, UNAVAILABLE or
    /// nothing.
    fn send_until(&self, phone: &Phone, place: &Value, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Relaxed) {
            let input = to_duty(place);
            let key = input["idempotencyKey"].as_str().expect("a key").to_owned();
            self.attempts.lock().unwrap().insert(key.clone(), (input.clone(), None));
            match phone.try_send(CHECK_IN, json!({ "input": input })) {
                Ok(answer) if answer.status == 503 => {
                    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{}", answer.body);
                    self.unavailable.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(20));
                }
                Ok(answer) => {
                    let id = answer.body["data"]["checkIn"]["checkIn"]["id"].clone();
                    assert!(id.is_string(), "{} {}", answer.status, answer.body);
                    self.attempts.lock().unwrap().insert(key, (input, Some(id)));
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                    *self.last.lock().unwrap() = Some(Instant::now());
                }
                Err(_) => {
                    self.cut.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }

    /// Each acknowledged attempt is there under its id; sent again, as a phone does, each attempt is there once.
    fn assert_all_there_once(&self, phone: &Phone) {
        let attempts = self.attempts.lock().unwrap();
        for (input, id) in attempts.values() {
            let again = phone.check_in(input);
            match id {
                Some(id) => assert_eq!((&again["checkIn"]["id"], &again["isReplay"]), (id, &json!(true)), "{again}"),
                None => assert!(again["checkIn"]["id"].is_string(), "{again}"),
            }
        }
        assert_eq!(own(phone) - self.before, attempts.len() as u64);
    }
}

/// Takes decisions that the chain of an agency records, until it is over; answers how many were acknowledged.
fn decide_until(admin: &Phone, is_over: &AtomicBool) -> usize {
    let agency = admin.data(AGENCY, json!({}))["viewer"]["employee"]["agency"]["id"].take();
    let mut decided = 0;
    while !is_over.load(Ordering::Relaxed) {
        // For a day that is far: nobody's duty changes under the others' feet.
        let input = json!({
            "agencyId": agency, "name": "Jam kerja", "citation": key(), "validFrom": "2099-01-01",
            "shifts": [{ "name": "Pagi", "weekdays": ["MONDAY"], "startsAt": "07:30", "endsAt": "16:00" }],
        });
        if let Ok(answer) = admin.try_send(HOURS, json!({ "input": input })) {
            decided += usize::from(answer.body["data"]["setWorkingHours"]["schedule"]["id"].is_string());
        }
        thread::sleep(Duration::from_millis(10));
    }
    decided
}

/// The entries that `bina verify` counts in the chain of an agency: each hash holds, or the command fails.
fn verified(home: &Home) -> usize {
    let told: Value = serde_json::from_str(&home.succeed(&["verify", "--json"])).expect("JSON");
    let lengths = told["chains"].as_array().expect("chains").iter().filter_map(|chain| chain["length"].as_u64());
    usize::try_from(lengths.sum::<u64>()).expect("a number")
}

#[rstest]
fn what_was_acknowledged_survives_kills_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let server = home.start(&["demo"]);
    let accounts = home.accounts();
    let clerk = account(&accounts, "Pemerintah Kota Sibolga", "employee");
    let keeper = account(&accounts, "Pemerintah Kota Sibolga", "agency_admin");
    let sent = Sent::from(&server.phone().logged_in(clerk));
    server.kill();
    let before = verified(&home);
    let mut decided = 0;
    for round in 1..=kills() {
        let server = home.start(&["serve"]);
        let (phone, admin) = (server.phone().logged_in(clerk), server.phone().logged_in(keeper));
        let (place, is_over) = (office(&phone), AtomicBool::new(false));
        let target = sent.acknowledged.load(Ordering::Relaxed) + 20 + 7 * (round % 5);
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| sent.send_until(&phone, &place, &is_over));
            }
            let deciding = scope.spawn(|| decide_until(&admin, &is_over));
            let started = Instant::now();
            while sent.acknowledged.load(Ordering::Relaxed) < target {
                assert!(started.elapsed() < super::PATIENCE, "nothing is acknowledged");
                thread::sleep(Duration::from_millis(1));
            }
            server.kill();
            is_over.store(true, Ordering::Relaxed);
            decided += deciding.join().expect("the admin decides");
        });
        let chained = verified(&home) - before;
        // A decision that was cut off may have been taken.
        assert!((decided..=decided + round).contains(&chained), "{decided} acknowledged, {chained} in the chain");
    }
    let server = home.start(&["serve"]);
    sent.assert_all_there_once(&server.phone().logged_in(clerk));
    eprintln!(
        "{engine:?}: {} kills, {} check-ins acknowledged, {} cut off; each there once; {decided} decisions, chains whole",
        kills(),
        sent.acknowledged.load(Ordering::Relaxed),
        sent.cut.load(Ordering::Relaxed),
    );
}

/// A cluster of its own, which may be broken; durable, as one in production.
struct Cluster {
    folder: tempfile::TempDir,
    url: String,
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The cluster's own user reads it.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        let url = script("start", folder.path());
        Self { folder, url: url.trim().to_owned() }
    }

    fn crash(&self) {
        script("restart", self.folder.path());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script("stop", self.folder.path());
    }
}

fn script(verb: &str, folder: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres");
    let cluster = folder.join("cluster");
    let done = Command::new(script).arg(verb).arg(cluster).env("BINA_TEST_POSTGRES_OPTIONS", "").output();
    let done = done.expect("scripts/postgres runs");
    assert!(done.status.success(), "{verb}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("UTF-8")
}

#[test]
fn a_database_that_crashes_is_waited_for_and_loses_nothing() {
    let cluster = Cluster::start();
    let mut home = Home::new(Engine::Sqlite);
    home.database = Some(cluster.url.clone());
    let server = home.start_with_demo_data();
    let accounts = home.accounts();
    let phones = clerks(&accounts).into_iter().map(|clerk| server.phone().logged_in(clerk));
    let crowd: Vec<(Phone, Sent)> = phones
        .map(|phone| {
            let sent = Sent::from(&phone);
            (phone, sent)
        })
        .collect();
    let sum = |of: fn(&Sent) -> &AtomicUsize| -> usize {
        crowd.iter().map(|(_, sent)| of(sent).load(Ordering::Relaxed)).sum()
    };
    let last = || crowd.iter().filter_map(|(_, sent)| *sent.last.lock().unwrap()).max();
    let (is_over, mut slowest) = (AtomicBool::new(false), Duration::ZERO);
    thread::scope(|scope| {
        for (phone, sent) in &crowd {
            let (place, is_over) = (office(phone), &is_over);
            scope.spawn(move || sent.send_until(phone, &place, is_over));
        }
        for crash in 1..=kills() {
            let target = sum(|sent| &sent.acknowledged) + 30;
            let started = Instant::now();
            while sum(|sent| &sent.acknowledged) < target {
                assert!(started.elapsed() < super::PATIENCE, "nothing is acknowledged before crash {crash}");
                thread::sleep(Duration::from_millis(1));
            }
            cluster.crash();
            let back = Instant::now();
            while last().is_none_or(|last| last < back) {
                assert!(back.elapsed() < super::PATIENCE, "it does not come back after crash {crash}");
                thread::sleep(Duration::from_millis(1));
            }
            slowest = slowest.max(back.elapsed());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(sum(|sent| &sent.cut), 0, "an answer came to each request");
    assert!(sum(|sent| &sent.unavailable) > 0, "nobody met the crash: it shows nothing");
    assert!(slowest < Duration::from_secs(5), "back after {slowest:?}");
    for (phone, sent) in &crowd {
        sent.assert_all_there_once(phone);
    }
    eprintln!(
        "PostgreSQL: {} crashes, {} check-ins acknowledged, {} told UNAVAILABLE, back within {slowest:?}; each there once",
        kills(),
        sum(|sent| &sent.acknowledged),
        sum(|sent| &sent.unavailable),
    );
}

/// A full disk, as PostgreSQL tells it: statements that write fail with 53100.
#[test]
fn a_full_disk_of_the_database_stops_writes_alone() {
    const FULL: &str = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON check_in FOR EACH ROW EXECUTE FUNCTION full_disk();";
    let home = Home::new(Engine::Postgres);
    let server: Server = home.start_with_demo_data();
    let clerk = account(&home.accounts(), "Pemerintah Kota Sibolga", "employee").clone();
    let phone = server.phone().logged_in(&clerk);
    let place = office(&phone);
    let url = home.database.clone().expect("on PostgreSQL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let run = |sql: &str| {
        runtime.block_on(async {
            let database: DatabaseConnection = Database::connect(&url).await.expect("the cluster answers");
            database.execute_unprepared(sql).await.expect("it runs");
            database.close().await.expect("it closes");
        });
    };
    let (input, before) = (to_duty(&place), own(&phone));
    run(FULL);
    for _ in 0..3 {
        let answer = phone.send(CHECK_IN, json!({ "input": input }));
        assert_eq!((answer.status, &answer.body["errors"][0]["extensions"]["code"]), (503, &json!("UNAVAILABLE")));
        assert_eq!(own(&phone), before, "reads go on");
    }
    run("DROP TRIGGER full_disk ON check_in");
    let payload = phone.check_in(&input);
    assert_eq!(payload["isReplay"], false, "{payload}");
}
