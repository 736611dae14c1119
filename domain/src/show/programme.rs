//! What the organizer says about a show: its details, times, limits and what is sold.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::TicketTypeId;
use crate::show::command::{CreateShow, ReviseShow};
use crate::show::event::{
    CapacityLowered, CapacityRaised, CustomerLimitSet, Event, Schedule, ShowCreated, ShowDescribed, ShowDetails,
    ShowScheduled, TicketType, TicketTypeAdded,
};
use crate::show::lifecycle::run_by;
use crate::show::{Offered, Rejection, Show, Status, TICKET_TYPES_MAX};

pub(super) fn create(show: &Show, create: &CreateShow, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    if let Some(origin) = show.origin() {
        return if *origin == create.show { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    if !may(&asked.by, Action::CreateShow) {
        return Err(Rejection::RoleForbids);
    }
    check_times(&create.show.schedule)?;
    check_offer(create.show.ticket_types.iter())?;
    Ok(vec![create.show.clone().into()])
}

pub(super) fn revise(show: &Show, revise: &ReviseShow, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    run_by(show, asked)?;
    if show.status == Status::Cancelled {
        return Err(Rejection::EventCancelled);
    }
    if revise.expected_revision != show.revision {
        return Err(Rejection::RevisionStale { expected: revise.expected_revision, actual: show.revision });
    }
    let (Some(details), Some(schedule)) = (show.details(), show.schedule()) else {
        return Err(Rejection::NoSuchShow);
    };
    let mut events = vec![];
    let described = revised_details(details, revise);
    if described != *details {
        events.push(ShowDescribed { details: described }.into());
    }
    let scheduled = revised_schedule(schedule, revise);
    if scheduled != *schedule {
        check_times(&scheduled)?;
        events.push(ShowScheduled { schedule: scheduled }.into());
    }
    if let Some(max_per_customer) = revise.max_per_customer
        && max_per_customer != show.max_per_customer
    {
        events.push(CustomerLimitSet { max_per_customer }.into());
    }
    check_offer(show.offered.iter().map(|offered| &offered.ticket_type).chain(&revise.added))?;
    let added = revise.added.iter().cloned();
    events.extend(added.map(|ticket_type| TicketTypeAdded { ticket_type }.into()));
    for wish in &revise.capacities {
        events.extend(resized(show, wish.ticket_type_id, wish.capacity)?);
    }
    Ok(events)
}

fn revised_details(now: &ShowDetails, revise: &ReviseShow) -> ShowDetails {
    ShowDetails {
        title: revise.title.clone().unwrap_or_else(|| now.title.clone()),
        description: revise.description.clone().unwrap_or_else(|| now.description.clone()),
        venue: revise.venue.clone().unwrap_or_else(|| now.venue.clone()),
    }
}

fn revised_schedule(now: &Schedule, revise: &ReviseShow) -> Schedule {
    Schedule {
        time_zone: revise.time_zone.clone().unwrap_or_else(|| now.time_zone.clone()),
        starts_at: revise.starts_at.unwrap_or(now.starts_at),
        ends_at: revise.ends_at.unwrap_or(now.ends_at),
        sale_opens_at: revise.sale_opens_at.unwrap_or(now.sale_opens_at),
        sale_closes_at: revise.sale_closes_at.unwrap_or(now.sale_closes_at),
    }
}

fn resized(show: &Show, ticket_type_id: TicketTypeId, capacity: u32) -> Result<Option<Event>, Rejection> {
    let offered = show.find_offered(ticket_type_id).ok_or(Rejection::UnknownTicketType { ticket_type_id })?;
    if capacity < offered.taken {
        return Err(Rejection::CapacityBelowTaken { ticket_type_id, requested: capacity, taken: offered.taken });
    }
    Ok(match capacity.cmp(&offered.ticket_type.capacity) {
        core::cmp::Ordering::Less => Some(CapacityLowered { ticket_type_id, capacity }.into()),
        core::cmp::Ordering::Equal => None,
        core::cmp::Ordering::Greater => Some(CapacityRaised { ticket_type_id, capacity }.into()),
    })
}

fn check_times(schedule: &Schedule) -> Result<(), Rejection> {
    let sale_is_empty = schedule.sale_opens_at.is_some_and(|opens_at| schedule.sale_end() <= opens_at);
    if schedule.ends_at <= schedule.starts_at || sale_is_empty {
        return Err(Rejection::ContradictoryTimes);
    }
    Ok(())
}

fn check_offer<'a>(ticket_types: impl Iterator<Item = &'a TicketType> + Clone) -> Result<(), Rejection> {
    if ticket_types.clone().count() > TICKET_TYPES_MAX {
        return Err(Rejection::TooManyTicketTypes { limit: TICKET_TYPES_MAX });
    }
    let mut currencies = ticket_types.map(|ticket_type| ticket_type.price.currency);
    let first = currencies.next();
    if currencies.any(|currency| Some(currency) != first) {
        return Err(Rejection::MixedCurrencies);
    }
    Ok(())
}

pub(super) fn created(show: &mut Show, created: &ShowCreated) {
    show.details = Some(created.details.clone());
    show.schedule = Some(created.schedule.clone());
    show.max_per_customer = created.max_per_customer;
    for ticket_type in &created.ticket_types {
        offer(show, ticket_type);
    }
    show.origin = Some(Box::new(created.clone()));
}

pub(super) fn offer(show: &mut Show, ticket_type: &TicketType) {
    show.offered.push(Offered { ticket_type: ticket_type.clone(), taken: 0 });
}

pub(super) fn resize(show: &mut Show, ticket_type_id: TicketTypeId, capacity: u32) {
    if let Some(offered) = show.offered_mut(ticket_type_id) {
        offered.ticket_type.capacity = capacity;
    }
}
