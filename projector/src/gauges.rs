//! What the projector tells `/metrics`.

use event_log::Position;
use metrics::gauge;

/// Where one projection stands.
pub(crate) fn position(projection: &'static str, checkpoint: Position) {
    gauge!("evently_projection_position", "projection" => projection).set(float(checkpoint));
}

/// How many events of the log the slowest core projection has not taken in. Exactly 0 when there are none.
pub(crate) fn lag(events: u64) {
    gauge!("evently_projection_lag_events").set(float(events));
}

/// How many streams a projection goes on without.
pub(crate) fn parked(projection: &'static str, streams: u64) {
    gauge!("evently_parked_streams", "projection" => projection).set(float(streams));
}

/// The last position that a signed checkpoint covers, and how many events of the log none covers yet.
pub(crate) fn sealed(position: Position, lag: u64) {
    gauge!("evently_sealed_position").set(float(position));
    gauge!("evently_seal_lag_events").set(float(lag));
}

/// Whether the sealer signs nothing because the log is not what it sealed before.
pub(crate) fn seal_refused(refused: bool) {
    gauge!("evently_seal_refused").set(f64::from(u8::from(refused)));
}

/// Prometheus knows only floats; they count exactly up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}
