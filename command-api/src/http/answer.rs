//! How answers look: amounts of money, and the headers that go with them.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::money::{Currency, Money};
use edge::extract::{EVENTLY_POSITION, IDEMPOTENT_REPLAYED};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lane::Committed;

/// An amount of money.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub(super) struct Amount {
    /// Minor units: 4250 is 42.50 EUR.
    #[schema(example = 4250)]
    amount: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "EUR")]
    currency: Currency,
}

impl Amount {
    /// So many minor units.
    pub(super) fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The same; absent if it is nothing.
    pub(super) fn unless_zero(amount: i64, currency: Currency) -> Option<Self> {
        (amount != 0).then_some(Self { amount, currency })
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency }
    }
}

/// A JSON answer to an obeyed command, with its position in the log and whether it is a repeat.
pub(super) fn obeyed(status: StatusCode, body: &impl Serialize, committed: Committed) -> Response {
    told(plain(status, body), committed)
}

/// An answer without a body to an obeyed command.
pub(super) fn obeyed_silently(committed: Committed) -> Response {
    told(StatusCode::NO_CONTENT.into_response(), committed)
}

fn told(mut response: Response, committed: Committed) -> Response {
    response.headers_mut().insert(EVENTLY_POSITION, committed.position.into());
    if committed.repeated { replayed(response) } else { response }
}

/// A JSON answer.
pub(super) fn plain(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(json) => (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response(),
        Err(error) => {
            // Answers are structs of strings and numbers; this would be a bug of ours.
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Marks an answer as the first one over again.
pub(super) fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Marks an answer that nobody on the way may keep.
pub(super) fn secret(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Adds the show's revision, which the next change must name in `If-Match`.
pub(super) fn with_revision(mut response: Response, revision: u64) -> Response {
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}
