//! Refused commands are told of, with who and what; nothing else is.

use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::http::{Request as HttpRequest, header};
use axum::routing::{get, post};
use tower::ServiceExt;

use super::*;
use crate::assemble::assemble_watched;
use crate::bearer::tests::two_callers;
use crate::limits::Limits;
use crate::problem::Problem;

/// What was told: who, method and route, target, code, correlation id.
type Told = (Option<Uuid>, String, Option<Uuid>, &'static str, Uuid);

async fn told_of(requests: Vec<HttpRequest<Body>>) -> Vec<Told> {
    let told: Arc<Mutex<Vec<Told>>> = Arc::default();
    let (verifier, ..) = two_callers();
    let hears = told.clone();
    let watch = Watch::new(verifier, move |refusal| {
        let Refusal { actor, method, route, target, code, correlation_id, .. } = *refusal;
        let actor = actor.map(|actor| actor.account_id.0);
        hears.lock().unwrap().push((actor, format!("{method} {route}"), target, code, correlation_id));
    });
    let refuse = async || Problem::conflict("sold-out", "none left");
    let api = Router::new()
        .route("/shows/{show_id}/book", post(refuse).get(refuse))
        .route("/fine", post(async || "fine"))
        .route("/plain", post(async || StatusCode::BAD_REQUEST))
        .route("/away", post(async || Problem::unavailable("away")))
        .route("/list", get(refuse));
    let app = assemble_watched(api, Limits::default(), Some(watch));
    for request in requests {
        app.clone().oneshot(request).await.unwrap();
    }
    let told = told.lock().unwrap();
    told.clone()
}

fn ask(method: Method, path: &str) -> axum::http::request::Builder {
    HttpRequest::builder().method(method).uri(path)
}

#[tokio::test]
async fn a_refused_command_is_told_of_with_who_and_what() {
    let (_, anna, _) = two_callers();
    let (show, request) = (Uuid::from_u128(0x5), Uuid::from_u128(0x77));
    let by_anna = ask(Method::POST, &format!("/shows/{show}/book?x={}", Uuid::nil()))
        .header(header::AUTHORIZATION, format!("Bearer {anna}"))
        .header("x-request-id", request.to_string());
    let by_nobody = ask(Method::POST, "/shows/42/book").header(header::AUTHORIZATION, "Bearer x");

    let told = told_of(vec![by_anna.body(Body::empty()).unwrap(), by_nobody.body(Body::empty()).unwrap()]).await;

    let route = || "POST /shows/{show_id}/book".to_owned();
    assert_eq!(told[0], (Some(Uuid::from_u128(7)), route(), Some(show), "sold-out", request));
    assert_eq!((told[1].0, &told[1].1, told[1].2), (None, &route(), None));
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn what_was_obeyed_or_asked_or_failed_here_is_not_told_of() {
    let paths = [(Method::POST, "/fine"), (Method::POST, "/plain"), (Method::POST, "/away"), (Method::GET, "/list")];
    let requests = paths.map(|(method, path)| ask(method, path).body(Body::empty()).unwrap());
    assert_eq!(told_of(requests.into()).await, []);
}
