//! The route table of the reading side: one line per endpoint. Here a show is called an event.

mod access;
mod analytics;
mod audit;
mod bookings;
mod colleagues;
mod events;
mod history;
mod projections;
mod promo_codes;
mod proof;
mod refunds;
mod refusals;
mod replays;
mod revenue;
mod seals;
mod seat_map;
mod seats;
mod users;
mod waitlist;

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use edge::problem::Problem;
use edge::rate::{Budget, RateLimits};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use bookings::of_event;

#[derive(utoipa::OpenApi)]
#[openapi(paths(seals::find_tile), components(schemas(Problem)))]
struct Document;

/// All routes, and their description.
pub(crate) fn router(app: App, rate: &RateLimits) -> (axum::Router, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(events::list_events))
        .routes(routes!(events::find_event))
        .routes(routes!(seats::find_seats))
        .routes(routes!(bookings::list_bookings))
        .routes(routes!(bookings::find_booking))
        .routes(routes!(history::tell_booking))
        .routes(routes!(seat_map::find_seat_map))
        .routes(routes!(waitlist::list_entries_of_event))
        .routes(routes!(waitlist::list_entries))
        .routes(routes!(waitlist::find_entry))
        .routes(routes!(promo_codes::list_promo_codes))
        .routes(routes!(refunds::list_refunds))
        .routes(routes!(seals::find_checkpoint))
        .routes(routes!(seals::find_key))
        // A tile's path has slashes in it, which the description has no word for.
        .route(seals::TILE_ROUTE, get(seals::find_tile))
        .routes(routes!(proof::prove_booking))
        .routes(routes!(replays::list_replays))
        .routes(routes!(replays::find_replay))
        .routes(routes!(projections::list_projections))
        .routes(routes!(users::list_users))
        .routes(routes!(users::find_user))
        .routes(routes!(users::export_me))
        .routes(routes!(colleagues::list_colleagues))
        .routes(routes!(of_event::list_bookings_of_event))
        .split_for_parts();
    let (reports, of_reports) = OpenApiRouter::new()
        .routes(routes!(analytics::show_dashboard))
        .routes(routes!(analytics::show_event))
        .routes(routes!(revenue::show_revenue))
        .routes(routes!(audit::search_audit))
        .routes(routes!(audit::tell_stream))
        .routes(routes!(refusals::list_refusals))
        .routes(routes!(of_event::export_bookings))
        .split_for_parts();
    let router = rate.guard(router, Budget::Query).merge(rate.guard(reports, Budget::Report));
    (router.with_state(app), document.merge_from(of_reports))
}

/// Refuses every query parameter: one that is ignored is one that somebody believes in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoParameters {}

/// Whole minor units of a currency.
#[derive(Debug, Serialize, ToSchema)]
struct Money {
    /// 4250 is 42.50 in a currency with two digits.
    #[schema(example = 4250)]
    amount: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    currency: String,
}

impl Money {
    /// So much; nothing at all if it is nothing.
    fn unless_zero(amount: i64, currency: String) -> Option<Self> {
        (amount != 0).then_some(Self { amount, currency })
    }
}

/// An answer as JSON, finished.
fn bytes_of(answer: &impl Serialize) -> Result<Bytes, Problem> {
    match serde_json::to_vec(answer) {
        Ok(json) => Ok(json.into()),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            Err(Problem::internal())
        }
    }
}

fn json(body: Bytes) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
