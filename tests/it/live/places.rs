//! Places for sockets and streams: nobody takes those of all.

use std::time::Duration;

use axum::http::StatusCode;
use bina::http::router_over;
use bina::http::vigil::Pace;
use rstest::rstest;
use serde_json::json;
use tower::ServiceExt as _;

use super::peer::{Peer, init};
use super::{HASTE, Server, toys};
use crate::cast::Cast;
use crate::harness::{Engine, World};
use crate::http::query;

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

/// Opens a socket as from an address behind the proxy.
async fn from(server: &Server, address: &str) -> Result<Peer, StatusCode> {
    Peer::try_open(server.address, &[PROTOCOL, ("x-forwarded-for", address)]).await
}

/// The same, with the handshake.
async fn greeted(server: &Server, address: &str, token: Option<&str>) -> Peer {
    let mut peer = from(server, address).await.expect("a place");
    peer.say(init(token)).await;
    assert_eq!(peer.hear().await, json!({ "type": "connection_ack" }));
    peer
}

/// Three places for the strangers at an address, four for everybody at it, two for an account.
fn few(config: &mut bina::config::Config) {
    config.proxies.trusted = vec!["127.0.0.0/8".parse().unwrap()];
    config.limits.stranger_places = 3;
    config.limits.address_places = 4;
    config.limits.account_places = 2;
}

/// Opens one as soon as there is a place: a socket that ends is noticed a moment later.
async fn opens(server: &Server, address: &str) -> Peer {
    for _ in 0..200 {
        match from(server, address).await {
            Ok(peer) => return peer,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("its place was not given back");
}

#[rstest]
#[tokio::test]
async fn a_stranger_does_not_take_every_place(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::set_up(engine, few).await;
    let server = Server::over(cast.world.app.clone(), toys(), HASTE).await;
    let employee = cast.sabang.employee.phone.token().unwrap();
    let mut strangers = Vec::new();
    for _ in 0..3 {
        strangers.push(greeted(&server, "203.0.113.7", None).await);
    }
    assert_eq!(from(&server, "203.0.113.7").await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
    // Others are not in their way, and who leaves makes room.
    let neighbour = greeted(&server, "203.0.113.8", None).await;
    strangers.pop();
    let mut known = opens(&server, "203.0.113.7").await;
    known.say(init(Some(&employee))).await;
    assert_eq!(known.hear().await["type"], "connection_ack");
    // Who has shown a token is no stranger any more: there is one more place for everybody here, and no further one.
    let _third = opens(&server, "203.0.113.7").await;
    assert_eq!(from(&server, "203.0.113.7").await.err(), Some(StatusCode::TOO_MANY_REQUESTS));

    // An account has its own measure, wherever it is.
    let mut second = greeted(&server, "203.0.113.9", Some(&employee)).await;
    let mut beyond = from(&server, "203.0.113.10").await.unwrap();
    beyond.say(init(Some(&employee))).await;
    assert_eq!(beyond.closed().await.0, 1013);
    let colleague = cast.sabang.colleague.phone.token().unwrap();
    assert!(greeted(&server, "203.0.113.10", Some(&colleague)).await.is_alive().await);
    assert!(second.is_alive().await && known.is_alive().await);
    drop(neighbour);
}

#[tokio::test]
async fn a_stream_is_counted_like_a_socket() {
    let world = World::set_up(Engine::Sqlite, few).await;
    let router = router_over(world.app.clone(), toys());
    let subscribe = async || {
        let mut request = query("subscription { silence }");
        request.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
        router.clone().oneshot(request).await.unwrap()
    };
    let open = [subscribe().await, subscribe().await, subscribe().await];
    assert!(open.iter().all(|answer| answer.status() == StatusCode::OK));
    let refused = subscribe().await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "30");
    drop(open);
    assert_eq!(subscribe().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_who_wants_nothing_makes_room() {
    let world = World::new(Engine::Sqlite).await;
    let pace = Pace { idle: Duration::from_millis(400), ..HASTE };
    let server = Server::over(world.app.clone(), toys(), pace).await;
    let mut idle = Peer::greeted(server.address, None).await;
    let mut listening = Peer::greeted(server.address, None).await;
    listening.subscribe("1", "subscription { silence }", json!({})).await;
    // A library answers pings as long as it is read from.
    let reading = tokio::time::timeout(Duration::from_secs(2), listening.next());
    let (heard, closed) = tokio::join!(reading, idle.closed());
    assert_eq!(closed, (1000, "Nothing was asked for".to_owned()));
    assert!(heard.is_err(), "who listens stays: {heard:?}");
    // What is over starts the time anew.
    listening.say(json!({ "type": "complete", "id": "1" })).await;
    assert_eq!(listening.closed().await.0, 1000);
}
