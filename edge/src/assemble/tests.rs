//! The outermost layer: what every answer carries, and what it answers by itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;

use super::assemble;
use crate::extract::{CorrelationId, Json, RequestId};
use crate::limits::{LargeBody, Limits};

fn app(limits: Limits) -> Router {
    let api = Router::new()
        .route("/here", get(async || "here").delete(async || "gone"))
        .route("/id", get(async |id: RequestId, CorrelationId(c)| format!("{} {c}", id.0)))
        .route("/panic", get(|| panicking(false)))
        .route("/late-panic", get(|| panicking(true)))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_hours(1)).await))
        .route("/body", post(async |Json(value): Json<Value>| value.to_string()));
    assemble(api, limits)
}

async fn panicking(late: bool) {
    if late {
        tokio::task::yield_now().await;
    }
    panic!("on purpose")
}

async fn send(app: Router, request: Request<Body>) -> (u16, HeaderMap, Value) {
    let response = app.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let json = serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8(body.into()).unwrap().into());
    (head.status.as_u16(), head.headers, json)
}

async fn ask(method: Method, path: &str) -> (u16, HeaderMap, Value) {
    send(app(Limits::default()), Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
}

fn is_problem(answer: &(u16, HeaderMap, Value), status: u16, code: &str) {
    let (found, headers, body) = answer;
    assert_eq!((*found, &body["code"], &body["status"]), (status, &code.into(), &status.into()), "{body}");
    assert_eq!(headers["content-type"], "application/problem+json");
    assert!(headers.contains_key("x-request-id"));
    assert_eq!(headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn answers_what_is_not_there() {
    is_problem(&ask(Method::GET, "/nowhere").await, 404, "not-found");
}

#[tokio::test]
async fn says_which_methods_there_are() {
    let answer = ask(Method::POST, "/here").await;
    is_problem(&answer, 405, "method-not-allowed");
    let allow = answer.1["allow"].to_str().unwrap();
    assert!(allow.contains("GET") && allow.contains("DELETE"), "{allow}");
}

#[tokio::test]
async fn names_every_request() {
    let (status, headers, body) = ask(Method::GET, "/id").await;
    let made = headers["x-request-id"].to_str().unwrap();
    assert_eq!((status, body), (200, format!("{made} {made}").into()));
    let other = ask(Method::GET, "/id").await;
    assert_ne!(other.1["x-request-id"], headers["x-request-id"]);
}

#[tokio::test]
async fn keeps_decent_names_and_replaces_the_others() {
    for (sent, kept) in
        [("checkout-1", true), ("two words", false), (&"x".repeat(128), true), (&"x".repeat(129), false)]
    {
        let request = Request::get("/id").header("x-request-id", sent).body(Body::empty()).unwrap();
        let (_, headers, body) = send(app(Limits::default()), request).await;
        assert_eq!(headers["x-request-id"] == sent, kept, "{sent}");
        assert!(body.as_str().unwrap().starts_with(headers["x-request-id"].to_str().unwrap()));
    }
}

#[tokio::test]
async fn survives_a_panic() {
    for path in ["/panic", "/late-panic"] {
        let answer = ask(Method::GET, path).await;
        is_problem(&answer, 500, "internal-error");
        assert!(!answer.2.to_string().contains("on purpose"), "{}", answer.2);
    }
}

#[tokio::test(start_paused = true)]
async fn ends_what_takes_too_long() {
    let answer = ask(Method::GET, "/slow").await;
    is_problem(&answer, 503, "timed-out");
    assert_eq!(answer.1["retry-after"], "1");
}

#[tokio::test]
async fn turns_away_more_than_it_can_carry_and_recovers() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (on_enter, on_leave) = (Arc::clone(&entered), Arc::clone(&leave));
    let hold = get(async move || {
        on_enter.notify_one();
        on_leave.notified().await;
    });
    let api = Router::new().route("/hold", hold).route("/here", get(async || "here"));
    let app = assemble(api, Limits { in_flight_max: 1, ..Limits::default() });
    let request = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let first = tokio::spawn(send(app.clone(), request("/hold")));
    entered.notified().await;
    let answer = send(app.clone(), request("/here")).await;
    is_problem(&answer, 503, "overloaded");
    assert_eq!(answer.1["retry-after"], "1");
    leave.notify_one();
    assert_eq!(first.await.unwrap().0, 200);
    assert_eq!(send(app.clone(), request("/here")).await.0, 200);

    // A caller who hangs up gives the place back too.
    let gone = tokio::spawn(send(app.clone(), request("/hold")));
    entered.notified().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert_eq!(send(app, request("/here")).await.0, 200);
}

#[tokio::test]
async fn limits_bodies_announced_or_not() {
    let limits = Limits { body_bytes_max: 10, ..Limits::default() };
    let request = |body: &str, announced: bool| {
        let request = Request::post("/body").header("content-type", "application/json");
        let request = if announced { request.header("content-length", body.len()) } else { request };
        request.body(Body::from(body.to_owned())).unwrap()
    };
    for announced in [true, false] {
        assert_eq!(send(app(limits), request("[12345678]", announced)).await.0, 200);
        is_problem(&send(app(limits), request("[123456789]", announced)).await, 413, "body-too-large");
    }
}

#[tokio::test]
async fn lets_one_route_take_more_than_the_others() {
    let large_bodies = &[LargeBody { route: "/body/{id}", bytes_max: 20 }];
    let limits = Limits { body_bytes_max: 10, large_bodies, ..Limits::default() };
    let echo = async |Json(value): Json<Value>| value.to_string();
    let api = Router::new().route("/body", post(echo)).route("/body/{id}", post(echo));
    let app = assemble(api, limits);
    let request = |path: &str, bytes: usize, announced: bool| {
        let request = Request::post(path).header("content-type", "application/json");
        let request = if announced { request.header("content-length", bytes) } else { request };
        request.body(Body::from(format!("[{}]", "1".repeat(bytes - 2)))).unwrap()
    };
    for announced in [true, false] {
        is_problem(&send(app.clone(), request("/body", 11, announced)).await, 413, "body-too-large");
        assert_eq!(send(app.clone(), request("/body/7", 11, announced)).await.0, 200);
        assert_eq!(send(app.clone(), request("/body/7", 20, announced)).await.0, 200);
        let answer = send(app.clone(), request("/body/7", 21, announced)).await;
        is_problem(&answer, 413, "body-too-large");
        assert_eq!(answer.2["limit"], 20);
    }
}

#[tokio::test]
async fn refuses_other_content() {
    let request = Request::post("/body").header("content-type", "text/plain").body("{}".into()).unwrap();
    is_problem(&send(app(Limits::default()), request).await, 415, "unsupported-media-type");
}
