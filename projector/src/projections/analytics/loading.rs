//! Reads the numbers back from the tables, as they were when the last page ended.

use std::collections::HashMap;

use domain::analytics::{Measure, Part, Sale, Totals, block_of, end_of_block, entries, first_block_of, stretch_of};
use domain::ids::{AccountId, TicketTypeId};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::numbers::Numbers;
use super::scopes::{Counted, Numbered, Spot, Whole, WholeCounted};
use crate::error::FoldError;
use crate::projection::unsigned;

/// The blocks of the stretch that is under way, or of the last one.
const BLOCKS: &str = "\
SELECT block, position, shows, parts, pending, show_id FROM sales_blocks
WHERE block >= (SELECT max(block) FROM sales_blocks) / 16 * 16 ORDER BY block";

/// Scopes with the last totals that have a row of their own.
macro_rules! scopes {
    ($condition:literal) => {
        concat!(
            "SELECT s.scope, s.organizer_id, s.show_id, s.ticket_type_id, s.kind, last.totals FROM sales_scopes s ",
            "LEFT JOIN LATERAL (SELECT totals FROM sales_totals t WHERE t.scope = s.scope ",
            "ORDER BY minute DESC, stretch DESC LIMIT 1) last ON true WHERE ",
            $condition,
            " ORDER BY s.scope"
        )
    };
}

const WHOLES: &str = scopes!("s.kind IN ('platform', 'organizer')");
const OF_SHOWS: &str = scopes!("s.show_id = ANY($1)");

#[derive(FromRow)]
struct BlockRow {
    block: i32,
    position: i64,
    shows: Vec<u8>,
    parts: Vec<u8>,
    pending: Option<String>,
    show_id: Option<Uuid>,
}

#[derive(FromRow)]
struct ScopeRow {
    scope: i32,
    kind: String,
    organizer_id: Option<Uuid>,
    show_id: Option<Uuid>,
    ticket_type_id: Option<Uuid>,
    totals: Option<Vec<u8>>,
}

/// Totals that are newer than their rows.
type Recent = HashMap<u32, Totals>;

/// Everything that changed in the stretch under way, and what many shows are part of.
pub(super) async fn load(connection: &mut PgConnection) -> Result<Numbers, FoldError> {
    let blocks: Vec<BlockRow> = sqlx::query_as(BLOCKS).fetch_all(&mut *connection).await?;
    let scopes: Option<i32> =
        sqlx::query_scalar("SELECT max(scope) FROM sales_scopes").fetch_one(&mut *connection).await?;
    let mut numbers = Numbers::default();
    numbers.scopes = scopes.unwrap_or(0).cast_unsigned();
    let Some(last) = blocks.last() else { return Ok(numbers) };
    numbers.reached = unsigned(last.position);
    let next = numbers.reached + 1;
    numbers.block = block_of(next);
    let (mut recent, mut order, mut in_block) = (Recent::new(), Vec::new(), Vec::new());
    let first = first_block_of(stretch_of(next));
    for row in blocks.iter().filter(|row| u64::from(row.block.cast_unsigned()) >= first) {
        let is_open = unsigned(row.position) < end_of_block(u64::from(row.block.cast_unsigned()));
        for (scope, totals) in read(&row.shows)?.into_iter().chain(read(&row.parts)?) {
            if is_open {
                in_block.push(scope);
            }
            if recent.insert(scope, totals).is_none() {
                order.push(scope);
            }
        }
    }
    load_wholes(&mut numbers, &recent, connection).await?;
    let recent_shows: Vec<Uuid> =
        sqlx::query_scalar("SELECT DISTINCT show_id FROM sales_scopes WHERE scope = ANY($1) AND show_id IS NOT NULL")
            .bind(order.iter().map(|scope| scope.cast_signed()).collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await?;
    load_with(&mut numbers, &recent_shows, &recent, connection).await?;
    resume(&mut numbers, &recent, &order, &in_block);
    if let (Some(pending), Some(show_id)) = (&last.pending, last.show_id) {
        let missing = numbers.missing([show_id].into_iter());
        load_with(&mut numbers, &missing, &recent, connection).await?;
        if let Some(at) = numbers.by_show.get(&show_id) {
            numbers.shows[*at].sale.recall(unsigned(last.position), serde_json::from_str(pending)?);
        }
    }
    Ok(numbers)
}

/// Notes again what had changed in the segment and in the block under way.
fn resume(numbers: &mut Numbers, recent: &Recent, order: &[u32], in_block: &[u32]) {
    numbers.minute = recent.values().map(|totals| totals[Measure::TouchedMinute]).max().unwrap_or(0);
    let spots = spots(numbers);
    let find = |scopes: &[u32]| scopes.iter().filter_map(|scope| spots.get(scope).copied()).collect::<Vec<_>>();
    for spot in find(in_block) {
        numbers.note_in_block(spot);
    }
    let minute = numbers.minute;
    let is_open = |scope: &&u32| recent.get(scope).is_some_and(|totals| totals[Measure::TouchedMinute] == minute);
    for spot in find(&order.iter().filter(is_open).copied().collect::<Vec<_>>()) {
        numbers.note_in_segment(spot);
    }
}

/// Where each scope is.
fn spots(numbers: &Numbers) -> HashMap<u32, Spot> {
    let wholes = numbers.wholes.iter().enumerate().map(|(at, whole)| (whole.scope.scope, Spot::Whole(at)));
    let shows = numbers.shows.iter().enumerate().flat_map(|(at, show)| {
        let parts = show.parts.iter().enumerate().map(move |(place, part)| (part.scope, Spot::Part(at, place)));
        show.scope.iter().map(move |scope| (scope.scope, Spot::Show(at))).chain(parts)
    });
    wholes.chain(shows).collect()
}

async fn load_wholes(numbers: &mut Numbers, recent: &Recent, connection: &mut PgConnection) -> Result<(), FoldError> {
    let rows: Vec<ScopeRow> = sqlx::query_as(WHOLES).fetch_all(connection).await?;
    for row in rows {
        let totals = newest(&row, recent)?;
        let organizer_id = row.organizer_id.filter(|_| row.kind == "organizer");
        let whole = Whole { organizer_id, currency: totals[Measure::Currency] };
        numbers.add_whole(whole, WholeCounted { totals, scope: Numbered::new(row.scope.cast_unsigned()) });
    }
    Ok(())
}

/// Reads shows that nothing was written of in the stretch under way.
pub(super) async fn load_shows(
    numbers: &mut Numbers,
    shows: &[Uuid],
    connection: &mut PgConnection,
) -> Result<(), FoldError> {
    load_with(numbers, shows, &Recent::new(), connection).await
}

async fn load_with(
    numbers: &mut Numbers,
    shows: &[Uuid],
    recent: &Recent,
    connection: &mut PgConnection,
) -> Result<(), FoldError> {
    if shows.is_empty() {
        return Ok(());
    }
    let rows: Vec<ScopeRow> = sqlx::query_as(OF_SHOWS).bind(shows).fetch_all(connection).await?;
    let mut found: HashMap<Uuid, Vec<ScopeRow>> = HashMap::new();
    for row in rows {
        found.entry(row.show_id.unwrap_or_default()).or_default().push(row);
    }
    // In the order of their numbers, so that parts stand where they stood.
    for show_id in shows {
        let Some(rows) = found.remove(show_id) else { continue };
        let (mut counted, mut parts, mut total) = (Vec::new(), Vec::new(), None);
        for row in &rows {
            let (numbered, totals) = (Numbered::new(row.scope.cast_unsigned()), newest(row, recent)?);
            if row.kind == "show" {
                total = Some((numbered, totals, row.organizer_id.unwrap_or_default()));
            } else {
                counted.push(numbered);
                parts.push(Part { ticket_type_id: row.ticket_type_id.map(TicketTypeId), totals });
            }
        }
        let Some((scope, total, organizer)) = total else { continue };
        let sale = Sale::new(AccountId(organizer), total, parts);
        numbers.add_show(Counted { show_id: *show_id, sale, scope: Some(scope), parts: counted });
    }
    Ok(())
}

/// What each seat of a show is sold as; JSON.
pub(super) async fn seats(show_id: Uuid, connection: &mut PgConnection) -> Result<Option<String>, FoldError> {
    let seats = sqlx::query_scalar("SELECT seats FROM sales_seats WHERE show_id = $1").bind(show_id);
    Ok(seats.fetch_optional(connection).await?)
}

fn newest(row: &ScopeRow, recent: &Recent) -> Result<Totals, FoldError> {
    if let Some(totals) = recent.get(&row.scope.cast_unsigned()) {
        return Ok(totals.clone());
    }
    row.totals.as_deref().map_or_else(|| Ok(Totals::default()), |bytes| Totals::decode(bytes).ok_or_else(unreadable))
}

fn read(picture: &[u8]) -> Result<Vec<(u32, Totals)>, FoldError> {
    let read = |entry: Option<(u32, &[u8])>| entry.and_then(|(scope, bytes)| Some((scope, Totals::decode(bytes)?)));
    entries(picture).map(|entry| read(entry).ok_or_else(unreadable)).collect()
}

fn unreadable() -> FoldError {
    sqlx::Error::Decode("numbers of sales are written in another way".into()).into()
}

const _: () = assert!(domain::analytics::STRETCH_BITS - domain::analytics::BLOCK_BITS == 4, "16 blocks, as in BLOCKS");
