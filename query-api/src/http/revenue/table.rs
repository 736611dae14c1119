//! All lines of a revenue report as a file.

use axum::response::Response;
use domain::ids::AccountId;
use edge::problem::Problem;

use super::By;
use super::lines::{self, Line, Range};
use crate::analytics::Numbers;
use crate::app::App;
use crate::export::{Column, Export, Field, Format, Rows, Stopped};
use crate::http::analytics::table::{columns_with_money, money};

/// How many events' lines are looked up at a time.
const EVENTS_PER_PAGE: usize = 100;

const BY_EVENT: &[Column] = columns_with_money!["event_id", "title"];
const BY_TICKET_TYPE: &[Column] = columns_with_money!["event_id", "title", "ticket_type_id", "ticket_type"];
const BY_DAY: &[Column] = columns_with_money!["day", "start"];
const BY_CURRENCY: &[Column] = columns_with_money![];

/// What a file tells.
pub(super) struct Told {
    pub(super) by: By,
    pub(super) numbers: Numbers,
    pub(super) range: Range,
    pub(super) position: u64,
}

/// Answers an account with the file.
pub(super) fn respond(app: App, whose: AccountId, format: Format, told: Told) -> Result<Response, Problem> {
    let (columns, name) = match told.by {
        By::Event => (BY_EVENT, "revenue-by-event"),
        By::TicketType => (BY_TICKET_TYPE, "revenue-by-ticket-type"),
        By::Day => (BY_DAY, "revenue-by-day"),
        By::Currency => (BY_CURRENCY, "revenue-by-currency"),
    };
    let turn = app.exports.turn(whose)?;
    let export = Export { format, columns, name: name.into(), as_of_position: told.position };
    Ok(export.respond(turn, move |rows| write(rows, app, told)))
}

/// Writes all lines, those of a few events at a time. What is past does not change, so they fit together.
async fn write(mut rows: Rows, app: App, told: Told) -> Result<Rows, Stopped> {
    let Told { by, numbers, range, position } = told;
    match by {
        By::Event | By::TicketType => {
            for shows in numbers.shows.chunks(EVENTS_PER_PAGE) {
                let mut lines = lines::of_shows(&app, by, shows, &range).await?;
                lines::name(&app, &mut lines, position).await?;
                push(&mut rows, by, &lines).await?;
            }
        }
        By::Day | By::Currency => push(&mut rows, by, &lines::of_wholes(&app, &numbers, &range).await?).await?,
    }
    Ok(rows)
}

async fn push(rows: &mut Rows, by: By, lines: &[Line]) -> Result<(), Stopped> {
    for line in lines {
        rows.push(&fields(by, line)).await?;
    }
    Ok(())
}

fn fields(by: By, line: &Line) -> Vec<Field<'_>> {
    let text = |text: &'_ Option<String>| text.clone().map_or(Field::Null, Field::text);
    let event = || [line.event_id.map_or(Field::Null, |id| Field::text(id.to_string())), text(&line.title)];
    let ticket_type = || line.ticket_type_id.map_or(Field::Null, |id| Field::text(id.to_string()));
    let mut fields = Vec::with_capacity(BY_TICKET_TYPE.len());
    match by {
        By::Event => fields.extend(event()),
        By::TicketType => {
            fields.extend(event());
            fields.extend([ticket_type(), text(&line.ticket_type)]);
        }
        By::Day => fields.extend([text(&line.day), Field::time(line.start)]),
        By::Currency => {}
    }
    fields.extend(money(&line.revenue.currency, &line.revenue));
    fields
}
