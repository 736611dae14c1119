//! What the tables say of a moment: rows from before its segment, and over them the blocks that it has passed.

use std::collections::HashMap;

use domain::analytics::{Measure, Totals, block_of, entries, first_block_of, stretch_of};
use domain::money::Currency;
use edge::problem::Problem;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Counted, Numbers, PartNumbers, ScopeRow, ShowNumbers, signed, small, unreadable};
use crate::app::App;
use crate::store;

/// What changed in a block, as it stood at a position.
#[derive(FromRow)]
pub(super) struct Block {
    position: i64,
    shows: Vec<u8>,
    parts: Option<Vec<u8>>,
}

const BLOCKS: &str = "\
SELECT position, shows, CASE WHEN $4 THEN parts END AS parts FROM sales_blocks
WHERE block BETWEEN $1 AND $2 AND position <= $3 ORDER BY block";

/// The blocks of a position's stretch that it has passed, and the position up to which they tell everything.
pub(super) async fn blocks(app: &App, position: u64, with_parts: bool) -> Result<(Vec<Block>, u64), Problem> {
    let first = first_block_of(stretch_of(position));
    let blocks: Vec<Block> = sqlx::query_as(BLOCKS)
        .bind(small(signed(first)))
        .bind(small(signed(block_of(position))))
        .bind(signed(position))
        .bind(with_parts)
        .fetch_all(&app.pool)
        .await
        .map_err(store::problem)?;
    let before = domain::analytics::end_of_block(first).saturating_sub(1 << domain::analytics::BLOCK_BITS);
    let covered = blocks.last().map_or(before, |block| store::unsigned(block.position));
    Ok((blocks, covered))
}

/// Numbers under way: still to be brought up to the moment.
pub(super) struct Picture {
    pub(super) wholes: Vec<Counted>,
    pub(super) shows: Vec<ShowNumbers>,
    pub(super) by_show: HashMap<Uuid, usize>,
    /// Who runs each of the shows.
    pub(super) organizers: Vec<Uuid>,
}

impl Picture {
    pub(super) fn finish(self) -> Numbers {
        let is_there = |totals: &Totals| totals[Measure::Since] != 0;
        let mut shows = self.shows;
        shows.retain(|show| is_there(&show.totals));
        for show in &mut shows {
            show.parts.retain(|part| is_there(&part.totals));
        }
        let wholes = self.wholes.into_iter().filter(|whole| is_there(&whole.totals));
        Numbers { wholes: wholes.collect(), shows }
    }
}

/// Puts rows and blocks together.
pub(super) fn assemble(rows: Vec<ScopeRow>, blocks: &[Block]) -> Result<Picture, Problem> {
    let mut newest: HashMap<u32, Totals> = HashMap::with_capacity(rows.len());
    for row in &rows {
        let totals = row.totals.as_deref().map_or_else(|| Some(Totals::default()), Totals::decode);
        newest.insert(row.scope.cast_unsigned(), totals.ok_or_else(unreadable)?);
    }
    for block in blocks {
        for entry in entries(&block.shows).chain(block.parts.iter().flat_map(|parts| entries(parts))) {
            let (scope, totals) = entry.ok_or_else(unreadable)?;
            let Some(known) = newest.get_mut(&scope) else { continue };
            let totals = Totals::decode(totals).ok_or_else(unreadable)?;
            // A minute may have ended after the block, and before the moment.
            if totals[Measure::Touched] > known[Measure::Touched] {
                *known = totals;
            }
        }
    }
    let mut picture =
        Picture { wholes: Vec::new(), shows: Vec::new(), by_show: HashMap::new(), organizers: Vec::new() };
    for row in rows {
        let totals = newest.remove(&row.scope.cast_unsigned()).unwrap_or_default();
        place(&mut picture, row, totals);
    }
    Ok(picture)
}

/// A show comes before its parts: scopes are numbered in that order.
fn place(picture: &mut Picture, row: ScopeRow, totals: Totals) {
    let scope = row.scope;
    match (row.kind.as_str(), row.show_id) {
        ("show", Some(show_id)) => {
            picture.by_show.insert(show_id, picture.shows.len());
            picture.organizers.push(row.organizer_id.unwrap_or_default());
            picture.shows.push(ShowNumbers { show_id, scope, totals, parts: Vec::new() });
        }
        ("part", Some(show_id)) => {
            if let Some(at) = picture.by_show.get(&show_id) {
                let ScopeRow { ticket_type_id, name, .. } = row;
                picture.shows[*at].parts.push(PartNumbers { ticket_type_id, name, scope, totals });
            }
        }
        _ => {
            // It is of its currency before there is anything to count.
            let mut totals = totals;
            let currency = row.currency.as_deref().and_then(|code| Currency::try_from(code).ok());
            totals[Measure::Currency] = currency.map_or(0, Totals::number_of);
            picture.wholes.push(Counted { scope, totals });
        }
    }
}
