//! Whether the process lives (`/healthz`) and whether it can do its work (`/readyz`).

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use edge::problem::Problem;
use event_log::EventLog;
use serde_json::json;
use tokio::sync::watch;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

/// How far the read models may be behind before this process says it is not ready, in events.
const LAG_EVENTS_MAX: u64 = 100_000;
/// The longest wait for the log's answer, in milliseconds.
const LOG_ANSWER_MAX_MS: u64 = 1_000;

/// What is asked when somebody wants to know how it goes.
#[derive(Clone)]
pub(crate) struct Health {
    log: Arc<dyn EventLog>,
    progress: watch::Receiver<u64>,
    lanes: Option<Arc<dyn Fn() -> (bool, usize) + Send + Sync>>,
}

impl Health {
    pub(crate) fn new(
        log: Arc<dyn EventLog>,
        progress: watch::Receiver<u64>,
        lanes: Option<impl Fn() -> (bool, usize) + Send + Sync + 'static>,
    ) -> Self {
        Self { log, progress, lanes: lanes.map(|lanes| Arc::new(lanes) as _) }
    }

    pub(crate) fn routes(self) -> axum::Router {
        axum::Router::new().route("/healthz", get(live)).route("/readyz", get(ready)).with_state(self)
    }
}

async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "alive" }))
}

async fn ready(State(health): State<Health>) -> Response {
    let answer = tokio::time::timeout(Duration::from_millis(LOG_ANSWER_MAX_MS), health.log.head()).await;
    let head = match answer {
        Ok(Ok(head)) => head,
        Ok(Err(error)) => return not_ready("log-unavailable", error.to_string()),
        Err(_) => return not_ready("log-unavailable", format!("the log gave no answer in {LOG_ANSWER_MAX_MS} ms")),
    };
    let read_models = *health.progress.borrow();
    let lag = head.saturating_sub(read_models);
    let (alive, depth) = health.lanes.as_ref().map_or((true, 0), |lanes| lanes());
    if !alive {
        return not_ready("lane-dead", "a lane has stopped; restart the process".into());
    }
    if lag > LAG_EVENTS_MAX {
        return not_ready("read-model-behind", format!("the read models are {lag} events behind"));
    }
    Json(json!({
        "status": "ready",
        "log": { "head": head },
        "read_models": { "position": read_models, "lag_events": lag },
        "lanes": { "waiting_commands": depth },
    }))
    .into_response()
}

fn not_ready(code: &'static str, detail: String) -> Response {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1).into_response()
}

/// Tells readers of the API's description how to prove who they are.
pub(crate) fn describe_security(document: &mut utoipa::openapi::OpenApi) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token from /api/v1/auth/login"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
}
