//! GraphQL over HTTP (the draft of the GraphQL Foundation), over any executor.

use std::net::IpAddr;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{
    Executor, Name, Request as GraphqlRequest, Response as GraphqlResponse, ServerError, Value, Variables,
};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::boundary::Caller;
use super::fault::RequestFault;
use super::media::{self, Media};
use super::params::{self, Params};
use super::{Edge, log};
use crate::error::{Error, Kind};
use crate::graphql::context::{self, ClientAddress, RequestId};
use crate::graphql::error::{Finished, finish};
use crate::graphql::guard::Limits;
use crate::identity::token;
use crate::policy::Actor;

/// How long an operation may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// An operation's name as the log takes it: longer ones are no names that somebody gave.
const MAX_NAME: usize = 64;

/// The address at the other end of the connection. What a client says of its own address is not read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

pub async fn post<E: Executor>(
    State(edge): State<Edge<E>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, RequestFault> {
    let media = caller.media.ok_or(RequestFault::NotAcceptable)?;
    let (parts, body) = request.into_parts();
    if !media::is_plain_json(&parts.headers) {
        return Err(RequestFault::UnsupportedMediaType);
    }
    let body = params::read_body(&parts.headers, body).await?;
    let limits = Limits::default();
    let params = Params::from_body(&body, limits.json_brackets)?;
    let query = Call { params, peer: parts.extensions.get().copied(), headers: &parts.headers, may_change: true };
    query.answer(&edge, &caller, media, &limits).await
}

pub async fn get<E: Executor>(
    State(edge): State<Edge<E>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, RequestFault> {
    let media = caller.media.ok_or(RequestFault::NotAcceptable)?;
    let limits = Limits::default();
    let params = Params::from_query_string(request.uri().query().unwrap_or_default(), limits.json_brackets)?;
    let peer = request.extensions().get().copied();
    let query = Call { params, peer, headers: request.headers(), may_change: false };
    query.answer(&edge, &caller, media, &limits).await
}

pub async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response()
}

/// One request that is well-formed as such.
struct Call<'a> {
    params: Params,
    peer: Option<Peer>,
    headers: &'a HeaderMap,
    /// Whether a mutation may come this way.
    may_change: bool,
}

impl Call<'_> {
    async fn answer<E: Executor>(
        self,
        edge: &Edge<E>,
        caller: &Caller,
        media: Media,
        limits: &Limits,
    ) -> Result<Response, RequestFault> {
        let Params { query, operation_name, variables } = self.params;
        let (document, executed) = edge.documents.read(&query, operation_name.as_deref(), &variables, limits).await?;
        if let Some(name) = executed.name.clone().filter(|name| name.len() <= MAX_NAME) {
            // Nobody else sets it.
            caller.operation.get_or_init(|| name);
        }
        if !self.may_change && executed.kind != OperationType::Query {
            return Err(RequestFault::MethodNotAllowed(Some("POST")));
        }
        if let Some(name) = missing_variable(&document, executed.name.as_deref(), &variables) {
            return Err(RequestFault::VariableMissing(name));
        }
        let actor = if executed.is_without_token {
            Actor::Anonymous
        } else if let Some(token) = bearer(self.headers)? {
            authenticate(edge, token, &caller.id).await?
        } else {
            Actor::Anonymous
        };
        let mut request = GraphqlRequest::new(query).variables(variables);
        request.operation_name = operation_name;
        request.set_parsed_query((*document).clone());
        if let Some(peer) = self.peer {
            request = request.data(ClientAddress(peer.0));
        }
        let request = context::attach(request, &edge.app, actor, caller.locale, RequestId(caller.id.clone()));
        let response = execute(&edge.executor, request, executed.kind).await?;
        write(finish(response, caller.locale, &caller.id), media, &caller.id)
    }
}

/// The first variable of the operation that must have a value and has none. The executor would find out in the middle
/// of the execution.
fn missing_variable(document: &ExecutableDocument, operation: Option<&str>, given: &Variables) -> Option<String> {
    let (_, operation) = document.operations.iter().find(|(name, _)| name.map(Name::as_str) == operation)?;
    let mut missing = operation.node.variable_definitions.iter().map(|variable| &variable.node).filter(|variable| {
        let is_null = given.get(&variable.name.node).is_none_or(|value| *value == Value::Null);
        let is_defaulted = variable.default_value.is_some() && !given.contains_key(&variable.name.node);
        !variable.var_type.node.nullable && is_null && !is_defaulted
    });
    missing.next().map(|variable| variable.name.node.to_string())
}

/// The bearer token, where there is an `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, RequestFault> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    match (token, values.next()) {
        (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(RequestFault::Unauthenticated),
    }
}

async fn authenticate<E>(edge: &Edge<E>, token: &str, request_id: &str) -> Result<Actor, RequestFault> {
    token::authenticate(&edge.app, token).await.map_err(|error: Error| match error.kind() {
        Kind::Unavailable { retry_after } => RequestFault::Unavailable(retry_after.as_secs().max(1)),
        Kind::Unauthenticated => RequestFault::Unauthenticated,
        Kind::Refused(_) | Kind::BadInput(_) | Kind::Internal => {
            log::internal(request_id, &error);
            RequestFault::Internal
        }
    })
}

/// Executes within the deadline. A query ends with it, and when its caller hangs up; a mutation, once begun, goes on to
/// its end, for the phone that lost its connection or its patience will ask what became of it.
async fn execute<E: Executor>(
    executor: &E,
    request: GraphqlRequest,
    kind: OperationType,
) -> Result<GraphqlResponse, RequestFault> {
    let executor = executor.clone();
    let work = async move { executor.execute(request).await };
    if kind != OperationType::Mutation {
        return timeout(DEADLINE, work).await.map_err(|_| RequestFault::Timeout);
    }
    let done = timeout(DEADLINE, tokio::spawn(work.in_current_span())).await.map_err(|_| RequestFault::Timeout)?;
    done.map_err(|lost| match lost.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => RequestFault::Unavailable(1),
    })
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

fn write(finished: Finished, media: Media, request_id: &str) -> Result<Response, RequestFault> {
    let Finished { status, retry_after, body } = finished;
    // An error of the request as a whole has no path: nothing was executed, so there is no data either.
    let is_refused = body.data == Value::Null && body.errors.iter().all(|error| error.path.is_empty());
    let data = (!is_refused).then_some(&body.data);
    let answer = Answer { errors: &body.errors, data, extensions: &body.extensions };
    let text = serde_json::to_vec(&answer).map_err(|error| {
        log::internal(request_id, &Error::internal(error));
        RequestFault::Internal
    })?;
    let mut response = Response::new(Body::from(text));
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
    Ok(response)
}
