//! Bodies of bounded size, and what becomes of those that are larger.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;

use crate::context::Context;
use crate::limits::Limits;
use crate::problem::Problem;

/// How much of an oversized body is swallowed, so that the caller finishes sending and then reads
/// why it was refused, instead of seeing the connection reset.
const SWALLOWED_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The whole body, within the limit of [`crate::assemble()`].
pub(super) async fn read(request: Request) -> Result<Bytes, Problem> {
    let limit = request
        .extensions()
        .get()
        .map_or_else(|| Limits::default().body_bytes_max, |context: &Context| context.body_bytes_max);
    if says_more_than(request.headers(), limit) {
        return Err(refuse(request, limit).await);
    }
    // A body of unknown length may still run over; the rest of such a one is not waited for.
    to_bytes(request.into_body(), limit).await.map_err(|error| {
        if error.source().is_some_and(|source| source.to_string().contains("length limit")) {
            too_large(limit)
        } else {
            Problem::bad_request("incomplete-body", "The body ended before it was complete.")
        }
    })
}

/// Whether a request says that it comes with a body.
pub(crate) fn is_announced(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0") || headers.contains_key(TRANSFER_ENCODING)
}

/// Whether the request announces a body of more than `limit` bytes.
pub(crate) fn says_more_than(headers: &HeaderMap, limit: usize) -> bool {
    let Some(length) = headers.get(CONTENT_LENGTH) else { return false };
    let length: Option<u64> = length.to_str().ok().and_then(|length| length.parse().ok());
    length.is_none_or(|length| length > limit as u64)
}

/// Turns an oversized request away once it has been sent, or at once if it waits to be asked for.
pub(crate) async fn refuse(request: Request, limit: usize) -> Problem {
    let waits = request.headers().contains_key(EXPECT);
    if !waits && !says_more_than(request.headers(), SWALLOWED_BYTES_MAX) {
        swallow(request.into_body()).await;
    }
    too_large(limit)
}

/// Reads and forgets: no more than was announced, and within the request's time.
async fn swallow(mut body: Body) {
    while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {}
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body-too-large",
        format!("The body is larger than the {limit} bytes that are taken."),
    )
    .with("limit", limit)
}
