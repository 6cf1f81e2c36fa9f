//! The commands beside the servers: `admin create`, `migrate`, `keys rotate`, `import`, `schema`.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rstest::rstest;
use serde_json::{Value, json};

use super::demo::account;
use super::{Ended, Home, Server};
use crate::harness::Engine;

const ACTIVATE: &str = "mutation($input: ActivateAccountInput!) { activateAccount(input: $input) {
    isActivated errors { code } } }";
const PASSWORD: &str = "perahu kertas tiga belimbing";

#[rstest]
fn the_national_admin_is_made_on_the_terminal(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let server = home.start(&["serve"]);
    let create = |email| home.run(&["admin", "create", "--email", email, "--name", "Sri Rahayu"]);
    let made = create("Sri.Rahayu@bina.example");
    assert_eq!(made.code, Some(0), "{}", made.err);
    let code = made.out.strip_prefix("One-time code: ").and_then(|rest| rest.split(' ').next()).expect("a code");
    assert!(!made.err.contains(code) && !made.err.contains("rahayu"), "the log holds neither: {}", made.err);

    let activate = |code: &str| {
        let input = json!({ "identifier": "sri.rahayu@bina.example", "code": code, "newPassword": PASSWORD });
        server.phone().data(ACTIVATE, json!({ "input": input }))["activateAccount"].take()
    };
    assert_eq!(activate("00000-00000")["errors"][0]["code"], "INVALID_CODE");
    assert_eq!(activate(code)["isActivated"], true);
    assert_eq!(activate(code)["errors"][0]["code"], "INVALID_CODE", "it works once");
    let login = server.phone().try_login("sri.rahayu@bina.example", PASSWORD);
    assert_eq!(login["viewer"]["name"], "Sri Rahayu");
    assert_eq!(login["viewer"]["roles"], json!([{ "role": "NATIONAL_ADMIN", "agency": null }]));

    for (email, problem) in [("sri.rahayu@bina.example", "Already exists."), ("sri", "the expected form")] {
        let refused = create(email);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
        let last = refused.err.lines().last().unwrap_or_default();
        assert!(last.starts_with("bina: email: ") && last.contains(problem), "{last}");
    }
}

#[rstest]
fn migrations_go_up_and_down(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let states = |arguments: &[&str]| {
        let printed = home.succeed(arguments);
        let states: Vec<_> = printed.lines().map(|line| line.split_once("  ").expect("a state").0.to_owned()).collect();
        states
    };
    let pending = states(&["migrate", "status"]);
    assert!(pending.len() > 1 && pending.iter().all(|state| state == "pending"), "{pending:?}");
    assert!(states(&["migrate", "up"]).iter().all(|state| state == "applied"));
    assert!(states(&["migrate", "up"]).iter().all(|state| state == "applied"), "again changes nothing");
    let down = states(&["migrate", "down"]);
    let (last, others) = down.split_last().expect("a list");
    assert!(last == "pending" && others.iter().all(|state| state == "applied"), "{down:?}");
    assert_eq!(states(&["migrate", "status"]), down);
    home.start(&["serve"]).kill();
    assert!(states(&["migrate", "status"]).iter().all(|state| state == "applied"), "serving migrates");
    assert_eq!(states(&["migrate", "down", "--steps", &down.len().to_string()]), pending);
}

fn kids(server: &Server) -> Vec<Value> {
    let jwks = server.phone().get("/.well-known/jwks.json").expect("the keys").body;
    jwks["keys"].as_array().expect("a list").iter().map(|key| key["kid"].clone()).collect()
}

fn kid(token: &str) -> Value {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok()).expect("a header");
    serde_json::from_slice::<Value>(&header).expect("JSON")["kid"].take()
}

#[test]
fn keys_rotate_beside_a_running_server_and_nobody_is_logged_out() {
    let home = Home::new(Engine::Sqlite);
    let server = home.start_with_demo_data();
    let clerk = &home.accounts()[0];
    let login = || {
        let (identifier, password) = (clerk["identifier"].as_str().unwrap(), clerk["password"].as_str().unwrap());
        server.phone().try_login(identifier, password)["accessToken"].as_str().expect("a token").to_owned()
    };
    let (old, before) = (login(), kids(&server));
    assert_eq!((before.len(), kid(&old)), (2, before[0].clone()));
    home.succeed(&["keys", "rotate"]);
    let rotated = Instant::now();
    while kids(&server) == before {
        assert!(rotated.elapsed() < Duration::from_secs(10), "the server does not take the key up");
        thread::sleep(Duration::from_millis(50));
    }
    let after = kids(&server);
    assert_eq!((&after[0], &after[2]), (&before[1], &before[0]), "the next one signs, the old one still verifies");
    assert!(!before.contains(&after[1]), "there is a new next one");
    let fresh = login();
    assert_eq!(kid(&fresh), after[0]);
    for token in [&old, &fresh] {
        let viewer = server.phone().with_token(token).data("{ viewer { name } }", json!({}));
        assert_eq!(viewer["viewer"]["name"], clerk["name"]);
    }
}

#[test]
fn the_schema_is_printed_as_it_is_committed() {
    let committed = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert!(Home::new(Engine::Sqlite).succeed(&["schema"]) == committed);
}

const HEADER: &str = "sourceId,name,employment,nip,unitSourceId,post,postTypeId,rank,supervisorSourceId,isActive";

#[rstest]
fn an_import_tells_what_it_did(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let agencies = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/instansi.json");
    let file = home.folder.path().join("employees.csv");
    let employees = |text: &str| -> Ended {
        fs::write(&file, format!("{HEADER}\n{text}")).unwrap();
        home.run(&["import", "employees", "--agency", "5171", file.to_str().unwrap()])
    };
    let last = |ended: &Ended| ended.err.lines().last().unwrap_or_default().to_owned();

    let unknown = employees("");
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(1), ""));
    assert!(last(&unknown).contains("no such agency"), "{}", unknown.err);
    assert_eq!(home.succeed(&["import", "agencies", agencies]), "created 5, updated 0, unchanged 0, refused 0\n");
    assert_eq!(home.succeed(&["import", "agencies", agencies]), "created 0, updated 0, unchanged 5, refused 0\n");

    let good = "a,Cut Nyak,PNS,198001152005011001,,,,,,\nb,Teuku Umar,PPPK,199001012023211001,,,,,a,\n";
    let done = employees(good);
    assert_eq!((done.code, done.out.as_str()), (Some(0), "created 2, updated 0, unchanged 0, refused 0\n"));
    let broken = employees(&format!("{good}c,Malahayati,PNS,123,,,,,,\nd,Daud,PNS,198501152010011009,,,,,,\n"));
    assert_eq!(broken.code, Some(0), "a refused row is no failure: {}", broken.err);
    let lines: Vec<_> = broken.out.lines().collect();
    assert_eq!(lines[0], "created 1, updated 0, unchanged 2, refused 1");
    assert!(lines.len() == 2 && lines[1].starts_with("line 4: nip: "), "{lines:?}");
    assert!(!broken.err.contains("Malahayati") && !broken.out.contains("Malahayati"));

    fs::write(&file, "name,nip\nMalahayati,198501152010011009\n").unwrap();
    let other = home.run(&["import", "employees", "--agency", "5171", file.to_str().unwrap()]);
    assert_eq!((other.code, other.out.as_str()), (Some(1), ""), "not the columns: {}", other.err);
    let missing = home.run(&["import", "holidays", "nowhere.csv"]);
    assert_eq!((missing.code, missing.out.as_str()), (Some(1), ""));
    assert!(last(&missing).starts_with("bina: nowhere.csv: "), "{}", missing.err);
}

#[test]
fn a_demo_keeps_out_of_a_database_that_is_somebody_elses() {
    let home = Home::new(Engine::Sqlite);
    home.succeed(&["admin", "create", "--email", "sri@bina.example", "--name", "Sri Rahayu"]);
    let refused = home.run(&["demo"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.lines().last().unwrap_or_default().contains("the demo's passwords are public"));
    let server = home.start(&["serve"]);
    let accounts = home.accounts();
    let clerk = account(&accounts, "Pemerintah Kota Sabang", "employee");
    let login = server.phone().try_login(clerk["identifier"].as_str().unwrap(), clerk["password"].as_str().unwrap());
    assert_eq!(login["errors"][0]["code"], "INVALID_CREDENTIALS");
}
