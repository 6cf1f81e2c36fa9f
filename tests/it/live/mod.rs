//! Subscriptions: what is told, to whom, and how the ways of telling behave.

mod codes;
pub mod peer;
mod pieces;
mod places;
mod roll;
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::{Object, Schema, Subscription};
use bina::app::App;
use bina::error::Error;
use bina::graphql::Published;
use bina::http::serve;
use bina::http::vigil::Pace;
use bina::problem::Problem;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::http::Query;

/// Times that a test can wait for.
pub const HASTE: Pace = Pace {
    init: Duration::from_millis(150),
    beat: Duration::from_millis(150),
    idle: Duration::from_mins(1),
    at_once: 100,
};

/// Streams of toys.
pub struct Toys;

#[Subscription]
impl Toys {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(0..to)
    }

    async fn silence(&self) -> impl Stream<Item = bool> {
        stream::pending()
    }

    async fn flood(&self, bytes: usize) -> impl Stream<Item = String> {
        stream::repeat("x".repeat(bytes))
    }

    async fn boom(&self) -> impl Stream<Item = i32> {
        stream::iter(0..2).inspect(|number| assert!(*number < 1, "a resolver's secret"))
    }

    async fn fails(&self) -> bina::error::Result<impl Stream<Item = i32>> {
        Err::<stream::Empty<i32>, _>(Error::refused(Problem::NotFound))
    }

    async fn breaks(&self) -> impl Stream<Item = async_graphql::Result<i32>> {
        stream::iter([Ok(1), Err(Error::internal("a database's secret").into())])
    }
}

/// How often something was settled.
pub static SETTLED: AtomicUsize = AtomicUsize::new(0);

/// What takes its time.
pub struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self) -> bool {
        true
    }

    async fn settle(&self) -> bool {
        tokio::time::sleep(Duration::from_millis(300)).await;
        SETTLED.fetch_add(1, Ordering::SeqCst);
        true
    }

    async fn boom(&self) -> bool {
        SETTLED.load(Ordering::SeqCst).checked_sub(usize::MAX).expect("a resolver's secret") == 0
    }
}

pub fn toys() -> Schema<Query, Mutation, Toys> {
    Schema::new(Query, Mutation, Toys)
}

/// A server on a port of its own.
pub struct Server {
    pub address: SocketAddr,
    pub stop: oneshot::Sender<()>,
    pub task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Over any executor.
    pub async fn over<E: Published>(app: Arc<App>, executor: E, pace: Pace) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            serve::serve_over(app, executor, listener, stopped, pace).await.expect("it serves");
        });
        Self { address, stop, task }
    }

    /// Over the real schema.
    pub async fn real(app: &Arc<App>, pace: Pace) -> Self {
        Self::over(app.clone(), bina::graphql::schema(), pace).await
    }
}
