//! The server loop: accepts, answers over HTTP/1.1, and ends without cutting anybody off.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::Service;

/// Connections held at once; more wait in the kernel's queue.
const CONNECTIONS_MAX: u32 = 16_384;
/// How long a connection may take over the head of its next request, idle time included.
const HEAD_READ_TIMEOUT_S: u64 = 60;
/// The largest request head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// The pause when the process has run out of file handles.
const ACCEPT_PAUSE_MS: u64 = 100;

/// How far the end has come, told to all connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Finish what has begun, take nothing new.
    Draining,
    /// Enough waited.
    Closed,
}

/// Serves until `shutdown`, then finishes the requests in flight, for at most `drain`.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    drain: Duration,
) -> std::io::Result<()> {
    let (phase, watched) = watch::channel(Phase::Open);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, peer, place) = accepted;
        tokio::spawn(converse(stream, peer, app.clone(), watched.clone(), place));
    }
    drop(listener);
    phase.send_replace(Phase::Draining);
    if timeout(drain, places.acquire_many(CONNECTIONS_MAX)).await.is_err() {
        tracing::warn!(drain_s = drain.as_secs(), "requests in flight took too long; their connections are closed");
    }
    phase.send_replace(Phase::Closed);
    Ok(())
}

/// The next connection, as soon as there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) => {
                // Either the peer has gone already, or handles are short: neither ends the server.
                tracing::warn!(%error, "connection not accepted");
                sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    mut phase: watch::Receiver<Phase>,
    _place: OwnedSemaphorePermit,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "connection without TCP_NODELAY");
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_READ_TIMEOUT_S))
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended early");
                }
                return;
            }
            changed = phase.changed() => {
                let phase = *phase.borrow_and_update();
                if changed.is_err() || phase == Phase::Closed {
                    return;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests;
