//! Refusals as problems: the only place of the writing side with status codes for rules.

use axum::http::StatusCode;
use domain::account;
use domain::show::Rejection;
use edge::problem::Problem;

use crate::lane::Refused;
use crate::passwords::Busy;

/// A refused command about a show, as the client sees it.
pub(super) fn show_refused(refused: Refused<Rejection>) -> Problem {
    match refused {
        Refused::Rejected(rejection) => rejected(&rejection),
        Refused::Overloaded => overloaded(),
        Refused::Unavailable => unavailable(),
    }
}

/// A refused command about an account, as the client sees it.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn account_refused(refused: Refused<account::Rejection>) -> Problem {
    match refused {
        Refused::Rejected(rejection) => match rejection {
            account::Rejection::NoSuchAccount => Problem::not_found(rejection.to_string()),
            account::Rejection::RoleForbids => Problem::forbidden(rejection.to_string()),
            account::Rejection::IdempotencyKeyReused => key_reused(rejection.to_string()),
        },
        Refused::Overloaded => overloaded(),
        Refused::Unavailable => unavailable(),
    }
}

fn rejected(rejection: &Rejection) -> Problem {
    let detail = rejection.to_string();
    let conflict = |code| Problem::new(StatusCode::CONFLICT, code, detail.clone());
    match rejection {
        Rejection::NoSuchShow | Rejection::NoSuchBooking => Problem::not_found(detail),
        Rejection::RoleForbids => Problem::forbidden(detail),
        Rejection::NotYourShow => Problem::new(StatusCode::FORBIDDEN, "not-your-event", detail),
        Rejection::IdempotencyKeyReused => key_reused(detail),
        Rejection::RevisionStale { actual, .. } => {
            Problem::new(StatusCode::PRECONDITION_FAILED, "precondition-failed", detail).with("revision", *actual)
        }
        Rejection::EventCancelled => conflict("event-cancelled"),
        Rejection::SaleClosed => conflict("sale-closed"),
        Rejection::EventOver => conflict("event-over"),
        Rejection::NotOnSale => conflict("not-on-sale"),
        Rejection::SaleIsPaused => conflict("sale-paused"),
        Rejection::SaleNotOpen { opens_at } => conflict("sale-not-open").with("opens_at", rfc3339(opens_at)),
        Rejection::UnknownTicketType { ticket_type_id } => {
            conflict("unknown-ticket-type").with("ticket_type_id", ticket_type_id.to_string())
        }
        Rejection::SoldOut { ticket_type_id, requested, available } => conflict("sold-out")
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("requested", *requested)
            .with("available", *available),
        Rejection::LimitPerCustomer { limit, already_held, requested } => conflict("limit-per-customer")
            .with("limit", *limit)
            .with("already_held", *already_held)
            .with("requested", *requested),
        Rejection::CapacityBelowTaken { ticket_type_id, requested, taken } => conflict("capacity-below-taken")
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("requested", *requested)
            .with("taken", *taken),
        Rejection::TooManyTicketTypes { limit } => unprocessable("too-many-ticket-types", detail).with("limit", *limit),
        Rejection::MixedCurrencies => unprocessable("mixed-currencies", detail),
        Rejection::ContradictoryTimes => unprocessable("contradictory-times", detail),
    }
}

fn rfc3339(moment: &chrono::DateTime<chrono::Utc>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

fn unprocessable(code: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

/// The same idempotency key with another request.
pub(super) fn key_reused(detail: String) -> Problem {
    unprocessable("idempotency-key-reused", detail)
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

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", busy.to_string()).retry_after(1)
    }
}
