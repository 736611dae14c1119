//! What one process lets in from outside.

/// Bounds on requests, set by the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body of a request.
    pub body_bytes_max: usize,
    /// How long one request may take before the caller is told to try again.
    pub timeout_ms: u64,
    /// How many requests are worked on at once; more are turned away at the door.
    pub in_flight_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes_max: 256 * 1024, timeout_ms: 10_000, in_flight_max: 8_192 }
    }
}
