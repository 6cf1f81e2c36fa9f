//! What an operator runs beside the servers: `verify`, `backup`, `restore`.

use std::fs;

use rstest::rstest;
use serde_json::{Value, json};

use super::Home;
use crate::harness::Engine;

#[rstest]
fn the_audit_log_is_verified_on_the_terminal(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let last = |arguments: &[&str]| {
        let ended = home.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{arguments:?}");
        ended.err.lines().last().unwrap_or_default().to_owned()
    };
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
