//! `customer_*`: what each customer did, and who became a buyer when.

use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::recount::Recount;

row! {
    /// A row of `customer_counts`.
    CountsRow {
        bookings: i64,
        tickets: i64,
        cancelled_bookings: i64,
        cancelled_tickets: i64,
        lapsed_holds: i64,
    }
}

row! {
    /// A row of `customer_firsts`.
    FirstRow {
        position: i64,
        ordinal: i64,
    }
}

row! {
    /// A row of `customer_scopes`.
    ScopeRow {
        buyers: i64,
        position: i64,
    }
}

row! {
    /// A row of `customer_shows`.
    ShowOfRow {
        organizer_id: Uuid,
    }
}

pub(super) fn counts(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let customer_id: Uuid = row.try_get("customer_id")?;
    found.add(customer_id);
    let Some(counts) = recount.customers.counts.get(&customer_id) else {
        return Ok(Err(format!("customer {customer_id} did nothing that the log knows of")));
    };
    let should_be = CountsRow {
        bookings: counts.bookings,
        tickets: counts.tickets,
        cancelled_bookings: counts.cancelled_bookings,
        cancelled_tickets: counts.cancelled_tickets,
        lapsed_holds: counts.lapsed_holds,
    };
    let compared = CountsRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("customer {customer_id} {difference}")))
}

pub(super) fn missing_counts(recount: &Recount, found: &Found) -> Option<String> {
    let missing = recount.customers.counts.keys().find(|customer_id| !found.has(**customer_id))?;
    Some(format!("customer {missing}"))
}

pub(super) fn first(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let key: (Uuid, Uuid) = (row.try_get("scope_id")?, row.try_get("customer_id")?);
    found.add(key);
    let (scope_id, customer_id) = key;
    let Some(first) = recount.customers.firsts.get(&key) else {
        return Ok(Err(format!("customer {customer_id} bought nothing in {scope_id} that the log knows of")));
    };
    let should_be = FirstRow { position: first.position, ordinal: first.ordinal };
    let compared = FirstRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("customer {customer_id} in {scope_id} {difference}")))
}

pub(super) fn missing_first(recount: &Recount, found: &Found) -> Option<String> {
    let (scope_id, customer_id) = recount.customers.firsts.keys().find(|key| !found.has(**key))?;
    Some(format!("customer {customer_id} in {scope_id}"))
}

pub(super) fn scope(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let scope_id: Uuid = row.try_get("scope_id")?;
    found.add(scope_id);
    let Some(bought) = recount.customers.scopes.get(&scope_id) else {
        return Ok(Err(format!("nothing was bought in {scope_id} that the log knows of")));
    };
    let should_be = ScopeRow { buyers: bought.buyers, position: bought.position };
    let compared = ScopeRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("{scope_id} {difference}")))
}

pub(super) fn missing_scope(recount: &Recount, found: &Found) -> Option<String> {
    let missing = recount.customers.scopes.keys().find(|scope_id| !found.has(**scope_id))?;
    Some(missing.to_string())
}

pub(super) fn show_of(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let show_id: Uuid = row.try_get("show_id")?;
    found.add(show_id);
    let Some(show) = recount.shows.get(&show_id) else {
        return Ok(Err(format!("show {show_id} is one that the log does not know")));
    };
    let compared = ShowOfRow::from_row(row)?.compare(&ShowOfRow { organizer_id: show.row.organizer_id });
    Ok(compared.map_err(|difference| format!("show {show_id} {difference}")))
}

pub(super) fn missing_show_of(recount: &Recount, found: &Found) -> Option<String> {
    let missing = recount.shows.keys().find(|show_id| !found.has(**show_id))?;
    Some(format!("show {missing}"))
}
