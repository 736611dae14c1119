//! Bookings: one's own history, and one of them.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, may};
use domain::ids::AccountId;
use domain::show::Status;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::bookings::{self, FoundBooking, TicketNames, When};
use crate::cursor::{self, Scope};
use crate::http::{Money, NoParameters, bytes_of, json};
use crate::list::{List, checked_limit};
use crate::shows::Venue;

/// The query parameters of the list of bookings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BookingParameters {
    /// By the end of the event.
    #[serde(default)]
    #[param(inline)]
    when: When,
    /// `page.next` of the page before.
    cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Booking {
    #[serde(rename = "booking_id")]
    id: Uuid,
    event_id: Uuid,
    event: BookedEvent,
    /// `confirmed` or `cancelled`; a booking of a cancelled event is cancelled.
    #[schema(example = "confirmed")]
    status: &'static str,
    items: Vec<BookedItem>,
    total: Money,
    booked_at: DateTime<Utc>,
    cancelled_at: Option<DateTime<Utc>>,
    /// Its place in the list; part of the next cursor.
    #[serde(skip)]
    position: i64,
}

/// What was booked.
#[derive(Debug, Serialize, ToSchema)]
struct BookedEvent {
    #[schema(example = "An Evening with Clara")]
    title: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// IANA name, for showing the times.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    venue: Venue,
    /// `on_sale`, `paused`, `closed` or `cancelled`.
    #[schema(example = "on_sale")]
    status: String,
}

/// Tickets of one type in a booking.
#[derive(Debug, Serialize, ToSchema)]
struct BookedItem {
    ticket_type_id: Uuid,
    #[schema(example = "Stalls")]
    name: Option<String>,
    #[schema(example = 2)]
    quantity: u32,
    /// What one ticket cost.
    unit_price: Money,
}

/// One booking, and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingDetails {
    #[serde(flatten)]
    booking: Booking,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

impl Booking {
    fn new(found: FoundBooking, names: &TicketNames) -> Self {
        let items = found.items.iter().map(|item| BookedItem {
            ticket_type_id: item.ticket_type_id.0,
            name: names.get(&item.ticket_type_id.0).cloned(),
            quantity: item.quantity,
            unit_price: Money { amount: item.unit_price, currency: found.currency.clone() },
        });
        let items = items.collect();
        let off = found.show_status == Status::Cancelled.as_str();
        Self {
            id: found.booking_id,
            event_id: found.show_id,
            event: BookedEvent {
                title: found.title,
                starts_at: found.starts_at,
                ends_at: found.ends_at,
                time_zone: found.time_zone,
                venue: found.venue,
                status: found.show_status,
            },
            // Cancelling a show is one fact; it is here that it reaches each of its bookings.
            status: if off || found.status == "cancelled" { "cancelled" } else { "confirmed" },
            cancelled_at: found.cancelled_at.or(found.show_cancelled_at.filter(|_| off)),
            items,
            total: Money { amount: found.total_amount, currency: found.currency },
            booked_at: found.booked_at,
            position: found.position,
        }
    }
}

/// Lists your bookings
///
/// The last one first.
#[utoipa::path(
    get, path = "/api/v1/users/bookings", tag = "bookings",
    params(
        BookingParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<Booking>, description = "A page of bookings"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_bookings(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<BookingParameters>,
) -> Result<Response, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let customer_id = caller.account_id.0;
    let scope = Scope::of(&["bookings", parameters.when.as_str(), &customer_id.to_string()]);
    let before = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    let found = bookings::list(&app.pool, customer_id, parameters.when, before, limit).await?;
    let names = bookings::ticket_names(&app.pool, &found.rows).await?;
    let rows = found.rows.into_iter().map(|row| Booking::new(row, &names)).collect();
    let list = List::new(rows, limit, found.as_of, |last: &Booking| scope.seal(&last.position.to_be_bytes()));
    Ok(json(bytes_of(&list)?))
}

fn position_in(scope: Scope, cursor: &str) -> Result<i64, Problem> {
    let bytes = scope.open(cursor)?.try_into().map_err(|_| cursor::invalid())?;
    Ok(i64::from_be_bytes(bytes))
}

/// Shows one booking
///
/// Your own; an admin sees any.
#[utoipa::path(
    get, path = "/api/v1/bookings/{booking_id}", tag = "bookings",
    params(
        ("booking_id" = Uuid, Path, description = "Which booking", example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = BookingDetails, description = "The booking"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`"),
        (status = 404, body = Problem, description = "`not-found`: there is none, or it is somebody else's"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn find_booking(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(booking_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    let mut found = bookings::find(&app.pool, booking_id).await?;
    let own = |found: &FoundBooking| may(&caller, Action::KeepBooking { customer: AccountId(found.customer_id) });
    found.rows.retain(own);
    let names = bookings::ticket_names(&app.pool, &found.rows).await?;
    let booking = found.rows.into_iter().next().ok_or_else(|| Problem::not_found("There is no such booking."))?;
    let answer = BookingDetails { booking: Booking::new(booking, &names), as_of_position: found.as_of };
    Ok(json(bytes_of(&answer)?))
}
