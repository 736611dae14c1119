//! The lines of a revenue report.

use chrono::{DateTime, Utc};
use domain::analytics::Totals;
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::By;
use crate::analytics::buckets::Buckets;
use crate::analytics::{self, Numbers, ShowNumbers, course};
use crate::app::App;
use crate::http::analytics::answer::Revenue;

/// What time is asked for.
pub(super) enum Range {
    /// Day by day.
    Days(Buckets),
    /// All of it together, if anything is said.
    Between(Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// A line of revenue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Line {
    /// By event or ticket type: which event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_id: Option<Uuid>,
    /// What it was called at the moment of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    /// By ticket type: which; absent for what belongs to none (money that bought nothing, or went back without
    /// tickets).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ticket_type_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Stalls")]
    pub(super) ticket_type: Option<String>,
    /// By day: which, by the clocks of the time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-03-01")]
    pub(super) day: Option<String>,
    /// By day: when it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub(super) revenue: Revenue,
}

impl Line {
    fn of(revenue: Revenue) -> Self {
        let (event_id, title, ticket_type_id, ticket_type) = (None, None, None, None);
        Self { event_id, title, ticket_type_id, ticket_type, day: None, start: None, revenue }
    }
}

/// All lines, and what they come to.
pub(super) struct Told {
    pub(super) lines: Vec<Line>,
    pub(super) totals: Vec<Revenue>,
}

/// Tells the revenue of a moment line by line.
pub(super) async fn told(app: &App, by: By, numbers: &Numbers, range: &Range) -> Result<Told, Problem> {
    let wholes: Vec<_> = numbers.wholes.iter().map(|whole| (whole.scope, &whole.totals)).collect();
    let totals = by_currency(revenue_in(app, &wholes, range).await?);
    let lines = match by {
        By::Event | By::TicketType => of_shows(app, by, &numbers.shows, range).await?,
        By::Day | By::Currency => of_wholes(app, numbers, range).await?,
    };
    Ok(Told { lines, totals })
}

/// Tells the revenue of some shows, each by itself or by its ticket types.
pub(super) async fn of_shows(app: &App, by: By, shows: &[ShowNumbers], range: &Range) -> Result<Vec<Line>, Problem> {
    if by == By::TicketType {
        return by_ticket_type(app, shows, range).await;
    }
    let scopes: Vec<_> = shows.iter().map(|show| (show.scope, &show.totals)).collect();
    let revenues = revenue_in(app, &scopes, range).await?;
    let line = |(show, revenue): (&ShowNumbers, _)| Line { event_id: Some(show.show_id), ..Line::of(revenue) };
    Ok(shows.iter().zip(revenues).map(line).collect())
}

/// Tells the revenue of everything together, by currency, and day by day if that is the range.
pub(super) async fn of_wholes(app: &App, numbers: &Numbers, range: &Range) -> Result<Vec<Line>, Problem> {
    let wholes: Vec<_> = numbers.wholes.iter().map(|whole| (whole.scope, &whole.totals)).collect();
    match range {
        Range::Days(days) => by_day(app, &wholes, days).await,
        // Totals are lines enough.
        Range::Between(..) => {
            Ok(by_currency(revenue_in(app, &wholes, range).await?).into_iter().map(Line::of).collect())
        }
    }
}

fn by_currency(mut revenue: Vec<Revenue>) -> Vec<Revenue> {
    revenue.retain(|revenue| !revenue.currency.is_empty());
    revenue.sort_by(|one, other| one.currency.cmp(&other.currency));
    revenue
}

/// The revenue of each of some scopes within a range, in their order.
async fn revenue_in(app: &App, scopes: &[(i32, &Totals)], range: &Range) -> Result<Vec<Revenue>, Problem> {
    let edges: Vec<DateTime<Utc>> = match range {
        Range::Days(days) => days.edges.first().into_iter().chain(days.edges.last()).copied().collect(),
        Range::Between(from, to) => from.iter().chain(to).copied().collect(),
    };
    let mut courses = course::at_edges(app, scopes, &edges).await?;
    let revenue = scopes.iter().map(|(scope, now)| {
        let course = courses.remove(scope).unwrap_or_default();
        let (from, to) = match range {
            Range::Days(days) if days.edges.is_empty() => (Some((*now).clone()), None),
            Range::Days(_) => (course.first().cloned(), course.last().cloned()),
            Range::Between(from, to) => {
                (from.and_then(|_| course.first().cloned()), to.and_then(|_| course.last().cloned()))
            }
        };
        Revenue::of(&to.as_ref().unwrap_or(now).since(&from.unwrap_or_default())).in_currency_of(now)
    });
    Ok(revenue.collect())
}

async fn by_day(app: &App, wholes: &[(i32, &Totals)], days: &Buckets) -> Result<Vec<Line>, Problem> {
    let courses = course::at_edges(app, wholes, &days.edges).await?;
    let mut lines = Vec::new();
    for (at, start) in days.edges.iter().enumerate().take(days.edges.len().saturating_sub(1)) {
        let of_day = wholes.iter().filter_map(|(scope, now)| {
            let course = courses.get(scope)?;
            Some(Revenue::of(&course[at + 1].since(&course[at])).in_currency_of(now))
        });
        let local = start.with_timezone(&days.zone);
        for revenue in by_currency(of_day.filter(Revenue::is_something).collect()) {
            let day = Some(local.format("%Y-%m-%d").to_string());
            lines.push(Line { day, start: Some(*start), ..Line::of(revenue) });
        }
    }
    Ok(lines)
}

async fn by_ticket_type(app: &App, shows: &[ShowNumbers], range: &Range) -> Result<Vec<Line>, Problem> {
    let parts = || shows.iter().flat_map(|show| show.parts.iter().map(move |part| (show, part)));
    let scopes: Vec<_> = parts().map(|(_, part)| (part.scope, &part.totals)).collect();
    let revenues = revenue_in(app, &scopes, range).await?;
    let lines = parts().zip(revenues).map(|((show, part), revenue)| Line {
        event_id: Some(show.show_id),
        ticket_type_id: part.ticket_type_id,
        ticket_type: part.name.clone(),
        ..Line::of(revenue.in_currency_of(&show.totals))
    });
    Ok(lines.collect())
}

/// Says what the events of some lines were called.
pub(super) async fn name(app: &App, lines: &mut [Line], position: u64) -> Result<(), Problem> {
    let shows = lines.iter().filter_map(|line| line.event_id).collect();
    let titles = analytics::titles(app, shows, position).await?;
    for line in lines {
        line.title = line.event_id.and_then(|event_id| titles.get(&event_id).cloned());
    }
    Ok(())
}
