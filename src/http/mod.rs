//! From the socket to the executor and back.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`serve`](mod@serve) | the accept loop: time limits, cap on connections, draining |
//! | `boundary` | around every request: its id, language, one log line, caught panics, faults put into words |
//! | `graphql` | GraphQL over HTTP: what a request must look like, who asks, how the answer leaves |
//! | `operation` | one operation, whichever way it came |
//! | `allowance` | what each caller may still ask for |
//! | `peer` | the sender's address, behind the proxies that are trusted |
//! | `places` | how many of something there may be at once, of all and of each |
//! | `pieces` | answers in pieces: server-sent events, multipart |
//! | `socket`, `origin` | WebSockets: graphql-transport-ws, and whose page may open one |
//! | [`vigil`] | how long somebody may listen |
//! | `params`, `json`, `media` | the parts of such a request |
//! | `caching`, `compression`, `cors` | what of an answer is kept, in how many bytes it travels, whose pages may read it |
//! | `asked`, `documents` | the document that a request asks for; documents that were read before |
//! | [`fault`] | every way in which a request is refused before or instead of execution |
//! | `export` | a month's attendance as a table |
//! | `health`, `metrics`, `explorer` | the other paths |
//! | [`log`] | what the log looks like |

mod allowance;
mod asked;
mod boundary;
mod caching;
mod compression;
mod cors;
mod documents;
mod explorer;
mod export;
pub mod fault;
mod graphql;
mod health;
mod json;
pub mod log;
mod media;
mod metrics;
mod operation;
mod origin;
mod params;
mod peer;
mod pieces;
mod places;
pub mod serve;
mod socket;
pub mod vigil;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_graphql::Executor;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio::sync::watch;

use self::allowance::{Allowances, Payer};
use self::documents::Documents;
pub use self::fault::RequestFault;
use self::peer::Peer;
use self::places::{Holder, Place, Places};
pub use self::serve::{serve, stop_signal};
use self::vigil::Pace;
use crate::app::App;
use crate::graphql::Published;
use crate::graphql::guard::Guard;
use crate::graphql::known::KnowingExecutor;
use crate::identity::token::Session;

/// What the handlers are given. A clone is the same: a request makes some ten, one for each layer that it passes.
#[derive(Debug)]
struct Edge<E>(Arc<Parts<E>>);

impl<E> Clone for Edge<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E> Deref for Edge<E> {
    type Target = Parts<E>;

    fn deref(&self) -> &Parts<E> {
        &self.0
    }
}

#[derive(Debug)]
struct Parts<E> {
    app: Arc<App>,
    executor: E,
    documents: Documents,
    guard: Guard,
    allowances: Allowances,
    /// Whether the server is about to stop.
    is_draining: AtomicBool,
    /// Says that sockets and streams have to end.
    closing: watch::Receiver<bool>,
    /// The measure of sockets and streams.
    pace: Pace,
    /// Their places.
    places: Places,
    /// The places of tables.
    exports: Places,
}

impl<E: Published> Edge<E> {
    fn new(app: Arc<App>, executor: E, closing: watch::Receiver<bool>, pace: Pace) -> Self {
        let limits = app.config.limits;
        let guard = Guard::new(limits, &executor.sdl()).expect("costs that the schema itself has written");
        Self(Arc::new(Parts {
            app,
            executor,
            documents: Documents::default(),
            guard,
            allowances: Allowances::new(&limits),
            is_draining: AtomicBool::default(),
            closing,
            pace,
            places: Places::default(),
            exports: Places::default(),
        }))
    }
}

impl<E> Edge<E> {
    /// A place for a socket or a stream.
    fn place(&self, session: Option<Session>, peer: Option<Peer>) -> Result<Place, RequestFault> {
        let address = (Holder::Line(allowance::line(peer)), self.guard.limits.address_places);
        let one = self.place_of(Payer::of(session, peer));
        self.places.take([(Holder::All, self.pace.at_once), address, one]).map_err(|full| match full.holder {
            Holder::All => RequestFault::Unavailable(BUSY_SECONDS),
            holder => RequestFault::TooManyStreams {
                is_account: matches!(holder, Holder::One(Payer::Account(_))),
                at_once: full.most,
                retry_after: BUSY_SECONDS,
            },
        })
    }

    /// How many sockets and streams an account has at most, or the strangers at an address.
    fn place_of(&self, payer: Payer) -> (Holder, usize) {
        let most = match payer {
            Payer::Account(_) => self.guard.limits.account_places,
            Payer::Address(_) => self.guard.limits.stranger_places,
        };
        (Holder::One(payer), most)
    }
}

/// When to come back where every place is taken.
const BUSY_SECONDS: u64 = 30;

/// Every path of the server.
pub fn router(app: Arc<App>) -> Router {
    router_over(app, KnowingExecutor::default())
}

/// Every path of the server, over any executor.
pub fn router_over<E: Published>(app: Arc<App>, executor: E) -> Router {
    let (_, closing) = watch::channel(false);
    router_of(Edge::new(app, executor, closing, Pace::default()))
}

fn router_of<E: Executor>(edge: Edge<E>) -> Router {
    // OPTIONS is a route so that the layer for CORS stands before it, which is what answers.
    let api = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).options(async || ()))
        .route("/exports/attendance.csv", get(export::attendance))
        .layer(cors::layer(&edge.app.config.allowed_origins));
    Router::new()
        .merge(explorer::routes())
        .merge(api)
        .route("/graphql/ws", get(socket::open))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/.well-known/jwks.json", get(health::jwks))
        .fallback(async || RequestFault::NotFound)
        .method_not_allowed_fallback(async || RequestFault::MethodNotAllowed(None))
        .layer(from_fn_with_state(edge.clone(), boundary::around))
        .with_state(edge)
}
