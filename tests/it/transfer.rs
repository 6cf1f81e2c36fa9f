//! How answers travel: what is kept of them, in how many bytes they go, whose pages may read them.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bina::http::router_over;
use http_body_util::BodyExt as _;
use rstest::rstest;
use tower::ServiceExt as _;

use crate::harness::{Engine, World};
use crate::http::{Answer, send, toys};

/// An answer in bytes, for it may be compressed.
struct Bytes {
    status: StatusCode,
    headers: HeaderMap,
    length: usize,
}

async fn call(router: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Bytes {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let length = answer.into_body().collect().await.unwrap().to_bytes().len();
    Bytes { status, headers, length }
}

async fn get(router: &Router, query: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(format!("/graphql?query={query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(router, request.body(Body::empty()).unwrap()).await
}

async fn toy_router() -> (World, Router) {
    let world = World::new(Engine::Sqlite).await;
    let router = router_over(world.app.clone(), toys());
    (world, router)
}

#[tokio::test]
async fn an_answer_that_has_not_changed_is_not_sent_again() {
    let (_world, router) = toy_router().await;
    let first = get(&router, "{language}", &[]).await;
    assert_eq!((first.status, first.header("cache-control")), (StatusCode::OK, "private, no-cache"));
    assert_eq!(first.header("vary"), "Accept, Accept-Encoding, Accept-Language, Authorization, Origin");
    let tag = first.header("etag");
    let again = get(&router, "{language}", &[("if-none-match", tag)]).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!((again.header("etag"), again.header("cache-control")), (tag, "private, no-cache"));
    // Another language is another answer.
    let other = get(&router, "{language}", &[("if-none-match", tag), ("accept-language", "en")]).await;
    assert_eq!((other.status, other.text.as_str()), (StatusCode::OK, "{\"data\":{\"language\":\"en\"}}"));
    assert_ne!(other.header("etag"), tag);
}

#[rstest]
#[case::an_error("{broken}", 500)]
#[case::no_field("{nothing}", 200)]
#[case::no_document("{", 200)]
#[tokio::test]
async fn what_went_wrong_is_not_kept(#[case] query: &str, #[case] status: u16) {
    let (_world, router) = toy_router().await;
    let answer = get(&router, query, &[("if-none-match", "*")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (status, "no-store"), "{answer:?}");
    assert_eq!(answer.header("etag"), "");
}

#[tokio::test]
async fn what_was_posted_is_not_kept() {
    let (_world, router) = toy_router().await;
    let answer = send(&router, crate::http::query("{language}")).await;
    assert_eq!((answer.header("cache-control"), answer.header("etag")), ("no-store", ""));
}

#[rstest]
#[case("zstd, br, gzip", "zstd")]
#[case("br, gzip", "br")]
#[case("gzip", "gzip")]
#[case("zstd;q=0, gzip;q=0.5", "gzip")]
#[case("deflate", "")]
#[case("identity", "")]
#[case("identity;q=0", "")]
#[case("identity;q=0.000, *;q=0", "")]
#[case("*;q=0", "")]
#[case("deflate, identity;q=0", "")]
#[case("gzip, *;q=0", "gzip")]
#[case("identity;q=0, *;q=0.5", "zstd")]
#[tokio::test]
async fn long_answers_travel_in_fewer_bytes(#[case] accepted: &str, #[case] coding: &str) {
    let (_world, router) = toy_router().await;
    let path = "/graphql?query=%7Bflood(bytes:20000)%7D";
    let plain = call(&router, Method::GET, path, &[]).await;
    assert!(plain.length > 20_000);
    let answer = call(&router, Method::GET, path, &[("accept-encoding", accepted)]).await;
    let told = answer.headers.get("content-encoding").map_or("", |value| value.to_str().unwrap());
    assert_eq!((answer.status, told), (StatusCode::OK, coding));
    assert_eq!(answer.length < 1_000, !coding.is_empty(), "{}", answer.length);
    assert_eq!(answer.headers["etag"], plain.headers["etag"]);
    // A short one fits into a packet as it is.
    let short = call(&router, Method::GET, "/graphql?query=%7Blanguage%7D", &[("accept-encoding", accepted)]).await;
    assert_eq!(short.headers.get("content-encoding"), None);
}

#[tokio::test]
async fn pages_of_configured_origins_may_read_answers() {
    let (_world, router) = toy_router().await;
    let ask = async |origin: &'static str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,authorization"),
        ];
        call(&router, Method::OPTIONS, "/graphql", &headers).await.headers
    };
    let allowed = ask("https://app.example").await;
    assert_eq!(allowed["access-control-allow-origin"], "https://app.example");
    assert_eq!(allowed["access-control-allow-methods"], "GET,POST");
    assert!(allowed["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    assert_eq!(allowed["access-control-max-age"], "86400");
    assert_eq!(allowed["allow"], "GET, HEAD, POST, OPTIONS");
    // No cookie is ever asked for.
    assert!(!allowed.contains_key("access-control-allow-credentials"));
    assert!(!ask("https://evil.example").await.contains_key("access-control-allow-origin"));
    assert!(!ask("null").await.contains_key("access-control-allow-origin"));
    for (origin, is_named) in [("https://app.example", true), ("https://evil.example", false)] {
        let answer = get(&router, "{language}", &[("origin", origin)]).await;
        assert_eq!(answer.headers.contains_key("access-control-allow-origin"), is_named);
        let fault = get(&router, "{", &[("origin", origin)]).await;
        assert_eq!(fault.headers.contains_key("access-control-allow-origin"), is_named, "also faults are read");
    }
    let exposed = get(&router, "{language}", &[("origin", "https://app.example")]).await;
    assert_eq!(exposed.header("access-control-expose-headers"), "content-language,etag,retry-after,x-request-id");
}
