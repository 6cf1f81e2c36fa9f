use std::sync::LazyLock;

use async_graphql::InputType;
use async_graphql::parser::parse_query;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::attendance::schema::mutation::CheckInInput;

static INPUTS: LazyLock<Inputs> = LazyLock::new(|| Inputs::read(&crate::graphql::sdl()).unwrap());

/// Whether variables fit the operation of a document.
fn fits(document: &str, variables: serde_json::Value) -> bool {
    let document = parse_query(document).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let variables = Variables::from_json(variables);
    let fits = INPUTS.fit(&operation.node, &variables);
    let misfit = INPUTS.examine(&document, &operation.node, &variables);
    assert!(!fits || misfit.is_ok(), "what fits is admitted: {misfit:?}");
    fits
}

/// What of an operation does not fit.
fn misfit(document: &str, variables: serde_json::Value) -> Option<Misfit> {
    let document = parse_query(document).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    INPUTS.examine(&document, &operation.node, &Variables::from_json(variables)).err()
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
    assert!(INPUTS.kinds.len() > 50, "the schema was read");
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
}

#[test]
fn what_does_not_fit_is_named_from_the_argument_downwards() {
    let value = |path: &str, wrong: Wrong| {
        let path = path.split('.').map(str::to_owned).collect();
        Some(Misfit::Value { path, wrong })
    };
    let no = |kind: &str| Wrong::Form(kind.to_owned());
    let occasions = || Wrong::NotOne(["workday", "courseSessionId"].map(str::to_owned).to_vec());
    for (change, path, wrong) in [
        (json!({ "idempotencyKey": 7 }), "input.idempotencyKey", no("UUID")),
        (json!({ "sentAt": null }), "input.sentAt", Wrong::Missing),
        (json!({ "occasion": "x" }), "input.occasion", no("OccasionInput")),
        (json!({ "occasion": {} }), "input.occasion", occasions()),
        (json!({ "occasion": { "courseSessionId": null } }), "input.occasion.courseSessionId", Wrong::Missing),
        (json!({ "occasion": { "workday": {} } }), "input.occasion.workday.direction", Wrong::Missing),
        (json!({ "location": { "latitude": [5] } }), "input.location.latitude", no("Float")),
        (
            json!({ "occasion": { "workday": { "direction": "UP" } } }),
            "input.occasion.workday.direction",
            no("WorkdayDirection"),
        ),
        (json!({ "more": 1 }), "input.more", Wrong::Unknown),
        (json!({ "more\r\nof it": 1 }), "input", Wrong::Unknown),
        (json!({ "m".repeat(65): 1 }), "input", Wrong::Unknown),
    ] {
        let sent = check_in(|input| input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone()));
        assert_eq!(misfit(CHECK_IN, sent), value(path, wrong), "{change}");
    }
    assert_eq!(misfit("{ nodes(ids: [\"a\", null]) { id } }", json!({})), value("ids.1", Wrong::Missing));
    assert_eq!(misfit("{ viewer { id @skip(if: 1) } }", json!({})), value("if", no("Boolean")));
    assert_eq!(misfit("{ __type(name: 1) { name } }", json!({})), value("name", no("String")));
}

/// Something that might stand in an input, or not.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let plain = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!(1_e300),
        json!("x"),
        json!("IN"),
        json!("ses_01h455vb4pex5vsknk084sn02q"),
        json!("0193a5e2-7a3c-7000-8000-1f2e3d4c5b6a"),
        json!("2026-11-23T07:20:00+07:00"),
    ]);
    let names = ["workday", "direction", "courseSessionId", "latitude", "longitude", "isMocked", "workedOn", "more"];
    plain.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
            prop::collection::hash_map(prop::sample::select(names.to_vec()), inner, 0..4).prop_map(|fields| {
                fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What is admitted is what the executor can read: nothing is left for the middle of the execution.
    #[test]
    fn what_fits_the_executor_reads(
        field in prop::sample::select(
            vec!["idempotencyKey", "occasion", "capturedAt", "sentAt", "location", "venueCode", "more"]
        ),
        value in prop::option::of(anything()),
    ) {
        let sent = check_in(|input| {
            let input = input.as_object_mut().unwrap();
            match &value {
                Some(value) => drop(input.insert(field.to_owned(), value.clone())),
                None => drop(input.remove(field)),
            }
        });
        let read = CheckInInput::parse(Some(Value::from_json(sent["input"].clone()).unwrap()));
        let fits = misfit(CHECK_IN, sent.clone()).is_none();
        prop_assert!(!fits || read.is_ok(), "{sent}");
    }
}

#[test]
fn variables_stand_where_their_type_lets_them() {
    for (variable, argument, is_allowed) in [
        ("$v: ID!", "node(id: $v)", true),
        ("$v: ID", "node(id: $v)", false),
        ("$v: ID = \"a\"", "node(id: $v)", true),
        ("$v: ID = null", "node(id: $v)", false),
        ("$v: String!", "node(id: $v)", false),
        ("$v: [ID!]!", "nodes(ids: $v)", true),
        ("$v: [ID!]", "nodes(ids: $v)", false),
        ("$v: [ID]!", "nodes(ids: $v)", false),
        ("$v: ID!", "nodes(ids: $v)", false),
        ("$v: ID!", "nodes(ids: [$v])", true),
        ("$v: ID", "nodes(ids: [$v])", false),
        ("$v: Int!", "agencies(first: $v)", true),
        ("$v: Int", "agencies(first: $v)", true),
        ("$v: Boolean!", "viewer @include(if: $v)", true),
        ("$v: Boolean", "viewer @include(if: $v)", false),
    ] {
        let text = format!("query({variable}) {{ {argument} {{ __typename }} }}");
        let expected = (!is_allowed).then(|| Misfit::Variable("v".to_owned()));
        assert_eq!(misfit(&text, json!({})), expected, "{text}");
    }
    let shared = "query A($v: ID) { ...F } query B($v: ID!) { ...F } fragment F on Query { node(id: $v) { id } }";
    let document = parse_query(shared).unwrap();
    for (name, operation) in document.operations.iter() {
        let is_allowed = INPUTS.examine(&document, &operation.node, &Variables::default()).is_ok();
        assert_eq!(is_allowed, name.unwrap() == "B");
    }
    let wrong = "query($v: Int = \"x\") { agencies(first: $v) { nodes { id } } }";
    assert_eq!(misfit(wrong, json!({ "v": 1 })), Some(Misfit::Default("v".to_owned())));
}
