//! What is counted, and who may read it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use bina::app::App;
use bina::config::Secret;
use bina::http::serve;
use bina::metrics;
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::cast::Cast;
use crate::harness::{Engine, World};

/// What a monitor on the same machine reads.
async fn scraped(app: &Arc<App>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(app.clone(), listener, std::future::pending::<()>()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{head}");
    body.to_owned()
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
    let cast = Cast::new(engine).await;
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
    let mut world = World::new(Engine::Sqlite).await;
    let ask = async |world: &World, token: Option<&str>| {
        let mut request = Request::get("/metrics");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        let answer = bina::http::router(world.app.clone()).oneshot(request).await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(ask(&world, None).await, 404, "from somewhere");
    let token = "sandi-pemantau-yang-panjang";
    Arc::get_mut(&mut world.app).unwrap().config.metrics_token = Some(Secret::new(token.to_owned()));
    for (given, status) in [(None, 401), (Some("sandi"), 401), (Some(token), 200)] {
        assert_eq!(ask(&world, given).await, status, "{given:?}");
    }
}

#[test]
fn the_operators_manual_tells_of_every_metric() {
    let manual = include_str!("../../docs/operations.md");
    for (name, _) in metrics::ALL {
        assert!(manual.contains(&format!("`{name}`")), "{name}");
    }
}
