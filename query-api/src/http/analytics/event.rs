//! How the sale of one event goes, by ticket type.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::SalesParameters;
use super::answer::{Counts, Funnel, Rates, Revenue, SoldOut, Waitlist};
use super::course::Course;
use super::table::{self, Table};
use crate::analytics::course::at_edges;
use crate::analytics::{self, PartNumbers, Whose};
use crate::app::App;
use crate::http::access::{demand_organizer, no_such_event};
use crate::http::{bytes_of, json};

/// How the sale of one event goes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventAnalytics {
    /// The position of the log that this answer tells of. The same question with it gives the same answer for ever.
    #[schema(example = 48_213)]
    as_of_position: u64,
    /// When the event at that position was recorded.
    as_of: DateTime<Utc>,
    event_id: Uuid,
    /// What it was called then.
    #[schema(example = "An evening with Clara")]
    title: String,
    totals: Counts,
    revenue: Revenue,
    rates: Rates,
    funnel: Funnel,
    waitlist: Waitlist,
    #[serde(skip_serializing_if = "Option::is_none")]
    sold_out: Option<SoldOut>,
    /// In the order in which they were added; at the end what belongs to none, if there is something: money that
    /// bought nothing, and went back without tickets.
    ticket_types: Vec<TypeNumbers>,
    sales_over_time: Course,
}

/// How one ticket type sells.
#[derive(Debug, Serialize, ToSchema)]
struct TypeNumbers {
    /// Absent: what belongs to no ticket type.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_type_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Stalls")]
    name: Option<String>,
    totals: Counts,
    revenue: Revenue,
    rates: Rates,
    #[serde(skip_serializing_if = "Option::is_none")]
    sold_out: Option<SoldOut>,
}

impl TypeNumbers {
    fn of(part: &PartNumbers, currency: &str) -> Self {
        Self {
            ticket_type_id: part.ticket_type_id,
            name: part.name.clone(),
            totals: Counts::from(&part.totals),
            revenue: Revenue { currency: currency.into(), ..Revenue::of(&part.totals) },
            rates: Rates::from(&part.totals),
            sold_out: SoldOut::of(&part.totals),
        }
    }
}

/// Shows how the sale of your event goes
///
/// By ticket type, now or as it was at any moment since the event was created. An admin sees that of any event.
///
/// With `format`, the sales over time come as a file, a row for each bucket; its columns are those of the dashboard's.
#[utoipa::path(
    get, path = "/api/v1/admin/analytics/events/{event_id}", tag = "admin",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        SalesParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, description = "How its sale goes",
         content((EventAnalytics = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")),
         headers(("Evently-As-Of-Position" = u64, description = "Of a file: the position that all rows tell of"),
                 ("Content-Disposition" = String, description = "Of a file: names it"))),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`, `not-your-event`"),
        (status = 404, body = Problem, description = "`not-found`: there is, or was at that moment, no such event"),
        (status = 422, body = Problem,
         description = "`as-of-in-the-future`, `as-of-before-the-first-event`, `position-beyond-head`, `as-of-twice`, \
                        `unknown-bucket`, `unknown-time-zone`, `empty-range`; \
                        `too-many-buckets` (`requested`, `limit`); `unknown-format`"),
        (status = 429, body = Problem, description = "`too-many-requests`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `too-many-exports`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn show_event(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(parameters): Query<SalesParameters>,
) -> Result<Response, Problem> {
    let format = parameters.format()?;
    app.freshness.reach(min_position).await?;
    demand_organizer(&app, event_id, caller).await?;
    let standing = analytics::stand(&app, parameters.moment(), min_position).await?;
    let buckets = parameters.buckets(standing.as_of.recorded_at)?;
    let numbers = analytics::numbers(&app, &standing, Whose::Show(event_id), true).await?;
    let show = numbers.shows.first().ok_or_else(no_such_event)?;
    let course = at_edges(&app, &[(show.scope, &show.totals)], &buckets.edges).await?;
    let courses: Vec<_> = course.into_values().collect();
    if let Some(format) = format {
        let courses = table::by_currency(&buckets, std::iter::once(&show.totals), &courses);
        let (name, position) = (format!("sales-over-time-{event_id}"), standing.as_of.position);
        return table::respond(&app, caller.account_id, Table { format, name, position, courses });
    }
    let titles = analytics::titles(&app, vec![event_id], standing.as_of.position).await?;
    let revenue = Revenue::of(&show.totals);
    let typed = show.parts.iter().filter(|part| part.ticket_type_id.is_some());
    let parts = typed.chain(show.parts.iter().filter(|part| part.ticket_type_id.is_none()));
    let answer = EventAnalytics {
        as_of_position: standing.as_of.position,
        as_of: standing.as_of.recorded_at,
        event_id,
        title: titles.get(&event_id).cloned().unwrap_or_default(),
        totals: Counts::from(&show.totals),
        rates: Rates::from(&show.totals),
        funnel: Funnel::from(&show.totals),
        waitlist: Waitlist::from(&show.totals),
        sold_out: SoldOut::of(&show.totals),
        ticket_types: parts.map(|part| TypeNumbers::of(part, &revenue.currency)).collect(),
        revenue,
        sales_over_time: Course::of(&buckets, &courses),
    };
    Ok(json(bytes_of(&answer)?))
}
