//! The route table of the writing side: one line per endpoint.

mod answer;
mod bookings;
mod colleagues;
mod keys;
mod payments;
mod problem;
mod promo_codes;
mod refunds;
mod replays;
mod seating;
mod sessions;
mod shows;
mod users;
mod validate;
mod waitlist;

use edge::rate::{Budget, RateLimits};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub use seating::LARGE_BODIES;
pub(crate) use sessions::check_sign_in;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Evently",
    description = "Tickets: browse events, book and cancel. Money is in minor units, times are UTC (RFC 3339)."
))]
struct Document;

/// All routes, and their description.
pub(crate) fn router(app: App, rate: &RateLimits) -> (axum::Router, utoipa::openapi::OpenApi) {
    let (sign_in, sign_in_document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(sessions::register))
        .routes(routes!(sessions::log_in))
        .routes(routes!(sessions::refresh))
        .routes(routes!(sessions::log_out))
        .routes(routes!(users::erase_me))
        .split_for_parts();
    let (sale, sale_document) = OpenApiRouter::new()
        .routes(routes!(bookings::book_tickets))
        .routes(routes!(bookings::cancel_booking))
        .routes(routes!(bookings::cancel_part_of_booking))
        .routes(routes!(bookings::extend_hold))
        .routes(routes!(bookings::confirm_booking))
        .routes(routes!(payments::pay))
        .routes(routes!(waitlist::join_waitlist))
        .routes(routes!(waitlist::leave_waitlist))
        .routes(routes!(waitlist::accept_offer))
        .routes(routes!(waitlist::decline_offer))
        .split_for_parts();
    let (running, running_document) = OpenApiRouter::new()
        .routes(routes!(shows::create_event))
        .routes(routes!(shows::revise_event))
        .routes(routes!(shows::publish_event))
        .routes(routes!(shows::pause_event))
        .routes(routes!(shows::resume_event))
        .routes(routes!(shows::close_event))
        .routes(routes!(shows::cancel_event))
        .routes(routes!(shows::reschedule_event))
        .routes(routes!(seating::set_seat_map))
        .routes(routes!(seating::block_seats))
        .routes(routes!(seating::unblock_seats))
        .routes(routes!(refunds::refund_booking))
        .routes(routes!(refunds::retry_refunds))
        .routes(routes!(promo_codes::add_promo_code))
        .routes(routes!(promo_codes::remove_promo_code))
        .routes(routes!(replays::start_replay))
        .routes(routes!(replays::cancel_replay))
        .routes(routes!(replays::roll_back_replay))
        .routes(routes!(replays::retry_parked_stream))
        .routes(routes!(colleagues::add_colleague))
        .routes(routes!(colleagues::remove_colleague))
        .routes(routes!(users::grant_role, users::revoke_role))
        .routes(routes!(users::suspend_user))
        .routes(routes!(users::reinstate_user))
        .routes(routes!(users::end_sessions))
        .routes(routes!(users::end_my_sessions))
        .routes(routes!(users::erase_user))
        .routes(routes!(users::me))
        .routes(routes!(users::jwks))
        .split_for_parts();
    let mut document = sign_in_document;
    document.merge(sale_document);
    document.merge(running_document);
    let (webhook, webhook_document) = webhook(app.clone());
    document.merge(webhook_document);
    let router = rate
        .guard(sign_in, Budget::Login)
        .merge(rate.guard(sale, Budget::Sale))
        .merge(rate.guard(running, Budget::Query))
        .with_state(app)
        .merge(webhook);
    (router, document)
}

/// What the payment provider speaks to. Nobody's allowance: it speaks for everybody, and what is not
/// signed costs next to nothing.
pub(crate) fn webhook(app: App) -> (axum::Router, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::new().routes(routes!(payments::hear)).split_for_parts();
    (router.with_state(app), document)
}
