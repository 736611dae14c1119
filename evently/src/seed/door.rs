//! Sends requests to the command API within this process, as a client would over a socket.

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use edge::extract::IDEMPOTENT_REPLAYED;
use indicatif::ProgressBar;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Where requests go in.
pub(super) struct Door {
    router: Router,
    /// Moves with every request.
    bar: ProgressBar,
}

/// What came back.
pub(super) struct Answer {
    /// Whether this is the first answer once more.
    pub(super) is_repeat: bool,
    pub(super) body: Value,
}

impl Answer {
    /// An id in the answer.
    pub(super) fn id(&self, pointer: &str) -> anyhow::Result<Uuid> {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        text.and_then(|text| text.parse().ok()).with_context(|| format!("the answer has no id at {pointer}"))
    }
}

impl Door {
    pub(super) fn new(router: Router, bar: ProgressBar) -> Self {
        Self { router, bar }
    }

    /// Sends a request. An answer that is neither success nor one of the problems that `may_be` names is
    /// an error.
    pub(super) async fn send(
        &self,
        (method, path): (Method, &str),
        token: Option<&str>,
        key: Option<&str>,
        body: &Value,
        may_be: &[&str],
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(&method).uri(path);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        let response = self.router.clone().oneshot(request.body(body)?).await?;
        self.bar.inc(1);
        let is_repeat = response.headers().contains_key(IDEMPOTENT_REPLAYED);
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let code = body["code"].as_str().unwrap_or_default();
        if !status.is_success() && !may_be.contains(&code) {
            refused(&method, path, status, code, &body)?;
        }
        Ok(Answer { is_repeat, body })
    }
}

fn refused(method: &Method, path: &str, status: StatusCode, code: &str, body: &Value) -> anyhow::Result<()> {
    let detail = body["detail"].as_str().unwrap_or_default();
    bail!("sample data could not be put in: {method} {path} was answered with {status} {code}: {detail}")
}
