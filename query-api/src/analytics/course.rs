//! How numbers went over time: what they were at each edge of a stretch of buckets.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::analytics::{Measure, Totals, minute_of};
use edge::problem::Problem;

use super::{small, unreadable};
use crate::app::App;
use crate::store;

/// The last totals of each scope before each minute. Rows of minutes that are over are never written again.
const EDGES: &str = "\
SELECT s.scope, b.edge::int AS edge, last.totals
FROM unnest($1::int[]) s(scope) CROSS JOIN unnest($2::int[]) WITH ORDINALITY b(minute, edge)
JOIN LATERAL (SELECT totals FROM sales_totals t WHERE t.scope = s.scope AND t.minute < b.minute
              ORDER BY t.minute DESC, t.stretch DESC LIMIT 1) last ON true";

/// What each of some scopes had come to at each edge. `now` are their totals at the moment that is asked for; what is
/// after it is as it was then.
pub(crate) async fn at_edges(
    app: &App,
    now: &[(i32, &Totals)],
    edges: &[DateTime<Utc>],
) -> Result<HashMap<i32, Vec<Totals>>, Problem> {
    let minutes: Vec<i64> = edges.iter().map(|edge| minute_of(*edge)).collect();
    // What has not changed since an edge is as it is now.
    let is_past = |totals: &Totals, minute: i64| totals[Measure::TouchedMinute] >= minute;
    let mut course: HashMap<i32, Vec<Totals>> = HashMap::with_capacity(now.len());
    let mut asked = Vec::new();
    for (scope, totals) in now {
        let as_now = |minute: &i64| if is_past(totals, *minute) { Totals::default() } else { (*totals).clone() };
        course.insert(*scope, minutes.iter().map(as_now).collect());
        if minutes.iter().any(|minute| is_past(totals, *minute)) {
            asked.push(*scope);
        }
    }
    let past = now.iter().map(|(_, totals)| totals[Measure::TouchedMinute]).max().unwrap_or(0);
    let looked_up: Vec<i32> = minutes.iter().filter(|minute| **minute <= past).map(|minute| small(*minute)).collect();
    let rows: Vec<(i32, i32, Vec<u8>)> =
        sqlx::query_as(EDGES).bind(asked).bind(looked_up).fetch_all(&app.pool).await.map_err(store::problem)?;
    let touched: HashMap<i32, i64> =
        now.iter().map(|(scope, totals)| (*scope, totals[Measure::TouchedMinute])).collect();
    for (scope, edge, totals) in rows {
        // Edges ascend, so those that were looked up are the first ones.
        let at = usize::try_from(edge - 1).unwrap_or(0);
        if touched.get(&scope).is_some_and(|touched| *touched >= minutes[at])
            && let Some(course) = course.get_mut(&scope)
        {
            course[at] = Totals::decode(&totals).ok_or_else(unreadable)?;
        }
    }
    Ok(course)
}
