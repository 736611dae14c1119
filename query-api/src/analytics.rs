//! How sales went as of any moment: the totals that were written down before it, and a fold of what the log says
//! since. The fold is the projector's own (`domain/src/analytics.rs`), so that whatever was asked once is answered
//! with the same bytes for ever.
//!
//! `migrations/0008_analytics.sql` says how the tables hang together.

pub(crate) mod buckets;
pub(crate) mod course;
mod picture;
mod tail;

use std::collections::HashMap;

use domain::analytics::{Measure, Totals, minute_of, stretch_of};
use edge::extract::MinPosition;
use edge::problem::Problem;
use sqlx::FromRow;
use uuid::Uuid;

use crate::app::App;
use crate::as_of::{self, AsOf, AsOfParameters};
use crate::freshness;
use crate::store;

/// Whose sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Everybody's.
    Everybodys,
    /// Those of one organizer's shows.
    Organizers(Uuid),
    /// Those of one show.
    Show(Uuid),
}

/// Where the tables stand, and which moment is asked for.
pub(crate) struct Standing {
    pub(crate) as_of: AsOf,
    /// Streams that the projector goes on without, and since which position.
    parked: HashMap<String, u64>,
}

/// The numbers of a moment.
pub(crate) struct Numbers {
    /// Everything together, by currency. Empty where one show was asked for.
    pub(crate) wholes: Vec<Counted>,
    pub(crate) shows: Vec<ShowNumbers>,
}

/// Something that totals are kept of.
pub(crate) struct Counted {
    pub(crate) scope: i32,
    pub(crate) totals: Totals,
}

/// One show in numbers.
pub(crate) struct ShowNumbers {
    pub(crate) show_id: Uuid,
    pub(crate) scope: i32,
    pub(crate) totals: Totals,
    /// Its ticket types and what belongs to none, where they were asked for.
    pub(crate) parts: Vec<PartNumbers>,
}

/// One ticket type in numbers, or what belongs to none.
pub(crate) struct PartNumbers {
    pub(crate) ticket_type_id: Option<Uuid>,
    pub(crate) name: Option<String>,
    pub(crate) scope: i32,
    pub(crate) totals: Totals,
}

const STANDING: &str = "\
SELECT least(c.position, customers.position), parked.stream, parked.position AS since FROM projection_checkpoints c
LEFT JOIN projection_checkpoints customers ON customers.name = 'customers'
LEFT JOIN parked_streams parked ON parked.projection = c.name WHERE c.name = 'analytics'";

/// The moment that is meant, once the tables have come that far: those of sales and those of customers.
pub(crate) async fn stand(app: &App, asked: AsOfParameters, at_least: MinPosition) -> Result<Standing, Problem> {
    app.reports.reach(at_least).await?;
    let past = if asked.is_asked() { Some(as_of::resolve_for(app, 0, asked).await?) } else { None };
    if let Some(past) = past {
        app.reports.reach(MinPosition(Some(past.position))).await?;
    }
    let rows: Vec<(i64, Option<String>, Option<i64>)> =
        sqlx::query_as(STANDING).fetch_all(&app.pool).await.map_err(store::problem)?;
    let reached = store::unsigned(rows.first().map_or(0, |row| row.0));
    let as_of = match past {
        // They may have been made anew in between.
        Some(past) if past.position > reached => return Err(freshness::behind(past.position, reached)),
        Some(past) => past,
        None => as_of::resolve_for(app, reached, asked).await?,
    };
    let parked = rows.into_iter().filter_map(|(_, stream, since)| Some((stream?, store::unsigned(since?))));
    Ok(Standing { as_of, parked: parked.collect() })
}

#[derive(FromRow)]
struct ScopeRow {
    scope: i32,
    kind: String,
    show_id: Option<Uuid>,
    ticket_type_id: Option<Uuid>,
    organizer_id: Option<Uuid>,
    name: Option<String>,
    currency: Option<String>,
    totals: Option<Vec<u8>>,
}

/// Scopes as of a position ($1), each with its last totals before a segment ($2, $3).
macro_rules! scopes {
    ($condition:literal) => {
        concat!(
            "SELECT s.scope, s.kind, s.show_id, s.ticket_type_id, s.organizer_id, s.name, s.currency, last.totals ",
            "FROM sales_scopes s LEFT JOIN LATERAL (SELECT totals FROM sales_totals t ",
            "WHERE t.scope = s.scope AND (t.minute, t.stretch) < ($2, $3) ",
            "ORDER BY t.minute DESC, t.stretch DESC LIMIT 1) last ON true WHERE s.since <= $1 AND ",
            $condition,
            " ORDER BY s.scope"
        )
    };
}

const EVERYBODYS: &str = scopes!("s.kind = ANY($4)");
const ORGANIZERS: &str = scopes!("s.kind = ANY($4) AND s.organizer_id = $5");
const OF_SHOWS: &str = scopes!("s.show_id = ANY($4)");

/// The numbers as of a moment; `with_parts`: those of ticket types too.
pub(crate) async fn numbers(
    app: &App,
    standing: &Standing,
    whose: Whose,
    with_parts: bool,
) -> Result<Numbers, Problem> {
    let position = standing.as_of.position;
    if position == 0 {
        return Ok(Numbers { wholes: Vec::new(), shows: Vec::new() });
    }
    // Nothing past changes, so it may be looked up at the same time.
    let newer = async {
        let (blocks, covered) = picture::blocks(app, position, with_parts).await?;
        Ok((blocks, covered, tail::read(app, covered, position).await?))
    };
    let (rows, (blocks, covered, tail)) = tokio::try_join!(scopes_of(app, standing, whose, with_parts), newer)?;
    let mut numbers = picture::assemble(rows, &blocks)?;
    tail::fold(app, standing, &tail, covered, &mut numbers, with_parts).await?;
    Ok(numbers.finish())
}

async fn scopes_of(app: &App, standing: &Standing, whose: Whose, with_parts: bool) -> Result<Vec<ScopeRow>, Problem> {
    let kinds = |whole: &'static str| {
        if with_parts { vec![whole, "show", "part"] } else { vec![whole, "show"] }
    };
    let query = match whose {
        Whose::Everybodys => bind(sqlx::query_as(EVERYBODYS), standing).bind(kinds("platform")),
        Whose::Organizers(id) => bind(sqlx::query_as(ORGANIZERS), standing).bind(kinds("organizer")).bind(id),
        Whose::Show(show_id) => bind(sqlx::query_as(OF_SHOWS), standing).bind(vec![show_id]),
    };
    query.fetch_all(&app.pool).await.map_err(store::problem)
}

/// The scopes of some shows and their ticket types.
async fn scopes_of_shows(app: &App, standing: &Standing, shows: Vec<Uuid>) -> Result<Vec<ScopeRow>, Problem> {
    bind(sqlx::query_as(OF_SHOWS), standing).bind(shows).fetch_all(&app.pool).await.map_err(store::problem)
}

type ScopeQuery<'q> = sqlx::query::QueryAs<'q, sqlx::Postgres, ScopeRow, sqlx::postgres::PgArguments>;

/// Says which moment, and before which segment.
fn bind<'q>(query: ScopeQuery<'q>, standing: &Standing) -> ScopeQuery<'q> {
    let AsOf { position, recorded_at, .. } = standing.as_of;
    query.bind(signed(position)).bind(small(minute_of(recorded_at))).bind(small(signed(stretch_of(position))))
}

const TITLES: &str = "\
SELECT DISTINCT ON (show_id) show_id, title FROM sales_titles WHERE show_id = ANY($1) AND position <= $2
ORDER BY show_id, position DESC";

/// What shows were called at a position.
pub(crate) async fn titles(app: &App, shows: Vec<Uuid>, position: u64) -> Result<HashMap<Uuid, String>, Problem> {
    let titles: Vec<(Uuid, String)> =
        sqlx::query_as(TITLES).bind(shows).bind(signed(position)).fetch_all(&app.pool).await.map_err(store::problem)?;
    Ok(titles.into_iter().collect())
}

impl Numbers {
    /// Everything together, whatever the currency: for what is counted in tickets and people.
    pub(crate) fn sum(&self) -> Totals {
        let mut sum = Totals::default();
        self.wholes.iter().for_each(|whole| sum.add(&whole.totals));
        sum
    }
}

/// The currency of numbers; empty where nothing has a price yet.
pub(crate) fn currency_of(totals: &Totals) -> String {
    totals.currency().map_or_else(String::new, |currency| currency.as_str().into())
}

/// A moment that numbers have as a mark.
pub(crate) fn time_of(totals: &Totals, mark: Measure) -> Option<chrono::DateTime<chrono::Utc>> {
    let micros = totals[mark];
    if micros == 0 { None } else { chrono::DateTime::from_timestamp_micros(micros) }
}

/// Numbers that are written in a way that nobody knows.
fn unreadable() -> Problem {
    store::problem(sqlx::Error::Decode("numbers of sales are written in another way".into()))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Minutes, blocks and stretches are `int` in the tables.
fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}
