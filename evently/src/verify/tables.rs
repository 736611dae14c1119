//! The read models as they are, row by row, beside what the count says they should be.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use indicatif::ProgressBar;
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, PgConnection, Row as _};
use uuid::Uuid;

use super::Stop;
use super::facts::{Item, digest};
use super::recount::Recount;

/// The version of every projection whose rows this program can judge.
const VERSION: i32 = 1;

/// Takes the next rows of the table that is open; few enough that long descriptions do no harm.
const NEXT_ROWS: &str = "FETCH 2000 FROM rows_to_compare";

/// Declares a row and how it is told apart from what it should be.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident $(<$lifetime:lifetime>)? { $($column:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(sqlx::FromRow)]
        pub(super) struct $name $(<$lifetime>)? { $(pub(super) $column: $type,)+ }

        impl $(<$lifetime>)? $name $(<$lifetime>)? {
            /// What is wrong with the first column that is not as it should be.
            fn compare(&self, should_be: &Self) -> Result<(), String> {
                $( if self.$column != should_be.$column {
                    let (name, found, expected) = (stringify!($column), &self.$column, &should_be.$column);
                    return Err(format!("has {name} {found:?}, the log says {expected:?}"));
                } )+
                Ok(())
            }
        }
    };
}

row! {
    /// A row of `shows`.
    ShowRow {
        show_id: Uuid,
        organizer_id: Uuid,
        title: String,
        description: Option<String>,
        venue_name: String,
        venue_city: String,
        venue_country: String,
        time_zone: String,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        sale_opens_at: Option<DateTime<Utc>>,
        sale_closes_at: Option<DateTime<Utc>>,
        max_per_customer: Option<i32>,
        currency: Option<String>,
        status: String,
        published: bool,
        cancel_reason: Option<String>,
        cancelled_at: Option<DateTime<Utc>>,
        revision: i64,
        created_at: DateTime<Utc>,
    }
}

row! {
    /// A row of `ticket_types`.
    TicketTypeRow {
        ticket_type_id: Uuid,
        show_id: Uuid,
        ordinal: i32,
        name: String,
        price_amount: i64,
        currency: String,
        capacity: i32,
        sold: i64,
    }
}

row! {
    /// A row of `bookings`, its items aside.
    BookingRow<'r> {
        show_id: Uuid,
        customer_id: Uuid,
        quantity: i32,
        total_amount: i64,
        currency: Option<&'r str>,
        status: &'r str,
        booked_at: DateTime<Utc>,
        cancelled_at: Option<DateTime<Utc>>,
        position: i64,
    }
}

/// A projection and its table.
#[derive(Clone, Copy)]
pub(super) enum Table {
    Shows,
    TicketTypes,
    Bookings,
}

/// How far a projection has come.
pub(super) struct Checkpoint {
    pub(super) table: Table,
    pub(super) position: i64,
}

/// The checkpoints of all projections, and what there is to say against them.
pub(super) async fn checkpoints(
    connection: &mut PgConnection,
    head: i64,
) -> Result<(Vec<Checkpoint>, Option<String>), Stop> {
    let rows: Vec<(String, i32, i64)> = sqlx::query_as("SELECT name, version, position FROM projection_checkpoints")
        .fetch_all(&mut *connection)
        .await?;
    let parked: Option<(String, String, i64)> =
        sqlx::query_as("SELECT projection, stream, position FROM parked_streams ORDER BY position LIMIT 1")
            .fetch_optional(connection)
            .await?;
    let mut doubt = None;
    let mut checkpoints = Vec::new();
    let tables = [("shows", Table::Shows), ("availability", Table::TicketTypes), ("bookings", Table::Bookings)];
    for (name, table) in tables {
        match rows.iter().find(|row| row.0 == name) {
            None => doubt = doubt.or(Some(format!("projection {name} has no checkpoint"))),
            Some((_, version, _)) if *version != VERSION => {
                doubt = doubt.or(Some(format!("projection {name} has version {version}, known here is {VERSION}")));
            }
            Some((_, _, position)) if *position > head => {
                doubt = doubt.or(Some(format!("projection {name} is at position {position}, the log ends at {head}")));
            }
            Some((_, _, position)) => checkpoints.push(Checkpoint { table, position: *position }),
        }
    }
    let parked = parked.map(|(projection, stream, position)| {
        format!("projection {projection} has parked {stream} at position {position} and does not show the rest of it")
    });
    Ok((checkpoints, doubt.or(parked)))
}

impl Table {
    /// Compares every row with the count, and the count with the rows.
    pub(super) async fn compare(
        self,
        connection: &mut PgConnection,
        recount: &mut Recount,
        bar: &ProgressBar,
    ) -> Result<(), Stop> {
        let (name, declare) = match self {
            Self::Shows => ("shows", "DECLARE rows_to_compare NO SCROLL CURSOR FOR SELECT * FROM shows"),
            Self::TicketTypes => {
                ("ticket_types", "DECLARE rows_to_compare NO SCROLL CURSOR FOR SELECT * FROM ticket_types")
            }
            Self::Bookings => ("bookings", "DECLARE rows_to_compare NO SCROLL CURSOR FOR SELECT * FROM bookings"),
        };
        bar.set_message(format!("Comparing {name}"));
        sqlx::query(declare).execute(&mut *connection).await?;
        let mut found = HashSet::new();
        loop {
            // Not kept prepared: what the statement returns depends on the table that is open.
            let rows = sqlx::query(NEXT_ROWS).persistent(false).fetch_all(&mut *connection).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let compared = match self {
                    Self::Shows => show(row, recount, &mut found)?,
                    Self::TicketTypes => ticket_type(row, recount, &mut found)?,
                    Self::Bookings => booking(row, recount)?,
                };
                compared.map_err(|reason| Stop::Difference(format!("table {name}: {reason}")))?;
            }
        }
        sqlx::query("CLOSE rows_to_compare").execute(connection).await?;
        let missing = match self {
            Self::Shows => missing_show(recount, &found),
            Self::TicketTypes => missing_ticket_type(recount, &found),
            Self::Bookings => missing_booking(recount),
        };
        bar.set_message("Recounting");
        missing.map_or(Ok(()), |missing| Err(Stop::Difference(format!("table {name}: there is no row for {missing}"))))
    }
}

type Compared = Result<Result<(), String>, sqlx::Error>;

fn show(row: &PgRow, recount: &Recount, found: &mut HashSet<Uuid>) -> Compared {
    let row = ShowRow::from_row(row)?;
    let show_id = row.show_id;
    found.insert(show_id);
    let Some(show) = recount.shows.get(&show_id) else {
        return Ok(Err(format!("the row of show {show_id} is about a show that the log does not know")));
    };
    Ok(row.compare(&show.row).map_err(|difference| format!("the row of show {show_id} {difference}")))
}

fn missing_show(recount: &Recount, found: &HashSet<Uuid>) -> Option<String> {
    recount.shows.keys().find(|show_id| !found.contains(show_id)).map(|show_id| format!("show {show_id}"))
}

fn ticket_type(row: &PgRow, recount: &Recount, found: &mut HashSet<Uuid>) -> Compared {
    let row = TicketTypeRow::from_row(row)?;
    let (ticket_type_id, show_id) = (row.ticket_type_id, row.show_id);
    found.insert(ticket_type_id);
    let ticket_types = recount.shows.get(&show_id).map_or(&[][..], |show| &show.ticket_types);
    let Some(should_be) = ticket_types.iter().find(|known| known.ticket_type_id == ticket_type_id) else {
        return Ok(Err(format!("ticket type {ticket_type_id} of show {show_id} is one that the log does not know")));
    };
    let named = |difference| format!("the row of ticket type {ticket_type_id} of show {show_id} {difference}");
    Ok(row.compare(should_be).map_err(named))
}

fn missing_ticket_type(recount: &Recount, found: &HashSet<Uuid>) -> Option<String> {
    let mut all = recount.shows.values().flat_map(|show| &show.ticket_types);
    let missing = all.find(|ticket_type| !found.contains(&ticket_type.ticket_type_id))?;
    Some(format!("ticket type {} of show {}", missing.ticket_type_id, missing.show_id))
}

fn booking(row: &PgRow, recount: &mut Recount) -> Compared {
    let booking_id: Uuid = row.try_get("booking_id")?;
    let Some(booking) = recount.bookings.get_mut(booking_id) else {
        return Ok(Err(format!("booking {booking_id} is one that the log does not know")));
    };
    booking.found = true;
    let should_be = BookingRow {
        show_id: booking.show_id,
        customer_id: booking.customer_id,
        quantity: booking.quantity,
        total_amount: booking.total,
        currency: recount.shows.get(&booking.show_id).and_then(|show| show.row.currency.as_deref()),
        status: if booking.cancelled_at.is_some() { "cancelled" } else { "confirmed" },
        booked_at: booking.booked_at,
        cancelled_at: booking.cancelled_at,
        position: booking.position,
    };
    let items: Option<Vec<Item>> = serde_json::from_str(row.try_get("items")?).ok();
    let mut compared = BookingRow::from_row(row)?.compare(&should_be);
    if compared.is_ok() && items.is_none_or(|items| digest(&items) != booking.items) {
        compared = Err("has other items than the log".into());
    }
    let position = booking.position;
    Ok(compared.map_err(|difference| format!("booking {booking_id}, confirmed at position {position}, {difference}")))
}

fn missing_booking(recount: &Recount) -> Option<String> {
    let missing = recount.bookings.first_not_found()?;
    let (booking_id, show_id, position) = (missing.id, missing.show_id, missing.position);
    Some(format!("booking {booking_id} of show {show_id}, confirmed at position {position}"))
}
