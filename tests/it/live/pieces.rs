//! Answers in pieces over plain HTTP, byte by byte.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bina::http::router_over;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{HASTE, Server, toys};
use crate::harness::{Engine, World};
use crate::http::{Answer, query, send};

const EVENTS: &str = "text/event-stream";
const MULTIPART: &str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0";

async fn toy_router() -> (World, Router) {
    let world = World::new(Engine::Sqlite).await;
    let router = router_over(world.app.clone(), toys());
    (world, router)
}

fn accepting(accept: &str, text: &str) -> Request<Body> {
    let mut request = query(text);
    request.headers_mut().insert("accept", accept.parse().unwrap());
    request.headers_mut().insert("accept-language", "en".parse().unwrap());
    request
}

async fn ask(router: &Router, accept: &str, text: &str) -> Answer {
    send(router, accepting(accept, text)).await
}

#[tokio::test]
async fn events() {
    let (_world, router) = toy_router().await;
    let answer = ask(&router, EVENTS, "subscription { count(to: 2) }").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/event-stream; charset=utf-8"));
    assert_eq!((answer.header("cache-control"), answer.header("x-accel-buffering")), ("no-store", "no"));
    assert_eq!(
        answer.text,
        ":\n\n\
         event: next\ndata: {\"data\":{\"count\":0}}\n\n\
         event: next\ndata: {\"data\":{\"count\":1}}\n\n\
         event: complete\ndata:\n\n"
    );
    // graphql-sse asks for everything in this form.
    let answer = ask(&router, EVENTS, "mutation { touch }").await;
    assert_eq!(answer.text, ":\n\nevent: next\ndata: {\"data\":{\"touch\":true}}\n\nevent: complete\ndata:\n\n");
    // What is wrong with the document is an event as well, what is wrong with the request is not.
    let answer = ask(&router, EVENTS, "{").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/event-stream; charset=utf-8"));
    assert!(answer.text.starts_with("event: next\ndata: {\"errors\":[{"), "{}", answer.text);
    assert!(answer.text.ends_with("]}\n\nevent: complete\ndata:\n\n"), "{}", answer.text);
    assert!(answer.text.contains("GRAPHQL_PARSE_FAILED"), "{}", answer.text);
    let answer = ask(&router, EVENTS, "subscription { unknown }").await;
    assert!(answer.text.contains("event: next\ndata: {\"errors\":[{") && answer.text.contains("VALIDATION_FAILED"));
    let mut bad_token = accepting(EVENTS, "subscription { silence }");
    bad_token.headers_mut().insert("authorization", "Bearer x".parse().unwrap());
    let answer = send(&router, bad_token).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn multipart() {
    let (_world, router) = toy_router().await;
    for accept in [
        MULTIPART,
        "multipart/mixed;subscriptionSpec=1.0, application/graphql-response+json, application/json",
        "multipart/mixed;boundary=graphql;subscriptionSpec=\"1.0\",application/json",
    ] {
        let answer = ask(&router, accept, "subscription { count(to: 2) }").await;
        assert_eq!(answer.header("content-type"), MULTIPART, "{accept}");
        assert_eq!(
            answer.text,
            "\r\n--graphql\r\nContent-Type: application/json\r\n\r\n{}\r\n--graphql\
             \r\nContent-Type: application/json\r\n\r\n{\"payload\":{\"data\":{\"count\":0}}}\r\n--graphql\
             \r\nContent-Type: application/json\r\n\r\n{\"payload\":{\"data\":{\"count\":1}}}\r\n--graphql--\r\n",
            "{accept}"
        );
    }
    // What is no subscription is answered whole.
    let answer = ask(&router, "multipart/mixed;subscriptionSpec=1.0, application/json", "{ double(n: 1) }").await;
    assert_eq!(answer.text, "{\"data\":{\"double\":2}}");
    assert_eq!(ask(&router, MULTIPART, "{ double(n: 1) }").await.status, 406);
    let answer = ask(&router, "multipart/mixed;subscriptionSpec=1.0, application/json", "{").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, "GRAPHQL_PARSE_FAILED"));
}

#[tokio::test]
async fn a_subscription_needs_one_of_them() {
    let (_world, router) = toy_router().await;
    for accept in ["application/json", "*/*", "multipart/mixed;deferSpec=20220824, application/json"] {
        let answer = ask(&router, accept, "subscription { silence }").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (406, "NOT_ACCEPTABLE"), "{accept}");
    }
    let request = Request::get("/graphql?query=subscription%7Bsilence%7D").header("accept", "*/*");
    assert_eq!(send(&router, request.body(Body::empty()).unwrap()).await.status, 405);
}

/// Reads a stream over a real connection until it ends; stops the server after some time.
async fn watched(accept: &str, then_stop: Option<Duration>) -> String {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), HASTE).await;
    let body = json!({ "query": "subscription { silence }" }).to_string();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\nAccept-Language: en\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    if let Some(time) = then_stop {
        tokio::time::sleep(time).await;
    }
    server.stop.send(()).unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), server.task).await.expect("it ends").unwrap();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_silent_stream_gives_signs_of_life_and_a_stop_ends_it() {
    let (events, multipart) =
        tokio::join!(watched(EVENTS, Some(Duration::from_secs(1))), watched(MULTIPART, Some(Duration::from_secs(1))));
    assert!(events.matches("3\r\n:\n\n\r\n").count() > 4, "{events}");
    assert!(events.contains("event: next\ndata: {\"errors\":[{") && events.contains("\"UNAVAILABLE\""), "{events}");
    assert!(events.ends_with("event: complete\ndata:\n\n\r\n0\r\n\r\n"), "{events}");
    assert!(multipart.matches("\r\n\r\n{}\r\n--graphql").count() > 4, "{multipart}");
    assert!(multipart.contains("\"payload\":null") && multipart.contains("\"UNAVAILABLE\""), "{multipart}");
    assert!(multipart.ends_with("\r\n--graphql--\r\n\r\n0\r\n\r\n"), "{multipart}");
}

#[tokio::test]
async fn whoever_does_not_read_is_cut_off() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), bina::http::vigil::Pace::default()).await;
    let body = json!({ "query": "subscription { flood(bytes: 100000) }" }).to_string();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: {EVENTS}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 1024]).await.unwrap();
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
    assert!((9..=13).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}
