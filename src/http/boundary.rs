//! Around every request: its id, the language of its answer and in how many bytes it travels, one line in the log. A
//! panic becomes a 500, and a fault its words.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use async_graphql::parser::types::OperationType;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LANGUAGE, HeaderName, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::compression::Codings;
use super::fault::RequestFault;
use super::media::Media;
use super::peer::Peer;
use super::{Edge, log};
use crate::graphql::context::RequestId;
use crate::locale::Locale;
use crate::metrics::Kind;

/// What of a request its answer depends on. The origin is among them because CORS answers to it.
const VARIES: &str = "Accept, Accept-Encoding, Accept-Language, Authorization, Origin";
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Asks for `extensions.cost`.
pub(super) const BINA_COST: HeaderName = HeaderName::from_static("bina-cost");

/// What is known of a request before it is read.
#[derive(Debug)]
pub struct Caller {
    /// Our name for the request.
    pub id: RequestId,
    /// The language of the answer.
    pub locale: Locale,
    /// The form of the answer; absent where the client takes none of ours.
    pub media: Option<Media>,
    /// The name of the executed operation, for the log.
    pub operation: OnceLock<String>,
    /// The kind of the executed operation, for the metrics.
    pub kind: OnceLock<OperationType>,
    /// Whether the answer shall tell what it cost.
    pub wants_cost: bool,
}

pub async fn around<E>(State(edge): State<Edge<E>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let caller = Arc::new(Caller {
        id: RequestId::new(&edge.app),
        locale: locale(request.headers()),
        media: Media::negotiate(request.headers()),
        operation: OnceLock::new(),
        kind: OnceLock::new(),
        wants_cost: request.headers().get(BINA_COST).is_some_and(|value| value == "1"),
    });
    if let Some(peer) = request.extensions().get::<Peer>().copied() {
        let peer = peer.behind(&edge.app.config.proxies, request.headers());
        request.extensions_mut().insert(peer);
    }
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // What may be long; the explorer's files are compressed already, and nobody pays for those.
    let is_long = path == "/graphql" || path.starts_with("/exports/");
    let codings = if is_long { Codings::of(request.headers()) } else { Codings::default() };
    request.extensions_mut().insert(caller.clone());
    // Whatever is logged on the way tells the request it belongs to.
    let span = tracing::error_span!(parent: None, "request", request_id = &*caller.id);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span).await;
    let response = answered.unwrap_or_else(|panic: Box<dyn Any + Send>| {
        // The log has it from the panic hook.
        drop(panic);
        RequestFault::Internal.into_response()
    });
    let mut response = codings.write(response).await;
    let fault = response.extensions_mut().remove::<RequestFault>();
    if let Some(fault) = &fault {
        fault.refusal().inspect(|refused| edge.app.metrics.refusal(*refused));
        fault.write_to(&mut response, &caller);
    }
    let headers = response.headers_mut();
    if fault.is_some() || path == "/graphql" {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(caller.locale.tag()));
        headers.insert(VARY, HeaderValue::from_static(VARIES));
    }
    if method == Method::OPTIONS && path == "/graphql" {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&caller.id) {
        headers.insert(X_REQUEST_ID, id);
    }
    if edge.is_draining.load(Ordering::Relaxed) {
        // Nobody shall send into a connection that is about to close.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let kind = match caller.kind.get() {
        Some(kind) => Kind::from(*kind),
        None if path == "/graphql" => Kind::Refused,
        None => Kind::Other,
    };
    edge.app.metrics.request(kind, response.status(), started.elapsed());
    log::request(&method, &path, response.status(), started.elapsed(), &caller.id, caller.operation.get());
    response
}

fn locale(headers: &HeaderMap) -> Locale {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or_else(Locale::default, Locale::negotiate)
}
