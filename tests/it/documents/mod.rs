//! Documents that are known by an id: registered by operators, taught by clients.

mod policy;
mod registering;
mod requests;
mod teaching;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bina::app::App;
use bina::clock::Clock;
use bina::documents::Key;
use bina::documents::manifest::{self, Listed};
use bina::documents::registered::{self, Flawed, Report};
use serde_json::{Value, json};

use crate::harness::monday_morning;
use crate::http::{Answer, post, send};

pub const APOLLO: &str = include_str!("fixtures/persisted-query-manifest.json");
pub const RELAY: &str = include_str!("fixtures/persisted_queries.json");
pub const CODEGEN: &str = include_str!("fixtures/persisted-documents.json");

/// Anybody may ask it.
pub const VIEWER: &str = "query Viewer { viewer { id } }";

/// Registers what a tool wrote.
async fn register(app: &App, manifest: &str) -> Result<Report, Vec<Flawed>> {
    registered::register(app, manifest::read(manifest).expect("a manifest")).await.expect("the database answers")
}

/// Registers one document; its id.
async fn register_one(app: &App, text: &str) -> String {
    let id = Key::of(text).to_string();
    let listed = Listed { name: None, id: id.clone(), text: text.to_owned() };
    registered::register(app, vec![listed]).await.expect("the database answers").expect("it is good");
    id
}

/// The document of a name in Apollo's manifest: its id, and its text.
fn of_apollo(name: &str) -> (String, String) {
    let listed = manifest::read(APOLLO).expect("a manifest").into_iter().find(|one| one.name.as_deref() == Some(name));
    let listed = listed.expect("it is listed");
    (format!("sha256:{}", listed.id), listed.text)
}

/// Another process over the same database.
async fn another(app: &App) -> Arc<App> {
    Arc::new(App::start(app.config.clone(), Clock::fixed(monday_morning())).await.expect("the app starts"))
}

fn router(app: &Arc<App>) -> Router {
    bina::http::router(app.clone())
}

/// A request whose body is `body`, in English, by somebody with this token.
fn request(body: &Value, token: Option<&str>) -> Request<Body> {
    let mut request = post(body.to_string());
    request.headers_mut().insert("accept-language", "en".parse().expect("ASCII"));
    if let Some(token) = token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("ASCII"));
    }
    request
}

async fn ask(router: &Router, body: Value) -> Answer {
    send(router, request(&body, None)).await
}

async fn by_id(router: &Router, id: &str) -> Answer {
    ask(router, json!({ "documentId": id })).await
}

/// What Apollo's clients send beside the text, or instead of it.
fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

/// The hash as Apollo's clients write it.
fn apollo_hash(text: &str) -> String {
    Key::of(text).to_string().split_off("sha256:".len())
}

/// A GET with these parameters.
async fn get(router: &Router, parameters: &[(&str, &str)]) -> Answer {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let request = Request::get(format!("/graphql?{}", pairs.join("&")));
    let request = request.header("accept-language", "en").body(Body::empty()).expect("well-formed");
    send(router, request).await
}
