//! The read models as they are, row by row, beside what the count says they should be.

mod audit;
mod bookings;
mod colleagues;
mod customers;
mod money;
mod people;
mod sales;
mod seats;
mod shows;
mod waitlist;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use indicatif::ProgressBar;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use super::Stop;
use super::recount::Recount;

pub(super) use shows::{ShowRow, TicketTypeRow};

/// The version of every projection whose rows this program can judge.
const VERSION: i32 = 1;

/// Takes the next rows of the table that is open; few enough that long descriptions do no harm.
const NEXT_ROWS: &str = "FETCH 2000 FROM rows_to_compare";
/// The same for seat maps, which can be very large.
const NEXT_SEAT_MAPS: &str = "FETCH 10 FROM rows_to_compare";

/// Declares a row and how it is told apart from what it should be.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident $(<$lifetime:lifetime>)? { $($column:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(sqlx::FromRow)]
        pub(in crate::verify) struct $name $(<$lifetime>)? { $(pub(in crate::verify) $column: $type,)+ }

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
use row;

/// Keeps all of the tables what they are.
pub(super) const HOLD: &str = "\
LOCK TABLE shows, show_colleagues, ticket_types, seat_maps, seats, bookings, promo_codes, waitlist_entries, payments,
    refunds, people, audit_index, sales_scopes, sales_totals, sales_blocks, sales_titles, sales_seats,
    customer_counts, customer_firsts, customer_scopes, customer_shows
IN ACCESS SHARE MODE";

/// A table of the read models.
#[derive(Clone, Copy)]
pub(super) enum Table {
    Shows,
    Colleagues,
    TicketTypes,
    SeatMaps,
    Seats,
    Bookings,
    PromoCodes,
    WaitlistEntries,
    Payments,
    Refunds,
    AuditIndex,
    People,
    /// All that the projection analytics keeps: rows of many tables that make sense together alone.
    Sales,
    CustomerCounts,
    CustomerFirsts,
    CustomerScopes,
    CustomerShows,
}

/// Which projection keeps which tables.
const PROJECTIONS: [(&str, &[Table]); 9] = [
    ("shows", &[Table::Shows, Table::Colleagues]),
    ("availability", &[Table::TicketTypes, Table::SeatMaps, Table::Seats]),
    ("bookings", &[Table::Bookings, Table::PromoCodes]),
    ("waitlist", &[Table::WaitlistEntries]),
    ("payments", &[Table::Payments, Table::Refunds]),
    ("audit_index", &[Table::AuditIndex]),
    ("people", &[Table::People]),
    ("analytics", &[Table::Sales]),
    ("customers", &[Table::CustomerCounts, Table::CustomerFirsts, Table::CustomerScopes, Table::CustomerShows]),
];

/// How far a projection has come.
pub(super) struct Checkpoint {
    pub(super) tables: &'static [Table],
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
    for (name, tables) in PROJECTIONS {
        match rows.iter().find(|row| row.0 == name) {
            None => doubt = doubt.or(Some(format!("projection {name} has no checkpoint"))),
            Some((_, version, _)) if *version != VERSION => {
                doubt = doubt.or(Some(format!("projection {name} has version {version}, known here is {VERSION}")));
            }
            Some((_, _, position)) if *position > head => {
                doubt = doubt.or(Some(format!("projection {name} is at position {position}, the log ends at {head}")));
            }
            Some((_, _, position)) => checkpoints.push(Checkpoint { tables, position: *position }),
        }
    }
    let parked = parked.map(|(projection, stream, position)| {
        format!("projection {projection} has parked {stream} at position {position} and does not show the rest of it")
    });
    Ok((checkpoints, doubt.or(parked)))
}

impl Table {
    /// Its name, and the statement that opens it.
    fn name(self) -> (&'static str, &'static str) {
        macro_rules! table {
            ($name:literal) => {
                ($name, concat!("DECLARE rows_to_compare NO SCROLL CURSOR FOR SELECT * FROM ", $name))
            };
        }
        match self {
            Self::Shows => table!("shows"),
            Self::Colleagues => table!("show_colleagues"),
            Self::TicketTypes => table!("ticket_types"),
            Self::SeatMaps => table!("seat_maps"),
            Self::Seats => table!("seats"),
            Self::Bookings => table!("bookings"),
            Self::PromoCodes => table!("promo_codes"),
            Self::WaitlistEntries => table!("waitlist_entries"),
            Self::Payments => table!("payments"),
            Self::Refunds => table!("refunds"),
            Self::AuditIndex => table!("audit_index"),
            Self::People => table!("people"),
            Self::Sales => table!("sales_scopes"),
            Self::CustomerCounts => table!("customer_counts"),
            Self::CustomerFirsts => table!("customer_firsts"),
            Self::CustomerScopes => table!("customer_scopes"),
            Self::CustomerShows => table!("customer_shows"),
        }
    }

    /// Compares every row with the count, and the count with the rows.
    pub(super) async fn compare(
        self,
        connection: &mut PgConnection,
        recount: &Recount,
        bar: &ProgressBar,
    ) -> Result<(), Stop> {
        let (name, declare) = self.name();
        bar.set_message(format!("Comparing {name}"));
        if matches!(self, Self::Sales) {
            let compared = sales::compare(connection, recount).await;
            bar.set_message("Recounting");
            return compared;
        }
        sqlx::query(declare).execute(&mut *connection).await?;
        let next = if matches!(self, Self::SeatMaps) { NEXT_SEAT_MAPS } else { NEXT_ROWS };
        let mut found = Found::default();
        loop {
            // Not kept prepared: what the statement returns depends on the table that is open.
            let rows = sqlx::query(next).persistent(false).fetch_all(&mut *connection).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let compared = self.compare_row(row, recount, &mut found)?;
                compared.map_err(|reason| Stop::Difference(format!("table {name}: {reason}")))?;
            }
        }
        sqlx::query("CLOSE rows_to_compare").execute(connection).await?;
        let missing = self.missing(recount, &found);
        bar.set_message("Recounting");
        missing.map_or(Ok(()), |missing| Err(Stop::Difference(format!("table {name}: there is no row for {missing}"))))
    }

    fn compare_row(self, row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
        match self {
            Self::Shows => shows::show(row, recount, found),
            Self::Colleagues => colleagues::colleague(row, recount, found),
            Self::TicketTypes => shows::ticket_type(row, recount, found),
            Self::SeatMaps => seats::seat_map(row, recount, found),
            Self::Seats => seats::seat(row, recount, found),
            Self::Bookings => bookings::booking(row, recount, found),
            Self::PromoCodes => bookings::promo_code(row, recount, found),
            Self::WaitlistEntries => waitlist::entry(row, recount, found),
            Self::Payments => money::payment(row, recount, found),
            Self::Refunds => money::refund(row, recount, found),
            Self::AuditIndex => audit::index_row(row, recount, found),
            Self::People => people::person(row, recount, found),
            Self::CustomerCounts => customers::counts(row, recount, found),
            Self::CustomerFirsts => customers::first(row, recount, found),
            Self::CustomerScopes => customers::scope(row, recount, found),
            Self::CustomerShows => customers::show_of(row, recount, found),
            // Compared as a whole.
            Self::Sales => Ok(Ok(())),
        }
    }

    fn missing(self, recount: &Recount, found: &Found) -> Option<String> {
        match self {
            Self::Shows => shows::missing_show(recount, found),
            Self::Colleagues => colleagues::missing_colleague(recount, found),
            Self::TicketTypes => shows::missing_ticket_type(recount, found),
            Self::SeatMaps => seats::missing_seat_map(recount, found),
            Self::Seats => seats::missing_seat(recount, found),
            Self::Bookings => bookings::missing_booking(recount, found),
            Self::PromoCodes => bookings::missing_promo_code(recount, found),
            Self::WaitlistEntries => waitlist::missing_entry(recount, found),
            Self::Payments => money::missing_payment(recount, found),
            Self::Refunds => money::missing_refund(recount, found),
            Self::AuditIndex => audit::missing_index_row(recount, found),
            Self::People => people::missing_person(recount, found),
            Self::CustomerCounts => customers::missing_counts(recount, found),
            Self::CustomerFirsts => customers::missing_first(recount, found),
            Self::CustomerScopes => customers::missing_scope(recount, found),
            Self::CustomerShows => customers::missing_show_of(recount, found),
            Self::Sales => None,
        }
    }
}

/// Whether a row could be read, and whether it is as it should be.
type Compared = Result<Result<(), String>, sqlx::Error>;

/// The rows of a table that were there, each as a few bytes that stand for its key.
#[derive(Default)]
struct Found(HashSet<u64>);

impl Found {
    fn add(&mut self, key: impl Hash) {
        self.0.insert(hash(key));
    }

    fn has(&self, key: impl Hash) -> bool {
        self.0.contains(&hash(key))
    }
}

fn hash(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
