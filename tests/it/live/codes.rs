//! Every way in which a socket is refused or closed.

use axum::http::StatusCode;
use bina::http::vigil::Pace;
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::peer::{Peer, init};
use super::{HASTE, Server, toys};
use crate::cast::Cast;
use crate::client::Client;
use crate::harness::{Engine, World, monday_morning};

async fn toy_server() -> (World, Server) {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), HASTE).await;
    (world, server)
}

#[tokio::test]
async fn what_is_no_message_is_4400() {
    let (_world, server) = toy_server().await;
    for message in [
        Message::text("{"),
        Message::text(r#"{"type":"stop","id":"1"}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":{}}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":["{a}"]}}"#),
        Message::text(format!(r#"{{"type":"ping","payload":{{"a":{}}}}}"#, "[".repeat(10_000))),
        Message::binary(b"{}".to_vec()),
    ] {
        let mut peer = Peer::greeted(server.address, None).await;
        peer.send(message.clone()).await;
        assert_eq!(peer.closed().await, (4400, "Invalid message".to_owned()), "{message:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let (_world, server) = toy_server().await;
    let mut peer = Peer::greeted(server.address, None).await;
    peer.send(Message::text(" ".repeat(10 * 1024 * 1024))).await;
    // Hanging up within the message may cut the farewell off.
    let (code, _) = peer.closed().await;
    assert!([4400, 1006].contains(&code), "{code}");
    assert!(Peer::greeted(server.address, None).await.is_alive().await);
}

#[tokio::test]
async fn nothing_begins_before_the_handshake() {
    let (_world, server) = toy_server().await;
    let mut peer = Peer::open(server.address).await;
    assert!(peer.is_alive().await, "a ping may come first");
    peer.subscribe("1", "{ __typename }", json!({})).await;
    assert_eq!(peer.closed().await, (4401, "Unauthorized".to_owned()));

    let mut peer = Peer::open(server.address).await;
    assert_eq!(peer.closed().await, (4408, "Connection initialisation timeout".to_owned()));

    let mut peer = Peer::greeted(server.address, None).await;
    peer.say(init(None)).await;
    assert_eq!(peer.closed().await, (4429, "Too many initialisation requests".to_owned()));
}

#[tokio::test]
async fn an_id_is_used_once_at_a_time() {
    let (_world, server) = toy_server().await;
    let mut peer = Peer::greeted(server.address, None).await;
    peer.subscribe("a", "subscription { silence }", json!({})).await;
    peer.say(json!({ "type": "complete", "id": "a" })).await;
    peer.subscribe("a", "{ double(n: 2) }", json!({})).await;
    assert_eq!(peer.hear().await, json!({ "type": "next", "id": "a", "payload": { "data": { "double": 4 } } }));
    assert_eq!(peer.hear().await, json!({ "type": "complete", "id": "a" }));
    peer.subscribe("a", "subscription { silence }", json!({})).await;
    peer.subscribe("a", "subscription { silence }", json!({})).await;
    assert_eq!(peer.closed().await, (4409, "Subscriber for a already exists".to_owned()));
}

#[tokio::test]
async fn another_protocol_is_not_spoken() {
    let (_world, server) = toy_server().await;
    let mut peer = Peer::try_open(server.address, &[]).await.unwrap();
    assert_eq!(peer.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    let plain = reply(&server, "GET /graphql/ws HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(plain.starts_with("HTTP/1.1 426 Upgrade Required\r\n"), "{plain}");
    assert!(plain.contains("upgrade: websocket\r\n") && plain.contains("UPGRADE_REQUIRED"), "{plain}");
}

async fn reply(server: &Server, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let (_world, server) = toy_server().await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let own = format!("https://{}", server.address);
    for origin in [&own, "https://app.example"] {
        assert!(Peer::try_open(server.address, &[protocol, ("origin", origin)]).await.is_ok(), "{origin}");
    }
    for origin in ["https://evil.example", "null", "https://app.example:444"] {
        let refused = Peer::try_open(server.address, &[protocol, ("origin", origin)]).await.err();
        assert_eq!(refused, Some(StatusCode::FORBIDDEN), "{origin}");
    }
}

#[rstest]
#[tokio::test]
async fn a_token_that_does_not_hold_is_4403(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let server = Server::real(&cast.world.app, HASTE).await;
    let forbidden = (4403, "Forbidden".to_owned());
    for payload in
        [json!({ "authorization": "Bearer x" }), json!({ "authorization": "x" }), json!({ "Authorization": 1 })]
    {
        let mut peer = Peer::open(server.address).await;
        peer.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(peer.closed().await, forbidden, "{payload}");
    }
    let token = token(&cast.sabang.employee.phone);
    let mut silent = Peer::greeted(server.address, Some(&token)).await;
    let mut busy = Peer::greeted(server.address, Some(&token)).await;
    let variables = json!({ "id": cast.sabang.session.to_string() });
    busy.subscribe("1", "subscription($id: ID!) { courseSessionRollChanged(courseSessionId: $id) { id } }", variables)
        .await;
    busy.subscribe("2", "{ viewer { name } }", json!({})).await;
    assert_eq!(busy.hear().await["payload"]["data"]["viewer"]["name"], "Cut Meutia");
    assert_eq!(busy.hear().await["type"], "complete");
    assert!(silent.is_alive().await);
    // The token's time is over.
    cast.world.app.clock.set(monday_morning() + TimeDelta::minutes(10));
    assert_eq!(silent.closed().await, forbidden);
    assert_eq!(busy.closed().await, forbidden);
    assert_eq!(cast.world.app.live.topics(), 0);
}

#[rstest]
#[tokio::test]
async fn who_is_logged_out_hears_nothing_more(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let server = Server::real(&cast.world.app, HASTE).await;
    for person in [&cast.sabang.colleague, &cast.sabang.trainer] {
        let mut peer = Peer::greeted(server.address, Some(&token(&person.phone))).await;
        assert!(peer.is_alive().await);
        if person.account == cast.sabang.trainer.account {
            let locked = json!({ "employeeId": person.employee.to_string() });
            cast.sabang.admin.phone.change("lockAccount", "employee { id }", locked).await;
        } else {
            person.phone.change("logout", "isLoggedOut", json!({})).await;
        }
        assert_eq!(peer.closed().await.0, 4403);
        let mut again = Peer::open(server.address).await;
        again.say(init(Some(&token(&person.phone)))).await;
        assert_eq!(again.closed().await.0, 4403);
    }
}

fn token(phone: &Client) -> String {
    phone.token().expect("somebody is logged in")
}

#[tokio::test]
async fn a_stop_closes_with_1001() {
    let world = World::new(Engine::Sqlite).await;
    let server = Server::over(world.app.clone(), toys(), Pace::default()).await;
    let mut peer = Peer::greeted(server.address, None).await;
    peer.subscribe("1", "subscription { silence }", json!({})).await;
    let started = std::time::Instant::now();
    server.stop.send(()).unwrap();
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    // Until the stop is heard of, sockets open; afterwards none does.
    let refused = loop {
        match Peer::try_open(server.address, &[protocol]).await {
            Ok(early) => drop(early),
            Err(status) => break status,
        }
        assert!(started.elapsed().as_secs() < 6, "sockets open for ever");
    };
    assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(peer.closed().await, (1001, "Going away".to_owned()));
    drop(peer);
    server.task.await.unwrap();
    assert!(started.elapsed().as_secs() < 6, "{:?}", started.elapsed());
}
