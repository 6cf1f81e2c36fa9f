//! From the socket to the executor and back, over an executor of toys.

use std::time::Duration;

use async_graphql::{Context, EmptySubscription, Object, Schema};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bina::error::{Error, Result};
use bina::graphql::context::ContextExt as _;
use bina::http::router_over;
use http_body_util::BodyExt as _;
use rstest::rstest;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::harness::{Engine, World};

fn explode() -> bool {
    panic!("a resolver's secret")
}

pub struct Query;

#[Object]
impl Query {
    async fn echo(&self, text: String) -> String {
        text
    }

    async fn double(&self, n: i32) -> i32 {
        n * 2
    }

    async fn slow(&self, seconds: u64) -> bool {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        true
    }

    async fn flood(&self, bytes: usize) -> String {
        "x".repeat(bytes)
    }

    async fn boom(&self) -> bool {
        explode()
    }

    async fn broken(&self) -> Result<bool> {
        Err(Error::internal("a database's secret"))
    }

    async fn needs_login(&self) -> Result<Option<bool>> {
        Err(Error::unauthenticated())
    }

    async fn language(&self, context: &Context<'_>) -> &'static str {
        context.locale().tag()
    }

    async fn address(&self, context: &Context<'_>) -> String {
        context.address().to_string()
    }

    async fn itself(&self) -> Query {
        Query
    }

    async fn them(&self) -> Vec<Query> {
        vec![Query]
    }

    async fn depth(&self, value: Option<async_graphql::Json<Value>>) -> bool {
        value.is_some()
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn login(&self) -> bool {
        true
    }

    async fn touch(&self) -> bool {
        true
    }

    async fn boom(&self) -> bool {
        explode()
    }
}

pub type Toys = Schema<Query, Mutation, EmptySubscription>;

pub fn toys() -> Toys {
    Schema::new(Query, Mutation, EmptySubscription)
}

pub async fn toy_router() -> (World, Router) {
    let world = World::new(Engine::Sqlite).await;
    let router = router_over(world.app.clone(), toys());
    (world, router)
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }
}

pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
    let text = String::from_utf8(body.collect().await.expect("an answer").to_bytes().to_vec()).expect("UTF-8");
    Answer { status: parts.status, headers: parts.headers, text }
}

pub fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql").header("content-type", "application/json").body(body.into()).expect("well-formed")
}

pub fn query(text: &str) -> Request<Body> {
    post(json!({ "query": text }).to_string())
}

fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().expect("ASCII"));
    request
}

fn call(method: Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).expect("well-formed")
}

#[tokio::test]
async fn answers_a_query() {
    let (_world, router) = toy_router().await;
    let answer = send(&router, query("{ echo(text: \"Sabang 🌊\") }")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text, "{\"data\":{\"echo\":\"Sabang 🌊\"}}");
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-language"), "id");
    assert_eq!(answer.header("vary"), "Accept, Accept-Encoding, Accept-Language, Authorization, Origin");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");

    let body = json!({
        "query": "query A($t: String!) { echo(text: $t) } query B { language }",
        "operationName": "A",
        "variables": { "t": "x" },
        "extensions": { "some": "value" },
        "more": 1,
    });
    let answer = send(&router, with(post(body.to_string()), "accept-language", "en")).await;
    assert_eq!(answer.json(), json!({ "data": { "echo": "x" } }));
    assert_eq!(answer.header("content-language"), "en");
}

#[tokio::test]
async fn the_id_is_ours_and_the_same_everywhere() {
    let (_world, router) = toy_router().await;
    let first = send(&router, with(query("{"), "x-request-id", "forged")).await;
    let id = first.header("x-request-id");
    assert_eq!(id.len(), 32, "{id}");
    assert_eq!(first.json()["errors"][0]["extensions"]["requestId"], id);
    assert_ne!(send(&router, query("{")).await.header("x-request-id"), id);
}

#[tokio::test]
async fn refuses_what_is_no_graphql_request() {
    let (_world, router) = toy_router().await;
    let text = |text: &'static str| post(text);
    let typed = |content_type| with(text("{\"query\":\"{__typename}\"}"), "content-type", content_type);
    let mut untyped = text("{\"query\":\"{__typename}\"}");
    untyped.headers_mut().remove("content-type");
    for (request, status, code) in [
        (typed("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (typed("application/x-www-form-urlencoded"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (typed("multipart/form-data; boundary=x"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (typed("application/json; charset=utf-16"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (untyped, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (with(text("{}"), "content-encoding", "gzip"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (with(text("{}"), "accept", "text/html"), 406, "NOT_ACCEPTABLE"),
        (with(text("{}"), "content-length", "10485760"), 413, "PAYLOAD_TOO_LARGE"),
        (post(vec![b' '; 256 * 1024 + 1]), 413, "PAYLOAD_TOO_LARGE"),
        (text(""), 400, "BAD_REQUEST"),
        (text("{\"query\":"), 400, "BAD_REQUEST"),
        (text("[{\"query\":\"{__typename}\"}]"), 400, "BAD_REQUEST"),
        (text("{\"query\":\"{__typename}\",\"query\":\"{boom}\"}"), 400, "BAD_REQUEST"),
        (text("{\"query\":\"{__typename}\",\"variables\":{\"a\":1,\"a\":2}}"), 400, "BAD_REQUEST"),
        (text("{\"query\":\"{__typename}\\u0000\"}"), 400, "BAD_REQUEST"),
        (text("{\"qeury\":\"{__typename}\"}"), 400, "BAD_REQUEST"),
        (text("{\"query\":{\"a\":1}}"), 400, "BAD_REQUEST"),
        (text("{\"query\":\"{__typename}\",\"operationName\":0}"), 400, "BAD_REQUEST"),
        (text("{\"query\":\"{__typename}\",\"variables\":[]}"), 400, "BAD_REQUEST"),
        (text("{\"query\":\"{__typename}\",\"extensions\":\"x\"}"), 400, "BAD_REQUEST"),
        (post(&b"{\"query\":\"{__typename}\xff\"}"[..]), 400, "BAD_REQUEST"),
        (call(Method::GET, "/graphql"), 400, "BAD_REQUEST"),
        (call(Method::GET, "/graphql?query=%7B__typename%7D&query=%7Bboom%7D"), 400, "BAD_REQUEST"),
        (call(Method::GET, "/graphql?query=%7B__typename%7D%00"), 200, "GRAPHQL_PARSE_FAILED"),
        (call(Method::GET, "/graphql?query=mutation%7Btouch%7D"), 405, "METHOD_NOT_ALLOWED"),
        (call(Method::PUT, "/graphql"), 405, "METHOD_NOT_ALLOWED"),
        (call(Method::POST, "/health/live"), 405, "METHOD_NOT_ALLOWED"),
        (call(Method::GET, "/nothing"), 404, "NOT_FOUND"),
        (call(Method::POST, "/graphql/"), 404, "NOT_FOUND"),
    ] {
        let about = format!("{request:?}");
        let answer = send(&router, request).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{about}");
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{about}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], answer.header("x-request-id"), "{about}");
        assert!(answer.json().get("data").is_none(), "{about}");
    }
}

#[tokio::test]
async fn other_methods() {
    let (_world, router) = toy_router().await;
    let mutation = send(&router, call(Method::GET, "/graphql?query=mutation%7Btouch%7D")).await;
    assert_eq!(mutation.header("allow"), "POST");
    let put = send(&router, call(Method::PUT, "/graphql")).await;
    assert_eq!(put.header("allow"), "GET,HEAD,POST,OPTIONS");
    let options = send(&router, call(Method::OPTIONS, "/graphql")).await;
    assert_eq!((options.status, options.header("allow")), (StatusCode::OK, "GET, HEAD, POST, OPTIONS"));
    let head = send(&router, call(Method::HEAD, "/graphql?query=%7B__typename%7D")).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn queries_by_get() {
    let (_world, router) = toy_router().await;
    let get = async |query: &str| send(&router, call(Method::GET, &format!("/graphql?{query}"))).await;
    let answer = get("query=query(%24t:String!)%7Becho(text:%24t)%7D&variables=%7B%22t%22:%22a%2Bb+c%22%7D").await;
    assert_eq!(answer.json(), json!({ "data": { "echo": "a+b c" } }));
    let both = "query=query+A%7Blanguage%7D+mutation+B%7Btouch%7D";
    assert_eq!(get(&format!("{both}&operationName=A")).await.json(), json!({ "data": { "language": "id" } }));
    assert_eq!(get(&format!("{both}&operationName=B")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(get(both).await.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[rstest]
#[case("{", "GRAPHQL_PARSE_FAILED")]
#[case("{ echo(text: \"", "GRAPHQL_PARSE_FAILED")]
#[case("{ nothing }", "GRAPHQL_VALIDATION_FAILED")]
#[case("query A { language } query B { language }", "GRAPHQL_VALIDATION_FAILED")]
#[case("{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED")]
#[case("query($t: String!) { echo(text: $t) }", "BAD_USER_INPUT")]
#[case("query($n: Int!) { double(n: $n) }", "BAD_USER_INPUT")]
#[case("query($text: Int!) { double(n: $text) }", "BAD_USER_INPUT")]
#[tokio::test]
async fn the_media_type_decides_the_status_of_a_faulty_document(#[case] text: &str, #[case] code: &str) {
    let (_world, router) = toy_router().await;
    for (accept, status) in [("application/json", 200), ("application/graphql-response+json", 400)] {
        let body = json!({ "query": text, "variables": { "n": null, "text": "no number" } });
        let answer = send(&router, with(post(body.to_string()), "accept", accept)).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{answer:?}");
        assert_eq!(answer.header("content-type"), format!("{accept}; charset=utf-8"));
        assert!(answer.json().get("data").is_none(), "{answer:?}");
    }
}

#[tokio::test]
async fn says_where_the_query_goes_wrong() {
    let (_world, router) = toy_router().await;
    let answer = send(&router, with(query("{\n  a(: 1) }"), "accept-language", "en")).await;
    let error = &answer.json()["errors"][0];
    assert_eq!(error["locations"], json!([{ "line": 2, "column": 5 }]));
    assert_eq!(error["message"], "The query is not valid GraphQL: expected name");
}

#[tokio::test]
async fn a_token_that_does_not_hold_refuses_the_request() {
    let (_world, router) = toy_router().await;
    for token in ["Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer", "wrong", "Bearer \u{e9}"] {
        let mut request = query("{ __typename }");
        request.headers_mut().insert("authorization", axum::http::HeaderValue::from_bytes(token.as_bytes()).unwrap());
        let answer = send(&router, request).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"), "{token}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let answer = send(&router, with(query("mutation { login }"), "authorization", "Bearer wrong")).await;
    assert_eq!(answer.json(), json!({ "data": { "login": true } }));
    let answer = send(&router, with(query("mutation { touch }"), "authorization", "Bearer wrong")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer = send(&router, query("{ needsLogin }")).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    assert!(answer.json().get("data").is_some(), "it was executed: {answer:?}");
}

#[tokio::test]
async fn a_fault_of_ours_says_nothing_and_ends_nothing() {
    let (_world, router) = toy_router().await;
    for (text, status) in
        [("{ boom }", 500), ("mutation { boom }", 500), ("{ broken }", 500), ("{ broken double(n: 1) }", 500)]
    {
        let answer = send(&router, query(text)).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, "INTERNAL"), "{text}");
        assert!(!answer.text.contains("secret"), "{}", answer.text);
        assert_eq!(send(&router, query("{ __typename }")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_operation_has_ten_seconds() {
    let (_world, router) = toy_router().await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let answer = send(&router, query("{ slow(seconds: 60) }")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(started.elapsed().as_secs(), 10);
    assert_eq!(send(&router, query("{ slow(seconds: 9) }")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_has_ten_seconds_and_a_cap() {
    let (_world, router) = toy_router().await;
    tokio::time::pause();
    let drip = |length: usize, pause: u64| {
        Body::from_stream(futures_util::stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            Some((Ok::<_, std::convert::Infallible>(Bytes::from(vec![b' '; length])), ()))
        }))
    };
    let slow = send(&router, post(drip(1, 1))).await;
    assert_eq!((slow.status.as_u16(), slow.code().as_str()), (408, "REQUEST_TIMEOUT"));
    assert_eq!(slow.header("connection"), "close");
    let endless = send(&router, post(drip(64 * 1024, 0))).await;
    assert_eq!((endless.status.as_u16(), endless.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
}

#[rstest]
#[tokio::test]
async fn health_and_keys(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let router = router_over(world.app.clone(), toys());
    let get = async |path| send(&router, call(Method::GET, path)).await;
    assert_eq!(get("/health/live").await.json(), json!({ "status": "ok" }));
    assert_eq!(get("/health/ready").await.json(), json!({ "status": "ok" }));
    let keys = get("/.well-known/jwks.json").await;
    assert_eq!(keys.json(), world.app.keys.jwks());
    assert_eq!(keys.header("cache-control"), "public, max-age=300");
    world.app.db.clone().close().await.unwrap();
    let ready = get("/health/ready").await;
    assert_eq!((ready.status, ready.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert_eq!(get("/health/live").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_plain_page_loads_our_own_files_alone() {
    let (_world, router) = toy_router().await;
    let page = send(&router, call(Method::GET, "/plain")).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("default-src 'none'; script-src 'self'"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    for forbidden in ["<style", "style=", "onclick=", "http://", "https://"] {
        assert!(!page.text.contains(forbidden), "{forbidden}");
    }
    for path in ["/explorer.js", "/explorer.css"] {
        assert!(page.text.contains(path));
    }
    let script = "text/javascript";
    for (path, content_type) in [("/explorer.js", script), ("/examples.js", script), ("/explorer.css", "text/css")] {
        let file = send(&router, call(Method::GET, path)).await;
        assert!(file.header("content-type").starts_with(content_type));
        assert!(!file.text.is_empty());
    }
}
