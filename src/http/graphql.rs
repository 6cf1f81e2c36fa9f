//! GraphQL over HTTP (the draft of the GraphQL Foundation), over any executor.

use std::sync::Arc;

use async_graphql::Executor;
use async_graphql::parser::types::OperationType;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::allowance::{Bucket, Payer};
use super::boundary::Caller;
use super::caching::{self, Keeping};
use super::fault::RequestFault;
use super::media::{self, Media, Streaming};
use super::operation::{Answer, Asker, Operation};
use super::params::{self, Params};
use super::peer::Peer;
use super::{Edge, log, pieces};
use crate::error::{Error, Kind};
use crate::graphql::error::Finished;
use crate::identity::token::Session;
use crate::policy::Actor;

pub async fn post<E: Executor>(
    State(edge): State<Edge<E>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
) -> Result<Response, RequestFault> {
    let (parts, body) = request.into_parts();
    let streaming = Streaming::negotiate(&parts.headers);
    if caller.media.is_none() && streaming.is_none() {
        return Err(RequestFault::NotAcceptable);
    }
    if !media::is_plain_json(&parts.headers) {
        return Err(RequestFault::UnsupportedMediaType);
    }
    let read = async {
        let visitor = Visitor::enter(&edge, &caller, &parts.headers, &parts.extensions)?;
        let limits = &edge.guard.limits;
        let body = params::read_body(&parts.headers, body, limits).await?;
        let params = edge.app.metrics.front(|| Params::from_body(&body, limits.json_brackets))?;
        let operation = Operation::read(params, &edge, &caller.id, None).await?;
        let (session, asker) = visitor.ask(&edge, &caller, &operation).await?;
        Ok::<_, RequestFault>((operation, session, asker))
    };
    let (operation, session, asker) = match read.await {
        // Whoever takes events alone may see no body with another status.
        Err(fault) if fault.is_of_operation() && caller.media.is_none() && streaming == Some(Streaming::Events) => {
            fault.refusal().inspect(|refused| edge.app.metrics.refusal(*refused));
            return Ok(pieces::refusal(fault, &caller));
        }
        read => read?,
    };
    // While it is executed nothing of the request is held: a head's bytes are those that it was received in.
    drop(parts);
    match (operation.kind(), caller.media, streaming) {
        (OperationType::Subscription, _, Some(form)) | (_, None, Some(form @ Streaming::Events)) => {
            pieces::answer(&edge, operation, asker, session, form)
        }
        (OperationType::Subscription, _, None) => Err(RequestFault::NeedsStream),
        (_, Some(media), _) => {
            let finished = operation.answer(&edge, &asker).await?;
            let (response, body) = edge.app.metrics.front(|| write(finished, media, &caller.id))?;
            Ok(response.map(|_| Body::from(body)))
        }
        (_, None, _) => Err(RequestFault::NotAcceptable),
    }
}

pub async fn get<E: Executor>(
    State(edge): State<Edge<E>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
) -> Result<Response, RequestFault> {
    let media = caller.media.ok_or(RequestFault::NotAcceptable)?;
    let visitor = Visitor::enter(&edge, &caller, request.headers(), request.extensions())?;
    let json_brackets = edge.guard.limits.json_brackets;
    let query = request.uri().query().unwrap_or_default();
    let params = edge.app.metrics.front(|| Params::from_query_string(query, json_brackets))?;
    let operation = Operation::read(params, &edge, &caller.id, Some(OperationType::Query)).await?;
    let keeping = keeping(&operation, &caller, request.headers());
    let (_, asker) = visitor.ask(&edge, &caller, &operation).await?;
    let finished = operation.answer(&edge, &asker).await?;
    let keeping = keeping.filter(|_| finished.body.errors.is_empty());
    let (response, body) = edge.app.metrics.front(|| write(finished, media, &caller.id))?;
    Ok(match keeping {
        Some(keeping) => caching::kept(request.headers(), body, response, keeping),
        None => response.map(|_| Body::from(body)),
    })
}

/// Whose answer it will be; nobody keeps one with what it cost, which is another each time.
fn keeping(operation: &Operation, caller: &Caller, headers: &HeaderMap) -> Option<Keeping> {
    let is_for_everybody = operation.is_for_everybody() && !headers.contains_key(AUTHORIZATION);
    (!caller.wants_cost).then_some(if is_for_everybody { Keeping::Everybody } else { Keeping::Caller })
}

/// Who is at the door: whom the token in the headers names, and where they are.
struct Visitor {
    session: Result<Option<Session>, RequestFault>,
    peer: Option<Peer>,
    bucket: Bucket,
}

impl Visitor {
    /// Lets somebody in who has not asked for too much lately. Whoever comes with a bad token pays as a stranger, and
    /// hears of it when it is known that their operation needs one.
    fn enter<E>(
        edge: &Edge<E>,
        caller: &Caller,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Self, RequestFault> {
        let session = token_in(headers).and_then(|token| {
            let session = token.map(|token| Session::open(&edge.app, token)).transpose();
            session.map_err(|error| fault_of(&error, &caller.id))
        });
        let peer = extensions.get().copied();
        let payer = Payer::of(session.as_ref().ok().copied().flatten(), peer);
        let bucket = edge.app.metrics.front(|| edge.allowances.admit(payer, edge.app.clock.now()))?;
        Ok(Self { session, peer, bucket })
    }

    /// Who asks for an operation, once it is paid for.
    async fn ask<E>(
        self,
        edge: &Edge<E>,
        caller: &Caller,
        operation: &Operation,
    ) -> Result<(Option<Session>, Asker), RequestFault> {
        // Nobody else sets it.
        caller.kind.get_or_init(|| operation.kind());
        if let Some(name) = operation.name() {
            // Nobody else sets it.
            caller.operation.get_or_init(|| name.clone());
        }
        let Self { session, peer, bucket } = self;
        let session = if operation.is_without_token() { None } else { session? };
        // Where no token is asked for, whoever brought one pays as everybody else at their address.
        let payer = Payer::of(session, peer);
        let bill = edge
            .app
            .metrics
            .front(|| edge.allowances.charge_admitted(&bucket, payer, operation.cost(), edge.app.clock.now()))?;
        let actor = match session {
            Some(session) => session.actor(&edge.app).await.map_err(|error| fault_of(&error, &caller.id))?,
            None => Actor::Anonymous,
        };
        let bill = caller.wants_cost.then_some(bill);
        Ok((session, Asker { actor, peer, locale: caller.locale, id: caller.id.clone(), bill }))
    }
}

/// The bearer token, where there is an `Authorization` header.
pub(super) fn token_in(headers: &HeaderMap) -> Result<Option<&str>, RequestFault> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str().ok().and_then(bearer), values.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(RequestFault::Unauthenticated),
    }
}

/// The token in the value of an `Authorization` header.
pub(super) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Why it is not known who asks.
pub(super) fn fault_of(error: &Error, request_id: &str) -> RequestFault {
    match error.kind() {
        Kind::Unavailable { retry_after } => RequestFault::Unavailable(retry_after.as_secs().max(1)),
        Kind::Unauthenticated => RequestFault::Unauthenticated,
        Kind::Refused(_) | Kind::BadInput(_) | Kind::Internal => {
            log::internal(request_id, error);
            RequestFault::Internal
        }
    }
}

/// Puts an answer of the executor: its head, and its body apart.
fn write(finished: Finished, media: Media, request_id: &str) -> Result<(Response, Vec<u8>), RequestFault> {
    let Finished { status, retry_after, body } = finished;
    let answer = Answer::of(&body);
    let is_refused = answer.is_refused();
    let text = serde_json::to_vec(&answer).map_err(|error| {
        log::internal(request_id, &Error::internal(error));
        RequestFault::Internal
    })?;
    let mut response = Response::default();
    let asked_for = status.and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = asked_for.unwrap_or(match (is_refused, media) {
        (true, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    });
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    if asked_for == Some(StatusCode::UNAUTHORIZED) {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok((response, text))
}
