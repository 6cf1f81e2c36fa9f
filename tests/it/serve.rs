//! The accept loop, over real connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bina::app::App;
use bina::config::Config;
use bina::http::serve;
use bina::http::vigil::Pace;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::harness::{Engine, World};
use crate::http::toys;

/// A server on a port of its own, and what stops it.
async fn server(app: Arc<App>) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(async move {
        serve::serve_over(app, toys(), listener, stopped, Pace::default()).await.expect("it serves");
    });
    (address, stop, server)
}

/// Writes, then reads until the connection ends.
async fn exchange(address: SocketAddr, text: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text).await.expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the server answers");
    String::from_utf8(answer).expect("UTF-8")
}

fn raw(text: &str) -> String {
    let body = json!({ "query": text }).to_string();
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn slow_headers_close_the_connection() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _server) = server(world.app.clone()).await;
    tokio::time::pause();
    for start in ["", "GET / HTTP/1.1\r\nHost: a\r\nX: ", "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let started = tokio::time::Instant::now();
        exchange(address, start.as_bytes()).await;
        assert_eq!(started.elapsed().as_secs(), 10, "{start}");
    }
}

#[tokio::test]
async fn a_large_body_gets_its_answer() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _server) = server(world.app.clone()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n").await.unwrap();
    stream.write_all(b"Content-Length: 10485760\r\n\r\n").await.unwrap();
    let chunk = vec![b' '; 64 * 1024];
    // The server hangs up within the body: writing fails then, and the answer is there.
    for _ in 0..160 {
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 1024];
    let length = stream.read(&mut answer).await.unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn the_address_is_the_sockets() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _server) = server(world.app.clone()).await;
    let forged = raw("{ address }").replacen("Host: a", "Host: a\r\nConnection: close\r\nX-Forwarded-For: 1.2.3.4", 1);
    assert!(exchange(address, forged.as_bytes()).await.ends_with("{\"data\":{\"address\":\"127.0.0.1\"}}"));
}

#[tokio::test]
async fn a_trusted_proxy_says_whose_address_it_is() {
    let trusted = |config: &mut Config| config.proxies.trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let world = World::set_up(Engine::Sqlite, trusted).await;
    let (address, _stop, _server) = server(world.app.clone()).await;
    for (said, seen) in [
        ("X-Forwarded-For: 9.9.9.9, 203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 203.0.113.7, 127.0.0.2", "203.0.113.7"),
        // The header that the proxy does not write comes from the client.
        ("Forwarded: for=9.9.9.9", "127.0.0.1"),
        ("X-Real-IP: 9.9.9.9", "127.0.0.1"),
    ] {
        let request = raw("{ address }").replacen("Host: a", &format!("Host: a\r\nConnection: close\r\n{said}"), 1);
        let answer = exchange(address, request.as_bytes()).await;
        assert!(answer.ends_with(&format!("{{\"data\":{{\"address\":\"{seen}\"}}}}")), "{said}: {answer}");
    }
}

#[tokio::test]
async fn an_invented_address_gives_no_allowance_of_its_own() {
    let world = World::set_up(Engine::Sqlite, |config| config.limits.address_cost = 30).await;
    let (address, _stop, _server) = server(world.app.clone()).await;
    let mut answers = Vec::new();
    for number in 0..6 {
        let forged =
            format!("Host: a\r\nConnection: close\r\nForwarded: for=1.2.3.{number}\r\nX-Forwarded-For: 1.2.3.{number}");
        let answer = exchange(address, raw("{ language }").replacen("Host: a", &forged, 1).as_bytes()).await;
        answers.push(answer["HTTP/1.1 ".len()..].split(' ').next().unwrap().to_owned());
    }
    // Each costs 5 and 1.
    assert_eq!(answers, ["200", "200", "200", "200", "200", "429"]);
}

#[tokio::test]
async fn drains_before_it_stops() {
    let world = World::new(Engine::Sqlite).await;
    let (address, stop, server) = server(world.app.clone()).await;
    let ready = "GET /health/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert!(exchange(address, ready.as_bytes()).await.starts_with("HTTP/1.1 200"));
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let slow = raw("{ slow(seconds: 8) }");
    let under_way = tokio::spawn(async move { exchange(address, slow.as_bytes()).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(exchange(address, ready.as_bytes()).await.starts_with("HTTP/1.1 503"), "readiness is red");
    let last = exchange(address, raw("{ __typename }").as_bytes()).await;
    assert!(
        last.contains("\r\nconnection: close\r\n") && last.ends_with("{\"data\":{\"__typename\":\"Query\"}}"),
        "{last}"
    );
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(TcpStream::connect(address).await.is_err(), "no further connection is taken");
    assert!(under_way.await.unwrap().ends_with("{\"data\":{\"slow\":true}}"));
    server.await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 8);
}

#[tokio::test]
async fn whoever_does_not_read_is_cut_off() {
    const FLOOD: usize = 32 * 1024 * 1024;
    let world = World::new(Engine::Sqlite).await;
    let (address, stop, server) = server(world.app.clone()).await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(raw(&format!("{{ flood(bytes: {FLOOD}) }}")).as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.send(()).unwrap();
    // The server ends although nobody reads.
    server.await.unwrap();
    assert!((9..=11).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).await;
    assert!(end.is_err() || answer.len() < FLOOD);
}
