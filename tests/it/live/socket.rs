//! What is said over a socket.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bina::http::vigil::Pace;
use serde_json::{Value, json};

use super::peer::Peer;
use super::{HASTE, SETTLED, Server, toys};
use crate::harness::{Engine, World};

async fn heard(query: &str) -> Vec<Value> {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), HASTE).await;
    let mut peer = Peer::greeted(server.address, None).await;
    peer.subscribe("1", query, json!({})).await;
    let mut heard = Vec::new();
    loop {
        let mut message = peer.hear().await;
        assert_eq!(message["id"], "1");
        let errors =
            if message["type"] == "error" { &mut message["payload"] } else { &mut message["payload"]["errors"] };
        for error in errors.as_array_mut().into_iter().flatten() {
            assert_eq!(error["extensions"]["requestId"].take().as_str().map(str::len), Some(32));
        }
        let is_last = message["type"] != "next";
        heard.push(message);
        if is_last {
            assert!(peer.is_alive().await, "and the socket lives on");
            return heard;
        }
    }
}

fn next(payload: Value) -> Value {
    json!({ "type": "next", "id": "1", "payload": payload })
}

fn complete() -> Value {
    json!({ "type": "complete", "id": "1", "payload": { "errors": null } })
}

fn error(code: &str, message: &str) -> Value {
    json!({ "message": message, "extensions": { "code": code, "requestId": null } })
}

fn at(mut error: Value, line: u32, column: u32, path: Option<&str>) -> Value {
    error["locations"] = json!([{ "line": line, "column": column }]);
    if let Some(path) = path {
        error["path"] = json!([path]);
    }
    error
}

#[tokio::test]
async fn every_kind_of_operation_is_answered() {
    let data = |data: Value| {
        let mut message = next(json!({ "data": data }));
        message["payload"]["errors"] = Value::Null;
        message
    };
    let numbers = [0, 1, 2].map(|number| data(json!({ "count": number })));
    assert_eq!(heard("subscription { count(to: 3) }").await, [&numbers[..], &[complete()]].concat());
    assert_eq!(heard("{ double(n: 21) }").await, [data(json!({ "double": 42 })), complete()]);
    assert_eq!(heard("mutation { touch }").await, [data(json!({ "touch": true })), complete()]);
}

#[tokio::test]
async fn what_fails_is_told_in_our_words() {
    let failed = at(error("NOT_FOUND", "Not found."), 1, 16, None);
    let words = heard("subscription { fails }").await;
    assert_eq!(words, [json!({ "type": "error", "id": "1", "payload": [failed] })], "there is nothing to follow");

    let broken = heard("subscription { breaks }").await;
    assert_eq!(broken[0]["payload"]["data"], json!({ "breaks": 1 }));
    assert_eq!(broken[1]["payload"]["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(!broken[1].to_string().contains("secret"));

    for panics in ["subscription { boom }", "{ boom }", "mutation { boom }"] {
        let words = heard(panics).await;
        let last = words.last().unwrap();
        assert_eq!((&last["type"], &last["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("INTERNAL")));
        assert!(!last.to_string().contains("secret"), "{last}");
    }
}

#[tokio::test]
async fn the_guard_stands_before_it() {
    let nested = format!("subscription {{ count(to: {}1{}) }}", "[".repeat(1_500), "]".repeat(1_500));
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { count(to: 1) silence }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { ...F } fragment F on Toys { count(to: 1) }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { double(n: $n) }", "BAD_USER_INPUT"),
        (nested.as_str(), "COST_LIMIT_EXCEEDED"),
    ] {
        let words = heard(query).await;
        let [word] = words.as_slice() else { panic!("{words:?}") };
        assert_eq!(
            (&word["type"], &word["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!(code)),
            "{word}"
        );
    }
}

#[tokio::test]
async fn at_most_twenty_at_once() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), HASTE).await;
    let mut peer = Peer::greeted(server.address, None).await;
    for number in 0..1_000 {
        peer.subscribe(&number.to_string(), "subscription { silence }", json!({})).await;
    }
    for number in 20..1_000 {
        let refused = peer.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!(number.to_string())));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    }
    peer.say(json!({ "type": "complete", "id": "7" })).await;
    peer.subscribe("more", "{ double(n: 1) }", json!({})).await;
    assert_eq!(peer.hear().await["payload"]["data"], json!({ "double": 2 }));
}

#[tokio::test]
async fn a_silent_socket_lives_and_a_dead_one_does_not() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), HASTE).await;
    let mut listening = Peer::greeted(server.address, None).await;
    // A library answers pings as long as it is read from; nobody reads from this one.
    let mut deaf = Peer::greeted(server.address, None).await;
    let reading = async {
        listening.subscribe("1", "subscription { silence }", json!({})).await;
        assert!(
            tokio::time::timeout(Duration::from_secs(2), listening.next()).await.is_err(),
            "it is pinged, not closed"
        );
    };
    tokio::join!(reading, tokio::time::sleep(Duration::from_secs(2)));
    assert!(listening.is_alive().await);
    assert_eq!(deaf.closed().await.0, 1006);
}

#[tokio::test]
async fn whoever_does_not_read_is_dropped() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), Pace::default()).await;
    let mut peer = Peer::greeted(server.address, None).await;
    peer.subscribe("1", "subscription { flood(bytes: 100000) }", json!({})).await;
    peer.hear().await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.stop.send(()).unwrap();
    // The server ends although nobody reads.
    server.task.await.unwrap();
    assert!((9..=13).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_mutation_that_began_goes_on_to_its_end() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), Pace::default()).await;
    let before = SETTLED.load(Ordering::SeqCst);
    let mut patient = Peer::greeted(server.address, None).await;
    let mut lost = Peer::greeted(server.address, None).await;
    patient.subscribe("1", "mutation { settle }", json!({})).await;
    patient.say(json!({ "type": "complete", "id": "1" })).await;
    lost.subscribe("1", "mutation { settle }", json!({})).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(lost);
    assert_eq!(patient.hear().await["payload"]["data"], json!({ "settle": true }));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(SETTLED.load(Ordering::SeqCst), before + 2);
}

#[tokio::test]
async fn an_operation_has_its_deadline() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), Pace::default()).await;
    let mut peer = Peer::greeted(server.address, None).await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    peer.subscribe("1", "{ slow(seconds: 60) }", json!({})).await;
    let late = peer.hear().await;
    assert_eq!((&late["type"], &late["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("UNAVAILABLE")));
    assert!((10..=12).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn there_are_places_for_so_many() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), Pace { at_once: 2, ..Pace::default() }).await;
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let (_one, two) = (Peer::open(server.address).await, Peer::open(server.address).await);
    let refused = Peer::try_open(server.address, &protocol).await.err();
    assert_eq!(refused, Some(axum::http::StatusCode::SERVICE_UNAVAILABLE));
    drop(two);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(Peer::try_open(server.address, &protocol).await.is_ok());
}
