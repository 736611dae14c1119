//! Reading requests: each extractor answers bad input with its own problem, never with a 500.

pub(crate) mod body;
mod headers;
mod json;
mod uri;

pub(crate) use headers::as_correlation_id;
pub use headers::{
    CorrelationId, EVENTLY_MIN_POSITION, EVENTLY_POSITION, IDEMPOTENT_REPLAYED, IdempotencyKey, IfMatch, MinPosition,
    RequestId, correlation_id,
};
pub use json::{Json, JsonBytes};
pub use uri::{Path, Query};

#[cfg(test)]
mod tests;
