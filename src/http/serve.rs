//! The accept loop.
//!
//! A connection has ten seconds (where nothing else is set) for the headers of each request, for the pause between two requests, and for taking
//! the next piece of an answer. There are at most `MAX_CONNECTIONS` at once; further ones wait in the operating
//! system's queue. HTTP/1.1 alone is spoken here: TLS and HTTP/2 end at the balancer, whose own connections to us must
//! rest for less than ten seconds. A socket is a connection like any other: it keeps its place, and is told to end when
//! the server stops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use super::peer::Peer;
use super::socket::Slot;
use super::vigil::Pace;
use super::{Edge, router_of};
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::Published;
use crate::graphql::known::KnowingExecutor;

/// Connections at once.
const MAX_CONNECTIONS: u32 = 10_000;
/// How long the other side may take none of the answer.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// Bytes of a request's first line and headers: a query of 16 KiB fits into an address, encoded.
const MAX_HEAD: usize = 64 * 1024;
/// How long readiness is red before the server takes no more connections: a balancer asks about once a second.
const RED_BEFORE_CLOSING: Duration = Duration::from_secs(2);
/// How long the last connections have to bring their first request.
const LAST_CALL: Duration = Duration::from_millis(250);
/// How long the requests under way may take from then on. With the pauses before, it makes less than 30 seconds.
const DRAIN_TIME: Duration = Duration::from_secs(27);
/// How often the key file is looked at: a rotation by another process takes effect after this time.
const KEY_REFRESH: Duration = Duration::from_secs(5);
/// How often what the metrics recorded is folded into their histograms.
const METRICS_FOLD: Duration = Duration::from_secs(5);

/// Serves until `shutdown` ends, then drains: readiness turns red, no further connection is taken, what is under way
/// is answered, 30 seconds at most.
///
/// The runtime needs threads with a stack of 8 MiB (`thread_stack_size`): resolving recurses deeply.
///
/// # Errors
/// When the listener has no address.
pub async fn serve(app: Arc<App>, listener: TcpListener, shutdown: impl Future) -> Result<()> {
    serve_over(app, KnowingExecutor::default(), listener, shutdown, Pace::default()).await
}

/// Serves over any executor, as [`serve`] does over ours.
///
/// # Errors
/// When the listener has no address.
pub async fn serve_over<E: Published>(
    app: Arc<App>,
    executor: E,
    listener: TcpListener,
    shutdown: impl Future,
    pace: Pace,
) -> Result<()> {
    let address = listener.local_addr().map_err(Error::internal)?;
    tracing::info!(%address, "listening");
    let keys = tokio::spawn(refresh_keys(app.clone()));
    let folding = tokio::spawn(fold_metrics(app.clone()));
    let (close, closing) = watch::channel(false);
    let header_time = app.config.limits.header_time();
    let edge = Edge::new(app, executor, closing.clone(), pace);
    let router = router_of(edge.clone());
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    let stop = async {
        shutdown.await;
        edge.is_draining.store(true, Ordering::Relaxed);
        tracing::info!("draining");
        sleep(RED_BEFORE_CLOSING).await;
    };
    let mut stop = std::pin::pin!(stop);
    let open = |(slot, stream, peer)| {
        tokio::spawn(connection(stream, peer, router.clone(), closing.clone(), Slot::new(slot), header_time));
    };
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &slots) => open(accepted),
        }
    }
    // Whoever is in the operating system's queue already would be cut off with the listener.
    while let Some(accepted) = accept(&listener, &slots).now_or_never() {
        open(accepted);
    }
    drop(listener);
    sleep(LAST_CALL).await;
    close.send_replace(true);
    // The last connection or socket gives back the last place.
    if timeout(DRAIN_TIME, slots.acquire_many(MAX_CONNECTIONS)).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    keys.abort();
    folding.abort();
    tracing::info!("stopped");
    Ok(())
}

/// Ends on the first SIGTERM or SIGINT.
///
/// # Errors
/// When the operating system lets nobody wait for signals.
pub async fn stop_signal() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The next connection, once there is a slot for it.
async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> (OwnedSemaphorePermit, TcpStream, SocketAddr) {
    loop {
        let slot = slots.clone().acquire_owned().await.expect("nobody closes the semaphore");
        match listener.accept().await {
            Ok((stream, peer)) => return (slot, stream, peer),
            Err(error) => {
                // Out of file descriptors, most likely: connections that end give some back.
                tracing::warn!(%error, "no connection could be taken");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    closing: watch::Receiver<bool>,
    slot: Slot,
    header_time: Duration,
) {
    // Answers are small and whole: nothing is gained by waiting for more to send.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no delay");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIME));
    let peer = Peer(peer.ip().to_canonical());
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(slot.clone());
        let answer = hyper::service::Service::call(&service, request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = super::vigil::closing(closing) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

async fn fold_metrics(app: Arc<App>) {
    let mut ticks = interval(METRICS_FOLD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        app.metrics.fold();
    }
}

async fn refresh_keys(app: Arc<App>) {
    let mut ticks = interval(KEY_REFRESH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.keys.refresh() {
            let cause = error.cause().map(ToString::to_string);
            tracing::error!(cause, "the key file cannot be read; the keys of before stay");
        }
    }
}
