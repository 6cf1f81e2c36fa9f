//! Whose pages may call the API from a browser: those of the configured origins. No cookie is ever read, so no page can
//! act for somebody whose token it has not.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER,
};
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::boundary::{BINA_COST, X_REQUEST_ID};

/// How long a browser need not ask again.
const REMEMBERED: Duration = Duration::from_hours(24);
/// Answers browsers' questions before a request (the Fetch standard, 3.2.2), and names the origin in the answer.
pub fn layer(allowed: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = allowed.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, BINA_COST])
        .expose_headers([CONTENT_LANGUAGE, ETAG, RETRY_AFTER, X_REQUEST_ID])
        .max_age(REMEMBERED)
}
