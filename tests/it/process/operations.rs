//! What an operator runs beside the servers: `verify`, `backup`, `restore`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::{Value, json};

use super::demo::{account, office};
use super::phone::{Phone, to_duty};
use super::{Home, PATIENCE, Process};
use crate::harness::Engine;

const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

impl Home {
    /// One number out of the database, past the server.
    fn count(&self, sql: &str) -> u64 {
        let sqlite = format!("sqlite://{}", self.folder.path().join("data/bina.sqlite").display());
        let url = self.database.clone().unwrap_or(sqlite);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let count: i64 = runtime.block_on(async {
            let db = Database::connect(url).await.expect("the database answers");
            let asked = Statement::from_string(db.get_database_backend(), sql);
            let row = db.query_one_raw(asked).await.expect("the statement runs").expect("a row");
            db.close().await.expect("it closes");
            row.try_get_by_index(0).expect("a number")
        });
        u64::try_from(count).expect("a count")
    }

    /// Runs a command that refuses its work; answers its last words.
    fn refused(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{arguments:?}\n{}", ended.err);
        ended.err.lines().last().unwrap_or_default().to_owned()
    }
}

#[rstest]
fn the_audit_log_is_verified_on_the_terminal(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let last = |arguments: &[&str]| home.refused(arguments);
    let missing = match engine {
        Engine::Sqlite => "there is no database",
        Engine::Postgres => "`bina migrate up` applies it",
    };
    assert!(last(&["verify"]).contains(missing), "{}", last(&["verify"]));
    home.succeed(&["migrate", "up"]);
    assert_eq!(home.succeed(&["verify"]), "no audit entries yet\n");
    home.succeed(&["admin", "create", "--email", "sri@bina.example", "--name", "Sri Rahayu"]);
    let told = home.succeed(&["verify"]);
    assert!(told.starts_with("nation  1 entries  head ") && told.lines().count() == 1, "{told}");

    let kept: Value = serde_json::from_str(&home.succeed(&["verify", "--json"])).unwrap();
    assert_eq!((&kept["chains"][0]["chain"], &kept["chains"][0]["length"]), (&json!("nation"), &json!(1)));
    let file = home.folder.path().join("heads.json");
    fs::write(&file, kept.to_string()).unwrap();
    let heads = ["verify", "--heads", file.to_str().unwrap()];
    home.succeed(&["admin", "create", "--email", "dewi@bina.example", "--name", "Dewi Sartika"]);
    assert!(home.succeed(&heads).ends_with("all 1 kept heads are still there\n"));

    let mut other = kept.clone();
    other["chains"][0]["hash"] = json!("00");
    fs::write(&file, other.to_string()).unwrap();
    let broken = home.run(&heads);
    assert_eq!(broken.code, Some(1));
    let words = "bina: the audit log: nation is broken at entry 1: it is not the one whose hash was kept";
    assert_eq!(broken.err.lines().last(), Some(words));
    fs::write(&file, "{\"chains\": 7}").unwrap();
    assert!(last(&heads).starts_with(&format!("bina: {}: ", file.display())));
}

/// Phones that check in until they are told to stop.
#[derive(Default)]
struct Rush {
    is_over: AtomicBool,
    acknowledged: AtomicU64,
}

impl Rush {
    fn send(&self, phone: &Phone) {
        let place = office(phone);
        while !self.is_over.load(Ordering::Relaxed) {
            let payload = phone.check_in(&to_duty(&place));
            assert_eq!(payload["errors"], json!([]), "{payload}");
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn wait_for(&self, more: u64) -> u64 {
        let (started, before) = (Instant::now(), self.acknowledged.load(Ordering::SeqCst));
        while self.acknowledged.load(Ordering::SeqCst) < before + more {
            assert!(started.elapsed() < PATIENCE, "nobody checks in");
            thread::sleep(Duration::from_millis(5));
        }
        self.acknowledged.load(Ordering::SeqCst)
    }
}

const CHECK_INS: &str = "SELECT count(*) FROM check_in";
const WITHOUT_THEIR_OWN: &str = "SELECT count(*) FROM check_in c
    LEFT JOIN employee e ON e.id = c.employee_id AND e.agency_id = c.agency_id LEFT JOIN device d ON d.id = c.device_id
    WHERE e.id IS NULL OR d.id IS NULL OR (c.venue_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM venue v WHERE v.id = c.venue_id))";

#[rstest]
fn a_backup_of_the_rush_is_restored_whole(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let server = home.start_with_demo_data();
    home.succeed(&["admin", "create", "--email", "sri@bina.example", "--name", "Sri Rahayu"]);
    let accounts = home.accounts();
    let clerk = account(&accounts, "Pemerintah Kota Medan", "employee");
    let phone = server.phone().logged_in(clerk);
    let (backup, heads) = (home.folder.path().join("bina.backup"), home.folder.path().join("heads.json"));
    let there_before = home.count(CHECK_INS);
    let rush = Rush::default();
    let (before, after) = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| rush.send(&phone.keeping_its_connection()));
        }
        let before = rush.wait_for(20);
        fs::write(&heads, home.succeed(&["verify", "--json"])).unwrap();
        let told = home.succeed(&["backup", backup.to_str().unwrap()]);
        assert!(told.contains("keys.json is not part of a backup"), "{told}");
        home.succeed(&["admin", "create", "--email", "dewi@bina.example", "--name", "Dewi Sartika"]);
        let after = rush.wait_for(20);
        rush.is_over.store(true, Ordering::Relaxed);
        (before, after)
    });
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!home.folder.path().join("bina.backup.part").exists());
    let again = home.refused(&["backup", backup.to_str().unwrap()]);
    assert!(again.ends_with("it is there already, and nothing is overwritten"), "{again}");
    assert_eq!(home.count(CHECK_INS), there_before + rush.acknowledged.into_inner(), "nobody was disturbed");
    server.stop();

    let other = Home::new(engine);
    let told = other.succeed(&["restore", backup.to_str().unwrap()]);
    let restored = other.count(CHECK_INS);
    let range = there_before + before..=there_before + after + 4;
    assert!(range.contains(&restored), "a snapshot of one moment: {restored} in {range:?}");
    assert_eq!(other.count(WITHOUT_THEIR_OWN), 0);
    assert!(told.contains(&format!("{restored:>12}  check_in\n")), "{told}");
    assert!(told.contains("nation  1 entries  head "), "{told}");
    assert!(told.contains("changes of the schema are applied") && told.contains("is not part of a backup"), "{told}");
    let verified = other.succeed(&["verify", "--heads", heads.to_str().unwrap()]);
    assert!(verified.contains("kept heads are still there"), "{verified}");
    let server = other.start(&["serve"]);
    let phone = server.phone().logged_in(clerk);
    assert_eq!(phone.check_in(&to_duty(&office(&phone)))["errors"], json!([]));

    let again = other.refused(&["restore", backup.to_str().unwrap()]);
    let words = if engine == Engine::Sqlite { "it is there already" } else { "the database holds data already" };
    assert!(again.contains(words), "{again}");
}

#[rstest]
fn a_broken_backup_is_refused_and_leaves_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    home.succeed(&["admin", "create", "--email", "sri@bina.example", "--name", "Sri Rahayu"]);
    let backup = home.folder.path().join("bina.backup");
    home.succeed(&["backup", backup.to_str().unwrap()]);
    let whole = fs::read(&backup).unwrap();
    let other = Home::new(engine);
    let broken = other.folder.path().join("broken");
    let restore = |bytes: &[u8]| {
        fs::write(&broken, bytes).unwrap();
        other.refused(&["restore", broken.to_str().unwrap()])
    };
    let file = |words: &str| format!("bina: {}: {words}", broken.display());
    for bytes in [&b""[..], b"{}", &whole[..3]] {
        assert_eq!(restore(bytes), file("it is no backup that bina took"));
    }
    let words = if engine == Engine::Sqlite { "it is broken: " } else { "it was not restored: " };
    for length in [64, whole.len() / 2, whole.len() - 1_000] {
        let said = restore(&whole[..length]);
        assert!(said.starts_with(&file(words)) && said.len() > file(words).len(), "{length}: {said}");
    }
    let mut spoilt = whole.clone();
    let middle = spoilt.len() / 2;
    spoilt[middle..middle + 600].fill(0xAA);
    assert!(restore(&spoilt).starts_with(&file(words)));
    let missing = other.refused(&["restore", "nowhere"]);
    assert!(missing.starts_with("bina: nowhere: "), "{missing}");

    let foreign = Home::new(BOTH.into_iter().find(|other| *other != engine).unwrap());
    let said = foreign.refused(&["restore", backup.to_str().unwrap()]);
    assert!(said.contains("it is a backup of"), "{said}");

    let data = other.folder.path().join("data");
    let left: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    other.succeed(&["restore", backup.to_str().unwrap()]);
    assert!(other.succeed(&["verify"]).starts_with("nation  1 entries"));
}

#[test]
fn a_backup_that_cannot_be_taken_leaves_nothing() {
    let home = Home::new(Engine::Sqlite);
    let file = home.folder.path().join("bina.backup");
    let nothing = home.refused(&["backup", file.to_str().unwrap()]);
    assert!(nothing.contains("there is no database"), "{nothing}");
    assert!(!home.folder.path().join("data/bina.sqlite").exists());
    home.succeed(&["migrate", "up"]);
    let nowhere = home.refused(&["backup", "no/such/folder/bina.backup"]);
    assert!(nowhere.starts_with("bina: no/such/folder/bina.backup.part: "), "{nowhere}");
    fs::write(home.folder.path().join("bina.backup.part"), "").unwrap();
    let busy = home.refused(&["backup", file.to_str().unwrap()]);
    assert!(busy.contains("somebody is writing it"), "{busy}");
    assert!(!file.exists());

    let home = Home::new(Engine::Postgres);
    let file = home.folder.path().join("bina.backup");
    home.succeed(&["migrate", "up"]);
    let mut command = home.command(&["backup", file.to_str().unwrap()]);
    let tools = home.folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let tool = tools.join("pg_dump");
    fs::write(&tool, "#!/bin/sh\necho \"$@\" >> seen; echo out of luck >&2; exit 1\n").unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::join_paths([tools.as_path(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    command.env("PATH", path);
    let failed = Process::spawn(command).end();
    let last = failed.err.lines().last().unwrap_or_default();
    assert!(failed.code == Some(1) && last.ends_with("out of luck"), "{last}");
    let seen = fs::read_to_string(home.folder.path().join("seen")).unwrap();
    assert!(!seen.contains("postgres://") && !seen.contains('@'), "no URL on a command line: {seen}");
    assert!(!file.exists());
}
