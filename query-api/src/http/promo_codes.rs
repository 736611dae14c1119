//! The promo codes of an event, for those who run it.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::show::Discount;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::access::demand_organizer;
use crate::http::{NoParameters, bytes_of, json};
use crate::promo_codes::{self, Definition, FoundCode};

/// The promo codes of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromoCodes {
    data: Vec<PromoCode>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// A code that makes tickets cheaper.
#[derive(Debug, Serialize, ToSchema)]
struct PromoCode {
    #[schema(example = "SPRING")]
    code: String,
    /// By this share of each ticket's price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 15)]
    percent: Option<u8>,
    /// By this much for each ticket, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    /// For these ticket types; empty: for all.
    ticket_type_ids: Vec<Uuid>,
    /// The most bookings it can be used for.
    #[schema(example = 100)]
    uses_max: Option<u32>,
    /// The most bookings one customer can use it for.
    #[schema(example = 1)]
    uses_per_customer_max: Option<u32>,
    /// Not good before this.
    valid_from: Option<DateTime<Utc>>,
    /// Not good from this on.
    valid_until: Option<DateTime<Utc>>,
    /// Live bookings and holds that carry it.
    #[schema(example = 12)]
    uses: i64,
}

impl From<FoundCode> for PromoCode {
    fn from(found: FoundCode) -> Self {
        let Definition(definition) = found.definition;
        let (percent, amount) = match definition.discount {
            Discount::Percent(percent) => (Some(percent), None),
            Discount::Amount(amount) => (None, Some(amount)),
        };
        Self {
            code: definition.code.as_str().into(),
            percent,
            amount,
            ticket_type_ids: definition.ticket_type_ids.iter().map(|id| id.0).collect(),
            uses_max: definition.uses_max,
            uses_per_customer_max: definition.uses_per_customer_max,
            valid_from: definition.valid_from,
            valid_until: definition.valid_until,
            uses: found.uses,
        }
    }
}

/// Lists the promo codes of your event
///
/// Those that can be used, by their letters. An admin sees those of any event.
#[utoipa::path(
    get, path = "/api/v1/admin/events/{event_id}/promo-codes", tag = "admin",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = PromoCodes, description = "The codes"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`, `not-your-event`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_promo_codes(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    demand_organizer(&app, event_id, caller).await?;
    let found = promo_codes::list(&app.pool, event_id).await?;
    let data = found.rows.into_iter().map(PromoCode::from).collect();
    Ok(json(bytes_of(&PromoCodes { data, as_of_position: found.as_of })?))
}
