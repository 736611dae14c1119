//! The bookings of an event, for those who run it and those at its door: as a list, and as a file.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Response;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, Transaction};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Booking, position_in};
use crate::app::App;
use crate::bookings::{self, FoundBooking, TicketNames};
use crate::cursor::Scope;
use crate::export::{Column, Export, Field, Format, Rows, Stopped};
use crate::http::access::demand_colleague;
use crate::http::{Money, bytes_of, json};
use crate::list::{List, PageParameters, checked_limit};
use crate::store;

/// How many bookings are read at a time for a file.
const EXPORT_PAGE_ROWS: u32 = 1_000;

/// A booking, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingOfEvent {
    customer_id: Uuid,
    #[serde(flatten)]
    booking: Booking,
}

impl BookingOfEvent {
    fn new(found: FoundBooking, names: &TicketNames) -> Self {
        Self { customer_id: found.customer_id, booking: Booking::new(found, names) }
    }
}

/// Lists the bookings of your event
///
/// Whatever became of them, the first one first. For its organizer, its colleagues and admins.
#[utoipa::path(
    get, path = "/api/v1/admin/events/{event_id}/bookings", tag = "admin",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        PageParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<BookingOfEvent>, description = "A page of bookings"),
        (status = 400, body = Problem,
         description = "`malformed-id`, `malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`, `not-your-event`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_bookings_of_event(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let scope = Scope::of(&["bookings of event", &event_id.to_string()]);
    let after = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    demand_colleague(&app, event_id, caller).await?;
    let found = bookings::list_of_show(&app.pool, event_id, after, limit).await?;
    let names = bookings::ticket_names(&app.pool, &found.rows).await?;
    let rows = found.rows.into_iter().map(|row| BookingOfEvent::new(row, &names)).collect();
    let cursor = |last: &BookingOfEvent| scope.seal(&last.booking.position.to_be_bytes());
    Ok(json(bytes_of(&List::new(rows, limit, found.as_of, cursor))?))
}

/// The query parameters of a file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParameters {
    /// `csv` or `ndjson`.
    #[param(default = "csv", example = "ndjson")]
    format: Option<String>,
}

/// The columns of the file.
const COLUMNS: &[Column] = &[
    Column::Plain("booking_id"),
    Column::Plain("customer_id"),
    Column::Plain("status"),
    Column::Plain("quantity"),
    Column::Plain("tickets"),
    Column::Plain("seats"),
    Column::Money("total"),
    Column::Money("paid"),
    Column::Money("refunded"),
    Column::Plain("promo_code"),
    Column::Plain("booked_at"),
    Column::Plain("expires_at"),
    Column::Plain("cancelled_at"),
];

/// Takes the bookings of your event home as a file
///
/// All of them, whatever became of them, the first one first, as they stood at the position that
/// `Evently-As-Of-Position` names. For its organizer, its colleagues and admins. `csv` (RFC 4180) has amounts in
/// minor units and puts an apostrophe before text that a spreadsheet would take for a formula; `ndjson` has one
/// object per line. A file that ends with an error is not whole.
#[utoipa::path(
    get, path = "/api/v1/admin/events/{event_id}/bookings/export", tag = "admin",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        ExportParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, description = "The file", content((String = "text/csv"), (String = "application/x-ndjson")),
         headers(("Evently-As-Of-Position" = u64, description = "The position that all rows tell of"),
                 ("Content-Disposition" = String, description = "Names the file"))),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`, `not-your-event`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 422, body = Problem, description = "`unknown-format`"),
        (status = 429, body = Problem, description = "`too-many-requests`"),
        (status = 503, body = Problem, description = "`too-many-exports`, `read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn export_bookings(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(parameters): Query<ExportParameters>,
) -> Result<Response, Problem> {
    let format = Format::parse(parameters.format.as_deref())?;
    app.freshness.reach(min_position).await?;
    demand_colleague(&app, event_id, caller).await?;
    let turn = app.exports.turn(caller.account_id)?;
    let (transaction, as_of_position) = store::begin(&app.pool).await.map_err(store::problem)?;
    let export = Export { format, columns: COLUMNS, name: format!("bookings-{event_id}"), as_of_position };
    Ok(export.respond(turn, move |rows| write(rows, transaction, event_id)))
}

/// Writes every booking, page by page, all as the transaction saw them first.
async fn write(
    mut rows: Rows,
    mut transaction: Transaction<'static, Postgres>,
    event_id: Uuid,
) -> Result<Rows, Stopped> {
    let names = bookings::ticket_names_of_show(&mut transaction, event_id).await?;
    let mut after = 0;
    loop {
        let page = bookings::page_of_show(&mut transaction, event_id, after, EXPORT_PAGE_ROWS).await?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = last.position;
        for found in page {
            let of_event = BookingOfEvent::new(found, &names);
            rows.push(&fields(&of_event)).await?;
        }
    }
}

fn fields(BookingOfEvent { customer_id, booking }: &BookingOfEvent) -> [Field<'_>; COLUMNS.len()] {
    let (tickets, seats) = (tickets(booking), seats(booking));
    [
        Field::text(booking.id.to_string()),
        Field::text(customer_id.to_string()),
        Field::text(booking.status),
        Field::Number(booking.items.iter().map(|item| i64::from(item.quantity)).sum()),
        Field::text(tickets),
        Field::text(seats),
        money(&booking.total),
        booking.paid.as_ref().map_or(Field::Null, money),
        booking.refunded.as_ref().map_or(Field::Null, money),
        booking.promo_code.as_deref().map_or(Field::Null, Field::text),
        Field::Time(booking.booked_at),
        Field::time(booking.expires_at),
        Field::time(booking.cancelled_at),
    ]
}

fn money(money: &Money) -> Field<'_> {
    Field::Money(money.amount, Cow::Borrowed(&money.currency))
}

/// `2 Stalls, 1 Standing`.
fn tickets(booking: &Booking) -> String {
    let mut text = String::new();
    for item in &booking.items {
        let separator = if text.is_empty() { "" } else { ", " };
        // Into memory, which takes it.
        let _ = write!(text, "{separator}{} {}", item.quantity, item.name.as_deref().unwrap_or_default());
    }
    text
}

/// `A-11 A-12`.
fn seats(booking: &Booking) -> String {
    let seats: Vec<&str> = booking.items.iter().flat_map(|item| &item.seats).map(String::as_str).collect();
    seats.join(" ")
}
