//! Requests by an id: what they may look like, and what they cost.

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{APOLLO, VIEWER, ask, by_id, get, of_apollo, persisted, register, register_one, request, router};
use crate::cast::Cast;
use crate::harness::{Engine, World, monday_morning};
use crate::http::{Answer, send};

#[rstest]
#[tokio::test]
async fn an_id_stands_for_its_document_and_for_no_other(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let router = router(&world.app);
    register(&world.app, APOLLO).await.unwrap();
    let id = register_one(&world.app, VIEWER).await;
    let unknown = format!("sha256:{}", "0".repeat(64));

    let viewer = json!({ "data": { "viewer": null } });
    assert_eq!(get(&router, &[("documentId", &id)]).await.json(), viewer);
    assert_eq!(ask(&router, json!({ "documentId": id, "query": VIEWER })).await.json(), viewer, "both, and they agree");
    assert_eq!(ask(&router, json!({ "documentId": id, "query": "" })).await.json(), viewer);
    let named = ask(&router, json!({ "documentId": id, "operationName": "Other" })).await;
    assert_eq!(named.code(), "GRAPHQL_VALIDATION_FAILED");

    let (check_in, _) = of_apollo("CheckIn");
    let got = get(&router, &[("documentId", &check_in), ("variables", "{\"input\":{}}")]).await;
    assert_eq!((got.status.as_u16(), got.header("allow")), (405, "POST"));
    let (roll, _) = of_apollo("Roll");
    assert_eq!(get(&router, &[("documentId", &roll), ("variables", "{\"session\":\"x\"}")]).await.status.as_u16(), 405);
    let missing = ask(&router, json!({ "documentId": check_in })).await;
    assert_eq!(missing.code(), "BAD_USER_INPUT", "its variables are asked for as ever");

    for (body, message) in [
        (
            json!({ "documentId": id, "query": "{ viewer { name } }" }),
            "The query is not the document of the id beside it.",
        ),
        (json!({ "documentId": unknown, "query": VIEWER }), "The query is not the document of the id beside it."),
        (
            json!({ "documentId": id, "extensions": persisted("other") }),
            "The query is not the document of the id beside it.",
        ),
        (
            json!({ "documentId": "sha256:x" }),
            "The parameter documentId must be the id of a document, such as sha256: and 64 digits of 0-9 and a-f.",
        ),
        (
            json!({ "documentId": 7 }),
            "The parameter documentId must be the id of a document, such as sha256: and 64 digits of 0-9 and a-f.",
        ),
        (
            json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": "a" } } }),
            "extensions.persistedQuery must have version 1 and the sha256Hash of the query.",
        ),
    ] {
        let answer = ask(&router, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_REQUEST"), "{body}");
        assert_eq!(answer.json()["errors"][0]["message"], message, "{body}");
    }
    for body in [json!({ "documentId": unknown }), json!({ "documentId": "nobody", "query": VIEWER })] {
        assert_unknown(&ask(&router, body).await);
    }
    assert_unknown(&get(&router, &[("documentId", &unknown)]).await);
}

/// Apollo's clients compare message or code, and Apollo iOS reads nothing but a 200.
fn assert_unknown(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let body = answer.json();
    let error = &body["errors"][0];
    assert_eq!(error["message"], "PersistedQueryNotFound");
    assert_eq!(error["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    assert!(body.get("data").is_none(), "{body}");
}

#[rstest]
#[tokio::test]
async fn a_check_in_by_id_costs_no_statement_more_and_is_small(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (app, router) = (&cast.world.app, router(&cast.world.app));
    register(app, APOLLO).await.unwrap();
    let (id, text) = of_apollo("CheckIn");
    let token = cast.sabang.employee.phone.token();
    let now = monday_morning();
    let ask = async |document: Value, number: u128| {
        let (latitude, longitude) = cast.sabang.place;
        let mut body = json!({ "variables": { "input": {
            "idempotencyKey": Uuid::from_u128(u128::MAX - number).to_string(),
            "occasion": { "workday": { "direction": "IN" } },
            "capturedAt": now, "sentAt": now,
            "location": { "latitude": latitude, "longitude": longitude, "accuracyMeters": 12.5, "isMocked": false },
        } } });
        body.as_object_mut().unwrap().extend(document.as_object().unwrap().clone());
        let before = app.db.statements();
        let answer = send(&router, request(&body, token.as_deref())).await;
        let statements = app.db.statements() - before;
        assert_eq!(answer.json()["data"]["checkIn"]["checkIn"]["verdict"], "ACCEPTED", "{}", answer.text);
        (statements, body.to_string().len(), answer.text.len())
    };
    let (by_text, by_id) = (json!({ "query": text }), json!({ "documentId": id }));
    ask(by_text.clone(), 1).await;
    let (cold, ..) = ask(by_id.clone(), 2).await;
    let (of_text, text_request, text_answer) = ask(by_text, 3).await;
    let (of_id, id_request, id_answer) = ask(by_id, 4).await;
    eprintln!("check-in by its text: request body {text_request} bytes, answer body {text_answer} bytes");
    eprintln!("check-in by document id: request body {id_request} bytes, answer body {id_answer} bytes");
    assert_eq!((of_id, cold), (of_text, of_text + 1), "one statement, the first time");
    assert!(id_request <= 500, "{id_request} bytes");
}

#[tokio::test]
async fn the_words_are_indonesian_as_well() {
    let world = World::new(Engine::Sqlite).await;
    let router = router(&world.app);
    let mut asked = request(&json!({ "documentId": "a b" }), None);
    asked.headers_mut().insert("accept-language", "id".parse().unwrap());
    let words = send(&router, asked).await.json()["errors"][0]["message"].take();
    assert!(words.as_str().unwrap().starts_with("Parameter documentId harus"), "{words}");
    assert_unknown(&by_id(&router, "nobody").await);
}
