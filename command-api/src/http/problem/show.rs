//! What a show refuses, in the words of the API: a code, a status, and the numbers that matter.

use axum::http::StatusCode;
use domain::show::{Rejection, SeatLabel};
use edge::problem::Problem;
use serde_json::Value;

/// The most seats that a problem names; a house can have very many.
const SEATS_NAMED_MAX: usize = 1_000;

/// A refusal as the client sees it.
pub(super) fn problem(rejection: &Rejection) -> Problem {
    let problem = Problem::new(status(rejection), code(rejection), rejection.to_string());
    of_programme(of_seats(of_money(problem, rejection), rejection), rejection)
}

/// 409 for whatever a rule forbids at the moment, unless something else is said here.
fn status(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::NoSuchShow
        | Rejection::NoSuchBooking
        | Rejection::NoSuchEntry
        | Rejection::NoSuchPayment
        | Rejection::NoSuchRefund
        | Rejection::NoSuchPromoCode => StatusCode::NOT_FOUND,
        Rejection::RoleForbids | Rejection::NotYourShow => StatusCode::FORBIDDEN,
        Rejection::RevisionStale { .. } => StatusCode::PRECONDITION_FAILED,
        // What no state of the show could make acceptable.
        Rejection::IdempotencyKeyReused
        | Rejection::TooManyTicketTypes { .. }
        | Rejection::MixedCurrencies
        | Rejection::ContradictoryTimes
        | Rejection::OverlappingPolicySteps
        | Rejection::SeatListedTwice { .. }
        | Rejection::DuplicateSeatLabel { .. }
        | Rejection::TooManySeats { .. }
        | Rejection::TooManyPromoCodes { .. }
        | Rejection::TooManyColleagues { .. }
        | Rejection::PaymentDiffers
        | Rejection::RefundDatePast => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

/// The contract that programs read.
fn code(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NoSuchShow | Rejection::NoSuchBooking => "not-found",
        Rejection::RoleForbids => "forbidden",
        Rejection::NotYourShow => "not-your-event",
        Rejection::IdempotencyKeyReused => "idempotency-key-reused",
        Rejection::RevisionStale { .. } => "precondition-failed",
        Rejection::EventCancelled => "event-cancelled",
        Rejection::SaleClosed => "sale-closed",
        Rejection::EventOver => "event-over",
        Rejection::NotOnSale => "not-on-sale",
        Rejection::SaleIsPaused => "sale-paused",
        Rejection::SaleNotOpen { .. } => "sale-not-open",
        Rejection::UnknownTicketType { .. } => "unknown-ticket-type",
        Rejection::SoldOut { .. } => "sold-out",
        Rejection::LimitPerCustomer { .. } => "limit-per-customer",
        Rejection::CapacityBelowTaken { .. } => "capacity-below-taken",
        Rejection::TooManyTicketTypes { .. } => "too-many-ticket-types",
        Rejection::MixedCurrencies => "mixed-currencies",
        Rejection::ContradictoryTimes => "contradictory-times",
        Rejection::OverlappingPolicySteps => "overlapping-policy-steps",
        Rejection::SeatsRequired { .. } => "seats-required",
        Rejection::NotReserved { .. } => "not-reserved",
        Rejection::UnknownSeat { .. } => "unknown-seat",
        Rejection::SeatListedTwice { .. } => "seat-listed-twice",
        Rejection::SeatsTaken { .. } => "seats-taken",
        Rejection::NotTogether { .. } => "not-together",
        Rejection::NoAccessibleSeats { .. } => "no-accessible-seats",
        Rejection::DuplicateSeatLabel { .. } => "duplicate-seat-label",
        Rejection::TooManySeats { .. } => "too-many-seats",
        Rejection::SeatsInUse { .. } => "seats-in-use",
        Rejection::CapacityFromSeatMap { .. } => "capacity-from-seat-map",
        Rejection::QuantityPerBooking { .. } => "quantity-per-booking",
        Rejection::PromoCodeInvalid => "promo-code-invalid",
        Rejection::PromoCodeUsedUp { .. } => "promo-code-used-up",
        Rejection::PromoCodeExists => "promo-code-exists",
        Rejection::NoSuchPromoCode => "no-such-promo-code",
        Rejection::TooManyPromoCodes { .. } => "too-many-promo-codes",
        Rejection::TooManyColleagues { .. } => "too-many-colleagues",
        Rejection::HoldRequired => "hold-required",
        Rejection::HoldLapsed => "hold-lapsed",
        Rejection::HoldNotExtendable { .. } => "hold-not-extendable",
        Rejection::AlreadyConfirmed => "already-confirmed",
        Rejection::AlreadyCancelled => "already-cancelled",
        Rejection::PaymentRequired { .. } => "payment-required",
        Rejection::PaymentPending => "payment-pending",
        Rejection::NothingToPay => "nothing-to-pay",
        Rejection::NoSuchPayment => "unknown-payment",
        Rejection::PaymentDiffers => "payment-differs",
        Rejection::NoSuchRefund => "unknown-refund",
        Rejection::RefundExceedsPaid { .. } => "refund-exceeds-paid",
        Rejection::NotInBooking => "not-in-booking",
        Rejection::TicketsAvailable { .. } => "tickets-available",
        Rejection::AlreadyWaiting { .. } => "already-waiting",
        Rejection::WaitlistFull { .. } => "waitlist-full",
        Rejection::NoSuchEntry => "no-such-entry",
        Rejection::NotOffered => "not-offered",
        Rejection::OfferLapsed => "offer-lapsed",
        Rejection::OfferDeclined => "offer-declined",
        Rejection::OfferAccepted => "offer-accepted",
        Rejection::RefundDatePast => "refund-date-past",
    }
}

fn of_programme(problem: Problem, rejection: &Rejection) -> Problem {
    match rejection {
        Rejection::RevisionStale { actual, .. } => problem.with("revision", *actual),
        Rejection::SaleNotOpen { opens_at } => problem.with("opens_at", rfc3339(opens_at)),
        Rejection::UnknownTicketType { ticket_type_id } => problem.with("ticket_type_id", ticket_type_id.to_string()),
        Rejection::SoldOut { ticket_type_id, requested, available } => problem
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("requested", *requested)
            .with("available", *available),
        Rejection::LimitPerCustomer { limit, already_held, requested } => {
            problem.with("limit", *limit).with("already_held", *already_held).with("requested", *requested)
        }
        Rejection::CapacityBelowTaken { ticket_type_id, requested, taken } => problem
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("requested", *requested)
            .with("taken", *taken),
        Rejection::QuantityPerBooking { ticket_type_id, min, max, requested } => problem
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("min", *min)
            .with("max", *max)
            .with("requested", *requested),
        Rejection::TicketsAvailable { ticket_type_id, available } => {
            problem.with("ticket_type_id", ticket_type_id.to_string()).with("available", *available)
        }
        Rejection::AlreadyWaiting { entry_id } => problem.with("entry_id", entry_id.to_string()),
        Rejection::TooManyTicketTypes { limit }
        | Rejection::TooManySeats { limit }
        | Rejection::TooManyPromoCodes { limit }
        | Rejection::TooManyColleagues { limit }
        | Rejection::WaitlistFull { limit } => problem.with("limit", *limit),
        Rejection::PromoCodeUsedUp { limit } => problem.with("limit", *limit),
        _ => problem,
    }
}

fn of_seats(problem: Problem, rejection: &Rejection) -> Problem {
    match rejection {
        Rejection::SeatsRequired { ticket_type_id }
        | Rejection::NotReserved { ticket_type_id }
        | Rejection::CapacityFromSeatMap { ticket_type_id } => {
            problem.with("ticket_type_id", ticket_type_id.to_string())
        }
        Rejection::UnknownSeat { seat }
        | Rejection::SeatListedTwice { seat }
        | Rejection::DuplicateSeatLabel { seat } => problem.with("seat", seat.as_str()),
        Rejection::SeatsTaken { seats } | Rejection::SeatsInUse { seats } => problem.with("seats", labels(seats)),
        Rejection::NotTogether { ticket_type_id, requested, largest, available } => problem
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("requested", *requested)
            .with("largest", *largest)
            .with("available", *available),
        Rejection::NoAccessibleSeats { ticket_type_id, requested, available } => problem
            .with("ticket_type_id", ticket_type_id.to_string())
            .with("requested", *requested)
            .with("available", *available),
        _ => problem,
    }
}

fn of_money(problem: Problem, rejection: &Rejection) -> Problem {
    match rejection {
        Rejection::HoldNotExtendable { expires_at } => problem.with("expires_at", rfc3339(expires_at)),
        Rejection::PaymentRequired { due } => problem.with("due", *due),
        Rejection::RefundExceedsPaid { requested, refundable } => {
            problem.with("requested", *requested).with("refundable", *refundable)
        }
        _ => problem,
    }
}

fn labels(seats: &[SeatLabel]) -> Value {
    seats.iter().take(SEATS_NAMED_MAX).map(|seat| Value::from(seat.as_str())).collect()
}

fn rfc3339(moment: &chrono::DateTime<chrono::Utc>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
