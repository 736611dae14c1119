//! `shows` and `ticket_types`: what the organizer said, and how much is taken of it.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::facts::Policy;
use crate::verify::recount::Recount;

row! {
    /// A row of `shows`, its refund policy aside.
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
        hold_seconds: i32,
        offer_seconds: i32,
        payment: String,
        seat_map_version: Option<i32>,
        rescheduled_at: Option<DateTime<Utc>>,
        refund_until: Option<DateTime<Utc>>,
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
        held: i64,
        blocked: i64,
        reserved: bool,
        sale_opens_at: Option<DateTime<Utc>>,
        sale_closes_at: Option<DateTime<Utc>>,
        min_per_booking: Option<i32>,
        max_per_booking: Option<i32>,
        access_code: Option<String>,
    }
}

pub(super) fn show(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let refund_policy: Option<&str> = row.try_get("refund_policy")?;
    let row = ShowRow::from_row(row)?;
    let show_id = row.show_id;
    found.add(show_id);
    let Some(show) = recount.shows.get(&show_id) else {
        return Ok(Err(format!("the row of show {show_id} is about a show that the log does not know")));
    };
    let mut compared = row.compare(&show.row);
    if compared.is_ok() && !is_policy(refund_policy, show.refund_policy()) {
        compared = Err("has another refund_policy than the log".into());
    }
    Ok(compared.map_err(|difference| format!("the row of show {show_id} {difference}")))
}

fn is_policy(text: Option<&str>, policy: Option<&Policy>) -> bool {
    match (text, policy) {
        (None, None) => true,
        (Some(text), Some(policy)) => serde_json::from_str::<Policy>(text).is_ok_and(|found| found == *policy),
        _ => false,
    }
}

pub(super) fn missing_show(recount: &Recount, found: &Found) -> Option<String> {
    recount.shows.keys().find(|show_id| !found.has(**show_id)).map(|show_id| format!("show {show_id}"))
}

pub(super) fn ticket_type(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let row = TicketTypeRow::from_row(row)?;
    let (ticket_type_id, show_id) = (row.ticket_type_id, row.show_id);
    found.add(ticket_type_id);
    let ticket_types = recount.shows.get(&show_id).map_or(&[][..], |show| &show.ticket_types);
    let Some(should_be) = ticket_types.iter().find(|known| known.ticket_type_id == ticket_type_id) else {
        return Ok(Err(format!("ticket type {ticket_type_id} of show {show_id} is one that the log does not know")));
    };
    let named = |difference| format!("the row of ticket type {ticket_type_id} of show {show_id} {difference}");
    Ok(row.compare(should_be).map_err(named))
}

pub(super) fn missing_ticket_type(recount: &Recount, found: &Found) -> Option<String> {
    let mut all = recount.shows.values().flat_map(|show| &show.ticket_types);
    let missing = all.find(|ticket_type| !found.has(ticket_type.ticket_type_id))?;
    Some(format!("ticket type {} of show {}", missing.ticket_type_id, missing.show_id))
}
