//! Prometheus: one recorder per process, rendered on demand.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics::{Unit, describe_counter, describe_histogram};
pub use metrics_exporter_prometheus::PrometheusHandle;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

/// Requests answered, by method, route and status.
pub const HTTP_REQUESTS: &str = "evently_http_requests_total";
/// How long answers took, by method and route.
pub const HTTP_REQUEST_SECONDS: &str = "evently_http_request_duration_seconds";

/// Bounds for histograms whose name ends in `_seconds`.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Bounds for all others, which count things.
const COUNTS: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0];

/// Samples wait in memory until they are folded into buckets; nobody may ever ask for them.
const UPKEEP_PERIOD_S: u64 = 2;

/// Installs the recorder for this process; later calls return the same one.
///
/// # Panics
///
/// When another recorder has been installed before.
pub fn install() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .set_buckets(&COUNTS)
                .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS))
                .and_then(PrometheusBuilder::install_recorder)
                .expect("the buckets are not empty, and nothing else installs a recorder");
            describe_counter!(HTTP_REQUESTS, "Requests answered");
            describe_histogram!(HTTP_REQUEST_SECONDS, Unit::Seconds, "How long answers took");
            keep_up(handle.clone());
            handle
        })
        .clone()
}

/// A thread, because the recorder belongs to the process and outlives every runtime.
fn keep_up(handle: PrometheusHandle) {
    let upkeep = move || {
        loop {
            std::thread::sleep(Duration::from_secs(UPKEEP_PERIOD_S));
            handle.run_upkeep();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("metrics-upkeep".into()).spawn(upkeep) {
        tracing::warn!(%error, "no thread for metrics: they are folded only when asked for");
    }
}

/// `GET /metrics`.
pub fn route(handle: PrometheusHandle) -> Router {
    let render = move || async move { ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()) };
    Router::new().route("/metrics", get(render))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    #[tokio::test]
    async fn counts_answers_by_route_and_not_by_path() {
        let handle = install();
        let api = Router::new().route("/counted/{id}", get(async || "here"));
        let app = crate::assemble(api.merge(route(handle)), crate::limits::Limits::default());
        for path in ["/counted/1", "/counted/2"] {
            app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        }
        let response = app.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
        let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap();
        let line = r#"evently_http_requests_total{method="GET",route="/counted/{id}",status="200"} 2"#;
        assert!(text.contains(line), "{text}");
        let count = r#"evently_http_request_duration_seconds_count{method="GET",route="/counted/{id}"} 2"#;
        assert!(text.contains(count), "{text}");
    }
}
