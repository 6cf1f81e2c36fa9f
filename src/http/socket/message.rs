//! What the two sides of a socket say to each other, and how they part.

use async_graphql::Value;
use serde::Serialize;

use crate::http::json;
use crate::http::operation::Answer;

/// Bytes of an operation's id at most: clients count, or make UUIDs.
const MAX_ID: usize = 64;

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// Who it is.
    Init(Value),
    /// Asks for a sign of life.
    Ping(Value),
    /// Gives one.
    Pong,
    /// Begins an operation.
    Subscribe {
        /// Its name for it.
        id: String,
        /// The request.
        payload: Value,
    },
    /// Wants no more of an operation.
    Complete {
        /// Its name for it.
        id: String,
    },
}

impl Heard {
    /// Reads a message; what is none closes the socket.
    pub fn read(text: &str, max_brackets: usize) -> Result<Self, Close> {
        let bad = Close::BadMessage;
        // The message itself is one bracket more than the request in it.
        let Ok(Value::Object(mut message)) = json::parse(text.as_bytes(), max_brackets + 1) else { return Err(bad) };
        let Some(Value::String(kind)) = message.swap_remove("type") else { return Err(bad) };
        let payload = message.swap_remove("payload").unwrap_or_default();
        let is_object = matches!(payload, Value::Object(_));
        let mut id = || match message.swap_remove("id") {
            Some(Value::String(id)) if (1..=MAX_ID).contains(&id.len()) => Ok(id),
            _ => Err(Close::BadMessage),
        };
        match kind.as_str() {
            "subscribe" if is_object => Ok(Self::Subscribe { id: id()?, payload }),
            "complete" => Ok(Self::Complete { id: id()? }),
            "connection_init" if is_object || payload == Value::Null => Ok(Self::Init(payload)),
            "ping" if is_object || payload == Value::Null => Ok(Self::Ping(payload)),
            "pong" => Ok(Self::Pong),
            _ => Err(bad),
        }
    }
}

/// The value of `authorization` in the payload of `connection_init`, whichever case its name is written in.
pub fn authorization(payload: &Value) -> Option<&Value> {
    let Value::Object(payload) = payload else { return None };
    let (_, value) = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    (*value != Value::Null).then_some(value)
}

/// What we say.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Saying<'a> {
    /// The client may begin.
    ConnectionAck,
    /// A sign of life, with what came with the question.
    Pong {
        #[serde(skip_serializing_if = "is_null")]
        payload: &'a Value,
    },
    /// An answer.
    Next { id: &'a str, payload: Answer<'a> },
    /// An operation was refused; nothing follows.
    Error { id: &'a str, payload: serde_json::Value },
    /// An operation is over.
    Complete { id: &'a str },
}

fn is_null(value: &Value) -> bool {
    *value == Value::Null
}

/// Why a socket is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Close {
    /// The server stops.
    GoingAway,
    /// A fault of ours.
    Internal,
    /// Something that we need is not there now.
    TryAgain,
    /// What came is no message.
    BadMessage,
    /// An operation before the handshake.
    Unacknowledged,
    /// The token does not hold, or no longer.
    Forbidden,
    /// Another protocol.
    Protocol,
    /// No handshake in time.
    InitTimeout,
    /// An operation of that id is under way.
    Duplicate(String),
    /// A second handshake.
    SecondInit,
    /// Without a token, and nothing is wanted for long.
    Idle,
}

impl Close {
    /// The code and the reason, in the words of the protocol.
    pub fn frame(&self) -> (u16, String) {
        let (code, reason) = match self {
            Self::Idle => (1000, "Nothing was asked for"),
            Self::GoingAway => (1001, "Going away"),
            Self::Internal => (1011, "Internal error"),
            Self::TryAgain => (1013, "Try again later"),
            Self::BadMessage => (4400, "Invalid message"),
            Self::Unacknowledged => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::Protocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Duplicate(id) => return (4409, format!("Subscriber for {id} already exists")),
            Self::SecondInit => (4429, "Too many initialisation requests"),
        };
        (code, reason.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_closes() {
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(65));
        for text in [
            "",
            "[]",
            "\"ping\"",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"stop","id":"1"}"#,
            r#"{"type":"ping","type":"ping"}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"complete"}"#,
            &long,
        ] {
            assert_eq!(Heard::read(text, 64), Err(Close::BadMessage), "{text}");
        }
        assert_eq!(Heard::read(r#"{"type":"pong","payload":7}"#, 64), Ok(Heard::Pong));
        assert_eq!(Heard::read(r#"{"type":"connection_init"}"#, 64), Ok(Heard::Init(Value::Null)));
        let deep = |depth| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            format!(r#"{{"type":"subscribe","id":"1","payload":{{"variables":{{"a":{open}{close}}}}}}}"#)
        };
        assert!(Heard::read(&deep(62), 64).is_ok());
        assert_eq!(Heard::read(&deep(63), 64), Err(Close::BadMessage));
    }

    #[test]
    fn a_reason_fits_its_frame() {
        let (_, reason) = Close::Duplicate("x".repeat(MAX_ID)).frame();
        assert!(reason.len() <= 123);
    }
}
