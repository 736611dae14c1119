//! The pages work without any other host.

use super::*;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use tower::ServiceExt;

async fn page(path: &str) -> (StatusCode, HeaderMap, String) {
    let document = utoipa::openapi::OpenApiBuilder::new().build();
    let app = crate::assemble(routes(document), crate::limits::Limits::default());
    let response = app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
}

/// What a page loads by itself: `src` of anything, `href` of links, without the insides of scripts.
fn loaded(html: &str) -> Vec<String> {
    let mut outside = String::new();
    for (n, part) in html.split("<script").enumerate() {
        match part.split_once('>') {
            Some((attributes, rest)) if n > 0 => {
                let after = rest.split_once("</script>").map_or("", |(_, after)| after);
                outside.extend(["<script", attributes, ">", after]);
            }
            _ => outside.push_str(part),
        }
    }
    let tags = outside.split('<').filter(|tag| !tag.starts_with("a "));
    let attributes = tags.flat_map(|tag| tag.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    attributes.filter(|a| a.starts_with("src=") || a.starts_with("href=")).collect()
}

#[tokio::test]
async fn serves_the_document() {
    let (status, headers, body) = page("/openapi.json").await;
    assert_eq!((status, &headers[CONTENT_TYPE]), (StatusCode::OK, &HeaderValue::from_static("application/json")));
    let document: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{body}");
}

#[tokio::test]
async fn loads_nothing_from_other_hosts() {
    for path in ["/docs/", "/redoc"] {
        let (status, headers, html) = page(path).await;
        assert_eq!(status, StatusCode::OK);
        for attribute in loaded(&html) {
            assert!(!attribute.contains("//"), "{path} loads {attribute}");
        }
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("img-src 'self' data:"), "{policy}");
        assert!(!policy.contains("http"), "{policy}");
    }
}

#[tokio::test]
async fn has_every_script_and_style_that_swagger_asks_for() {
    let (_, _, html) = page("/docs/").await;
    let files = loaded(&html);
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let name = file.split('"').nth(1).unwrap().trim_start_matches("./");
        assert_eq!(page(&format!("/docs/{name}")).await.0, StatusCode::OK, "{name}");
    }
    let (_, _, start) = page("/docs/swagger-initializer.js").await;
    assert!(start.contains("\"/openapi.json\""), "{start}");
    assert!(start.contains("\"validatorUrl\": \"none\""), "{start}");
}

#[tokio::test]
async fn allows_the_script_of_redoc_by_its_hash() {
    let (_, headers, html) = page("/redoc").await;
    let (_, rest) = html.split_once("<script>").unwrap();
    let (script, _) = rest.split_once("</script>").unwrap();
    assert!(script.contains("Redoc.init(\"/openapi.json\""));
    let hash = BASE64_STANDARD.encode(Sha256::digest(script));
    assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().contains(&format!("script-src 'sha256-{hash}'")));
}

#[tokio::test]
async fn answers_unknown_pages_with_a_problem() {
    let (status, headers, _) = page("/docs/nothing.js").await;
    assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (StatusCode::NOT_FOUND, "application/problem+json"));
}
