//! `sales_*`: the last numbers of every show and ticket type, beside what the recount has of them; that all shows
//! together are the platform; and that no block is missing. The numbers' encoding is the domain's; what they should
//! be is not.

use std::collections::HashMap;

use domain::analytics::{Measure, Totals, block_of, entries};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::verify::Stop;
use crate::verify::ledger::Status;
use crate::verify::recount::Recount;

/// Something that totals are kept of.
struct Scope {
    kind: String,
    show_id: Option<Uuid>,
    ticket_type_id: Option<Uuid>,
    totals: Totals,
}

const ROWS: &str = "\
SELECT s.scope, s.kind, s.show_id, s.ticket_type_id, last.totals FROM sales_scopes s
LEFT JOIN LATERAL (SELECT totals FROM sales_totals t WHERE t.scope = s.scope
                   ORDER BY minute DESC, stretch DESC LIMIT 1) last ON true ORDER BY s.scope";

const RECENT: &str = "\
SELECT shows, parts FROM sales_blocks WHERE block >= (SELECT max(block) FROM sales_blocks) / 16 * 16 ORDER BY block";

const BLOCKS: &str = "\
SELECT c.position, count(b.block), count(*) FILTER (WHERE b.position <> least((b.block + 1) * 4096::bigint - 1, c.position))
FROM projection_checkpoints c LEFT JOIN sales_blocks b ON true WHERE c.name = 'analytics' GROUP BY c.position";

/// Compares the last numbers with the count.
pub(super) async fn compare(connection: &mut PgConnection, recount: &Recount) -> Result<(), Stop> {
    check_blocks(connection).await?;
    let scopes = read(connection).await?;
    let mut of_shows = Totals::default();
    let (mut shows_found, counted, nothing) = (0, counted(recount), Counted::default());
    for scope in &scopes {
        match (scope.kind.as_str(), scope.show_id) {
            ("show", Some(show_id)) => {
                let counted = counted.get(&show_id).unwrap_or(&nothing);
                compare_show(show_id, &scope.totals, recount, counted).map_err(differs)?;
                of_shows.add(&scope.totals);
                shows_found += 1;
            }
            ("part", Some(show_id)) => compare_part(show_id, scope, recount).map_err(differs)?,
            _ => {}
        }
    }
    if shows_found != recount.shows.len() {
        let known = recount.shows.len();
        return Err(differs(format!("numbers of {shows_found} shows are kept, the log knows {known}")));
    }
    for whole in ["platform", "organizer"] {
        let mut sum = Totals::default();
        scopes.iter().filter(|scope| scope.kind == whole).for_each(|scope| sum.add(&scope.totals));
        if sum != of_shows {
            return Err(differs(format!("all shows come to {of_shows:?}, but the numbers of {whole} to {sum:?}")));
        }
    }
    Ok(())
}

fn differs(reason: impl std::fmt::Display) -> Stop {
    Stop::Difference(format!("numbers of sales: {reason}"))
}

async fn check_blocks(connection: &mut PgConnection) -> Result<(), Stop> {
    let (checkpoint, found, wrong): (i64, i64, i64) = sqlx::query_as(BLOCKS).fetch_one(connection).await?;
    let expected = if checkpoint == 0 { 0 } else { block_of(checkpoint.unsigned_abs()).cast_signed() + 1 };
    if (found, wrong) == (expected, 0) {
        return Ok(());
    }
    Err(differs(format!(
        "up to position {checkpoint} there are {found} blocks of {expected}, {wrong} of them incomplete"
    )))
}

async fn read(connection: &mut PgConnection) -> Result<Vec<Scope>, Stop> {
    type Row = (i32, String, Option<Uuid>, Option<Uuid>, Option<Vec<u8>>);
    let rows: Vec<Row> = sqlx::query_as(ROWS).fetch_all(&mut *connection).await?;
    let recent: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(RECENT).fetch_all(connection).await?;
    let mut newest: HashMap<u32, Totals> = HashMap::new();
    for entry in recent.iter().flat_map(|(shows, parts)| entries(shows).chain(entries(parts))) {
        let read = entry.and_then(|(scope, bytes)| Some((scope, Totals::decode(bytes)?)));
        let (scope, totals) = read.ok_or_else(|| differs("a block cannot be read"))?;
        newest.insert(scope, totals);
    }
    let scope = |(scope, kind, show_id, ticket_type_id, bytes): Row| {
        let totals = match (newest.remove(&scope.cast_unsigned()), bytes) {
            (Some(totals), _) => totals,
            (None, Some(bytes)) => {
                Totals::decode(&bytes).ok_or_else(|| differs(format!("those of scope {scope} cannot be read")))?
            }
            (None, None) => return Err(differs(format!("there are none of scope {scope}"))),
        };
        Ok(Scope { kind, show_id, ticket_type_id, totals })
    };
    rows.into_iter().map(scope).collect()
}

/// What the bookings of a show come to.
#[derive(Default)]
struct Counted {
    paid: i64,
    refunded: i64,
    paid_out: i64,
    confirmed: i64,
    lapsed: i64,
    released: i64,
}

fn counted(recount: &Recount) -> HashMap<Uuid, Counted> {
    let mut shows: HashMap<Uuid, Counted> = HashMap::new();
    for booking in recount.bookings.iter() {
        let counted = shows.entry(booking.show_id).or_default();
        counted.paid += booking.paid();
        counted.refunded += booking.refunded();
        let gone = booking.refunds().iter().filter(|refund| refund.state.word() == "succeeded");
        counted.paid_out += gone.map(|refund| refund.amount).sum::<i64>();
        match booking.status {
            Status::Confirmed => counted.confirmed += 1,
            Status::Lapsed => counted.lapsed += 1,
            Status::Released => counted.released += 1,
            _ => {}
        }
    }
    shows
}

fn compare_show(show_id: Uuid, totals: &Totals, recount: &Recount, counted: &Counted) -> Result<(), String> {
    let Some(show) = recount.shows.get(&show_id) else {
        return Err(format!("show {show_id} is one that the log does not know"));
    };
    let bookings = if show.is_cancelled() { 0 } else { counted.confirmed };
    let expected = [
        ("payments", totals[Measure::Gross] - totals[Measure::Discounts], counted.paid),
        ("refunds", totals[Measure::Refunds], counted.refunded),
        ("refunds paid out", totals[Measure::PaidOut], counted.paid_out),
        ("bookings", totals[Measure::Bookings], bookings),
        ("lapsed holds", totals[Measure::HoldsLapsed] - totals[Measure::HoldsRetaken], counted.lapsed),
        ("released holds", totals[Measure::HoldsReleased], counted.released),
    ];
    agree(&format!("show {show_id}"), &expected)
}

fn compare_part(show_id: Uuid, scope: &Scope, recount: &Recount) -> Result<(), String> {
    // What belongs to no ticket type is in the numbers of the show.
    let Some(ticket_type_id) = scope.ticket_type_id else { return Ok(()) };
    let types = recount.shows.get(&show_id).map_or(&[][..], |show| &show.ticket_types);
    let Some(known) = types.iter().find(|known| known.ticket_type_id == ticket_type_id) else {
        return Err(format!("ticket type {ticket_type_id} is one that the log does not know"));
    };
    let totals = &scope.totals;
    let expected = [
        ("capacity", totals[Measure::Capacity], known.capacity.into()),
        ("sold", totals[Measure::Sold], known.sold),
        ("held or offered", totals[Measure::Held] + totals[Measure::Offered], known.held),
        ("blocked", totals[Measure::Blocked], known.blocked),
    ];
    agree(&format!("ticket type {ticket_type_id} of show {show_id}"), &expected)
}

fn agree(of: &str, numbers: &[(&str, i64, i64)]) -> Result<(), String> {
    let wrong = numbers.iter().find(|(_, found, expected)| found != expected);
    wrong.map_or(Ok(()), |(name, found, expected)| Err(format!("{name} of {of}: {found}, the log says {expected}")))
}
