//! The other end of a socket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{Request, StatusCode};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The other end.
pub struct Peer(pub WebSocketStream<TcpStream>);

impl Peer {
    /// Opens a socket with further headers; the status where it is refused.
    pub async fn try_open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self, StatusCode> {
        let mut request = Request::get(format!("ws://{address}/graphql/ws"))
            .header("host", address.to_string())
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("accept-language", "en")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", generate_key());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let stream = TcpStream::connect(address).await.expect("a connection");
        match tokio_tungstenite::client_async(request.body(()).expect("well-formed"), stream).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket of the protocol.
    pub async fn open(address: SocketAddr) -> Self {
        Self::try_open(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.expect("a socket")
    }

    /// Opens a socket, and shakes hands.
    pub async fn greeted(address: SocketAddr, token: Option<&str>) -> Self {
        let mut peer = Self::open(address).await;
        peer.say(init(token)).await;
        assert_eq!(peer.hear().await, json!({ "type": "connection_ack" }));
        peer
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        // Whoever is closed meanwhile reads so.
        drop(self.0.send(message).await);
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Ok(message) => message,
            Err(close) => panic!("closed: {close:?}"),
        }
    }

    /// The end: code and reason.
    pub async fn closed(&mut self) -> (u16, String) {
        match self.next().await {
            Ok(message) => panic!("{message}"),
            Err(close) => close,
        }
    }

    /// The next message, or the end; the code 1006 where there is no farewell.
    pub async fn next(&mut self) -> Result<Value, (u16, String)> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("something comes");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => return Err((frame.code.into(), frame.reason.to_string())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Err((1006, String::new())),
            }
        }
    }

    /// Whether the other side answers.
    pub async fn is_alive(&mut self) -> bool {
        self.say(json!({ "type": "ping", "payload": { "at": 1 } })).await;
        self.next().await == Ok(json!({ "type": "pong", "payload": { "at": 1 } }))
    }
}

/// The handshake.
pub fn init(token: Option<&str>) -> Value {
    match token {
        Some(token) => json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } }),
        None => json!({ "type": "connection_init" }),
    }
}
