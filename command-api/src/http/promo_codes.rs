//! Codes that make tickets cheaper.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::ids::TicketTypeId;
use domain::show::{Code, Command, Discount, PRICE_MAX, PromoCode, Rejection, Show, TICKET_TYPES_MAX};
use domain::text::{NotAText, Text};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, Json, Path};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{obeyed, obeyed_silently};
use super::problem::show_refused;
use super::validate::{Faults, code_too_long};
use crate::app::App;
use crate::lane::{Committed, Refused};

/// A code, and what it does: `percent` or `amount`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddPromoCodeBody {
    /// Upper and lower case are the same.
    #[schema(max_length = 64, example = "SPRING")]
    code: String,
    /// By this share of each ticket's price.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    percent: Option<u32>,
    /// By this much for each ticket, in minor units.
    #[schema(minimum = 1, example = 500)]
    amount: Option<i64>,
    /// For which ticket types. Absent: for all.
    #[schema(max_items = 100)]
    ticket_type_ids: Option<Vec<Uuid>>,
    /// The most bookings it can be used for.
    #[schema(minimum = 1, example = 100)]
    uses_max: Option<u32>,
    /// The most bookings one customer can use it for.
    #[schema(minimum = 1, example = 1)]
    uses_per_customer_max: Option<u32>,
    /// Not good before this.
    valid_from: Option<DateTime<Utc>>,
    /// Not good from this on.
    valid_until: Option<DateTime<Utc>>,
}

impl AddPromoCodeBody {
    fn into_domain(self) -> Result<PromoCode, Problem> {
        let mut faults = Faults::default();
        let code = faults.code("/code", &self.code);
        let discount = match (self.percent, self.amount) {
            (Some(percent), None) => {
                faults.range("/percent", Some(percent), 1..=100);
                Some(Discount::Percent(u8::try_from(percent).unwrap_or(u8::MAX)))
            }
            (None, Some(amount)) => {
                if !(1..=PRICE_MAX).contains(&amount) {
                    faults.add("/amount", "out-of-range", format!("must be 1 to {PRICE_MAX} minor units"));
                }
                Some(Discount::Amount(amount))
            }
            (None, None) => {
                faults.add("/percent", "missing", "say by how much: percent or amount");
                None
            }
            (Some(_), Some(_)) => {
                faults.add("/amount", "contradictory", "either percent or amount");
                None
            }
        };
        let ticket_type_ids = self.ticket_type_ids.unwrap_or_default();
        if ticket_type_ids.len() > TICKET_TYPES_MAX {
            faults.add("/ticket_type_ids", "out-of-range", format!("at most {TICKET_TYPES_MAX} entries"));
        } else if ticket_type_ids.iter().collect::<HashSet<_>>().len() < ticket_type_ids.len() {
            faults.add("/ticket_type_ids", "repeated", "each ticket type once");
        }
        faults.range("/uses_max", self.uses_max, 1..=u32::MAX);
        faults.range("/uses_per_customer_max", self.uses_per_customer_max, 1..=u32::MAX);
        let valid_from = self.valid_from.map(|at| faults.moment("/valid_from", at));
        let valid_until = self.valid_until.map(|at| faults.moment("/valid_until", at));
        if valid_from.zip(valid_until).is_some_and(|(from, until)| until <= from) {
            faults.add("/valid_until", "out-of-range", "must be after valid_from");
        }
        let promo_code = code.zip(discount).map(|(code, discount)| PromoCode {
            code,
            discount,
            ticket_type_ids: ticket_type_ids.into_iter().map(TicketTypeId).collect(),
            uses_max: self.uses_max,
            uses_per_customer_max: self.uses_per_customer_max,
            valid_from,
            valid_until,
        });
        faults.finish(promo_code)
    }
}

/// A code, and what it does.
#[derive(Serialize, ToSchema)]
struct PromoCodeAnswer {
    #[schema(value_type = String, example = "SPRING")]
    code: Code,
    /// By this share of each ticket's price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 20)]
    percent: Option<u8>,
    /// By this much for each ticket, in minor units of the event's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 500)]
    amount: Option<i64>,
    /// For which ticket types; empty: for all.
    ticket_type_ids: Vec<Uuid>,
    uses_max: Option<u32>,
    uses_per_customer_max: Option<u32>,
    valid_from: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
}

impl From<PromoCode> for PromoCodeAnswer {
    fn from(promo_code: PromoCode) -> Self {
        let (percent, amount) = match promo_code.discount {
            Discount::Percent(percent) => (Some(percent), None),
            Discount::Amount(amount) => (None, Some(amount)),
        };
        Self {
            code: promo_code.code,
            percent,
            amount,
            ticket_type_ids: promo_code.ticket_type_ids.iter().map(|id| id.0).collect(),
            uses_max: promo_code.uses_max,
            uses_per_customer_max: promo_code.uses_per_customer_max,
            valid_from: promo_code.valid_from,
            valid_until: promo_code.valid_until,
        }
    }
}

/// Add a promo code
///
/// Its uses are counted in the same decision that takes the seats, so there are never more of them. The
/// code itself makes the request safe to repeat.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/promo-codes", tag = "running events",
    request_body = AddPromoCodeBody,
    params(("event_id" = Uuid, Path)),
    responses(
        (status = 201, description = "Good from now on, or before", body = PromoCodeAnswer),
        (status = 404, description = "`not-found`"),
        (status = 409, description = "`promo-code-exists`, `unknown-ticket-type` or `event-cancelled`"),
        (status = 422, description = "`invalid`, `code-too-long` or `too-many-promo-codes`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn add_promo_code(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    Json(body): Json<AddPromoCodeBody>,
) -> Result<Response, Problem> {
    let promo_code = body.into_domain()?;
    let answer = PromoCodeAnswer::from(promo_code.clone());
    let command = Command::AddPromoCode(Box::new(promo_code));
    let done = app.shows.execute(event_id, command, actor, correlation_id, |_: &Show| ()).await;
    let done = done.map_err(show_refused)?;
    Ok(obeyed(StatusCode::CREATED, &answer, done.committed))
}

/// Remove a promo code
///
/// Bookings that were made with it stay as they are.
#[utoipa::path(
    delete, path = "/api/v1/admin/events/{event_id}/promo-codes/{code}", tag = "running events",
    params(("event_id" = Uuid, Path), ("code" = String, Path, example = "SPRING")),
    responses(
        (status = 204, description = "Not good any more, now or before"),
        (status = 404, description = "`no-such-promo-code`, `not-found`"),
        (status = 422, description = "`code-too-long`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn remove_promo_code(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path((event_id, code)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    let code = match Text::line(&code.trim().to_uppercase()) {
        Ok(code) => code,
        Err(NotAText::TooLong { .. }) => return Err(code_too_long()),
        Err(_) => return Err(show_refused(Refused::Rejected(Rejection::NoSuchPromoCode))),
    };
    let command = Command::RemovePromoCode { code };
    let done = app.shows.execute(event_id, command, actor, correlation_id, |_: &Show| ()).await;
    let done = done.map_err(show_refused)?;
    Ok(obeyed_silently(Committed { repeated: false, ..done.committed }))
}
