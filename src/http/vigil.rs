//! How long somebody may listen: until their token ends, they are logged out, or the server stops.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::Edge;
use crate::app::App;
use crate::error::Kind;
use crate::identity::token::Session;

/// The measure of sockets and streams.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a socket may take to say who it is.
    pub init: Duration,
    /// How often something is sent where there is nothing to say, and how often it is looked whether the listener is
    /// still logged in: with the time that an actor is believed (20 s), a revoked device hears nothing after 45 s.
    pub beat: Duration,
    /// How long a socket without a token may want nothing before it ends.
    pub idle: Duration,
    /// How many there may be at once: half of the connections, so that the other half is left for what is short.
    pub at_once: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(10),
            beat: Duration::from_secs(25),
            idle: Duration::from_mins(1),
            at_once: 5_000,
        }
    }
}

/// Why one must not listen any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The token's time is over, or its device or account no longer holds.
    LoggedOut,
    /// The server stops.
    Closing,
}

/// Waits for the end.
pub(super) async fn end<E>(edge: Edge<E>, session: Option<Session>) -> End {
    tokio::select! {
        () = closing(edge.closing.clone()) => End::Closing,
        () = logged_out(&edge.app, session, edge.pace.beat) => End::LoggedOut,
    }
}

/// Waits until sockets and streams have to end.
pub(super) async fn closing(mut closing: watch::Receiver<bool>) {
    // Without somebody who could say so, it never stops.
    if closing.wait_for(|is_closing| *is_closing).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn logged_out(app: &App, session: Option<Session>, beat: Duration) {
    let Some(session) = session else { return std::future::pending().await };
    loop {
        let left = (session.expires_at - app.clock.now()).to_std().unwrap_or_default();
        sleep(left.min(beat)).await;
        // A database that does not answer logs nobody out.
        if session.actor(app).await.is_err_and(|error| *error.kind() == Kind::Unauthenticated) {
            return;
        }
    }
}
