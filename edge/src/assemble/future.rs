//! A request on its way to an answer: polled, watched, caught, counted.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

use axum::http::header::{CONNECTION, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::future::RouteFuture;
use tokio::time::{Sleep, sleep};

use super::Slot;
use super::endpoint::Endpoint;
use crate::context::X_REQUEST_ID;
use crate::problem::Problem;
use crate::refusals::Asked;

pub(super) struct Answer {
    pub(super) work: Work,
    /// Set when the work is first found waiting: what answers at once never touches the timer.
    pub(super) deadline: Option<Pin<Box<Sleep>>>,
    pub(super) timeout_ms: u64,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) request_id: HeaderValue,
    /// What is told of a command that is refused.
    pub(super) asked: Option<Asked>,
    pub(super) has_body: bool,
    pub(super) method: &'static str,
    pub(super) started: Instant,
    pub(super) slot: Option<Slot>,
}

#[expect(clippy::large_enum_variant, reason = "the large one is the usual one, and a box would cost every request")]
pub(super) enum Work {
    Route(RouteFuture<Infallible>),
    /// Reading on until the caller is ready to hear that the body is too large.
    Refusing(Pin<Box<dyn Future<Output = Problem> + Send>>),
    /// Boxed, and rare: keeps the future small.
    Answered(Option<Box<Response>>),
}

impl Work {
    pub(super) fn answered(problem: Problem) -> Self {
        Self::Answered(Some(Box::new(problem.into_response())))
    }

    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Response> {
        match self {
            Self::Route(route) => match caught(|| Pin::new(route).poll(cx)) {
                Ok(poll) => poll.map(|Ok(response)| response),
                Err(problem) => Poll::Ready(problem.into_response()),
            },
            Self::Refusing(refusal) => refusal.as_mut().poll(cx).map(IntoResponse::into_response),
            Self::Answered(response) => match response.take() {
                Some(response) => Poll::Ready(*response),
                None => Poll::Pending,
            },
        }
    }
}

/// Runs code of ours that must not take the connection down with it.
pub(super) fn caught<T>(code: impl FnOnce() -> T) -> Result<T, Problem> {
    // Nothing of a request outlives its panic, so there is no broken state to see afterwards.
    catch_unwind(AssertUnwindSafe(code)).map_err(|_| Problem::internal())
}

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(response) = this.work.poll(cx) {
            return Poll::Ready(Ok(this.finish(response)));
        }
        let rest = || Duration::from_millis(this.timeout_ms).saturating_sub(this.started.elapsed());
        let deadline = this.deadline.get_or_insert_with(|| Box::pin(sleep(rest())));
        if deadline.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let response = timed_out(this.timeout_ms).into_response();
        // Dropped here rather than with the connection's next request.
        this.work = Work::Answered(None);
        Poll::Ready(Ok(this.finish(response)))
    }
}

impl Answer {
    fn finish(&self, mut response: Response) -> Response {
        let status = response.status();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(request.id = ?self.request_id, method = self.method, route = self.endpoint.route(), "request failed");
        }
        self.endpoint.record(self.method, status, self.started.elapsed());
        if status.is_client_error()
            && let (Some(asked), Some(watch)) = (&self.asked, self.slot.as_ref().and_then(Slot::watch))
        {
            asked.answered(watch, &response, (self.method, self.endpoint.route()), &self.request_id);
        }
        let headers = response.headers_mut();
        if self.has_body && matches!(status.as_u16(), 401 | 403..=405 | 415 | 429 | 503) {
            // These are often given before the body was read, and then hyper closes the connection. Said
            // beforehand, it does not hit the client's next request.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        headers.insert(X_REQUEST_ID, self.request_id.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        response
    }
}

fn timed_out(timeout_ms: u64) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "timed-out",
        "The answer took too long. A command may have been carried out: repeat it with the same Idempotency-Key.",
    )
    .with("limit_ms", timeout_ms)
    .retry_after(1)
}
