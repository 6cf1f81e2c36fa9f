//! The schema as it is published.

use std::fs;
use std::path::Path;

use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use serde_json::json;

use crate::cast::Cast;
use crate::harness::Engine;

/// `schema.graphql` is what the code says. To write it anew: `cargo run -- schema > schema.graphql`.
#[test]
fn the_committed_schema_is_the_codes() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let committed = fs::read_to_string(file).expect("schema.graphql");
    assert!(committed == bina::graphql::sdl(), "schema.graphql is old: cargo run -- schema > schema.graphql");
}

#[test]
fn everything_in_it_has_a_description() {
    let document = async_graphql::parser::parse_schema(bina::graphql::sdl()).expect("SDL");
    let mut bare = Vec::new();
    let mut see = |name: String, description: bool| {
        if !description {
            bare.push(name);
        }
    };
    let mut described = 0;
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = &definition.node;
        let name = &definition.name.node;
        described += 1;
        see(name.to_string(), definition.description.is_some());
        match &definition.kind {
            TypeKind::Object(async_graphql::parser::types::ObjectType { fields, .. })
            | TypeKind::Interface(async_graphql::parser::types::InterfaceType { fields, .. }) => {
                for field in fields {
                    let path = format!("{name}.{}", field.node.name.node);
                    for argument in &field.node.arguments {
                        see(format!("{path}({})", argument.node.name.node), argument.node.description.is_some());
                    }
                    see(path, field.node.description.is_some());
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    see(format!("{name}.{}", field.node.name.node), field.node.description.is_some());
                }
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    see(format!("{name}.{}", value.node.value.node), value.node.description.is_some());
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert!(described > 50, "the schema was read");
    assert!(bare.is_empty(), "without description: {bare:#?}");
}

#[tokio::test]
async fn a_field_that_fails_leaves_its_siblings() {
    let cast = Cast::new(Engine::Sqlite).await;
    let phone = &cast.sabang.employee.phone;
    let answer = phone.send("{ node(id: \"bad\") { id } viewer { name } }", json!({})).await;
    assert_eq!(answer.body["data"], json!({ "node": null, "viewer": { "name": "Cut Meutia" } }));
    assert_eq!((answer.code(), &answer.body["errors"][0]["path"]), ("BAD_USER_INPUT", &json!(["node"])));
    let two = "mutation($check: CheckInInput!) {
        one: checkIn(input: $check) { checkIn { verdict } }
        two: logout(input: { deviceId: \"bad\" }) { isLoggedOut } }";
    let check = json!({
        "idempotencyKey": "0193a5e2-7a3c-7000-8000-00000000c0de", "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": "2026-11-23T00:20:00Z", "sentAt": "2026-11-23T00:20:00Z",
    });
    let answer = phone.send(two, json!({ "check": check })).await;
    assert_eq!(answer.body["data"], json!({ "one": { "checkIn": { "verdict": "NEEDS_REVIEW" } }, "two": null }));
    assert_eq!(answer.body["errors"][0]["path"], json!(["two"]));
}
