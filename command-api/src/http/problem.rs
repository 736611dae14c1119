//! Refusals as problems: the only place of the writing side with status codes for rules.

mod show;

use axum::http::StatusCode;
use domain::account;
use domain::show::Rejection;
use edge::problem::Problem;

use crate::lane::Refused;
use crate::passwords::Busy;
use crate::people::NotDone;
use crate::replays;

/// A refused command about a show, as the client sees it.
pub(super) fn show_refused(refused: Refused<Rejection>) -> Problem {
    match refused {
        Refused::Rejected(rejection) => show::problem(&rejection),
        Refused::Overloaded => overloaded(),
        Refused::Unavailable => unavailable(),
    }
}

/// A refused command about an account, as the client sees it.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn account_refused(refused: Refused<account::Rejection>) -> Problem {
    match refused {
        Refused::Rejected(rejection) => match rejection {
            account::Rejection::NoSuchAccount => Problem::not_found(rejection.to_string()),
            account::Rejection::RoleForbids => Problem::forbidden(rejection.to_string()),
            account::Rejection::AccountErased => Problem::conflict("account-erased", rejection.to_string()),
            account::Rejection::LastAdmin => Problem::conflict("last-admin", rejection.to_string()),
            account::Rejection::IdempotencyKeyReused => key_reused(rejection.to_string()),
        },
        Refused::Overloaded => overloaded(),
        Refused::Unavailable => unavailable(),
    }
}

/// What was asked of a person's account and not done, as the client sees it.
pub(super) fn not_done(not_done: NotDone) -> Problem {
    match not_done {
        NotDone::Refused(refused) => account_refused(refused),
        NotDone::Failed(error) => {
            tracing::warn!(error = format!("{error:#}"), "an account could not be changed");
            unavailable()
        }
    }
}

/// The same idempotency key with another request.
pub(super) fn key_reused(detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
}

fn overloaded() -> Problem {
    let detail = "too many requests wait for a decision; nothing was recorded, try again in a moment";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail).retry_after(1)
}

/// The event log or the accounts cannot be reached.
pub(super) fn unavailable() -> Problem {
    Problem::unavailable(
        "the platform cannot record anything at the moment; repeat the request with the same Idempotency-Key",
    )
}

/// A database error while accounts were read or written.
pub(super) fn accounts_unavailable(error: &sqlx::Error) -> Problem {
    tracing::warn!(%error, "accounts cannot be reached");
    unavailable()
}

/// A refused wish about replays and parked streams, as the client sees it.
pub(super) fn replay_refused(refused: replays::Refused) -> Problem {
    use replays::Refused;
    let detail = refused.to_string();
    let unacceptable = |code| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
    match refused {
        Refused::Running(replay_id) => Problem::conflict("replay-running", detail).with("replay_id", id(replay_id)),
        Refused::UnknownProjection => unacceptable("unknown-projection"),
        Refused::BeyondHead { position, head } => {
            unacceptable("position-beyond-head").with("position", position).with("head", head)
        }
        Refused::KeyReused => key_reused(detail),
        Refused::NoSuchReplay | Refused::NotParked => Problem::not_found(detail),
        Refused::Ended(phase) => Problem::conflict("replay-ended", detail).with("phase", phase),
        Refused::NothingToRollBack => Problem::conflict("nothing-to-roll-back", detail),
        Refused::StillParked(error) => Problem::conflict("still-parked", detail).with("error", error),
        Refused::Store(error) => {
            tracing::warn!(%error, "what is asked of the projector cannot be written");
            unavailable()
        }
    }
}

/// An id as JSON; null if it is gone by now.
fn id(id: Option<uuid::Uuid>) -> Option<String> {
    id.map(|id| id.to_string())
}

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", busy.to_string()).retry_after(1)
    }
}
