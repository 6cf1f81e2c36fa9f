//! From the socket to the executor and back.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`serve`](mod@serve) | the accept loop: time limits, cap on connections, draining |
//! | `boundary` | around every request: its id, language, one log line, caught panics, faults put into words |
//! | `graphql` | GraphQL over HTTP: what a request must look like, who asks, how the answer leaves |
//! | `params`, `json`, `media` | the parts of such a request |
//! | `documents` | documents that were read before |
//! | [`fault`] | every way in which a request is refused before or instead of execution |
//! | `health`, `explorer` | the other paths |
//! | [`log`] | what the log looks like |

mod boundary;
mod documents;
mod explorer;
pub mod fault;
mod graphql;
mod health;
mod json;
pub mod log;
mod media;
mod params;
pub mod serve;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_graphql::Executor;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use self::documents::Documents;
pub use self::fault::RequestFault;
pub use self::serve::{serve, stop_signal};
use crate::app::App;

/// What the handlers are given.
#[derive(Debug, Clone)]
struct Edge<E> {
    app: Arc<App>,
    executor: E,
    documents: Documents,
    /// Whether the server is about to stop.
    is_draining: Arc<AtomicBool>,
}

/// Every path of the server.
pub fn router(app: Arc<App>) -> Router {
    let schema = crate::graphql::schema(app.clone());
    router_over(app, schema)
}

/// Every path of the server, over any executor.
pub fn router_over<E: Executor>(app: Arc<App>, executor: E) -> Router {
    router_of(Edge { app, executor, documents: Documents::default(), is_draining: Arc::default() })
}

fn router_of<E: Executor>(edge: Edge<E>) -> Router {
    Router::new()
        .route("/", get(explorer::page))
        .route("/explorer.css", get(explorer::style))
        .route("/explorer.js", get(explorer::script))
        .route("/graphql", get(graphql::get).post(graphql::post).options(graphql::options))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(health::jwks))
        .fallback(async || RequestFault::NotFound)
        .method_not_allowed_fallback(async || RequestFault::MethodNotAllowed(None))
        .layer(from_fn_with_state(edge.clone(), boundary::around))
        .with_state(edge)
}
