//! A problem document as its readers see it.

use super::*;
use axum::body::to_bytes;
use serde_json::json;

async fn body(response: Response) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

#[tokio::test]
async fn carries_the_numbers_that_matter() {
    let problem =
        Problem::conflict("sold-out", "2 tickets asked for, 1 left.").with("requested", 2).with("available", 1);
    let response = problem.into_response();
    assert_eq!(response.status(), 409);
    assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
    assert_eq!(
        body(response).await,
        json!({
            "type": "https://evently.dev/problems/sold-out",
            "title": "Sold out",
            "status": 409,
            "code": "sold-out",
            "detail": "2 tickets asked for, 1 left.",
            "requested": 2,
            "available": 1,
        })
    );
}

#[tokio::test]
async fn points_at_what_is_wrong() {
    let error = FieldError { pointer: "/name".into(), code: "blank", detail: "must not be blank".into() };
    let response = Problem::invalid(vec![error]).into_response();
    assert_eq!(response.status(), 422);
    let body = body(response).await;
    assert_eq!(body["errors"], json!([{"pointer": "/name", "code": "blank", "detail": "must not be blank"}]));
    assert_eq!(body["detail"], "/name: must not be blank");
}

#[test]
fn says_when_to_come_back_and_how_to_sign_in() {
    let response = Problem::unavailable("The log cannot be reached.").into_response();
    assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (503, &HeaderValue::from_static("1")));
    let response = Problem::unauthorized("missing-token", "Sign in.").into_response();
    assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
}

#[test]
fn stays_small_enough_to_be_returned() {
    assert_eq!(size_of::<Result<(), Problem>>(), size_of::<usize>());
}

#[test]
fn describes_itself_under_its_own_name() {
    use utoipa::{PartialSchema, ToSchema};
    assert_eq!(Problem::name(), "Problem");
    let schema = serde_json::to_value(Problem::schema()).unwrap();
    assert_eq!(schema["required"], json!(["type", "title", "status", "code", "detail"]));
}
