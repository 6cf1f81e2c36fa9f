//! From the socket to the executor and back.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`serve`](mod@serve) | the accept loop: time limits, cap on connections, draining |
//! | `boundary` | around every request: its id, language, one log line, caught panics, faults put into words |
//! | `graphql` | GraphQL over HTTP: what a request must look like, who asks, how the answer leaves |
//! | `operation` | one operation, whichever way it came |
//! | `pieces` | answers in pieces: server-sent events, multipart |
//! | `socket`, `origin` | WebSockets: graphql-transport-ws, and whose page may open one |
//! | [`watch`] | how long somebody may listen |
//! | `params`, `json`, `media` | the parts of such a request |
//! | [`fault`] | every way in which a request is refused before or instead of execution |
//! | `health`, `explorer` | the other paths |
//! | [`log`] | what the log looks like |

mod boundary;
mod explorer;
pub mod fault;
mod graphql;
mod health;
mod json;
pub mod log;
mod media;
mod operation;
mod origin;
mod params;
mod pieces;
pub mod serve;
mod socket;
pub mod watch;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_graphql::Executor;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

pub use self::fault::RequestFault;
pub use self::serve::{serve, stop_signal};
use self::watch::Pace;
use crate::app::App;

/// What the handlers are given.
#[derive(Debug, Clone)]
struct Edge<E> {
    app: Arc<App>,
    executor: E,
    /// Whether the server is about to stop.
    is_draining: Arc<AtomicBool>,
    /// Says that sockets and streams have to end.
    closing: tokio::sync::watch::Receiver<bool>,
    /// The times of sockets and streams.
    pace: Pace,
}

/// Every path of the server.
pub fn router(app: Arc<App>) -> Router {
    let schema = crate::graphql::schema(app.clone());
    router_over(app, schema)
}

/// Every path of the server, over any executor.
pub fn router_over<E: Executor>(app: Arc<App>, executor: E) -> Router {
    let (_, closing) = tokio::sync::watch::channel(false);
    router_of(Edge { app, executor, is_draining: Arc::default(), closing, pace: Pace::default() })
}

fn router_of<E: Executor>(edge: Edge<E>) -> Router {
    Router::new()
        .route("/", get(explorer::page))
        .route("/explorer.css", get(explorer::style))
        .route("/explorer.js", get(explorer::script))
        .route("/graphql", get(graphql::get).post(graphql::post).options(graphql::options))
        .route("/graphql/ws", get(socket::open))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(health::jwks))
        .fallback(async || RequestFault::NotFound)
        .method_not_allowed_fallback(async || RequestFault::MethodNotAllowed(None))
        .layer(from_fn_with_state(edge.clone(), boundary::around))
        .with_state(edge)
}
