use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;

/// Whether variables fit the operation of a document.
fn fits(document: &str, variables: serde_json::Value) -> bool {
    let document = parse_query(document).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    fit(&operation.node, &Variables::from_json(variables))
}

const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) { isReplay } }";

fn check_in(change: impl Fn(&mut serde_json::Value)) -> serde_json::Value {
    let mut input = json!({
        "idempotencyKey": "0193a5e2-7a3c-7000-8000-1f2e3d4c5b6a",
        "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": "2026-11-23T07:20:00+07:00",
        "sentAt": "2026-11-23T07:20:00+07:00",
        "location": { "latitude": 5.9, "longitude": 95, "isMocked": false },
    });
    change(&mut input);
    json!({ "input": input })
}

#[test]
fn every_scalar_that_can_be_given_has_its_form() {
    let sdl = crate::graphql::sdl();
    let declared = sdl.lines().filter_map(|line| line.strip_prefix("scalar ")?.split(' ').next());
    for scalar in declared {
        assert!(SCALARS.iter().any(|(name, _)| *name == scalar), "{scalar}");
    }
    assert!(INPUTS.0.len() > 50, "the schema was read");
}

#[test]
fn what_fits() {
    assert!(fits(CHECK_IN, check_in(|_| {})));
    assert!(fits(CHECK_IN, check_in(|input| input["venueCode"] = json!(null))));
    assert!(fits(CHECK_IN, check_in(|input| input["location"] = json!(null))));
    let without_mocked =
        |input: &mut serde_json::Value| drop(input["location"].as_object_mut().unwrap().remove("isMocked"));
    assert!(fits(CHECK_IN, check_in(without_mocked)), "it has a default");
    assert!(fits("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ["a", "b"], "more": 1 })));
    assert!(fits("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": "a" })), "one stands for a list");
    assert!(fits("query($n: Int = 20) { agencies(first: $n) { nodes { id } } }", json!({})));
    assert!(fits("{ viewer { id } }", json!({})));
}

#[test]
fn what_does_not() {
    let wrong: [fn(&mut serde_json::Value); 10] = [
        |input| input["idempotencyKey"] = json!("no key"),
        |input| input["capturedAt"] = json!("yesterday"),
        |input| input["sentAt"] = json!(null),
        |input| drop(input.as_object_mut().unwrap().remove("sentAt")),
        |input| input["occasion"] = json!({}),
        |input| input["occasion"] = json!({ "workday": { "direction": "IN" }, "courseSessionId": "ses_1" }),
        |input| input["occasion"] = json!({ "courseSessionId": null }),
        |input| input["occasion"] = json!({ "workday": { "direction": "UP" } }),
        |input| input["location"]["latitude"] = json!("5.9"),
        |input| input["more"] = json!(1),
    ];
    for change in wrong {
        let variables = check_in(change);
        assert!(!fits(CHECK_IN, variables.clone()), "{variables}");
    }
    assert!(!fits(CHECK_IN, json!({})));
    assert!(!fits(CHECK_IN, json!({ "input": [] })));
    assert!(!fits("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ["a", null] })));
    assert!(!fits("query($ids: [ID!]! = []) { nodes(ids: $ids) { id } }", json!({ "ids": null })));
    assert!(!fits("query($n: Int = 20) { agencies(first: $n) { nodes { id } } }", json!({ "n": null })));
    assert!(!fits("query($n: Nothing) { viewer { id } }", json!({ "n": 1 })), "a type that there is not");
}
