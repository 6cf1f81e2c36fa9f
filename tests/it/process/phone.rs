//! A phone on the network: real connections, real time.

use bina::clock::{Clock, Instant};
use bina::id::Ids;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;
use uuid::Uuid;

use super::PATIENCE;

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    accessToken refreshToken viewer { name roles { role agency { name } } } errors { code message } } }";

pub const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) { isReplay
    checkIn { id verdict reasons message } errors { code message } } }";

/// Somebody's phone.
#[derive(Clone)]
pub struct Phone {
    agent: Agent,
    url: String,
    token: Option<String>,
    language: Option<&'static str>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub request_id: String,
    pub body: Value,
}

pub fn now() -> Instant {
    Clock::system().now()
}

/// A key that a phone makes for an intent.
pub fn key() -> String {
    Uuid::from_bytes(Ids::default().bytes()).to_string()
}

impl Phone {
    /// A phone on which nobody is logged in. It opens a connection for each request.
    pub fn new(url: &str) -> Self {
        Self { agent: agent(0), url: url.to_owned(), token: None, language: None }
    }

    /// The same phone, with a connection that it goes on using.
    pub fn keeping_its_connection(&self) -> Self {
        Self { agent: agent(1), ..self.clone() }
    }

    /// The same phone with an access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same phone in another language.
    pub fn in_language(&self, language: &'static str) -> Self {
        Self { language: Some(language), ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Result<Answer, ureq::Error> {
        answer(self.agent.get(format!("{}{path}", self.url)).call()?)
    }

    /// Sends an operation; no answer is an error.
    pub fn try_send(&self, query: &str, variables: Value) -> Result<Answer, ureq::Error> {
        self.try_post(json!({ "query": query, "variables": variables }))
    }

    /// Sends a body; no answer is an error.
    pub fn try_post(&self, body: Value) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(format!("{}/graphql", self.url));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(language) = self.language {
            request = request.header("Accept-Language", language);
        }
        answer(request.send_json(body)?)
    }

    /// Sends an operation.
    pub fn send(&self, query: &str, variables: Value) -> Answer {
        self.try_send(query, variables).expect("an answer")
    }

    /// Sends an operation that must have no top-level error; answers its `data`.
    pub fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.send(query, variables);
        assert!(answer.body.get("errors").is_none(), "{query}\n{}", answer.body);
        answer.body["data"].take()
    }

    /// What `login` answers.
    pub fn try_login(&self, identifier: &str, password: &str) -> Value {
        let input = json!({
            "identifier": identifier, "password": password, "deviceName": "Galaxy A15", "installationId": key(),
        });
        self.data(LOGIN, json!({ "input": input }))["login"].take()
    }

    /// The same phone, logged in with a told account.
    pub fn logged_in(&self, account: &Value) -> Self {
        let (Some(identifier), Some(password)) = (account["identifier"].as_str(), account["password"].as_str()) else {
            panic!("no account: {account}")
        };
        let payload = self.try_login(identifier, password);
        let token = payload["accessToken"].as_str().unwrap_or_else(|| panic!("{payload}"));
        self.with_token(token)
    }

    /// What `checkIn` answers.
    pub fn check_in(&self, input: &Value) -> Value {
        self.data(CHECK_IN, json!({ "input": input }))["checkIn"].take()
    }
}

fn agent(idle_connections: usize) -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    config.max_idle_connections(idle_connections).build().into()
}

fn answer(mut response: Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let header = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let request_id = header.unwrap_or_default().to_owned();
    Ok(Answer { status: response.status().as_u16(), request_id, body: response.body_mut().read_json()? })
}

/// A check-in to duty at a place, now.
pub fn to_duty(place: &Value) -> Value {
    let now = now();
    json!({
        "idempotencyKey": key(), "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": now, "sentAt": now, "location": at(place),
    })
}

/// A check-in to a class at a place, now, with a code.
pub fn to_class(session: &Value, place: &Value, code: Option<&str>) -> Value {
    let now = now();
    json!({
        "idempotencyKey": key(), "occasion": { "courseSessionId": session },
        "capturedAt": now, "sentAt": now, "location": at(place), "venueCode": code,
    })
}

fn at(place: &Value) -> Value {
    json!({ "latitude": place["latitude"], "longitude": place["longitude"], "accuracyMeters": 10.0 })
}
