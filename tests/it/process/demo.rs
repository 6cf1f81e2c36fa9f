//! `bina demo` as somebody meets it who tries it out: its accounts, a phone, a restart, a power cut.

use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};

use super::phone::{Phone, key, to_class, to_duty};
use super::{Home, Server};
use crate::harness::Engine;

const SESSIONS: &str = "{ viewer { courseSessions { nodes { id startsAt } } } }";
const PLACE: &str = "query($id: ID!) { node(id: $id) { ... on CourseSession {
    venue { latitude longitude } venueCode { code } } } }";
const RUNS: &str = "{ viewer { employee { agency { courseRuns { nodes { sessions { nodes {
    id startsAt venue { latitude longitude } } } } } } } } }";
const OFFICE: &str = "{ viewer { employee { unit { id } agency { venues(first: 100) { nodes {
    unit { id } latitude longitude } } } } } }";
pub const OWN: &str = "query($after: String) { viewer { checkIns(first: 100, after: $after) { totalCount
    nodes { id verdict } pageInfo { hasNextPage endCursor } } } }";

/// The told account of an agency with a role.
pub fn account<'a>(accounts: &'a [Value], agency: &str, role: &str) -> &'a Value {
    let is_it = |account: &&Value| {
        account["agency"] == agency && account["roles"].as_array().and_then(|roles| roles.last()) == Some(&json!(role))
    };
    accounts.iter().find(is_it).unwrap_or_else(|| panic!("a {role} of {agency}"))
}

/// Those who are nothing but employees: who sends a lot needs several, for a person's day has so many attempts.
pub fn clerks(accounts: &[Value]) -> Vec<&Value> {
    accounts.iter().filter(|account| account["roles"] == json!(["employee"])).collect()
}

/// The first of one's sessions that is open now, and the first that is too early.
fn open_and_early(phone: &Phone) -> (Value, Value) {
    let sessions = phone.data(SESSIONS, json!({}))["viewer"]["courseSessions"]["nodes"].take();
    let now = super::phone::now();
    let starts = |session: &&Value| session["startsAt"].as_str().and_then(|at| at.parse().ok()) > Some(now);
    let sessions = sessions.as_array().expect("a list");
    let open = sessions.iter().find(|session| !starts(session)).expect("an open session");
    let early = sessions.iter().find(starts).expect("a session that is too early");
    (open["id"].clone(), early["id"].clone())
}

/// A session that is going on and that one is not enrolled in.
fn not_mine(phone: &Phone) -> Value {
    let mine = phone.data(SESSIONS, json!({}))["viewer"]["courseSessions"]["nodes"].take();
    let mine: Vec<_> = mine.as_array().expect("a list").iter().map(|session| session["id"].clone()).collect();
    let mut runs = phone.data(RUNS, json!({}));
    let runs = runs["viewer"]["employee"]["agency"]["courseRuns"]["nodes"].take();
    let runs = runs.as_array().expect("a list").clone();
    let sessions = runs.iter().flat_map(|run| run["sessions"]["nodes"].as_array().expect("a list"));
    let foreign = sessions.filter(|session| !mine.contains(&session["id"])).max_by_key(|s| s["startsAt"].to_string());
    foreign.expect("a session of others").clone()
}

fn place(phone: &Phone, session: &Value) -> Value {
    phone.data(PLACE, json!({ "id": session }))["node"]["venue"].take()
}

fn code(trainer: &Phone, session: &Value) -> String {
    let node = trainer.data(PLACE, json!({ "id": session }))["node"].take();
    node["venueCode"]["code"].as_str().unwrap_or_else(|| panic!("no code: {node}")).to_owned()
}

/// The place where one is on duty.
pub fn office(phone: &Phone) -> Value {
    let employee = phone.data(OFFICE, json!({}))["viewer"]["employee"].take();
    let venues = employee["agency"]["venues"]["nodes"].as_array().expect("a list").clone();
    venues.into_iter().find(|venue| venue["unit"]["id"] == employee["unit"]["id"]).expect("a place of the unit")
}

fn verdict(payload: &Value) -> (&str, Vec<&str>) {
    let check_in = &payload["checkIn"];
    let reasons = check_in["reasons"].as_array().unwrap_or_else(|| panic!("{payload}"));
    (check_in["verdict"].as_str().expect("a verdict"), reasons.iter().filter_map(Value::as_str).collect())
}

fn message(payload: &Value) -> &str {
    payload["checkIn"]["message"].as_str().expect("a message")
}

#[test]
fn the_accounts_are_told_without_a_server_and_without_a_database() {
    let home = Home::new(Engine::Sqlite);
    let mut command = home.command(&["demo", "--print-accounts"]);
    command.env("BINA_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
    let ended = super::Process::spawn(command).end();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let accounts: Vec<Value> = serde_json::from_str(&ended.out).expect("a JSON list");
    assert_eq!(accounts.len(), 26);
    for account in &accounts {
        let fields: Vec<_> = account.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(fields, ["agency", "identifier", "name", "password", "roles"]);
    }
    let clerk = account(&accounts, "Pemerintah Kota Surabaya", "employee");
    assert_eq!(clerk["roles"], json!(["employee"]));
    let admin = accounts.last().expect("the national admin");
    assert_eq!((&admin["agency"], &admin["roles"]), (&Value::Null, &json!(["national_admin"])));
    assert_eq!(std::fs::read_dir(&home.folder).expect("the folder").count(), 0, "nothing was written");
}

#[rstest]
fn a_phone_checks_in_and_it_survives_a_restart(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let server = home.start(&["demo"]);
    eprintln!("{engine:?}: an empty demo is ready after {} ms", server.ready_in.as_millis());
    let accounts = home.accounts();
    let employee = server.phone().logged_in(account(&accounts, "Pemerintah Kota Sabang", "employee"));
    let trainer = server.phone().logged_in(account(&accounts, "Pemerintah Kota Sabang", "trainer"));
    let (open, early) = open_and_early(&employee);
    let room = place(&employee, &open);

    let sent = to_class(&open, &room, Some(&code(&trainer, &open)));
    let first = employee.check_in(&sent);
    assert_eq!((verdict(&first), &first["isReplay"]), (("ACCEPTED", vec![]), &json!(false)), "{first}");
    assert!(message(&first).starts_with("Presensi ") && message(&first).contains("tercatat"), "{first}");
    let again = employee.check_in(&sent);
    assert_eq!((&again["checkIn"]["id"], &again["isReplay"]), (&first["checkIn"]["id"], &json!(true)));
    let mut other = sent.clone();
    other["location"]["latitude"] = json!(5.9);
    let conflict = employee.check_in(&other);
    assert_eq!((&conflict["checkIn"], &conflict["errors"][0]["code"]), (&Value::Null, &json!("IDEMPOTENCY_CONFLICT")));

    assert_rejections_are_told_in_both_languages(&employee, &trainer, &open, &early);
    assert_something_is_open_in_every_city(&server, &accounts);

    let stopped = Instant::now();
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(stopped.elapsed() < Duration::from_secs(15), "it took {:?} to stop", stopped.elapsed());
    for account in &accounts {
        let line = ended.out.lines().find(|line| line.starts_with(account["identifier"].as_str().unwrap()));
        assert!(line.is_some_and(|line| line.contains(account["password"].as_str().unwrap())), "{account}");
    }

    let server = home.start(&["demo"]);
    eprintln!("{engine:?}: a demo that was there is ready after {} ms", server.ready_in.as_millis());
    assert!(server.ready_in < Duration::from_secs(15));
    let employee = server.phone().logged_in(account(&accounts, "Pemerintah Kota Sabang", "employee"));
    let own = employee.data(OWN, json!({}))["viewer"]["checkIns"].take();
    let same = own["nodes"].as_array().expect("a list").iter().filter(|one| one["id"] == first["checkIn"]["id"]);
    assert_eq!(same.map(|one| &one["verdict"]).collect::<Vec<_>>(), [&json!("ACCEPTED")]);
}

#[rstest]
fn two_demos_fill_one_database_together(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const COUNTS: &str = "{ viewer { courseSessions { totalCount } employee { agency {
        employees { totalCount } courses { totalCount } courseRuns { totalCount } units { totalCount } } } } }";
    let (home, alone) = (Home::new(engine), Home::new(Engine::Sqlite));
    let counts = |server: &Server| {
        let accounts = home.accounts();
        let admin = server.phone().logged_in(account(&accounts, "Pemerintah Kota Sabang", "agency_admin"));
        admin.data(COUNTS, json!({}))
    };
    let (first, second) = thread::scope(|scope| {
        let second = scope.spawn(|| home.start(&["demo"]));
        (home.start(&["demo"]), second.join().expect("it gets ready"))
    });
    assert_eq!(counts(&first), counts(&alone.start(&["demo"])));
    assert_eq!(counts(&second), counts(&first));
}

fn assert_rejections_are_told_in_both_languages(employee: &Phone, trainer: &Phone, open: &Value, early: &Value) {
    let room = place(employee, open);
    let far = json!({ "latitude": room["latitude"].as_f64().unwrap() + 0.01, "longitude": room["longitude"] });
    let foreign = not_mine(employee);
    let right = code(trainer, open);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let english = employee.in_language("en");
    let cases = [
        (to_class(open, &room, Some(wrong)), "CODE_WRONG", "Kode tidak sesuai", "The code was not"),
        (to_class(open, &far, Some(&right)), "OUTSIDE_GEOFENCE", "km dari lokasi", "km from the venue"),
        (to_class(&foreign["id"], &foreign["venue"], None), "NOT_ENROLLED", "tidak terdaftar", "not enrolled"),
        (to_class(early, &room, Some(&code(trainer, early))), "OUTSIDE_WINDOW", "di luar waktu", "outside the time"),
    ];
    for (sent, reason, indonesian, in_english) in cases {
        let payload = employee.check_in(&sent);
        let (verdict, reasons) = verdict(&payload);
        assert_eq!((verdict, reasons[0]), ("REJECTED", reason), "{payload}");
        assert!(message(&payload).contains(indonesian), "{payload}");
        let mut sent_in_english = sent.clone();
        sent_in_english["idempotencyKey"] = json!(key());
        let payload = english.check_in(&sent_in_english);
        assert_eq!(payload["checkIn"]["reasons"][0], reason, "{payload}");
        assert!(message(&payload).contains(in_english), "{payload}");
    }
}

/// Whatever the hour: duty counts, and a class.
fn assert_something_is_open_in_every_city(server: &Server, accounts: &[Value]) {
    for city in ["Surabaya", "Sawahlunto", "Medan", "Sibolga"] {
        let agency = format!("Pemerintah Kota {city}");
        let employee = server.phone().logged_in(account(accounts, &agency, "employee"));
        let trainer = server.phone().logged_in(account(accounts, &agency, "trainer"));
        let payload = employee.check_in(&to_duty(&office(&employee)));
        assert_eq!(verdict(&payload), ("ACCEPTED", vec![]), "{city}: {payload}");
        let (open, _) = open_and_early(&employee);
        let sent = to_class(&open, &place(&employee, &open), Some(&code(&trainer, &open)));
        let payload = employee.check_in(&sent);
        assert_eq!(verdict(&payload), ("ACCEPTED", vec![]), "{city}: {payload}");
    }
}
