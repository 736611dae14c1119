//! Read your own writes: a query waits, within bounds, until the read model has got far enough.

use std::time::Duration;

use axum::http::StatusCode;
use edge::extract::MinPosition;
use edge::problem::Problem;
use tokio::sync::watch;

/// How long a query waits for the read model, in milliseconds.
pub(crate) const MIN_POSITION_WAIT_MAX_MS: u64 = 2_000;

/// Where the read model stands.
pub(crate) struct Freshness(watch::Receiver<u64>);

impl Freshness {
    pub(crate) fn new(progress: watch::Receiver<u64>) -> Self {
        Self(progress)
    }

    /// Waits until the read model stands at the position asked for; tells where it stands.
    pub(crate) async fn reach(&self, MinPosition(wanted): MinPosition) -> Result<u64, Problem> {
        let reached = *self.0.borrow();
        match wanted {
            Some(wanted) if wanted > reached => Box::pin(self.wait(wanted)).await,
            _ => Ok(reached),
        }
    }

    /// Where it stands now.
    pub(crate) fn reached(&self) -> u64 {
        *self.0.borrow()
    }

    async fn wait(&self, wanted: u64) -> Result<u64, Problem> {
        if i64::try_from(wanted).is_err() {
            let detail = "Evently-Min-Position is larger than any position can be.";
            return Err(Problem::bad_request("malformed-position", detail));
        }
        let mut progress = self.0.clone();
        let wait = Duration::from_millis(MIN_POSITION_WAIT_MAX_MS);
        match tokio::time::timeout(wait, progress.wait_for(|reached| *reached >= wanted)).await {
            Ok(Ok(reached)) => Ok(*reached),
            // Too slow, or nobody moves it any more.
            Ok(Err(_)) | Err(_) => Err(behind(wanted, *self.0.borrow())),
        }
    }
}

/// What is asked for has not been told yet.
pub(crate) fn behind(wanted: u64, reached: u64) -> Problem {
    let detail = format!("The read model stands at position {reached}, not yet at {wanted}. Ask again.");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "read-model-behind", detail)
        .with("min_position", wanted)
        .with("position", reached)
        .retry_after(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn reach(freshness: &Freshness, wanted: u64) -> Result<u64, &'static str> {
        freshness.reach(MinPosition(Some(wanted))).await.map_err(|problem| problem.code())
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_the_position_and_no_longer_than_it_may() {
        let (move_to, progress) = watch::channel(7);
        let freshness = Freshness::new(progress);
        assert_eq!(freshness.reach(MinPosition(None)).await.unwrap(), 7);
        assert_eq!(reach(&freshness, 7).await, Ok(7));
        assert_eq!(reach(&freshness, 8).await, Err("read-model-behind"));
        let (reached, ()) = tokio::join!(reach(&freshness, 8), async { move_to.send(9).unwrap() });
        assert_eq!(reached, Ok(9));
    }

    #[tokio::test]
    async fn refuses_a_position_that_cannot_be() {
        let (_move_to, progress) = watch::channel(7);
        assert_eq!(reach(&Freshness::new(progress), 1 << 63).await, Err("malformed-position"));
    }
}
