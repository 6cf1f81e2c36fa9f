//! One socket from its opening to its end.
//!
//! Everything of a socket is done by one task: it reads, it makes the next answer, it writes, one after the other. So
//! whoever does not read gets no further answer made; after ten seconds in which nothing can be written the connection
//! breaks, and who is far behind the news before that is told so by the bus ([`crate::events::live`]).

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Value};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_stream::StreamMap;

use super::message::{Close, Heard, Saying, authorization};
use crate::error::{Error, Kind};
use crate::graphql::context::RequestId;
use crate::http::allowance::{Bill, Payer};
use crate::http::boundary::Caller;
use crate::http::fault::RequestFault;
use crate::http::graphql::{bearer, fault_of};
use crate::http::operation::{Answer, Asker, Operation, Said};
use crate::http::params::Params;
use crate::http::peer::Peer;
use crate::http::places::{Holder, Place};
use crate::http::vigil::{self, End};
use crate::http::{Edge, log};
use crate::identity::token::Session;
use crate::policy::Actor;

/// How long one message may take on its way out, however slowly it is taken.
const MESSAGE_TIME: Duration = Duration::from_secs(30);
/// How long the other side may take to say goodbye.
const FAREWELL_TIME: Duration = Duration::from_secs(2);

/// One socket.
pub struct Connection<E> {
    edge: Edge<E>,
    peer: Option<Peer>,
    /// The request that it began as.
    caller: Arc<Caller>,
    socket: WebSocket,
    /// Whether the handshake is done.
    is_acknowledged: bool,
    /// Absent for who has no token.
    session: Option<Session>,
    /// The one it takes: a stranger's until there is a token.
    place: Place,
    /// Since when nothing is under way, where nothing is.
    idle_since: Instant,
    /// The answers of what is under way; none follows after the `None`.
    answers: StreamMap<String, BoxStream<'static, Option<Said>>>,
    operations: HashMap<String, Running>,
    /// Whether anything came since the last ping.
    is_alive: bool,
    end: Pin<Box<dyn Future<Output = End> + Send>>,
}

/// What is known of an operation under way.
struct Running {
    request_id: RequestId,
    name: Option<String>,
    is_mutation: bool,
    started: Instant,
}

/// How talking ends.
enum Parting {
    /// We close.
    Close(Close),
    /// The other side closes, or is gone.
    Gone,
}

impl From<Close> for Parting {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl<E: Executor> Connection<E> {
    /// A socket that was just opened.
    pub fn new(edge: Edge<E>, peer: Option<Peer>, caller: Arc<Caller>, socket: WebSocket, place: Place) -> Self {
        let end = Box::pin(vigil::end(edge.clone(), None));
        Self {
            edge,
            peer,
            caller,
            socket,
            is_acknowledged: false,
            session: None,
            place,
            idle_since: Instant::now(),
            answers: StreamMap::new(),
            operations: HashMap::new(),
            is_alive: true,
            end,
        }
    }

    /// Talks, and parts.
    pub async fn run(mut self, is_understood: bool) {
        let parting = if is_understood { self.talk().await } else { Close::Protocol.into() };
        // What is under way ends here; mutations go on by themselves.
        self.answers.clear();
        let farewell = async {
            if let Parting::Close(close) = parting {
                let (code, reason) = close.frame();
                let frame = CloseFrame { code, reason: reason.into() };
                self.socket.send(Message::Close(Some(frame))).await?;
            }
            // Hanging up with something unread would take our goodbye back.
            while self.socket.recv().await.transpose()?.is_some() {}
            Ok::<_, axum::Error>(())
        };
        if let Ok(Err(error)) = timeout(FAREWELL_TIME, farewell).await {
            tracing::debug!(%error, "a socket broke");
        }
    }

    async fn talk(&mut self) -> Parting {
        let mut beat = interval_at(Instant::now() + self.edge.pace.beat, self.edge.pace.beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut init = std::pin::pin!(sleep(self.edge.pace.init));
        loop {
            let done = tokio::select! {
                end = &mut self.end => Err(match end {
                    End::LoggedOut => Close::Forbidden.into(),
                    End::Closing => Close::GoingAway.into(),
                }),
                () = &mut init, if !self.is_acknowledged => Err(Close::InitTimeout.into()),
                received = self.socket.recv() => match received {
                    Some(Ok(message)) => self.hear(message).await,
                    // Frames that are none, or that are larger than we read.
                    Some(Err(_)) => Err(Close::BadMessage.into()),
                    None => Err(Parting::Gone),
                },
                Some((id, said)) = self.answers.next() => self.tell(&id, said).await,
                _ = beat.tick() => self.beat().await,
            };
            if let Err(parting) = done {
                return parting;
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Parting> {
        match timeout(MESSAGE_TIME, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Parting::Gone),
        }
    }

    async fn say(&mut self, saying: &Saying<'_>) -> Result<(), Parting> {
        match serde_json::to_string(saying) {
            Ok(text) => self.send(Message::Text(text.into())).await,
            Err(error) => {
                log::internal(&self.caller.id, &Error::internal(error));
                Err(Close::Internal.into())
            }
        }
    }

    /// Whoever was silent since the last ping is gone: every WebSocket answers pings by itself. A stranger who wants
    /// nothing gives the place back.
    async fn beat(&mut self) -> Result<(), Parting> {
        let is_stranger = self.is_acknowledged && self.session.is_none();
        if is_stranger && self.operations.is_empty() && self.idle_since.elapsed() >= self.edge.pace.idle {
            return Err(Close::Idle.into());
        }
        if !std::mem::take(&mut self.is_alive) {
            return Err(Parting::Gone);
        }
        self.send(Message::Ping(Bytes::new())).await
    }

    async fn hear(&mut self, message: Message) -> Result<(), Parting> {
        self.is_alive = true;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::BadMessage.into()),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(Parting::Gone),
        };
        match Heard::read(&text, self.edge.guard.limits.json_brackets)? {
            Heard::Init(_) if self.is_acknowledged => Err(Close::SecondInit.into()),
            Heard::Init(payload) => self.acknowledge(&payload).await,
            Heard::Ping(payload) => self.say(&Saying::Pong { payload: &payload }).await,
            Heard::Pong => Ok(()),
            Heard::Subscribe { .. } if !self.is_acknowledged => Err(Close::Unacknowledged.into()),
            Heard::Subscribe { id, payload } => self.begin(id, payload).await,
            Heard::Complete { id } => {
                // A mutation goes on, and keeps its place until it is done.
                if self.operations.get(&id).is_some_and(|operation| !operation.is_mutation) {
                    self.forget(&id);
                }
                Ok(())
            }
        }
    }

    async fn acknowledge(&mut self, payload: &Value) -> Result<(), Parting> {
        if let Some(value) = authorization(payload) {
            let Value::String(value) = value else { return Err(Close::Forbidden.into()) };
            let token = bearer(value).ok_or(Close::Forbidden)?;
            let session = Session::open(&self.edge.app, token).map_err(|_| Close::Forbidden)?;
            session.actor(&self.edge.app).await.map_err(|error| match error.kind() {
                Kind::Unauthenticated => Close::Forbidden,
                Kind::Unavailable { .. } => Close::TryAgain,
                _ => {
                    log::internal(&self.caller.id, &error);
                    Close::Internal
                }
            })?;
            let account = self.edge.place_of(Payer::Account(session.account));
            let stranger = Holder::One(Payer::of(None, self.peer));
            self.place.pass(stranger, account).map_err(|_| Close::TryAgain)?;
            self.session = Some(session);
            self.end = Box::pin(vigil::end(self.edge.clone(), self.session));
        }
        self.is_acknowledged = true;
        self.say(&Saying::ConnectionAck).await
    }

    /// Begins an operation, unless it is refused.
    async fn begin(&mut self, id: String, payload: Value) -> Result<(), Parting> {
        if self.operations.contains_key(&id) {
            return Err(Close::Duplicate(id).into());
        }
        let request_id = RequestId::new(&self.edge.app);
        let params = Params::from_json(payload).map_err(|_| Close::BadMessage)?;
        let (operation, bill) = match self.admit(params, &request_id).await {
            Ok(admitted) => admitted,
            Err(fault) => return self.refuse(&id, &fault, &request_id).await,
        };
        let actor = match self.session {
            Some(session) if !operation.is_without_token() => match session.actor(&self.edge.app).await {
                Ok(actor) => actor,
                Err(error) if *error.kind() == Kind::Unauthenticated => return Err(Close::Forbidden.into()),
                Err(error) => return self.refuse(&id, &fault_of(&error, &request_id), &request_id).await,
            },
            _ => Actor::Anonymous,
        };
        let running = Running {
            request_id: request_id.clone(),
            name: operation.name().cloned(),
            is_mutation: operation.kind() == OperationType::Mutation,
            started: Instant::now(),
        };
        let asker = Asker { actor, peer: self.peer, locale: self.caller.locale, id: request_id, bill };
        let answers = operation.answers(&self.edge, asker).map(Some).chain(stream::iter([None])).boxed();
        self.answers.insert(id.clone(), answers);
        self.operations.insert(id, running);
        Ok(())
    }

    /// Reads an operation and has it paid for.
    async fn admit(&mut self, params: Params, request_id: &str) -> Result<(Operation, Option<Bill>), RequestFault> {
        let (edge, now) = (&self.edge, self.edge.app.clock.now());
        let bucket = edge.allowances.admit(Payer::of(self.session, self.peer), now)?;
        let most = edge.guard.limits.socket_operations;
        if self.operations.len() >= most {
            return Err(RequestFault::TooManyOperations(most));
        }
        let operation = Operation::read(params, edge, request_id, None).await?;
        let session = self.session.filter(|_| !operation.is_without_token());
        let payer = Payer::of(session, self.peer);
        let bill = edge.allowances.charge_admitted(&bucket, payer, operation.cost(), now)?;
        Ok((operation, self.caller.wants_cost.then_some(bill)))
    }

    async fn refuse(&mut self, id: &str, fault: &RequestFault, request_id: &str) -> Result<(), Parting> {
        fault.refusal().inspect(|refused| self.edge.app.metrics.refusal(*refused));
        let payload = json!([fault.error(self.caller.locale, request_id)]);
        self.say(&Saying::Error { id, payload }).await
    }

    /// Passes on what an operation said; `None` was its last word.
    async fn tell(&mut self, id: &str, said: Option<Said>) -> Result<(), Parting> {
        match said {
            None => {
                self.forget(id);
                self.say(&Saying::Complete { id }).await
            }
            Some(Ok(finished)) => {
                let payload = Answer::of(&finished.body);
                if payload.is_refused() {
                    self.forget(id);
                    let payload = json!(payload.errors);
                    self.say(&Saying::Error { id, payload }).await
                } else {
                    self.say(&Saying::Next { id, payload }).await
                }
            }
            Some(Err(fault)) => {
                let running = self.forget(id);
                let request_id = running.map_or_else(|| RequestId::new(&self.edge.app), |running| running.request_id);
                self.refuse(id, &fault, &request_id).await
            }
        }
    }

    /// An operation is over.
    fn forget(&mut self, id: &str) -> Option<Running> {
        self.answers.remove(id);
        self.idle_since = Instant::now();
        let running = self.operations.remove(id)?;
        log::operation(running.name.as_ref(), running.started.elapsed(), &running.request_id);
        Some(running)
    }
}
