//! Allowances: told, used up, kept apart.

use super::*;
use axum::body::Body;
use axum::routing::get;
use tower::ServiceExt;

fn app(limits: &RateLimits, budget: Budget) -> Router {
    let api = limits.guard(Router::new().route("/", get(async || "here")), budget);
    crate::assemble(api, crate::limits::Limits::default())
}

async fn ask(app: &Router, peer: &str) -> Response {
    let peer: IpAddr = peer.parse().unwrap();
    let request = Request::get("/").extension(ConnectInfo(SocketAddr::from((peer, 1)))).body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn tells_what_is_left() {
    let response = ask(&app(&RateLimits::on(), Budget::Sale), "10.0.0.1").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[RATE_LIMIT_POLICY], r#""sale";q=600;w=60"#);
    assert_eq!(response.headers()[RATE_LIMIT], r#""sale";r=599;t=1"#);
}

#[tokio::test]
async fn refuses_when_the_allowance_is_used_up() {
    let app = app(&RateLimits::on(), Budget::Login);
    for _ in 0..30 {
        assert_eq!(ask(&app, "10.0.0.1").await.status(), 200);
    }
    let response = ask(&app, "10.0.0.1").await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(response.headers()[RATE_LIMIT_POLICY], r#""login";q=30;w=60"#);
    assert_eq!(response.headers()[RATE_LIMIT], r#""login";r=0;t=2"#);
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["code"], "rate-limited");
    // Somebody else is not concerned.
    assert_eq!(ask(&app, "10.0.0.2").await.status(), 200);
}

#[tokio::test]
async fn keeps_budgets_apart() {
    let limits = RateLimits::on();
    let (login, report) = (app(&limits, Budget::Login), app(&limits, Budget::Report));
    for _ in 0..31 {
        ask(&login, "10.0.0.1").await;
    }
    assert_eq!(ask(&login, "10.0.0.1").await.status(), 429);
    assert_eq!(ask(&report, "10.0.0.1").await.status(), 200);
}

#[tokio::test]
async fn counts_a_network_of_version_6_as_one_caller() {
    let app = app(&RateLimits::on(), Budget::Login);
    for n in 0..30 {
        assert_eq!(ask(&app, &format!("2001:db8::{n:x}")).await.status(), 200);
    }
    assert_eq!(ask(&app, "2001:db8::ffff").await.status(), 429);
    assert_eq!(ask(&app, "2001:db8:0:1::1").await.status(), 200);
}

#[tokio::test]
async fn tells_accounts_behind_one_address_apart() {
    let (verifier, anna, bert) = crate::bearer::tests::two_callers();
    let app = app(&RateLimits::on().for_callers(verifier), Budget::Report);
    let ask = async |token: &str| {
        let request = Request::get("/").header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap().status()
    };
    for _ in 0..60 {
        assert_eq!(ask(&anna).await, 200);
    }
    assert_eq!(ask(&anna).await, 429);
    assert_eq!(ask(&bert).await, 200);
}

#[tokio::test]
async fn leaves_no_trace_when_off() {
    let response = ask(&app(&RateLimits::off(), Budget::Sale), "10.0.0.1").await;
    assert!(!response.headers().contains_key(RATE_LIMIT_POLICY));
}
