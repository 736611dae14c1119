//! `waitlist_entries`: who waits, what they were offered, and what became of it.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::facts::Item;
use crate::verify::recount::Recount;

row! {
    /// A row of `waitlist_entries`, what is offered aside.
    EntryRow<'r> {
        show_id: Uuid,
        ticket_type_id: Uuid,
        customer_id: Uuid,
        quantity: i32,
        state: &'r str,
        joined_at: DateTime<Utc>,
        position: i64,
        offer_expires_at: Option<DateTime<Utc>>,
        booking_id: Option<Uuid>,
    }
}

pub(super) fn entry(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (entry_id, show_id): (Uuid, Uuid) = (row.try_get("entry_id")?, row.try_get("show_id")?);
    found.add(entry_id);
    let show = recount.shows.get(&show_id);
    let Some((show, entry)) = show.and_then(|show| Some((show, show.waitlist.get(entry_id)?))) else {
        return Ok(Err(format!("entry {entry_id} of show {show_id} is one that the log does not know")));
    };
    let should_be = EntryRow {
        show_id,
        ticket_type_id: show.ticket_types[entry.kind as usize].ticket_type_id,
        customer_id: entry.customer_id,
        quantity: entry.quantity,
        state: entry.state.word(),
        joined_at: entry.joined_at,
        position: entry.position,
        offer_expires_at: entry.offer.as_ref().map(|offer| offer.expires_at),
        booking_id: entry.booking_id,
    };
    let items: Option<&str> = row.try_get("items")?;
    let same_items = match (items, &entry.offer) {
        (None, None) => true,
        (Some(text), Some(offer)) => {
            serde_json::from_str::<Vec<Item>>(text).is_ok_and(|items| show.are(&items, &offer.tickets))
        }
        _ => false,
    };
    let mut compared = EntryRow::from_row(row)?.compare(&should_be);
    if compared.is_ok() && !same_items {
        compared = Err("has other items than the log".into());
    }
    let position = entry.position;
    Ok(compared.map_err(|difference| format!("entry {entry_id}, which joined at position {position}, {difference}")))
}

pub(super) fn missing_entry(recount: &Recount, found: &Found) -> Option<String> {
    recount.shows.iter().find_map(|(show_id, show)| {
        let (entry_id, entry) = show.waitlist.iter().find(|(entry_id, _)| !found.has(*entry_id))?;
        Some(format!("entry {entry_id} of show {show_id}, which joined at position {}", entry.position))
    })
}
