//! Values that have not the form of their place, and variables that need not have a value where one must be: refused
//! with everything beside them, whether they are written out or sent along.

use bina::app::App;
use entity::unit;
use rstest::rstest;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

async fn units(app: &App) -> u64 {
    unit::Entity::find().count(app.db.read()).await.unwrap()
}

/// A mutation that does something, and another beside it.
fn beside(cast: &Cast, variables: &str, other: &str) -> String {
    let agency = &cast.sabang.agency;
    format!(
        "mutation{variables} {{ createUnit(input: {{ agencyId: \"{agency}\", name: \"Bidang\" }}) {{ unit {{ id }} }}
            {other} }}"
    )
}

/// A check-in with one field as it is given.
fn check_in(field: &str, value: &str) -> String {
    let fields = [
        ("idempotencyKey", "\"0193a5e2-7a3c-7000-8000-000000000001\""),
        ("occasion", "{ workday: { direction: IN } }"),
        ("capturedAt", "\"2026-11-23T00:20:00Z\""),
        ("sentAt", "\"2026-11-23T00:20:00Z\""),
        ("location", "null"),
    ];
    let fields = fields.map(|(name, usual)| format!("{name}: {}", if name == field { value } else { usual }));
    format!("checkIn(input: {{ {} }}) {{ errors {{ code }} }}", fields.join(", "))
}

async fn refused(phone: &Client, text: &str, variables: Value) -> (u16, String, Value) {
    let answer = phone.send(text, variables).await;
    assert!(answer.body.get("data").is_none(), "{text}: {}", answer.body);
    (answer.status.as_u16(), answer.code().to_owned(), answer.body["errors"][0]["extensions"]["field"].clone())
}

fn malformed(field: &[&str]) -> (u16, String, Value) {
    (400, "BAD_USER_INPUT".to_owned(), json!(field))
}

fn invalid() -> (u16, String, Value) {
    (400, "GRAPHQL_VALIDATION_FAILED".to_owned(), Value::Null)
}

#[rstest]
#[tokio::test]
async fn what_is_no_object_is_refused_with_everything_beside_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (phone, before) = (&cast.sabang.admin.phone, units(&cast.world.app).await);
    for no_object in [json!("x"), json!(7), json!(true), json!(["x"]), json!([[]])] {
        let login = "mutation($i: LoginInput!) { login(input: $i) { errors { code } } }";
        let sent = json!({ "i": no_object });
        assert_eq!(refused(&cast.stranger, login, sent).await, malformed(&["input"]), "{no_object}");
        let written = format!("mutation {{ login(input: {no_object}) {{ errors {{ code }} }} }}");
        assert_eq!(refused(&cast.stranger, &written, json!({})).await, malformed(&["input"]), "{no_object}");

        for (field, kind) in [("occasion", "OccasionInput!"), ("location", "LocationInput")] {
            let written = beside(&cast, "", &check_in(field, &no_object.to_string()));
            assert_eq!(refused(phone, &written, json!({})).await, malformed(&["input", field]), "{written}");
            let text = beside(&cast, &format!("($v: {kind})"), &check_in(field, "$v"));
            assert_eq!(
                refused(phone, &text, json!({ "v": no_object })).await,
                malformed(&["input", field]),
                "{no_object}"
            );
            let text = beside(&cast, "($i: CheckInInput!)", "checkIn(input: $i) { errors { code } }");
            let mut input = json!({
                "idempotencyKey": "0193a5e2-7a3c-7000-8000-000000000001", "capturedAt": "2026-11-23T00:20:00Z",
                "occasion": { "workday": { "direction": "IN" } }, "sentAt": "2026-11-23T00:20:00Z",
            });
            input[field] = no_object.clone();
            assert_eq!(refused(phone, &text, json!({ "i": input })).await, malformed(&["input", field]), "{no_object}");
        }
        let default = beside(&cast, &format!("($o: OccasionInput! = {no_object})"), &check_in("occasion", "$o"));
        assert_eq!(refused(phone, &default, json!({})).await, invalid(), "{default}");
    }
    let text = beside(&cast, "($i: SyncCheckInsInput!)", "syncCheckIns(input: $i) { results { isReplay } }");
    let sent = json!({ "sentAt": "2026-11-23T00:20:00Z", "items": ["x"] });
    assert_eq!(refused(phone, &text, json!({ "i": sent })).await, malformed(&["input", "items", "0"]));
    let answer =
        cast.stranger.in_language("id").send("mutation { login(input: 7) { errors { code } } }", json!({})).await;
    assert_eq!(answer.body["errors"][0]["message"], "input: nilai ini bukan LoginInput.");
    assert_eq!(units(&cast.world.app).await, before, "nothing of it was done");
}

#[rstest]
#[tokio::test]
async fn a_variable_that_may_be_left_out_stands_nowhere_where_a_value_must(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (phone, before) = (&cast.sabang.admin.phone, units(&cast.world.app).await);
    for (variables, other) in [
        ("($v: UUID)", check_in("idempotencyKey", "$v")),
        ("($v: ID)", check_in("occasion", "{ courseSessionId: $v }")),
        ("($v: ID!, $w: WorkdayInput)", check_in("occasion", "{ courseSessionId: $v, workday: $w }")),
        ("($v: WorkdayInput)", check_in("occasion", "{ courseSessionId: \"ses_1\", workday: $v }")),
        ("($v: CheckInInput)", "checkIn(input: $v) { errors { code } }".to_owned()),
        ("($v: String!)", check_in("idempotencyKey", "$v")),
        ("($v: Float)", check_in("location", "{ latitude: $v, longitude: 95 }")),
    ] {
        let text = beside(&cast, variables, &other);
        for sent in [json!({}), json!({ "v": null }), json!({ "v": "0193a5e2-7a3c-7000-8000-000000000001", "w": {} })] {
            let (status, code, _) = refused(phone, &text, sent.clone()).await;
            // What has no value where its own type asks for one is told first.
            let is_missing = sent["v"].is_null() && (variables.contains("ID!") || variables.contains("String!"));
            let expected = if is_missing { "BAD_USER_INPUT" } else { "GRAPHQL_VALIDATION_FAILED" };
            assert_eq!((status, &*code), (400, expected), "{text}: {sent}");
        }
    }
    for text in [
        "query($id: ID) { viewer { id } node(id: $id) { id } }",
        "query($id: ID) { ...F } fragment F on Query { viewer { id } node(id: $id) { id } }",
        "query($id: ID) { viewer { id } nodes(ids: [$id]) { id } }",
        "query($ids: [ID]!) { viewer { id } nodes(ids: $ids) { id } }",
        "query($on: Boolean) { viewer { id @include(if: $on) } }",
    ] {
        let sent = json!({ "id": "a", "ids": ["a"], "on": true });
        assert_eq!(refused(phone, text, sent).await, invalid(), "{text}");
        let (status, ..) = refused(phone, text, json!({})).await;
        assert_eq!(status, 400, "{text}");
    }
    assert_eq!(units(&cast.world.app).await, before, "nothing of it was done");
}

/// What a default stands in for may be left out, and is then what the default says; a null it does not stand in for.
#[rstest]
#[tokio::test]
async fn a_default_makes_up_for_what_is_left_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let phone = &cast.sabang.admin.phone;
    let text = "query($id: ID = \"a\") { viewer { name } node(id: $id) { id } }";
    let answer = phone.send(text, json!({})).await;
    assert_eq!((answer.code(), &answer.body["data"]["node"]), ("BAD_USER_INPUT", &Value::Null), "an id that is none");
    assert!(answer.body["data"]["viewer"]["name"].is_string());
    assert_eq!(refused(phone, text, json!({ "id": null })).await, malformed(&["id"]));

    let text = "query($first: Int = 1) { agencies(first: $first) { nodes { id } } }";
    for (sent, count) in [(json!({}), 1), (json!({ "first": null }), 2), (json!({ "first": 2 }), 2)] {
        let nodes = phone.data(text, sent).await["agencies"]["nodes"].take();
        assert_eq!(nodes.as_array().unwrap().len(), count);
    }

    // The place has one itself.
    let mocked = check_in("location", "{ latitude: 5.9, longitude: 95, isMocked: $v }");
    let text = format!("mutation($v: Boolean) {{ {mocked} }}");
    let data = cast.sabang.employee.phone.data(&text, json!({})).await;
    assert_eq!(data["checkIn"]["errors"], json!([]));
    let place = ["input", "location", "isMocked"];
    assert_eq!(refused(phone, &text, json!({ "v": null })).await, malformed(&place));
}
