//! What one process lets in from outside.

/// Bounds on requests, set by the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body of a request.
    pub body_bytes_max: usize,
    /// Routes whose bodies may be larger.
    pub large_bodies: &'static [LargeBody],
    /// How long one request may take before the caller is told to try again.
    pub timeout_ms: u64,
    /// How many requests are worked on at once; more are turned away at the door.
    pub in_flight_max: usize,
}

/// A route that takes larger bodies than the others. It is its handler's duty to bound how many of
/// them are in memory at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LargeBody {
    /// As the router knows it, for example `/api/v1/events/{id}`.
    pub route: &'static str,
    /// The largest body it takes.
    pub bytes_max: usize,
}

impl Limits {
    /// The largest body that a route takes.
    pub(crate) fn body_bytes_max_at(&self, route: &str) -> usize {
        let large = self.large_bodies.iter().find(|large| large.route == route);
        large.map_or(self.body_bytes_max, |large| large.bytes_max)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes_max: 256 * 1024, large_bodies: &[], timeout_ms: 10_000, in_flight_max: 8_192 }
    }
}
