//! The route table of the writing side: one line per endpoint.

mod answer;
mod bookings;
mod problem;
mod sessions;
mod shows;
mod users;
mod validate;

use edge::rate::{Budget, RateLimits};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

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
        .split_for_parts();
    let (sale, sale_document) = OpenApiRouter::new()
        .routes(routes!(bookings::book_tickets))
        .routes(routes!(bookings::cancel_booking))
        .split_for_parts();
    let (running, running_document) = OpenApiRouter::new()
        .routes(routes!(shows::create_event))
        .routes(routes!(shows::revise_event))
        .routes(routes!(shows::publish_event))
        .routes(routes!(shows::pause_event))
        .routes(routes!(shows::resume_event))
        .routes(routes!(shows::close_event))
        .routes(routes!(shows::cancel_event))
        .routes(routes!(users::grant_role))
        .routes(routes!(users::me))
        .routes(routes!(users::jwks))
        .split_for_parts();
    let mut document = sign_in_document;
    document.merge(sale_document);
    document.merge(running_document);
    let router = rate
        .guard(sign_in, Budget::Login)
        .merge(rate.guard(sale, Budget::Sale))
        .merge(rate.guard(running, Budget::Query))
        .with_state(app);
    (router, document)
}
