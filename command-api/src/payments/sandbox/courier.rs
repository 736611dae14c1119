//! Brings reports to the webhook, again and again until it says that it has them, as providers do.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tower::ServiceExt as _;

use crate::lane::Clock;
use crate::payments::{EVENTLY_SIGNATURE, PaymentSecret};

/// Where reports go.
const WEBHOOK: &str = "/api/v1/payments/webhook";
/// The most reports that are brought at once: refunds by the thousand leave room for customers.
const DELIVERIES_MAX: usize = 64;
/// How often a report is brought before it is given up; the agenda asks for it again.
pub(super) const DELIVERY_ATTEMPTS_MAX: u32 = 8;
/// The pause after the first attempt, in milliseconds; each is twice as long as the one before it.
const FIRST_PAUSE_MS: u64 = 250;

/// Somebody who brings reports.
#[derive(Clone)]
pub(super) struct Courier {
    door: axum::Router,
    secret: Arc<PaymentSecret>,
    clock: Clock,
    turns: Arc<Semaphore>,
}

impl Courier {
    pub(super) fn new(door: axum::Router, secret: Arc<PaymentSecret>, clock: Clock) -> Self {
        Self { door, secret, clock, turns: Arc::new(Semaphore::new(DELIVERIES_MAX)) }
    }

    /// Brings a report; gives up in the end.
    pub(super) async fn deliver(&self, report: &Value) {
        let body = report.to_string();
        for attempt in 0..DELIVERY_ATTEMPTS_MAX {
            let status = self.attempt(&body).await;
            if status.is_success() {
                return;
            }
            if status.is_client_error() {
                tracing::warn!(%status, body, "the webhook refuses a report");
                return;
            }
            sleep(Duration::from_millis(FIRST_PAUSE_MS << attempt)).await;
        }
        tracing::warn!(body, "the webhook does not take a report");
    }

    async fn attempt(&self, body: &str) -> StatusCode {
        let _turn = self.turns.acquire().await.expect("the semaphore is never closed");
        // Signed anew each time: a signature that is too old counts for nothing.
        let signature = self.secret.sign((self.clock)().timestamp(), body.as_bytes());
        let request = Request::post(WEBHOOK)
            .header(CONTENT_TYPE, "application/json")
            .header(EVENTLY_SIGNATURE, signature)
            .body(Body::from(body.to_owned()))
            .expect("a path and two headers without control characters make a request");
        match self.door.clone().oneshot(request).await {
            Ok(response) => response.status(),
            Err(never) => match never {},
        }
    }
}
