//! The outermost layer around every route: request ids, shedding, time-outs, panics, body size,
//! metrics. It runs on every request, so it is one hand-written service: one clone of the route,
//! one future without a box of its own, and a timer only once a request really has to wait.

mod endpoint;
mod future;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::Route;
use tower::{Layer, Service};

use crate::context::Context;
use crate::extract::body;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::refusals::{Asked, Watch};
use endpoint::Endpoint;
use future::{Answer, Work};

/// Wraps the finished API. What it answers itself is a problem document too.
///
/// Install the metrics recorder before the first request: handles are kept from then on.
pub fn assemble(api: Router, limits: Limits) -> Router {
    assemble_watched(api, limits, None)
}

/// The same, telling somebody of the commands that are refused.
pub fn assemble_watched(api: Router, limits: Limits, watch: Option<Watch>) -> Router {
    let door = Door(Arc::new(Shared { limits, watch, in_flight: AtomicUsize::new(0) }));
    // With its state the router builds each route once, here, instead of once per request.
    api.fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state::<()>(())
        .layer(door)
        .with_state(())
}

async fn not_found(uri: Uri) -> Problem {
    Problem::not_found(format!("There is nothing at {}.", uri.path()))
}

/// The router adds `Allow`.
async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        format!("{} does not take {method}; see Allow.", uri.path()),
    )
}

/// What all routes share.
struct Shared {
    limits: Limits,
    watch: Option<Watch>,
    in_flight: AtomicUsize,
}

#[derive(Clone)]
struct Door(Arc<Shared>);

impl Layer<Route> for Door {
    type Service = Guarded;

    /// Runs once per route and method, which is why each has its own [`Endpoint`].
    fn layer(&self, inner: Route) -> Guarded {
        Guarded { inner, endpoint: Arc::new(Endpoint::default()), shared: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
struct Guarded {
    inner: Route,
    endpoint: Arc<Endpoint>,
    shared: Arc<Shared>,
}

impl Service<Request> for Guarded {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Answer {
        let limits = &self.shared.limits;
        let started = Instant::now();
        let body_bytes_max = self.endpoint.learn(request.extensions(), limits);
        let context = Context::new(request.headers(), body_bytes_max);
        let request_id = context.request_id.clone();
        let asked = self.shared.watch.as_ref().and_then(|_| Asked::of(&request, &context));
        let has_body = body::is_announced(request.headers());
        let method = endpoint::method_label(request.method());
        let slot = Slot::take(&self.shared);
        let work = if slot.is_none() {
            Work::answered(overloaded())
        } else if body::says_more_than(request.headers(), body_bytes_max) {
            Work::Refusing(Box::pin(body::refuse(request, body_bytes_max)))
        } else {
            request.extensions_mut().insert(context);
            // A handler's future is made lazily, but extractors of middleware may panic in `call`.
            future::caught(|| self.inner.call(request)).map_or_else(Work::answered, Work::Route)
        };
        Answer {
            work,
            deadline: None,
            timeout_ms: limits.timeout_ms,
            endpoint: Arc::clone(&self.endpoint),
            request_id,
            asked,
            has_body,
            method,
            started,
            slot,
        }
    }
}

fn overloaded() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "overloaded",
        "Too many requests are being worked on; nothing has been done for this one.",
    )
    .retry_after(1)
}

/// One of the requests in flight; gives its place back however the request ends.
struct Slot(Arc<Shared>);

impl Slot {
    fn take(shared: &Arc<Shared>) -> Option<Self> {
        // The slot is made first, so that its drop also takes back a place that is not granted.
        let slot = Self(Arc::clone(shared));
        let before = shared.in_flight.fetch_add(1, Ordering::Relaxed);
        (before < shared.limits.in_flight_max).then_some(slot)
    }

    /// Who is told of refusals.
    fn watch(&self) -> Option<&Watch> {
        self.0.watch.as_ref()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
