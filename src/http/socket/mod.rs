//! Sockets: graphql-transport-ws at `/graphql/ws`, for every kind of operation.
//!
//! | File | What it is |
//! | --- | --- |
//! | `message` | what the two sides say to each other, and how they part |
//! | `connection` | one socket from its opening to its end |

mod connection;
mod message;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_graphql::Executor;
use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;

use self::connection::Connection;
use super::allowance::Payer;
use super::boundary::Caller;
use super::fault::RequestFault;
use super::{Edge, origin};

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// Bytes that are read at once: messages are short, and there are many sockets.
const READ_BUFFER: usize = 8 * 1024;

/// A place among the connections of the server. A socket keeps that of the connection it began as.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Slot {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: Arc::new(permit) }
    }
}

/// Opens a socket.
pub async fn open<E: Executor>(
    State(edge): State<Edge<E>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
) -> Result<Response, RequestFault> {
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|_| RequestFault::NeedsSocket)?;
    if !origin::is_allowed(&parts.headers, &edge.app.config.allowed_origins) {
        return Err(RequestFault::ForeignOrigin);
    }
    if edge.is_draining.load(Ordering::Relaxed) {
        return Err(RequestFault::Unavailable(1));
    }
    let peer = parts.extensions.get().copied();
    edge.allowances.admit(Payer::of(None, peer), edge.app.clock.now())?;
    let place = edge.place(None, peer)?;
    let most = edge.guard.limits.body_bytes;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .max_message_size(most)
        .max_frame_size(most)
        .on_failed_upgrade(|error| tracing::debug!(%error, "no socket came of it"));
    let is_understood = upgrade.selected_protocol().is_some();
    let slot = parts.extensions.get::<Slot>().cloned();
    Ok(upgrade.on_upgrade(async move |socket| {
        let connection = Connection::new(edge, peer, caller, socket, place);
        connection.run(is_understood).await;
        drop(slot);
    }))
}
