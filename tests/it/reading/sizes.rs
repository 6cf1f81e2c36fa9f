//! How many bytes a phone's screens are. `cargo nextest run --no-capture 'reading::sizes'` prints them;
//! `docs/benchmarks.md` keeps them.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::{Direction, Verdict, duty, insert, local, stored};
use crate::cast::Cast;
use crate::harness::{Engine, monday_morning};

const TODAY: &str = concat!(
    include_str!("../../clients/operations/today.graphql"),
    include_str!("../../clients/operations/session-card.graphql"),
    include_str!("../../clients/operations/check-in-outcome.graphql"),
);
const HISTORY: &str = concat!(
    include_str!("../../clients/operations/history.graphql"),
    include_str!("../../clients/operations/check-in-outcome.graphql"),
);

async fn length(router: &Router, token: &str, query: &str, coding: &str) -> usize {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .header("accept-encoding", coding)
        .body(Body::from(json!({ "query": query, "variables": { "first": 20 } }).to_string()))
        .unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let told = answer.headers().get("content-encoding").map_or("identity", |value| value.to_str().unwrap());
    assert_eq!(told, coding);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    if coding == "identity" {
        assert!(!String::from_utf8_lossy(&body).contains("\"errors\":[{"), "{}", String::from_utf8_lossy(&body));
    }
    body.len()
}

#[tokio::test]
async fn a_screen_is_a_few_kilobytes() {
    let cast = Cast::new(Engine::Sqlite).await;
    let (app, sabang) = (&cast.world.app, &cast.sabang);
    let employee = &sabang.employee;
    let rows = (1..=30).map(|days| {
        let at = local("2026-11-22", "07:25") - chrono::TimeDelta::days(days);
        stored(&cast, sabang.agency, employee, at, Verdict::Accepted)
    });
    let today = duty(&cast, sabang.agency, employee, Direction::In, monday_morning());
    insert(&cast, rows.chain([today]).collect()).await;
    let router = bina::http::router(app.clone());
    let token = employee.phone.token().unwrap();
    for (name, query) in [("today", TODAY), ("a page of 20 check-ins", HISTORY)] {
        let plain = length(&router, &token, query, "identity").await;
        let mut told = vec![format!("{name}: {plain} bytes")];
        for coding in ["zstd", "br", "gzip"] {
            let compressed = length(&router, &token, query, coding).await;
            assert!(compressed < plain, "{name}: {compressed} of {plain} bytes by {coding}");
            told.push(format!("{compressed} by {coding}"));
        }
        eprintln!("{}", told.join(", "));
        assert!(plain < 16_000, "{name}: {plain} bytes");
    }
}
