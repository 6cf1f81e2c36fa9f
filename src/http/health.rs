//! Whether the process lives, whether it should get requests, and the keys that its tokens are verified with.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sea_orm::ConnectionTrait as _;
use tokio::time::timeout;

use super::Edge;
use super::fault::RequestFault;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

fn ok() -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8"), (CACHE_CONTROL, "no-store")], r#"{"status":"ok"}"#)
        .into_response()
}

pub async fn live() -> Response {
    ok()
}

pub async fn ready<E>(State(edge): State<Edge<E>>) -> Result<Response, RequestFault> {
    let unavailable = RequestFault::Unavailable(PATIENCE.as_secs());
    if edge.is_draining.load(Ordering::Relaxed) {
        return Err(unavailable);
    }
    match timeout(PATIENCE, edge.app.db.read().execute_unprepared("SELECT 1")).await {
        Ok(Ok(_)) => Ok(ok()),
        _ => Err(unavailable),
    }
}

pub async fn jwks<E>(State(edge): State<Edge<E>>) -> Response {
    let headers = [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, edge.app.keys.jwks().to_string()).into_response()
}
