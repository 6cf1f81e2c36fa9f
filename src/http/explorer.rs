//! The page at `/`: a query to type, the answer beside it, and examples that run. It loads nothing from elsewhere,
//! for government networks are closed.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::IntoResponse;

/// Scripts and styles of our own files alone; no other page may frame this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}

pub async fn page() -> impl IntoResponse {
    file("text/html; charset=utf-8", include_str!("explorer.html"))
}

pub async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("explorer.css"))
}

pub async fn script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", include_str!("explorer.js"))
}
