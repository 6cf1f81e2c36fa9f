//! Registered documents alone, whichever way a request comes.

use std::sync::Arc;

use axum::Router;
use bina::config::DocumentPolicy;
use bina::http::vigil::Pace;
use rstest::rstest;
use serde_json::{Value, json};

use super::{APOLLO, VIEWER, apollo_hash, ask, get, of_apollo, persisted, register, register_one, request, router};
use crate::harness::{Engine, World};
use crate::http::{Answer, send};
use crate::live::Server;
use crate::live::peer::Peer;

/// Registered documents alone.
async fn closed(engine: Engine) -> World {
    let mut world = World::new(engine).await;
    Arc::get_mut(&mut world.app).expect("nobody has it yet").config.documents = DocumentPolicy::Registered;
    world
}

fn refused(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "DOCUMENT_NOT_REGISTERED"), "{}", answer.text);
    assert_eq!(
        answer.json()["errors"][0]["message"],
        "Only documents that were registered for an app are executed here."
    );
}

#[rstest]
#[tokio::test]
async fn nothing_but_a_registered_document_is_executed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = closed(engine).await;
    let router = router(&world.app);
    let id = register_one(&world.app, VIEWER).await;
    let viewer = json!({ "data": { "viewer": null } });
    let other = "{ viewer { name } }";
    let hash = apollo_hash(other);
    for body in [
        json!({ "query": other }),
        json!({ "query": format!("{VIEWER} ") }),
        json!({ "query": "{ __schema { types { name } } }" }),
        json!({ "query": "{ __typename }" }),
        json!({ "query": "{ not GraphQL" }),
        json!({ "query": other, "extensions": persisted(&hash) }),
        json!({ "query": other, "documentId": format!("sha256:{hash}") }),
        json!({ "query": other, "documentId": "nobody" }),
    ] {
        refused(&ask(&router, body).await);
    }
    refused(&get(&router, &[("query", other)]).await);
    refused(&get(&router, &[("query", other), ("extensions", &persisted(&hash).to_string())]).await);
    let taught = ask(&router, json!({ "extensions": persisted(&hash) })).await;
    assert_eq!(taught.code(), "PERSISTED_QUERY_NOT_FOUND", "nothing was learnt");

    for body in [
        json!({ "documentId": id }),
        json!({ "query": VIEWER }),
        json!({ "query": VIEWER, "documentId": id }),
        json!({ "extensions": persisted(&apollo_hash(VIEWER)) }),
        json!({ "query": VIEWER, "extensions": persisted(&apollo_hash(VIEWER)) }),
    ] {
        assert_eq!(ask(&router, body).await.json(), viewer);
    }
}

#[rstest]
#[tokio::test]
async fn what_was_learnt_before_is_not_registered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut world = World::new(engine).await;
    let taught = json!({ "query": VIEWER, "extensions": persisted(&apollo_hash(VIEWER)) });
    assert_eq!(ask(&router(&world.app), taught).await.code(), "");
    Arc::get_mut(&mut world.app).expect("the router is gone").config.documents = DocumentPolicy::Registered;
    let later = super::another(&world.app).await;
    let answer = ask(&router(&later), json!({ "extensions": persisted(&apollo_hash(VIEWER)) })).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND");
    refused(&ask(&router(&later), json!({ "query": VIEWER })).await);
}

async fn accepting(router: &Router, accept: &str, body: Value) -> Answer {
    let mut request = request(&body, None);
    request.headers_mut().insert("accept", accept.parse().unwrap());
    send(router, request).await
}

#[rstest]
#[tokio::test]
async fn neither_is_it_in_pieces_nor_over_a_socket(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = closed(engine).await;
    let router = router(&world.app);
    register(&world.app, APOLLO).await.unwrap();
    let (roll, text) = of_apollo("Roll");
    let (viewer, _) = of_apollo("Viewer");
    let session = json!({ "session": "ses_01h455vb4pex5vsknk084sn02q" });
    let unregistered = json!({ "query": format!("{text} "), "variables": session });
    let registered = json!({ "documentId": roll, "variables": session });

    let events = accepting(&router, "text/event-stream", unregistered.clone()).await;
    assert_eq!(events.status.as_u16(), 200);
    assert!(events.text.starts_with("event: next\ndata: {\"errors\":[{"), "{}", events.text);
    assert!(events.text.contains("DOCUMENT_NOT_REGISTERED"), "{}", events.text);
    let events = accepting(&router, "text/event-stream", json!({ "documentId": viewer })).await;
    assert!(events.text.contains("data: {\"data\":{\"viewer\":null}}"), "{}", events.text);

    let multipart = "multipart/mixed;subscriptionSpec=1.0, application/json";
    refused(&accepting(&router, multipart, unregistered.clone()).await);
    let pieces = accepting(&router, multipart, registered.clone()).await;
    assert!(pieces.header("content-type").starts_with("multipart/mixed"), "{}", pieces.text);
    assert!(pieces.text.contains("UNAUTHENTICATED"), "the subscription itself refuses: {}", pieces.text);

    let server = Server::real(&world.app, Pace::default()).await;
    let mut peer = Peer::greeted(server.address, None).await;
    let mut subscribe = async |id: &str, payload: Value| {
        peer.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
        peer.hear().await
    };
    let heard = subscribe("1", unregistered).await;
    assert_eq!(heard["type"], "error");
    assert_eq!(heard["payload"][0]["extensions"]["code"], "DOCUMENT_NOT_REGISTERED");
    let heard = subscribe("2", json!({ "documentId": viewer, "query": text })).await;
    assert_eq!(heard["payload"][0]["extensions"]["code"], "BAD_REQUEST", "they differ");
    let heard = subscribe("3", json!({ "documentId": viewer })).await;
    assert_eq!(heard["payload"]["data"], json!({ "viewer": null }));
}
