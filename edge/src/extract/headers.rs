//! What clients say in headers, and the names of the headers we answer with.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use uuid::Uuid;

use crate::context::Context;
use crate::limits::Limits;
use crate::problem::Problem;

/// Answers of commands: the position of what they recorded.
pub const EVENTLY_POSITION: HeaderName = HeaderName::from_static("evently-position");
/// Queries: the position that the answer must have taken in.
pub const EVENTLY_MIN_POSITION: HeaderName = HeaderName::from_static("evently-min-position");
/// Answers of commands: this is the first answer once more.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;

/// `Idempotency-Key`: what makes a repeated command the same command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match only(&parts.headers, &IDEMPOTENCY_KEY) {
            Found::Nothing => Ok(Self(None)),
            Found::Text(key) if key.len() <= IDEMPOTENCY_KEY_BYTES_MAX && key.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Self(Some(key.to_owned())))
            }
            Found::Text(_) | Found::Unreadable => Err(Problem::bad_request(
                "invalid-idempotency-key",
                "Idempotency-Key is one word of 1 to 255 visible ASCII characters.",
            )
            .with("limit", IDEMPOTENCY_KEY_BYTES_MAX)),
        }
    }
}

/// `If-Match`: the version that the caller has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub u64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let version = match only(&parts.headers, &IF_MATCH) {
            Found::Nothing => {
                return Err(Problem::new(
                    StatusCode::PRECONDITION_REQUIRED,
                    "precondition-required",
                    "Send If-Match with the ETag of the version you have seen.",
                ));
            }
            Found::Text(text) => {
                let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
                whole_number(bare)
            }
            Found::Unreadable => None,
        };
        // Weak tags and other people's tags can match no version of ours.
        version.map(Self).ok_or_else(|| {
            Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "precondition-failed",
                "If-Match names no version of this resource: send its ETag as it was given.",
            )
        })
    }
}

/// `Evently-Min-Position`: read your own writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinPosition(pub Option<u64>);

impl<S: Sync> FromRequestParts<S> for MinPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let position = match only(&parts.headers, &EVENTLY_MIN_POSITION) {
            Found::Nothing => return Ok(Self(None)),
            Found::Text(text) => whole_number(text),
            Found::Unreadable => None,
        };
        position.map(|position| Self(Some(position))).ok_or_else(|| {
            Problem::bad_request(
                "malformed-position",
                "Evently-Min-Position is a whole number, as Evently-Position was.",
            )
        })
    }
}

/// `X-Request-Id`, the caller's or our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(text_of(context(parts)).to_owned()))
    }
}

/// What ties recorded events to the request they come from: the request id as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrelationId(pub Uuid);

impl<S: Sync> FromRequestParts<S> for CorrelationId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let context = context(parts);
        Ok(Self(context.made_here.unwrap_or_else(|| as_uuid(text_of(context)))))
    }
}

/// Request ids that are UUIDs stay as they are; the others are named by version 5.
pub fn correlation_id(request_id: &RequestId) -> Uuid {
    as_uuid(&request_id.0)
}

/// The same for a request id that stands in a header.
pub(crate) fn as_correlation_id(request_id: &HeaderValue) -> Uuid {
    as_uuid(request_id.to_str().unwrap_or_default())
}

fn as_uuid(text: &str) -> Uuid {
    text.parse().unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()))
}

/// The request's context; made here when no [`crate::assemble()`] stands around the router.
fn context(parts: &mut Parts) -> &Context {
    if parts.extensions.get::<Context>().is_none() {
        let context = Context::new(&parts.headers, Limits::default().body_bytes_max);
        parts.extensions.insert(context);
    }
    parts.extensions.get().expect("inserted just above")
}

fn text_of(context: &Context) -> &str {
    context.request_id.to_str().expect("only visible ASCII becomes a request id")
}

enum Found<'a> {
    Nothing,
    Text(&'a str),
    /// Sent twice, empty, or not text: no way to know what was meant.
    Unreadable,
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Found<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Found::Nothing,
        (Some(value), None) => match value.to_str() {
            Ok(text) if !text.is_empty() => Found::Text(text),
            _ => Found::Unreadable,
        },
        _ => Found::Unreadable,
    }
}

/// Digits alone: `parse` would take a sign as well.
fn whole_number(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}
