//! The examples of the pages at `/` hold against the schema.

use async_graphql::parser::parse_query;
use serde_json::{Value, json};

use crate::harness::{Engine, World};
use crate::http::{post, send};

const SCRIPT: &str = include_str!("../../src/http/examples.js");

/// The documents of the pages: its template texts that begin with a kind of operation.
fn documents() -> Vec<&'static str> {
    SCRIPT.split('`').filter(|text| text.starts_with("query ") || text.starts_with("mutation ")).collect()
}

fn variables(operation: &str) -> Value {
    match operation {
        "Login" => json!({ "input": {
            "identifier": "a", "password": "b", "deviceName": "c",
            "installationId": "7f1c2c4e-55a0-4d5e-9d53-0a4d4a8b2c11",
        } }),
        "CheckIn" => json!({ "input": {
            "idempotencyKey": "7f1c2c4e-55a0-4d5e-9d53-0a4d4a8b2c12",
            "occasion": { "workday": { "direction": "IN" } },
            "capturedAt": "2026-11-23T00:20:00.123Z", "sentAt": "2026-11-23T00:20:00.123Z",
            "location": { "latitude": 5.89418, "longitude": 95.32046, "accuracyMeters": 12, "isMocked": false },
            "venueCode": "000000",
        } }),
        _ => json!({ "search": "Kota", "after": null }),
    }
}

#[tokio::test]
async fn the_examples_are_valid() {
    let world = World::new(Engine::Sqlite).await;
    let router = bina::http::router(world.app.clone());
    let documents = documents();
    assert_eq!(documents.len(), 4);
    for document in documents {
        let parsed = parse_query(document).unwrap();
        let (name, _) = parsed.operations.iter().next().unwrap();
        let body = json!({ "query": document, "variables": variables(name.unwrap()) });
        let answer = send(&router, post(body.to_string())).await;
        // Nobody is logged in: that is all that may stand in the way.
        assert!(["", "UNAUTHENTICATED"].contains(&answer.code().as_str()), "{document}\n{answer:?}");
    }
}

#[test]
fn the_login_is_one_of_the_demos() {
    let mut accounts = Vec::new();
    bina::demo::print_json(&mut accounts).unwrap();
    let accounts: Value = serde_json::from_slice(&accounts).unwrap();
    let is_known = accounts.as_array().unwrap().iter().any(|account| {
        let holds = |name: &str| SCRIPT.contains(&format!("{name}: {}", account[name]));
        holds("identifier") && holds("password")
    });
    assert!(is_known);
}
