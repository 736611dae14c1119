//! Every bad input that an extractor can meet, and the problem it gets.

use super::*;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::routing::{get, post};
use domain::ids::ShowId;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::limits::Limits;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read from JSON")]
struct Order {
    event_id: Uuid,
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    quantity: u32,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u16>,
    after: Option<Uuid>,
}

fn app() -> Router {
    Router::new()
        .route("/orders", post(async |Json(_): Json<Order>| StatusCode::CREATED))
        .route("/note", post(async |note: Option<Json<Item>>| format!("{:?}", note.map(|Json(item)| item.quantity))))
        .route("/any", post(async |Json(value): Json<Value>| axum::Json(value)))
        .route("/shows/{id}", get(async |Path(id): Path<ShowId>| id.to_string()))
        .route("/page", get(async |Query(page): Query<Page>| format!("{:?} {:?}", page.limit, page.after)))
        .route("/key", get(async |key: IdempotencyKey| format!("{:?}", key.0)))
        .route("/match", get(async |IfMatch(version)| version.to_string()))
        .route("/position", get(async |MinPosition(position)| format!("{position:?}")))
        .route("/request", get(async |id: RequestId, CorrelationId(c)| format!("{} {c} {}", id.0, correlation_id(&id))))
}

async fn send(request: Request<Body>) -> (StatusCode, String) {
    let response = app().oneshot(request).await.unwrap();
    let status = response.status();
    if status.is_client_error() {
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.into()).unwrap())
}

async fn order(body: impl Into<Body>) -> (u16, Value) {
    let request = Request::post("/orders").header("content-type", "application/json").body(body.into()).unwrap();
    let (status, body) = send(request).await;
    (status.as_u16(), serde_json::from_str(&body).unwrap_or_default())
}

async fn ask(path: &str, headers: &[(&str, &[u8])]) -> (u16, String) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (status, body) = send(request.body(Body::empty()).unwrap()).await;
    let problem: Result<Value, _> = serde_json::from_str(&body);
    let code = problem.ok().and_then(|problem| Some(problem.get("code")?.as_str()?.to_owned()));
    (status.as_u16(), code.unwrap_or(body))
}

const ID: &str = "00000000-0000-0000-0000-000000000007";

#[tokio::test]
async fn takes_json() {
    assert_eq!(order(json!({"event_id": ID, "items": [{"quantity": 1}]}).to_string()).await.0, 201);
}

#[tokio::test]
async fn points_at_the_member_that_is_wrong() {
    for (body, pointer, code) in [
        (json!({"event_id": ID, "items": [{"quantity": 1}, {"quantity": -1}]}), "/items/1/quantity", "invalid-value"),
        (json!({"event_id": ID, "items": [{"quantity": 1.5}]}), "/items/0/quantity", "wrong-type"),
        (json!({"event_id": ID, "items": [{"quantity": "1"}]}), "/items/0/quantity", "wrong-type"),
        (json!({"event_id": ID, "items": [{"quantity": 99_999_999_999_u64}]}), "/items/0/quantity", "invalid-value"),
        (json!({"event_id": ID, "items": [{}]}), "/items/0/quantity", "missing"),
        (json!({"event_id": ID, "items": [], "price": 1}), "/price", "unknown"),
        (json!({"event_id": ID, "items": [], "a/b~c": 1}), "/a~1b~0c", "unknown"),
        (json!({"event_id": "x", "items": []}), "/event_id", "invalid-value"),
        (json!({"items": []}), "/event_id", "missing"),
        (json!({"event_id": ID, "items": {}}), "/items", "wrong-type"),
        (json!([]), "", "invalid-value"),
        (json!(null), "", "wrong-type"),
    ] {
        let (status, problem) = order(body.to_string()).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid")), "{body}");
        let error = &problem["errors"][0];
        assert_eq!(
            (error["pointer"].as_str(), error["code"].as_str()),
            (Some(pointer), Some(code)),
            "{body} {problem}"
        );
        assert!(!error["detail"].as_str().unwrap().contains(" line "), "{problem}");
    }
    let twice = format!(r#"{{"event_id":"{ID}","event_id":"{ID}","items":[]}}"#);
    assert_eq!(order(twice).await.1["errors"][0]["code"], "duplicate");
    let beyond_64_bits = format!(r#"{{"event_id":"{ID}","items":[{{"quantity":99999999999999999999999999}}]}}"#);
    assert_eq!(order(beyond_64_bits).await.1["errors"][0]["pointer"], "/items/0/quantity");
}

#[tokio::test]
async fn refuses_what_is_not_json() {
    for body in [
        b"".as_slice(),
        b"{",
        b"{\"event_id\": }",
        b"\xff\xfe",
        b"{\"event_id\": \"\xff\"}",
        b"{\"event_id\": \"\\ud800\"}",
        b"{\"items\": [1e999]}",
        b"NaN",
    ] {
        let (status, problem) = order(body.to_vec()).await;
        assert_eq!((status, &problem["code"]), (400, &json!("malformed-json")), "{body:?} {problem}");
    }
    let trailing = json!({"event_id": ID, "items": []}).to_string() + " x";
    assert_eq!(order(trailing).await.1["code"], "malformed-json");
}

#[tokio::test]
async fn refuses_deep_json_without_falling_in() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let request = Request::post("/any").header("content-type", "application/json").body(deep.into()).unwrap();
    let (status, body) = send(request).await;
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("malformed-json"), "{body}");
}

#[tokio::test]
async fn does_without_a_body_where_it_may() {
    let note = async |body: &'static str, kind: Option<&str>| {
        let mut request = Request::post("/note").header("content-length", body.len());
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let (status, answer) = send(request.body(body.into()).unwrap()).await;
        (status.as_u16(), answer)
    };
    let json = Some("application/json");
    assert_eq!(note("", None).await, (200, "None".to_owned()));
    assert_eq!(note("", json).await, (200, "None".to_owned()));
    assert_eq!(note("{\"quantity\":2}", json).await, (200, "Some(2)".to_owned()));
    assert_eq!(note("{\"quantity\":2}", None).await.0, 415);
    assert_eq!(note("{", json).await.0, 400);
    assert_eq!(note("{}", json).await.0, 422);
    let silent = Request::post("/note").body(Body::empty()).unwrap();
    assert_eq!(send(silent).await, (StatusCode::OK, "None".to_owned()));
}

#[tokio::test]
async fn takes_json_by_its_names_only() {
    for (content_type, status) in [
        (Some("application/json"), 200),
        (Some("application/json; charset=utf-8"), 200),
        (Some("Application/JSON"), 200),
        (Some("application/merge-patch+json"), 200),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/jsonp"), 415),
        (Some(""), 415),
        (None, 415),
    ] {
        let mut request = Request::post("/any");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let (found, body) = send(request.body("{}".into()).unwrap()).await;
        assert_eq!(found, status, "{content_type:?}");
        assert_eq!(body.contains("unsupported-media-type"), status == 415);
    }
}

#[tokio::test]
async fn refuses_large_bodies_announced_or_not() {
    let large = vec![b' '; Limits::default().body_bytes_max + 1];
    let (status, problem) = order(large.clone()).await;
    assert_eq!((status, &problem["code"]), (413, &json!("body-too-large")));
    assert_eq!(problem["limit"], Limits::default().body_bytes_max);
    let request = Request::post("/orders")
        .header("content-type", "application/json")
        .header("content-length", large.len())
        .body(large.into())
        .unwrap();
    assert_eq!(send(request).await.0, 413);
}

#[tokio::test]
async fn refuses_ids_that_are_none() {
    assert_eq!(ask(&format!("/shows/{ID}"), &[]).await, (200, ID.to_owned()));
    for id in ["1", "x", "%FF", "%00", "00000000-0000-0000-0000-00000000000g", "..", "'--"] {
        assert_eq!(ask(&format!("/shows/{id}"), &[]).await, (400, "malformed-id".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn names_the_parameter_that_is_wrong() {
    assert_eq!(ask("/page?limit=3", &[]).await, (200, "Some(3) None".to_owned()));
    for (query, parameter) in
        [("limit=x", "limit"), ("limit=-1", "limit"), ("limit=1&after=7", "after"), ("limit=1&limit=2", "limit")]
    {
        let (status, body) = send(Request::get(format!("/page?{query}")).body(Body::empty()).unwrap()).await;
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status.as_u16(), &problem["code"]), (400, &json!("malformed-query")), "{query}");
        assert_eq!(problem["parameter"], parameter, "{problem}");
    }
}

#[tokio::test]
async fn takes_one_decent_idempotency_key() {
    const NAME: &str = "Idempotency-Key";
    assert_eq!(ask("/key", &[]).await, (200, "None".to_owned()));
    assert_eq!(ask("/key", &[(NAME, b"a-1")]).await, (200, "Some(\"a-1\")".to_owned()));
    assert_eq!(ask("/key", &[(NAME, &[b'x'; 255])]).await.0, 200);
    for bad in [b"".as_slice(), b"a b", b"\xc3\xbc", &[b'x'; 256]] {
        assert_eq!(ask("/key", &[(NAME, bad)]).await, (400, "invalid-idempotency-key".to_owned()), "{bad:?}");
    }
    assert_eq!(ask("/key", &[(NAME, b"a"), (NAME, b"b")]).await.0, 400);
}

#[tokio::test]
async fn demands_the_version_that_was_seen() {
    const NAME: &str = "If-Match";
    assert_eq!(ask("/match", &[]).await, (428, "precondition-required".to_owned()));
    for good in [b"\"7\"".as_slice(), b"7"] {
        assert_eq!(ask("/match", &[(NAME, good)]).await, (200, "7".to_owned()));
    }
    for bad in [
        b"W/\"7\"".as_slice(),
        b"*",
        b"\"x\"",
        b"\"7",
        b"\"\"",
        b"",
        b"-1",
        b"+7",
        b"\"7\", \"8\"",
        b"99999999999999999999",
    ] {
        assert_eq!(ask("/match", &[(NAME, bad)]).await, (412, "precondition-failed".to_owned()), "{bad:?}");
    }
}

#[tokio::test]
async fn takes_positions_that_are_numbers() {
    const NAME: &str = "Evently-Min-Position";
    assert_eq!(ask("/position", &[]).await, (200, "None".to_owned()));
    assert_eq!(ask("/position", &[(NAME, b"12")]).await, (200, "Some(12)".to_owned()));
    for bad in [b"".as_slice(), b"x", b"-1", b"1.5", b"99999999999999999999"] {
        assert_eq!(ask("/position", &[(NAME, bad)]).await, (400, "malformed-position".to_owned()), "{bad:?}");
    }
}

#[tokio::test]
async fn ties_events_to_the_request() {
    assert_eq!(ask("/request", &[("x-request-id", ID.as_bytes())]).await.1, format!("{ID} {ID} {ID}"));
    let named = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"checkout-1");
    assert_eq!(ask("/request", &[("x-request-id", b"checkout-1")]).await.1, format!("checkout-1 {named} {named}"));
    let (_, made) = ask("/request", &[]).await;
    let ids: Vec<Uuid> = made.split(' ').map(|id| id.parse().unwrap()).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2], "{made}");
    assert_eq!(ids[0].get_version_num(), 7);
}
