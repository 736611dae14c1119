//! The API described: the OpenAPI document, Swagger UI and ReDoc. Everything comes out of this
//! binary; a policy on each page keeps scripts and pictures of other hosts out.

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::problem::Problem;

const DOCUMENT_PATH: &str = "/openapi.json";

/// Styles are written into the page by both, so they cannot be told apart from an intruder's.
const SWAGGER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// `/openapi.json`, `/docs` (Swagger UI) and `/redoc`.
///
/// # Panics
///
/// When the document cannot be written as JSON, which is a mistake in its making.
#[expect(clippy::needless_pass_by_value, reason = "the document is finished, and this is where it ends up")]
pub fn routes(document: utoipa::openapi::OpenApi) -> Router {
    let json = document.to_json().expect("an OpenAPI document is made of strings, numbers and maps");
    let json = Bytes::from(json);
    let config = Config::new([DOCUMENT_PATH]).validator_url("none").persist_authorization(false);
    let swagger: Router = SwaggerUi::new("/docs").config(config).into();
    let redoc = Redoc::new();
    Router::new()
        .merge(swagger.layer(map_response(swagger_answer)))
        .route("/redoc", get(move || std::future::ready(redoc.clone())))
        .route(DOCUMENT_PATH, get(async move || ([(CONTENT_TYPE, "application/json")], json)))
}

async fn swagger_answer(mut response: Response) -> Response {
    if response.status() == StatusCode::NOT_FOUND {
        return Problem::not_found("There is no such page.").into_response();
    }
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SWAGGER_POLICY));
    response
}

/// One page with its script inside, made once.
#[derive(Clone)]
struct Redoc {
    page: Bytes,
    policy: HeaderValue,
}

impl Redoc {
    fn new() -> Self {
        let page = aide::redoc::Redoc::new(DOCUMENT_PATH).with_title("Evently API").html();
        // The inline script is allowed by its hash. Its logo of another host is not.
        let script = page.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>"));
        let hash = BASE64_STANDARD.encode(Sha256::digest(script.map_or("", |(script, _)| script)));
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src 'self' data:; \
             font-src 'self' data:; connect-src 'self'; worker-src blob:; child-src blob:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::try_from(policy).expect("base64 is visible ASCII, as is the rest");
        Self { page: page.into(), policy }
    }
}

impl IntoResponse for Redoc {
    fn into_response(self) -> Response {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        ([(CONTENT_TYPE, html), (CONTENT_SECURITY_POLICY, self.policy)], self.page).into_response()
    }
}

#[cfg(test)]
mod tests;
