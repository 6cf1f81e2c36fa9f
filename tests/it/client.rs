//! A client of the API, as a phone is one: HTTP, JSON, a token.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use bina::app::App;
use bina::identity::token;
use entity::ids::{AccountId, DeviceId};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::harness::World;

/// Somebody's phone.
#[derive(Clone)]
pub struct Client {
    app: Arc<App>,
    router: Router,
    token: Token,
    language: &'static str,
    wants_cost: bool,
}

/// What the phone sends as its access token.
#[derive(Clone)]
enum Token {
    None,
    Given(String),
    /// A fresh one each time, whatever the clock was set to.
    Fresh(AccountId, DeviceId),
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// Whether it is the first of many.
    pub is_stream: bool,
}

impl Client {
    /// A phone on which nobody is logged in.
    pub fn of(world: &World) -> Self {
        let router = bina::http::router(world.app.clone());
        Self { app: world.app.clone(), router, token: Token::None, language: "en", wants_cost: false }
    }

    /// The same phone with an access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Token::Given(token.to_owned()), ..self.clone() }
    }

    /// The same phone, logged in on a device.
    pub fn logged_in(&self, account: AccountId, device: DeviceId) -> Self {
        Self { token: Token::Fresh(account, device), ..self.clone() }
    }

    /// What is sent as its access token.
    pub fn token(&self) -> Option<String> {
        match &self.token {
            Token::None => None,
            Token::Given(token) => Some(token.clone()),
            Token::Fresh(account, device) => {
                Some(token::issue(&self.app, *account, *device, self.app.clock.now()).expect("a token").0)
            }
        }
    }

    /// The same phone in another language.
    pub fn in_language(&self, language: &'static str) -> Self {
        Self { language, ..self.clone() }
    }

    /// The same phone, which wants to know what it pays.
    pub fn asking_its_cost(&self) -> Self {
        Self { wants_cost: true, ..self.clone() }
    }

    /// Sends an operation.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(token) = self.token() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if self.wants_cost {
            request = request.header("Bina-Cost", "1");
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        Answer { status, headers, body: serde_json::from_slice(&body).expect("JSON"), is_stream: false }
    }

    /// Begins a subscription; answers the first that is told while something happens, and `null` for the field where
    /// nothing is.
    pub async fn news(&self, query: &str, variables: Value, field: &str, happen: impl Fn()) -> Answer {
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream")
            .header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(token) = self.token() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let mut events = response.into_body().into_data_stream();
        let first = async {
            while let Some(event) = events.next().await {
                let event = String::from_utf8(event.expect("an event").to_vec()).expect("UTF-8");
                if let Some(data) = event.strip_prefix("event: next\ndata: ") {
                    return serde_json::from_str(data).expect("JSON");
                }
            }
            panic!("nothing but the end");
        };
        let happening = async {
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                happen();
            }
        };
        let body = tokio::select! {
            body = first => body,
            () = happening => json!({ "data": { field: null } }),
        };
        Answer { status, headers, body, is_stream: true }
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Response<Body> {
        let mut request = Request::get(path);
        if let Some(token) = self.token() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).expect("a request");
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    /// Sends an operation that must have no top-level error; answers its `data`.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.send(query, variables).await;
        assert!(answer.body.get("errors").is_none(), "{query}\n{}", answer.body);
        answer.body["data"].clone()
    }

    /// Sends a mutation of one input; answers its payload: what `node` asks for, and the codes and fields of the errors.
    pub async fn change(&self, mutation: &str, node: &str, input: Value) -> Value {
        self.data(&change(mutation, node), json!({ "input": input })).await[mutation].clone()
    }

    /// As [`Client::change`], with the code and the field of the refusal that must come back.
    pub async fn refusal(&self, mutation: &str, input: Value) -> (String, String) {
        let payload = self.change(mutation, "", input).await;
        let [error] = payload["errors"].as_array().expect("errors").as_slice() else { panic!("{payload}") };
        let field: Vec<&str> = error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        (error["code"].as_str().expect("a code").to_owned(), field.join("."))
    }
}

/// The document of a mutation of one input.
pub fn change(mutation: &str, node: &str) -> String {
    let kind = format!("{}{}Input!", mutation[..1].to_uppercase(), &mutation[1..]);
    format!("mutation($input: {kind}) {{ {mutation}(input: $input) {{ {node} errors {{ code field }} }} }}")
}

impl Answer {
    /// The code of the first top-level error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}
