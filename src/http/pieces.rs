//! Answers in pieces over plain HTTP: events (graphql-sse, distinct connections mode) and Apollo's multipart protocol.
//!
//! Nothing is buffered: the next answer is made when the connection takes it. Who takes none for ten seconds is cut off
//! by the connection, and who is far behind the news by the bus ([`crate::events::live`]).

use std::convert::Infallible;
use std::pin::Pin;

use async_graphql::Executor;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::Value;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::boundary::Caller;
use super::fault::RequestFault;
use super::media::Streaming;
use super::operation::{Answer, Asker, Operation, Said};
use super::places::Place;
use super::vigil::{self, End};
use super::{Edge, log};
use crate::error::Error;
use crate::graphql::context::RequestId;
use crate::identity::token::Session;
use crate::locale::Locale;

/// Tells nginx to pass each piece on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Executes an operation, and answers with each piece as it comes.
pub fn answer<E: Executor>(
    edge: &Edge<E>,
    operation: Operation,
    asker: Asker,
    session: Option<Session>,
    form: Streaming,
) -> Result<Response, RequestFault> {
    let wants_cost = asker.bill.is_some();
    let words = Words { form, locale: asker.locale, request_id: asker.id.clone(), wants_cost };
    let mut beat = interval_at(Instant::now() + edge.pace.beat, edge.pace.beat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let peer = asker.peer;
    let said = operation.answers(edge, asker);
    let end = Box::pin(vigil::end(edge.clone(), session));
    let source = Source { said, end, beat, words: words.clone(), _place: edge.place(session, peer)? };
    let pieces = stream::unfold(Some(source), |source| async move {
        let mut source = source?;
        let (piece, is_last) = source.next().await;
        Some((piece, (!is_last).then_some(source)))
    });
    let pieces = stream::once(async move { words.beginning() }).chain(pieces).map(Ok::<_, Infallible>);
    Ok(respond(form, Body::from_stream(pieces)))
}

/// An answer of events that says why there are none.
pub fn refusal(fault: RequestFault, caller: &Caller) -> Response {
    let Caller { locale, wants_cost, .. } = *caller;
    let words = Words { form: Streaming::Events, locale, request_id: caller.id.clone(), wants_cost };
    respond(Streaming::Events, Body::from(words.said(Err(fault)) + words.ending()))
}

fn respond(form: Streaming, body: Body) -> Response {
    let content_type = HeaderValue::from_static(form.content_type());
    ([(CONTENT_TYPE, content_type), (X_ACCEL_BUFFERING, HeaderValue::from_static("no"))], body).into_response()
}

struct Source {
    said: BoxStream<'static, Said>,
    end: Pin<Box<dyn Future<Output = End> + Send>>,
    beat: Interval,
    words: Words,
    _place: Place,
}

impl Source {
    /// The next piece, and whether it is the last.
    async fn next(&mut self) -> (String, bool) {
        let words = &self.words;
        tokio::select! {
            biased;
            end = &mut self.end => (words.cut(end) + words.ending(), true),
            said = self.said.next() => match said {
                Some(said) => (words.said(said), false),
                None => (words.ending().to_owned(), true),
            },
            _ = self.beat.tick() => (words.beat(), false),
        }
    }
}

/// How it is written down.
#[derive(Debug, Clone)]
struct Words {
    form: Streaming,
    locale: Locale,
    request_id: RequestId,
    wants_cost: bool,
}

impl Words {
    /// Something at once, so that everything between us and the client passes the headers on. Of the multipart form
    /// every part ends with the boundary of the next one: whoever reads up to a boundary has it at once.
    fn beginning(&self) -> String {
        match self.form {
            Streaming::Events => ":\n\n".to_owned(),
            Streaming::Multipart => format!("\r\n--graphql{}", part("{}")),
        }
    }

    /// A sign of life.
    fn beat(&self) -> String {
        match self.form {
            Streaming::Events => ":\n\n".to_owned(),
            Streaming::Multipart => part("{}"),
        }
    }

    fn ending(&self) -> &'static str {
        match self.form {
            Streaming::Events => "event: complete\ndata:\n\n",
            Streaming::Multipart => "--\r\n",
        }
    }

    fn said(&self, said: Said) -> String {
        match said {
            Ok(finished) => match serde_json::to_string(&Answer::of(&finished.body)) {
                Ok(text) => self.answer(&text),
                Err(error) => {
                    log::internal(&self.request_id, &Error::internal(error));
                    self.answer(&self.errors(&RequestFault::Internal).to_string())
                }
            },
            Err(fault) => self.answer(&self.errors(&fault).to_string()),
        }
    }

    fn answer(&self, text: &str) -> String {
        match self.form {
            Streaming::Events => format!("event: next\ndata: {text}\n\n"),
            Streaming::Multipart => part(&format!("{{\"payload\":{text}}}")),
        }
    }

    /// Why it ends although its source does not.
    fn cut(&self, end: End) -> String {
        let mut errors = self.errors(&match end {
            End::LoggedOut => RequestFault::Unauthenticated,
            End::Closing => RequestFault::Unavailable(1),
        });
        match self.form {
            Streaming::Events => self.answer(&errors.to_string()),
            // What is wrong with the connection stands beside the payload, not in it.
            Streaming::Multipart => {
                errors["payload"] = Value::Null;
                part(&errors.to_string())
            }
        }
    }

    fn errors(&self, fault: &RequestFault) -> Value {
        fault.answer(self.locale, &self.request_id, self.wants_cost)
    }
}

/// A part behind its boundary, and the boundary of the next one.
fn part(json: &str) -> String {
    format!("\r\nContent-Type: application/json\r\n\r\n{json}\r\n--graphql")
}
