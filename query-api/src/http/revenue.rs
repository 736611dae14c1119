//! Revenue: by event, ticket type, day or currency, now or as of any past moment, and for any stretch of time.

mod lines;
mod table;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::analytics::buckets::{self, Asked, Buckets};
use crate::analytics::{self, Standing};
use crate::app::App;
use crate::as_of::AsOfParameters;
use crate::cursor::{self, Scope};
use crate::export::Format;
use crate::http::access::sales_of;
use crate::http::analytics::answer::Revenue;
use crate::http::{bytes_of, json};
use crate::list::{List, Page, checked_limit};
use lines::{Line, Range};
use table::Told;

/// What revenue is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevenueParameters {
    /// What a line is about: `event` (which it is if not said), `ticket_type`, `day` or `currency`.
    #[param(example = "event")]
    by: Option<String>,
    /// As it was after everything that was recorded at this time or before (RFC 3339).
    #[param(example = "2027-01-01T00:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// As it was after the event at this position of the log.
    #[param(minimum = 1, example = 48_213)]
    as_of_position: Option<u64>,
    /// Only what was recorded at this minute or later (RFC 3339). By day, the last 30 days if not said.
    #[param(example = "2027-01-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Only what was recorded before this minute; the moment of the answer if not said.
    #[param(example = "2027-02-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
    /// By whose clocks days begin: an IANA name; UTC if not said.
    #[param(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// `page.next` of the page before. It goes on with the position of that page.
    cursor: Option<String>,
    /// How many lines at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `csv` or `ndjson`: all lines as a file, without pages. If not said, the answer is a page of JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Event,
    TicketType,
    Day,
    Currency,
}

impl By {
    fn named(name: Option<&str>) -> Result<Self, Problem> {
        match name {
            None | Some("event") => Ok(Self::Event),
            Some("ticket_type") => Ok(Self::TicketType),
            Some("day") => Ok(Self::Day),
            Some("currency") => Ok(Self::Currency),
            Some(_) => {
                let detail = "Revenue is told by event, ticket_type, day or currency.";
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-grouping", detail).with("parameter", "by"))
            }
        }
    }
}

/// A page of revenue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevenueReport {
    data: Vec<Line>,
    page: Page,
    /// All lines together, those of other pages too, by currency.
    totals: Vec<Revenue>,
    /// The position of the log that this answer tells of. The same question with it gives the same answer for ever.
    #[schema(example = 48_213)]
    as_of_position: u64,
    /// When the event at that position was recorded.
    as_of: DateTime<Utc>,
}

/// Shows revenue
///
/// Gross, discounts, refunds, fees and net, in minor units, which agree with the payments and refunds of the log to
/// the cent. An organizer sees their own events', an admin everybody's. With `from` and `to` it is what was recorded
/// between these minutes.
///
/// With `format`, all lines come as a file, as of the position that `Evently-As-Of-Position` names. Its columns are
/// those of a line of the JSON: by event `event_id` and `title`; by ticket type also `ticket_type_id` and
/// `ticket_type`; by day `day` and `start`; then `currency` and the amounts in its minor units: `gross`,
/// `discounts`, `refunds`, `fees`, `net`, `paid_out` (told of events, not of ticket types: there it is 0),
/// `booked_value`, `booked_discounts`, `cancelled_value`. `csv` (RFC 4180) puts an apostrophe before text that a
/// spreadsheet would take for a formula; `ndjson` has one object per line. A file that ends with an error is not
/// whole.
#[utoipa::path(
    get, path = "/api/v1/admin/revenue", tag = "admin",
    params(
        RevenueParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, description = "A page of revenue, or all of it as a file",
         content((RevenueReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")),
         headers(("Evently-As-Of-Position" = u64, description = "Of a file: the position that all rows tell of"),
                 ("Content-Disposition" = String, description = "Of a file: names it"))),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`"),
        (status = 422, body = Problem,
         description = "`invalid`: the limit is out of range; `unknown-grouping`, `unknown-time-zone`, `empty-range`, \
                        `as-of-in-the-future`, `as-of-before-the-first-event`, `position-beyond-head`, `as-of-twice`; \
                        `too-many-buckets` (`requested`, `limit`); `unknown-format`, `file-has-no-pages`"),
        (status = 429, body = Problem, description = "`too-many-requests`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `too-many-exports`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn show_revenue(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<RevenueParameters>,
) -> Result<Response, Problem> {
    let (limit, by) = (checked_limit(parameters.limit)?, By::named(parameters.by.as_deref())?);
    let format = parameters.format()?;
    let whose = sales_of(caller)?;
    let scope = parameters.scope(&format!("{whose:?}"));
    let place = parameters.cursor.as_deref().map(|cursor| place_in(scope, cursor)).transpose()?;
    let moment = parameters.moment(place.map(|(position, _)| position));
    let standing = analytics::stand(&app, moment, min_position).await?;
    let range = parameters.range(by, &standing)?;
    let numbers = analytics::numbers(&app, &standing, whose, by == By::TicketType).await?;
    let position = standing.as_of.position;
    if let Some(format) = format {
        return table::respond(app, caller.account_id, format, Told { by, numbers, range, position });
    }
    let told = lines::told(&app, by, &numbers, &range).await?;
    let done = place.map_or(0, |(_, done)| done);
    let rows: Vec<_> = told.lines.into_iter().zip(1_u64..).skip(usize::try_from(done).unwrap_or(usize::MAX)).collect();
    let list = List::new(rows, limit, position, |(_, number)| cursor_after(scope, position, *number));
    let mut data: Vec<Line> = list.data.into_iter().map(|(line, _)| line).collect();
    lines::name(&app, &mut data, position).await?;
    let report = RevenueReport {
        data,
        page: list.page,
        totals: told.totals,
        as_of_position: position,
        as_of: standing.as_of.recorded_at,
    };
    Ok(json(bytes_of(&report)?))
}

impl RevenueParameters {
    /// A page continues at the position of the first one, whatever has happened since.
    fn moment(&self, continued: Option<u64>) -> AsOfParameters {
        match continued {
            Some(position) => AsOfParameters { as_of: None, as_of_position: Some(position) },
            None => AsOfParameters { as_of: self.as_of, as_of_position: self.as_of_position },
        }
    }

    /// A file is all there is, so it neither begins nor ends at a page.
    fn format(&self) -> Result<Option<Format>, Problem> {
        let format = Format::wished(self.format.as_deref())?;
        let pages = [("cursor", self.cursor.is_some()), ("limit", self.limit.is_some())];
        match pages.iter().find(|(_, is_said)| *is_said) {
            Some((parameter, _)) if format.is_some() => {
                let detail = "A file has all lines and no pages: leave cursor and limit out, or format.";
                let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "file-has-no-pages", detail);
                Err(problem.with("parameter", *parameter))
            }
            _ => Ok(format),
        }
    }

    fn range(&self, by: By, standing: &Standing) -> Result<Range, Problem> {
        let time_zone = self.time_zone.as_deref();
        let asked = Asked { bucket: Some("day"), time_zone, from: self.from, to: self.to };
        if by == By::Day {
            return Ok(Range::Days(Buckets::cut(asked, standing.as_of.recorded_at)?));
        }
        time_zone.map(buckets::zone_named).transpose()?;
        buckets::check_range(self.from, self.to)?;
        Ok(Range::Between(self.from, self.to))
    }

    /// The list that a cursor continues.
    fn scope(&self, whose: &str) -> Scope {
        let text = |time: Option<DateTime<Utc>>| time.map(|time| time.to_rfc3339()).unwrap_or_default();
        let position = self.as_of_position.map(|position| position.to_string()).unwrap_or_default();
        let (by, zone) = (self.by.as_deref().unwrap_or("event"), self.time_zone.as_deref().unwrap_or("UTC"));
        Scope::of(&["revenue", whose, by, zone, &text(self.from), &text(self.to), &text(self.as_of), &position])
    }
}

/// The position that a list tells of, and how many of its lines were shown.
fn cursor_after(scope: Scope, position: u64, done: u64) -> String {
    scope.seal(&[position.to_be_bytes(), done.to_be_bytes()].concat())
}

fn place_in(scope: Scope, cursor: &str) -> Result<(u64, u64), Problem> {
    let read = |bytes: &[u8]| {
        let (position, done) = bytes.split_first_chunk()?;
        Some((u64::from_be_bytes(*position), u64::from_be_bytes(done.try_into().ok()?)))
    };
    read(&scope.open(cursor)?).ok_or_else(cursor::invalid)
}
