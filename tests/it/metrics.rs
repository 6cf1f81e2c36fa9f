//! What is counted, and who may read it.

use std::sync::Arc;

use bina::app::App;
use bina::config::Secret;
use bina::http::serve;
use bina::metrics;
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::cast::Cast;
use crate::harness::{Engine, World};

const TOKEN: &str = "sandi-pemantau-yang-panjang";

/// What the server answers to somebody on the same machine, head and body.
async fn asked(app: &Arc<App>, headers: &str) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(app.clone(), listener, std::future::pending::<()>()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// What a monitor reads.
async fn scraped(app: &Arc<App>) -> String {
    let (head, body) = asked(app, &format!("Authorization: Bearer {TOKEN}\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{head}");
    body
}

/// The value of a series.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

const CHECK_IN: &str = "mutation GeheimerName($input: CheckInInput!) {
    checkIn(input: $input) { checkIn { verdict } errors { code } } }";

#[rstest]
#[tokio::test]
async fn requests_check_ins_and_statements_are_counted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut world = World::new(engine).await;
    Arc::get_mut(&mut world.app).unwrap().config.metrics_token = Some(Secret::new(TOKEN.to_owned()));
    let cast = Cast::within(world).await;
    let app = &cast.world.app;
    let now = app.clock.now();
    let check_in = async |key: u128, place: (f64, f64)| {
        let input = json!({
            "idempotencyKey": Uuid::from_u128(key).to_string(), "occasion": { "workday": { "direction": "IN" } },
            "capturedAt": now, "sentAt": now,
            "location": { "latitude": place.0, "longitude": place.1, "accuracyMeters": 10, "isMocked": false },
        });
        cast.sabang.employee.phone.data(CHECK_IN, json!({ "input": input })).await["checkIn"]["checkIn"]["verdict"]
            .clone()
    };
    let before = scraped(app).await;
    assert_eq!(value(&before, "bina_check_ins_total{verdict=\"ACCEPTED\"}"), Some(0.0), "{before}");
    let counted = app.db.statements();
    assert_eq!(check_in(1, cast.sabang.place).await, "ACCEPTED");
    let statements = app.db.statements() - counted;
    assert!((2..=16).contains(&statements), "{statements}");
    assert_eq!(check_in(1, cast.sabang.place).await, "ACCEPTED", "a replay");
    assert_eq!(check_in(2, cast.sibolga.place).await, "REJECTED");
    assert_eq!(cast.stranger.send("{ viewer { id } }", json!({})).await.status.as_u16(), 200);
    assert_eq!(cast.stranger.send("{ nothing", json!({})).await.status.as_u16(), 400);
    // What it says of the queue when it is done would come between.
    while app.check_ins.is_writing() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    app.metrics.batch_committed(5, Duration::from_millis(3));
    app.metrics.queue_depth(7);
    app.metrics.queue_full();
    let text = scraped(app).await;
    for (series, expected) in [
        ("bina_check_ins_total{verdict=\"ACCEPTED\"}", 1.0),
        ("bina_check_ins_total{verdict=\"REJECTED\"}", 1.0),
        ("bina_check_ins_total{verdict=\"NEEDS_REVIEW\"}", 0.0),
        ("bina_requests_total{kind=\"mutation\",status=\"200\"}", 3.0),
        ("bina_requests_total{kind=\"query\",status=\"200\"}", 1.0),
        ("bina_requests_total{kind=\"refused\",status=\"400\"}", 1.0),
        ("bina_requests_total{kind=\"other\",status=\"200\"}", 1.0),
        ("bina_request_duration_seconds_count{kind=\"mutation\"}", 3.0),
        ("bina_check_in_batch_size_bucket{le=\"4\"}", 3.0),
        ("bina_check_in_batch_size_bucket{le=\"8\"}", 4.0),
        ("bina_check_in_commit_seconds_count", 4.0),
        ("bina_check_in_queue_depth", 7.0),
        ("bina_check_in_queue_full_total", 1.0),
        ("bina_live_subscriptions", 0.0),
        ("bina_db_statements_failed_total", 0.0),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series}\n{text}");
    }
    let read = if engine == Engine::Postgres { "both" } else { "read" };
    let idle = value(&text, &format!("bina_db_connections{{pool=\"{read}\",state=\"idle\"}}"));
    assert!(idle.is_some_and(|idle| idle >= 1.0), "{text}");
    assert!(value(&text, "bina_db_statements_total") >= Some(4.0));
    assert!(value(&text, "bina_front_microseconds_total") > Some(0.0));
    assert!(value(&text, "process_resident_memory_bytes") > Some(1e6));
    for (name, _) in metrics::ALL {
        assert!(text.contains(&format!("# HELP {name} ")), "{name}: {text}");
    }
    for private in ["GeheimerName", &cast.sabang.employee.nip, "acc_", "emp_", "127.0.0.1"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

#[tokio::test]
async fn two_apps_of_one_process_count_for_themselves() {
    let (one, other) = (World::new(Engine::Sqlite).await, World::new(Engine::Sqlite).await);
    one.app.metrics.queue_full();
    let series = "bina_check_in_queue_full_total";
    assert_eq!(value(&one.app.metrics.render(&one.app.db), series), Some(1.0));
    assert_eq!(value(&other.app.metrics.render(&other.app.db), series), Some(0.0));
}

#[tokio::test]
async fn strangers_read_no_metrics() {
    let world = World::new(Engine::Sqlite).await;
    let status = async |world: &World, headers: &str| asked(&world.app, headers).await.0[9..12].to_owned();
    // A proxy on this machine that adds nothing, one that does, and somebody who guesses.
    for headers in ["", "X-Forwarded-For: 203.0.113.7\r\n", "Authorization: Bearer sandi\r\n"] {
        assert_eq!(status(&world, headers).await, "404", "{headers}");
    }
    let mut world = World::new(Engine::Sqlite).await;
    Arc::get_mut(&mut world.app).unwrap().config.metrics_token = Some(Secret::new(TOKEN.to_owned()));
    let right = format!("Authorization: Bearer {TOKEN}\r\n");
    for (headers, expected) in [("", "401"), ("Authorization: Bearer sandi\r\n", "401"), (&right, "200")] {
        assert_eq!(status(&world, headers).await, expected, "{headers}");
    }
}

#[test]
fn the_operators_manual_tells_of_every_metric() {
    let manual = include_str!("../../docs/operations.md");
    for (name, _) in metrics::ALL {
        assert!(manual.contains(&format!("`{name}`")), "{name}");
    }
}
