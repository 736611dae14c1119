//! How sales go, now or as of any past moment: everything together, and event by event.

pub(super) mod answer;
mod course;
mod event;
pub(super) mod table;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::analytics::Measure;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::analytics::buckets::{Asked, Buckets};
use crate::analytics::course::at_edges;
use crate::analytics::{self, Numbers, ShowNumbers};
use crate::app::App;
use crate::as_of::AsOfParameters;
use crate::customers;
use crate::export::Format;
use crate::http::access::sales_of;
use crate::http::{bytes_of, json};
use answer::{Counts, EventNumbers, Funnel, Rates, Revenue, Waitlist, revenue_of};
use course::Course;
use table::Table;

pub(crate) use event::{__path_show_event, show_event};

/// How many of the best events a dashboard shows.
const TOP_EVENTS: usize = 10;
/// How many of the events that sold out last a dashboard shows.
const SOLD_OUT_EVENTS: usize = 10;

/// What sales are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SalesParameters {
    /// As it was after everything that was recorded at this time or before (RFC 3339).
    #[param(example = "2027-01-01T00:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// As it was after the event at this position of the log.
    #[param(minimum = 1, example = 48_213)]
    as_of_position: Option<u64>,
    /// How long each stretch of the sales over time is: `minute`, `hour` or `day` (which it is if not said).
    #[param(example = "day")]
    bucket: Option<String>,
    /// By whose clocks hours and days begin: an IANA name; UTC if not said.
    #[param(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// From when the sales over time are told (RFC 3339); if not said, the last 60 minutes, 48 hours or 30 days.
    #[param(example = "2027-01-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Until when; the moment of the answer if not said, and never later.
    #[param(example = "2027-02-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
    /// `csv` or `ndjson`: the sales over time alone, as a file. If not said, the answer is all there is, as JSON.
    #[param(example = "csv")]
    format: Option<String>,
}

impl SalesParameters {
    fn moment(&self) -> AsOfParameters {
        AsOfParameters { as_of: self.as_of, as_of_position: self.as_of_position }
    }

    fn format(&self) -> Result<Option<Format>, Problem> {
        Format::wished(self.format.as_deref())
    }

    fn buckets(&self, now: DateTime<Utc>) -> Result<Buckets, Problem> {
        let (bucket, time_zone) = (self.bucket.as_deref(), self.time_zone.as_deref());
        Buckets::cut(Asked { bucket, time_zone, from: self.from, to: self.to }, now)
    }
}

/// How sales go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dashboard {
    /// The position of the log that this answer tells of. The same question with it gives the same answer for ever.
    #[schema(example = 48_213)]
    as_of_position: u64,
    /// When the event at that position was recorded.
    as_of: DateTime<Utc>,
    events: EventCounts,
    totals: Counts,
    /// By currency.
    revenue: Vec<Revenue>,
    rates: Rates,
    funnel: Funnel,
    waitlist: Waitlist,
    customers: Customers,
    /// The events that sold the most tickets.
    top_events: Vec<EventNumbers>,
    /// The events that sold out, the last one first.
    sold_out_events: Vec<EventNumbers>,
    sales_over_time: Course,
}

/// How many events there are.
#[derive(Debug, Serialize, ToSchema)]
struct EventCounts {
    created: i64,
    published: i64,
    called_off: i64,
}

/// Who bought.
#[derive(Debug, Serialize, ToSchema)]
struct Customers {
    /// How many different people had a booking confirmed so far, whatever became of it.
    #[schema(example = 731)]
    buyers: i64,
}

/// Shows how sales go
///
/// An organizer sees their own events, an admin all. With `as_of` or `as_of_position` it is shown as it was then:
/// the same question with the same position gives the same bytes for ever. Rates are exact: a numerator, a
/// denominator, and thousandths rounded down.
///
/// With `format`, the sales over time come as a file, as of the position that `Evently-As-Of-Position` names: for each
/// bucket a row per currency that events are sold in, with `start`, `local_start`, `tickets_held`, `tickets_booked`,
/// `tickets_cancelled`, `tickets_lapsed`, `tickets_called_off` and `sold` of the events of that currency; then
/// `currency` and the amounts in its minor units: `gross`, `discounts`, `refunds`, `fees`, `net`, `paid_out`,
/// `booked_value`, `booked_discounts`, `cancelled_value`. `csv` is as RFC 4180 has it, `ndjson` has one object per
/// line. A file that ends with an error is not whole.
#[utoipa::path(
    get, path = "/api/v1/admin/analytics/dashboard", tag = "admin",
    params(
        SalesParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, description = "How sales go",
         content((Dashboard = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")),
         headers(("Evently-As-Of-Position" = u64, description = "Of a file: the position that all rows tell of"),
                 ("Content-Disposition" = String, description = "Of a file: names it"))),
        (status = 400, body = Problem, description = "`malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`"),
        (status = 422, body = Problem,
         description = "`as-of-in-the-future`, `as-of-before-the-first-event`, `position-beyond-head`, `as-of-twice`, \
                        `unknown-bucket`, `unknown-time-zone`, `empty-range`; \
                        `too-many-buckets` (`requested`, `limit`); `unknown-format`"),
        (status = 429, body = Problem, description = "`too-many-requests`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `too-many-exports`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn show_dashboard(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<SalesParameters>,
) -> Result<Response, Problem> {
    let (format, whose) = (parameters.format()?, sales_of(caller)?);
    let standing = analytics::stand(&app, parameters.moment(), min_position).await?;
    let buckets = parameters.buckets(standing.as_of.recorded_at)?;
    let buyers = customers::buyers(&app.pool, whose, standing.as_of.position);
    let (numbers, buyers) = tokio::try_join!(analytics::numbers(&app, &standing, whose, false), buyers)?;
    let wholes: Vec<_> = numbers.wholes.iter().map(|whole| (whole.scope, &whole.totals)).collect();
    let (top, sold_out) = (best(&numbers), last_sold_out(&numbers));
    let named = top.iter().chain(&sold_out).map(|show| show.show_id).collect();
    let titles = analytics::titles(&app, named, standing.as_of.position);
    let (mut courses, titles) = tokio::try_join!(at_edges(&app, &wholes, &buckets.edges), titles)?;
    let courses: Vec<_> = wholes.iter().filter_map(|(scope, _)| courses.remove(scope)).collect();
    if let Some(format) = format {
        let courses = table::by_currency(&buckets, wholes.iter().map(|(_, totals)| *totals), &courses);
        let (name, position) = ("sales-over-time".into(), standing.as_of.position);
        return table::respond(&app, caller.account_id, Table { format, name, position, courses });
    }
    let sum = numbers.sum();
    let told = |show: &&ShowNumbers| EventNumbers::of(show, titles.get(&show.show_id).cloned());
    let dashboard = Dashboard {
        as_of_position: standing.as_of.position,
        as_of: standing.as_of.recorded_at,
        events: EventCounts {
            created: sum[Measure::Shows],
            published: sum[Measure::ShowsPublished],
            called_off: sum[Measure::ShowsCancelled],
        },
        totals: Counts::from(&sum),
        revenue: revenue_of(&numbers),
        rates: Rates::from(&sum),
        funnel: Funnel::from(&sum),
        waitlist: Waitlist::from(&sum),
        customers: Customers { buyers },
        top_events: top.iter().map(told).collect(),
        sold_out_events: sold_out.iter().map(told).collect(),
        sales_over_time: Course::of(&buckets, &courses),
    };
    Ok(json(bytes_of(&dashboard)?))
}

/// The shows that sold the most tickets, then those that came first.
fn best(numbers: &Numbers) -> Vec<&ShowNumbers> {
    let mut shows: Vec<_> = numbers.shows.iter().filter(|show| show.totals[Measure::Sold] > 0).collect();
    shows.sort_by_key(|show| (-show.totals[Measure::Sold], show.totals[Measure::Since]));
    shows.truncate(TOP_EVENTS);
    shows
}

/// The shows that sold out, the last one first.
fn last_sold_out(numbers: &Numbers) -> Vec<&ShowNumbers> {
    let mut shows: Vec<_> = numbers.shows.iter().filter(|show| show.totals[Measure::SoldOutLastAt] > 0).collect();
    shows.sort_by_key(|show| (-show.totals[Measure::SoldOutLastAt], show.totals[Measure::Since]));
    shows.truncate(SOLD_OUT_EVENTS);
    shows
}
