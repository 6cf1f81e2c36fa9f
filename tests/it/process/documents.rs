//! `bina documents`, beside a running server.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};

use super::Home;
use crate::documents::{APOLLO, RELAY};
use crate::harness::Engine;

#[rstest]
fn documents_are_registered_listed_and_retired(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    let mut command = home.command(&["serve"]);
    command.env("BINA_DOCUMENTS", "registered");
    let server = super::Server::start(command);
    let file = |name: &str, text: &str| {
        let path = home.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let manifest: Value = serde_json::from_str(APOLLO).unwrap();
    let viewer = manifest["operations"].as_array().unwrap().iter().find(|one| one["name"] == "Viewer").unwrap();
    let id = format!("sha256:{}", viewer["id"].as_str().unwrap());
    let ask = || server.phone().try_post(json!({ "documentId": id })).expect("an answer").body;
    assert_eq!(ask()["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");

    let (apollo, relay) = (file("apollo.json", APOLLO), file("relay.json", RELAY));
    let register = |file: &str| home.succeed(&["documents", "register", file]);
    assert_eq!(register(&apollo), "registered 3, restored 0, unchanged 0\n");
    assert_eq!(register(&apollo), "registered 0, restored 0, unchanged 3\n");
    assert_eq!(register(&relay), "registered 2, restored 0, unchanged 0\n");
    assert_eq!(ask(), json!({ "data": { "viewer": null } }), "the server that runs already knows it");
    let text = server.phone().try_send("{ viewer { name } }", json!({})).expect("an answer");
    assert_eq!((text.status, &text.body["errors"][0]["extensions"]["code"]), (403, &json!("DOCUMENT_NOT_REGISTERED")));

    let bad = file("bad.json", r#"{"one": "{ viewer { nothing } }", "two": "{ viewer { id } }", "three": "{"}"#);
    let refused = home.run(&["documents", "register", &bad]);
    assert_eq!(refused.code, Some(1));
    let lines: Vec<_> = refused.out.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("one: Unknown field"), "{lines:?}");
    assert!(lines[1].starts_with("three: The query is not valid GraphQL"), "{lines:?}");
    let last = refused.err.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("bina: ") && last.ends_with("2 of 3 documents are refused, so none is registered"),
        "{last}"
    );
    let other = home.run(&["documents", "register", &file("other.json", "[]")]);
    assert_eq!((other.code, other.out.as_str()), (Some(1), ""));

    assert_eq!(home.succeed(&["documents", "retire", &id]), "retired Viewer\n");
    let unknown = home.run(&["documents", "retire", "nobody"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(1), ""));
    let listed = home.succeed(&["documents", "list"]);
    assert_eq!(listed.lines().count(), 5, "{listed}");
    assert!(listed.lines().any(|line| line == format!("retired  {id}  Viewer")), "{listed}");
    let aliases = listed.lines().filter(|line| line.rsplit("  ").next().is_some_and(|last| last.len() == 32));
    assert_eq!(aliases.count(), 2, "Relay's: {listed}");
    let retired = Instant::now();
    while ask()["errors"][0]["extensions"]["code"] != "PERSISTED_QUERY_NOT_FOUND" {
        assert!(retired.elapsed() < Duration::from_secs(20), "the server answers it still");
        thread::sleep(Duration::from_millis(50));
    }
}
